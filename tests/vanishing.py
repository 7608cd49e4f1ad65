"""A crawl with parts that lose requests in all the ways that Scrapy knows: python -m tests.vanishing FOLDER FEED_URL..."""

import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import DropItem, IgnoreRequest
from scrapy.http import Response
from scrapy.settings import Settings

from articles.model import Page
from crawlers.pipelines import StorePipeline
from crawlers.plan import SourceFeeds
from crawlers.spiders.feed import FeedSpider
from store.feed_records import FeedTarget


class LosingMiddleware:
    """A downloader middleware that refuses, and one that breaks."""

    def process_request(self, request: Request) -> None:
        if request.url.endswith("/ignored"):
            raise IgnoreRequest("not today")
        if request.url.endswith("/broken"):
            raise ZeroDivisionError("broken")


class FilteringMiddleware:
    """A spider middleware that passes no request for some pages on."""

    async def process_spider_output(
        self,
        response: Response,  # noqa: ARG002  Scrapy's signature
        result: AsyncIterator[Any],
    ) -> AsyncIterator[Any]:
        async for each in result:
            if not (isinstance(each, Request) and each.url.endswith("/filtered")):
                yield each


class LosingPipeline:
    def process_item(self, item: Any) -> Any:
        if isinstance(item, Page) and item.url.endswith("/dropped"):
            raise DropItem("unwanted")
        if isinstance(item, Page) and item.url.endswith("/unpiped"):
            raise ZeroDivisionError("broken")
        return item


class LosingSpider(FeedSpider):
    name = "losing"

    async def parse(self, response: Response, target: FeedTarget) -> AsyncIterator[Any]:
        if target.url.endswith("/lost-feed"):
            raise ZeroDivisionError("broken")
        async for each in super().parse(response, target):
            yield each

    async def _listed(self, *arguments: Any) -> AsyncIterator[Request]:
        async for request in super()._listed(*arguments):
            yield request.replace(callback=self.parse_page)

    def parse_page(self, response: Response, due: Any) -> Iterator[Page]:
        if response.url.endswith("/raises"):
            raise ZeroDivisionError("broken")
        if not response.url.endswith("/empty"):
            yield from StorePipeline.of(self.crawler).pages.parse(response, due)


def main() -> None:
    folder, *feeds = sys.argv[1:]
    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    settings["DOWNLOADER_MIDDLEWARES"][LosingMiddleware] = 10
    settings["SPIDER_MIDDLEWARES"][FilteringMiddleware] = 10
    settings["ITEM_PIPELINES"][LosingPipeline] = 10
    here = {
        "STORE_FOLDER": folder,
        "ALLOW_ADDRESSES": ["127.0.0.0/8"],
        "DOWNLOAD_DELAY": 0.0,
        "RETRY_TIMES": 0,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.RFPDupeFilter",
    }
    settings.setdict(here, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl(LosingSpider, sources=(SourceFeeds(name="notes", feeds=tuple(feeds)),))
    process.start()


if __name__ == "__main__":
    main()
