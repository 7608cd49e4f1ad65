"""The spider: Scrapy's engine lent to a crawl."""

from collections.abc import AsyncIterator, Awaitable, Callable

from scrapy import Request, Spider

from crawlers.fetcher import Download


class NewsSpider(Spider):
    """Runs `conduct` with the engine's download function.

    Every request is a direct download: which URL is due is the ledger's business, and when its host may be
    asked is that of crawlers.hosts, so that nothing is left for Scrapy's scheduler to decide.
    """

    name = "news"

    def __init__(self, conduct: Callable[[Download], Awaitable[None]]) -> None:
        super().__init__()
        self._conduct = conduct

    async def start(self) -> AsyncIterator[Request]:
        """Called by Scrapy once the engine runs; the engine stays open until this ends."""
        if self.crawler.engine is None:
            raise RuntimeError("Scrapy started a spider without an engine")
        await self._conduct(self.crawler.engine.download_async)
        requests: tuple[Request, ...] = ()
        for request in requests:
            yield request
