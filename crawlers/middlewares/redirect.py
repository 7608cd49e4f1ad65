"""Redirects: Scrapy's middleware, with a Location read as browsers read it, and an end to circles."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response

from crawlers.fetching import responses
from crawlers.fetching.answers import REDIRECTS, FetchError, target
from crawlers.fetching.refresh import refresh_target
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
        if response.status not in REDIRECTS or request.meta.get("dont_redirect"):
            return response
        following = target(responses.answer(response, request.meta[responses.FETCHED_AT]))
        before = _before(request)
        if not following:
            return response
        if following in before and not response.headers.getlist("Set-Cookie"):
            raise FetchError(FetchReason.REDIRECT, f"redirects in a circle: {following}")
        if len(before) > self.max_redirect_times:
            raise FetchError(FetchReason.REDIRECT, f"more than {self.max_redirect_times} redirects")
        return self.followed(request, response, following)

    def followed(self, request: Request, response: Response, following: str) -> Request:
        """The request that a request leads to."""
        redirected = self._build_redirect_request(request, response, url=following)
        redirected.meta.pop("retry_times", None)
        return self._redirect(redirected, request, response.status)


class RefreshMiddleware(WaryRedirectMiddleware):
    """Follows a page that sends the reader on at once, by its Refresh header or a meta tag; it needs the decoded body.

    A page that refreshes in a circle, or too often, is the page itself: it may hold the article.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        if not 200 <= response.status < 300 or request.meta.get("dont_redirect"):
            return response
        following = refresh_target(responses.answer(response, request.meta[responses.FETCHED_AT]))
        before = _before(request)
        if not following or following in before or len(before) > self.max_redirect_times:
            return response
        return self.followed(request, response, following)


def _before(request: Request) -> list[str]:
    return [*request.meta.get("redirect_urls", ()), request.url]
