"""Redirects: Scrapy's middleware, with a Location read as browsers read it, and an end to circles."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response

from crawlers.fetching import responses
from crawlers.fetching.answers import FetchError, target
from store.records import FetchReason


class WaryRedirectMiddleware(RedirectMiddleware):
    """Follows a redirect up to REDIRECT_MAX_TIMES; the page it leads to is asked for under all rules of its own host.

    Scrapy's own passes a redirect that leads to no http(s) URL on as if it were the page, and goes round in circles
    to the end.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        middleware = cls(crawler.settings)
        middleware.crawler = crawler
        return middleware

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Raises FetchError (redirect)."""
        if request.meta.get("dont_redirect"):
            return response
        following = target(responses.answer(response, request.meta[responses.FETCHED_AT]))
        if not following:
            return response
        before = [*request.meta.get("redirect_urls", ()), request.url]
        if following in before and not response.headers.getlist("Set-Cookie"):
            raise FetchError(FetchReason.REDIRECT, f"redirects in a circle: {following}")
        if len(before) > self.max_redirect_times:
            raise FetchError(FetchReason.REDIRECT, f"more than {self.max_redirect_times} redirects")
        redirected = self._build_redirect_request(request, response, url=following)
        redirected.meta.pop("retry_times", None)
        return self._redirect(redirected, request, response.status)
