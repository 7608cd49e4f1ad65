"""A further attempt after a failure that may pass, and at a busy host once it may be asked again.

Scrapy's own middleware is not used: it asks at once, whatever Retry-After says, and logs an error for each page given up.
"""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from crawlers import shared
from crawlers.fetching.answers import BUSY, FetchError
from crawlers.fetching.failures import explained


class PoliteRetryMiddleware:
    """Asks again up to RETRY_TIMES, each time after a pause of the whole host."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._hosts = shared.of(crawler).hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        busy = response.status in BUSY and not request.meta.get("dont_retry")
        if not busy or self._hosts.of(request.url).closed:
            return response
        return self._again(request, f"HTTP {response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        return self.after_failure(request, explained(exception, request))

    def after_failure(self, request: Request, failure: FetchError) -> Request | None:
        """The request for a further attempt, None where there is to be none."""
        if not failure.reason.passing or request.meta.get("dont_retry"):
            return None
        again = self._again(request, failure.reason.value)
        if again is not None:
            place = self._hosts.of(request.url)
            place.pause(place.retry_pause(again.meta["retry_times"]))
        return again

    def _again(self, request: Request, reason: str) -> Request | None:
        spider = self._crawler.spider
        if spider is None:
            return None
        return get_retry_request(request, spider=spider, reason=reason, give_up_log_level="DEBUG")
