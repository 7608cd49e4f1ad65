"""The way into a site by its feeds: each is fetched and read, and what it lists is fetched if it is due."""

import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from scrapy import Request

from crawlers.fetching.answers import Answer
from crawlers.plan import SourceFeeds
from crawlers.spiders.listing import ListSpider
from store.feed_records import FeedTarget

if TYPE_CHECKING:
    from crawlers.readers.feed_reader import FeedReader

_log = logging.getLogger(__name__)


class FeedSpider(ListSpider):
    """Crawls feeds, and pages that are named besides.

    On its own: `scrapy crawl feed -a url=https://example.org/feed -O pages.jsonl`, several addresses with commas between.
    `broadsheet run` gives it the sources of broadsheet.toml, and of their pages those that are due.
    """

    name = "feed"
    sample = "feed.xml"
    _reader: "FeedReader | None" = None

    def lists_of(self, source: SourceFeeds) -> tuple[str, ...]:
        """Its feeds."""
        return source.feeds

    async def read(self, target: FeedTarget, answer: Answer) -> AsyncIterator[Request]:
        """Requests for the pages that a feed lists and that are due."""
        if self._reader is None:
            from crawlers.readers.feed_reader import FeedReader  # where nothing is new, none is read

            self._reader = FeedReader()
        result, entries, dropped = await self._reader.read(target, answer)
        if dropped:
            _log.warning("feed %s: entries left out: %s", target.url, dropped)
        async for request in self._listed(target, result, entries):
            yield request

    def closed(self, reason: str) -> None:  # noqa: ARG002  Scrapy's signature
        """Called by Scrapy at the end."""
        if self._reader is not None:
            self._reader.close()
