"""The link of a process's crawls to the process that started it: it reports, stops when it is asked to, and ends."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace

from scrapy import signals
from scrapy.crawler import Crawler

from articles.errors import BroadsheetError
from crawlers import shared
from crawlers.failing import crawl_failed
from crawlers.plan import CrawlReport, FailedFeed
from crawlers.process.parent import Parent
from crawlers.progress import Progress, added

_REPORT_SECONDS = 0.5


class ParentLink:
    """Connects to crawls that are to be started, and ends the process after the last.

    The process ends at once: nothing is left to tidy then, and an orderly end of Scrapy would wait for requests and
    name look-ups under way. `failed` are spiders that could not be started.
    """

    def __init__(self, crawlers: list[Crawler], parent: Parent, failed: tuple[FailedFeed, ...]) -> None:
        self._crawlers = crawlers
        self._parent = parent
        self._failed = failed
        self._open = set(crawlers)
        self._finish = "finished"
        self._ending = self._announcing = False
        self._started: list[Crawler] = []
        self._tasks: set[asyncio.Task[None]] = set()
        for crawler in crawlers:
            crawler.signals.connect(self._engine_started, signals.engine_started, weak=False)
            crawler.signals.connect(self._crawl_failed, crawl_failed, weak=False)

    def _engine_started(self, sender: Crawler) -> None:
        sender.signals.connect(self._spider_closed, signals.spider_closed, weak=False)  # after all others
        if not self._started:
            self._begin(self._watch())
        self._started.append(sender)

    async def _watch(self) -> None:
        while not self._parent.asks_to_stop:
            self._parent.report(self._report())
            await asyncio.sleep(_REPORT_SECONDS)
        await self._end("stopped")

    def _crawl_failed(self, error: BroadsheetError) -> None:
        """Nothing more can be made durable, or asked for: the process ends before Scrapy takes note of anything."""
        self._parent.end(self._report(f"failed: {error}"))

    async def _spider_closed(self, sender: Crawler, reason: str) -> None:
        if self._announcing:
            return
        if self._ending:
            await asyncio.Event().wait()  # until the process has ended: Scrapy is not to go on
        self._open.discard(sender)
        if reason != "finished" and not sender.settings["WAY_IN"]:  # a user's spider may end as it likes
            self._finish = f"failed: {reason}; the log says why"
        if not self._open:
            await self._end(self._finish)

    async def _end(self, finish: str) -> None:
        """Make durable what was fetched, report, and end the process. The first reason to end is the one reported."""
        if self._ending:
            return
        self._ending = self._announcing = True
        for crawler in list(self._open):  # the spider and extensions have something to close, too
            await crawler.signals.send_catch_log_async(
                signals.spider_closed, spider=crawler.spider, reason=finish
            )
        self._announcing = False
        try:
            await shared.of(self._crawlers[0]).store.close()
        except BroadsheetError as error:
            finish = f"failed: {error}"
        self._parent.end(self._report(finish))

    def _report(self, finish: str = "") -> CrawlReport:
        report = added([Progress.of(crawler).report() for crawler in self._started])
        return replace(report, finish=finish, failed_feeds=(*self._failed, *report.failed_feeds))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
