"""The spider: a plan is crawled on Scrapy's engine, of which the download function alone is used."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from scrapy import Request, Spider

from crawlers.conductor import Conductor
from crawlers.fetching.fetcher import Download
from crawlers.jobs import Tools
from crawlers.parent import Parent
from crawlers.plan import CrawlPlan

_REPORT_SECONDS = 0.5


class NewsSpider(Spider):
    """Crawls `plan` with the tools that `tools` makes of the engine's download function, then awaits `finished`.

    Every request is a direct download: which URL is due is the ledger's business, and when its host may be
    asked is that of crawlers.fetching.hosts, so that nothing is left for Scrapy's scheduler to decide.
    """

    name = "news"

    def __init__(
        self,
        plan: CrawlPlan,
        parent: Parent,
        tools: Callable[[Download], Tools],
        finished: Callable[[str], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._plan = plan
        self._parent = parent
        self._tools = tools
        self._finished = finished

    async def start(self) -> AsyncIterator[Request]:
        """Called by Scrapy once the engine runs; the engine stays open until this ends. Yields nothing."""
        if self.crawler.engine is None:
            raise RuntimeError("Scrapy started a spider without an engine")
        tools = self._tools(self.crawler.engine.download_async)
        conductor = Conductor(self._plan, tools)
        watching = asyncio.create_task(self._watch(conductor, tools))
        try:
            finish = await conductor.run()
        finally:
            watching.cancel()
        await self._finished(finish)
        requests: tuple[Request, ...] = ()
        for request in requests:
            yield request

    async def _watch(self, conductor: Conductor, tools: Tools) -> None:
        """Report on the crawl, and stop it when the parent asks for that."""
        while not self._parent.asks_to_stop:
            self._parent.report(tools.progress.report())
            await asyncio.sleep(_REPORT_SECONDS)
        conductor.stop()
