"""When a crawl cannot go on, because of this machine and of no site: whoever finds it says so, and the crawl ends."""

import asyncio
import logging
from typing import Self

from scrapy.crawler import Crawler

from articles.errors import BroadsheetError

_log = logging.getLogger(__name__)

crawl_failed = object()
"""Signal with `error` (BroadsheetError). Under `broadsheet run` the process ends at once; what was asked for stays due."""


class EndOnFailure:
    """Ends a crawl that runs without a parent process: `scrapy crawl`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension._crawl_failed, crawl_failed)
        return extension

    def _crawl_failed(self, error: BroadsheetError) -> None:
        if self._ending is None:
            _log.error("the crawl ends: %s", error)
            self._ending = asyncio.get_running_loop().create_task(self._crawler.stop_async())
