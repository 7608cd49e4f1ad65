"""The past of a source by its sitemaps: of an index, all that may list pages of the days that are looked for."""

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request

from articles.model import FeedEntry
from crawlers.history.sifting import sifted, sitemaps_of
from crawlers.history.url_dates import Span
from crawlers.pipelines import StorePipeline
from crawlers.plan import Past, SourceFeeds
from crawlers.progress import Progress
from crawlers.sitemaps import ChildSitemap
from crawlers.spiders.sitemap import SitemapSpider
from store.feed_records import FeedResult, FeedTarget

_DEEPEST = 3


class SitemapHistorySpider(SitemapSpider):
    """Reads the sitemaps of a plan's past, and notes the pages of its days; fetches none of them."""

    def __init__(self, past: Past, sources: tuple[SourceFeeds, ...], **arguments: Any) -> None:
        self._past = past
        self._days = Span(past.first, past.end)
        self._most_left = past.most
        self._seen: set[str] = set()
        super().__init__(sources=sources, **arguments)
        own = {url for source in sources for url in source.sitemaps}
        self._vouched_for = set(past.sitemaps) - own

    def lists_of(self, source: SourceFeeds) -> tuple[str, ...]:  # noqa: ARG002  the past is of one source
        """The sitemaps to begin with."""
        return self._past.sitemaps

    async def start(self) -> AsyncIterator[Any]:
        """Those sitemaps, whole."""
        for source, addresses in self._lists:
            for address in addresses:
                async for request in self._asked(FeedTarget(source=source, url=address)):
                    yield request

    def site_of(self, target: FeedTarget) -> str:
        """As in a run; of what the site's robots.txt names, the pages of that site."""
        return super().site_of(target) or (self._past.site if target.url in self._vouched_for else "")

    async def _children(self, index: FeedTarget, children: tuple[ChildSitemap, ...]) -> list[FeedTarget]:
        """The sitemaps of an index that may list pages of these days, as long as not too many were read."""
        level = self._levels[index.source, index.url] + 1
        unread = [
            FeedTarget(source=index.source, url=url)
            for url in sitemaps_of(children, self._days)
            if (index.source, url) not in self._levels
        ]
        best = unread[: self._most_left] if level <= _DEEPEST else []
        self._most_left -= len(best)
        if index.url in self._vouched_for:
            self._vouched_for.update(each.url for each in best)
        self._levels.update({(each.source, each.url): level for each in best})
        StorePipeline.of(self.crawler).leave_sitemaps(len(unread) - len(best))
        Progress.of(self.crawler).count(feeds=len(best))
        return best

    async def _asked(self, target: FeedTarget) -> AsyncIterator[Request]:
        Progress.of(self.crawler).count(feeds=1)
        async for request in self.fetched(target):
            yield request

    async def _listed(
        self,
        target: FeedTarget,  # noqa: ARG002
        result: FeedResult,
        entries: tuple[FeedEntry, ...],
        inner: int = 0,  # noqa: ARG002
    ) -> AsyncIterator[Request]:
        """Note the pages of these days that no other sitemap listed before; leads to no request."""
        fresh = [entry for entry in entries if entry.url not in self._seen]
        self._seen.update(entry.url for entry in fresh)
        found = sifted(fresh, self._days, self._past.recent)
        await StorePipeline.of(self.crawler).note_past(self.name, found, keep=self._past.keep)
        progress = Progress.of(self.crawler)
        if result.error:
            progress.feed_error(result)
        else:
            progress.count(feeds_fetched=1)
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request
