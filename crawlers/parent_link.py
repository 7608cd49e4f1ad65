"""The link of a crawl to the process that started it: it reports, stops when it is asked to, and ends the process."""

import asyncio
from collections.abc import Coroutine

from scrapy import signals
from scrapy.crawler import Crawler

from articles.errors import BroadsheetError
from crawlers import shared
from crawlers.parent import Parent
from crawlers.pipelines import store_failed
from crawlers.progress import Progress

_REPORT_SECONDS = 0.5


class ParentLink:
    """Connects to a crawl that is to be started.

    The process ends here: nothing is left to tidy then, and an orderly end of Scrapy would wait for requests and
    name look-ups under way.
    """

    def __init__(self, crawler: Crawler, parent: Parent) -> None:
        self._crawler = crawler
        self._parent = parent
        self._ending = False
        self._tasks: set[asyncio.Task[None]] = set()
        crawler.signals.connect(self._engine_started, signals.engine_started, weak=False)
        crawler.signals.connect(self._store_failed, store_failed, weak=False)

    def _engine_started(self) -> None:
        self._crawler.signals.connect(
            self._spider_closed, signals.spider_closed, weak=False
        )  # after all others
        self._begin(self._watch())

    async def _watch(self) -> None:
        while not self._parent.asks_to_stop:
            self._parent.report(self._progress.report())
            await asyncio.sleep(_REPORT_SECONDS)
        await self._end("stopped")

    def _store_failed(self, error: BroadsheetError) -> None:
        self._begin(self._end(f"failed: {error}"))

    async def _spider_closed(self, reason: str) -> None:
        finish = reason if reason == "finished" else f"failed: {reason}; the log says why"
        await self._end(finish, closed=True)

    async def _end(self, finish: str, *, closed: bool = False) -> None:
        """Make durable what was fetched, report, and end the process. The first reason to end is the one reported."""
        if self._ending:
            return
        self._ending = True
        if not closed:  # the spider and extensions have something to close, too
            spider = self._crawler.spider
            await self._crawler.signals.send_catch_log_async(
                signals.spider_closed, spider=spider, reason=finish
            )
        try:
            await shared.of(self._crawler).store.close()
        except BroadsheetError as error:
            finish = f"failed: {error}"
        self._parent.end(self._progress.report(finish))

    @property
    def _progress(self) -> Progress:
        return Progress.of(self._crawler)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
