"""The way into a site by its front and section pages: the links to articles are told from the others, and followed."""

from collections.abc import AsyncIterator

from scrapy import Request

from crawlers.fetching.answers import Answer
from crawlers.pipelines import StorePipeline
from crawlers.plan import SourceFeeds
from crawlers.readers.section_reader import SectionReader
from crawlers.spiders.listing import ListSpider
from store.feed_records import FeedTarget


class SectionSpider(ListSpider):
    """Crawls front and section pages, and the articles that they link to.

    On its own: `scrapy crawl section -a url=https://example.org/politics/ -O pages.jsonl`, several addresses with commas
    between.
    """

    name = "section"
    sample = "section.html"
    size_limit = "DOWNLOAD_MAXSIZE"
    _reader: SectionReader | None = None

    def lists_of(self, source: SourceFeeds) -> tuple[str, ...]:
        """Its sections."""
        return source.sections

    async def read(self, target: FeedTarget, answer: Answer) -> AsyncIterator[Request]:
        """Requests for the articles that a page links to and that are due."""
        known = await StorePipeline.of(self.crawler).articles(target.source)
        self._reader = self._reader or SectionReader()
        result, entries = await self._reader.read(target, answer, known)
        async for request in self._listed(target, result, entries):
            yield request

    def closed(self, reason: str) -> None:  # noqa: ARG002  Scrapy's signature
        """Called by Scrapy at the end."""
        if self._reader is not None:
            self._reader.close()
