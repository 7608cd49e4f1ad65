"""The downloader: Scrapy's own, which tells the scheduler when a request has left it."""

from typing import TYPE_CHECKING, TypeVar

from scrapy import Request, Spider
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler

from crawlers.scheduler import LaneScheduler

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.internet.defer import Deferred

Result = TypeVar("Result")


class LaneDownloader(Downloader):
    """Frees a request's place in its lane, however the request ends.

    Scrapy counts requests that wait for their host's turn against CONCURRENT_REQUESTS, so that a few slow hosts would
    stop all others. Here the politeness middleware counts those under way, and keeps DOWNLOAD_DELAY.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.total_concurrency = 0
        self._delay = 0.0

    def fetch(
        self,
        request: Request,
        spider: Spider | None = None,  # noqa: ARG002  Scrapy's signature
    ) -> "Deferred[Response | Request]":
        return super().fetch(request).addBoth(self._left, request)

    def _left(self, result: Result, request: Request) -> Result:
        scheduler = self.crawler.engine.scheduler
        if not isinstance(scheduler, LaneScheduler):
            raise TypeError(
                f"SCHEDULER must be {LaneScheduler.__qualname__}, not {type(scheduler).__qualname__}"
            )
        scheduler.left(request)
        return result
