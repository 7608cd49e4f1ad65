"""A further attempt after a failure that may pass, and at a busy host once it may be asked again.

Scrapy's own middleware is not used: it asks at once, whatever Retry-After says, and logs an error for each page given up.
"""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response

from crawlers.fetching.answers import FetchError
from crawlers.fetching.failures import explained
from crawlers.middlewares.politeness import PolitenessMiddleware

_BUSY = frozenset((429, 503))


class PoliteRetryMiddleware:
    """Asks again up to RETRY_TIMES, each time after a pause of the whole host."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if (
            response.status not in _BUSY
            or request.meta.get("dont_retry")
            or not self._politeness.may_ask_again(request)
        ):
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
            self._politeness.pause(request, again.meta["retry_times"])
        return again

    def _again(self, request: Request, reason: str) -> Request | None:
        spider = self._crawler.spider
        if spider is None:
            return None
        return get_retry_request(request, spider=spider, reason=reason, give_up_log_level="DEBUG")

    @property
    def _politeness(self) -> PolitenessMiddleware:
        found = self._crawler.get_downloader_middleware(PolitenessMiddleware)
        if found is None:
            raise TypeError(f"DOWNLOADER_MIDDLEWARES must hold {PolitenessMiddleware.__qualname__}")
        return found
