"""Content encodings taken off, within limits.

Scrapy's own middleware is not used: of a compressed body that was cut it passes on what there is, as if it were whole
(measured with 2.19: a truncated zstd body comes as 200 with 0 bytes).
"""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawlers.fetching.answers import ACCEPT_ENCODING, FetchError, beginning, decoded
from crawlers.fetching.responses import ENOUGH
from crawlers.middlewares.retry import PoliteRetryMiddleware


class DecodingMiddleware:
    """Bodies without their content encoding; the headers stay as sent."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("Accept-Encoding", ACCEPT_ENCODING)
        request.meta.setdefault("download_maxsize", self._crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Raises FetchError: too_large, encoding, cut (after the last attempt)."""
        encoding = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        if not encoding:
            return response
        try:
            body = self._decoded(request, response, encoding)
        except FetchError as failure:
            retry = self._crawler.get_downloader_middleware(PoliteRetryMiddleware)
            again = retry.after_failure(request, failure) if retry else None
            if again is None:
                raise
            return again
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return response.replace(body=body, cls=kind)

    @staticmethod
    def _decoded(request: Request, response: Response, encoding: str) -> bytes:
        if enough := request.meta.get(ENOUGH):
            whole = "download_stopped" not in response.flags
            return beginning(response.body, encoding, enough, whole=whole)
        return decoded(response.body, encoding, request.meta["download_maxsize"], forgiving=True)
