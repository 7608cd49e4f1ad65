"""The way into a site by its sitemaps: those that an index lists are read as well, the newest first."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from scrapy import Request

from articles.errors import UrlError
from articles.urls import host
from crawlers.clock import clock
from crawlers.fetching.answers import Answer
from crawlers.pipelines import StorePipeline
from crawlers.plan import SourceFeeds
from crawlers.readers.sitemap_choice import chosen
from crawlers.readers.sitemap_reader import SitemapReader
from crawlers.sitemaps import ChildSitemap
from crawlers.spiders.listing import ListSpider
from store.feed_records import FeedTarget
from store.policy import Terms

_DEEPEST = 2  # an index may list indexes
_UNDATED = 200  # pages without a date of one sitemap


class SitemapSpider(ListSpider):
    """Crawls sitemaps (also news sitemaps and indexes, gzipped or not), and the articles that they list.

    On its own: `scrapy crawl sitemap -a url=https://example.org/sitemap.xml -O pages.jsonl`, several addresses with
    commas between.
    """

    name = "sitemap"
    sample = "sitemap.xml"
    size_limit = "MAX_SITEMAP_BYTES"
    _reader: SitemapReader | None = None

    def __init__(self, url: str = "", sources: tuple[SourceFeeds, ...] = (), **arguments: Any) -> None:
        super().__init__(url, sources, **arguments)
        self._hosts = {source.name: _hosts(source) for source in sources}
        self._sites = {source.name: source.site for source in sources}
        self._levels = {(name, address): 0 for name, addresses in self._lists for address in addresses}

    def lists_of(self, source: SourceFeeds) -> tuple[str, ...]:
        """Its sitemaps."""
        return source.sitemaps

    async def read(self, target: FeedTarget, answer: Answer) -> AsyncIterator[Request]:
        """Requests for the pages that a sitemap lists and that are due, and for sitemaps that it lists."""
        known = await StorePipeline.of(self.crawler).articles(target.source)
        self._reader = self._reader or SitemapReader()
        hosts = self._hosts.get(target.source, ())
        result, found = await self._reader.read(target, answer, hosts, known, self.site_of(target))
        children = await self._children(target, found.sitemaps) if found.sitemaps else []
        async for request in self._listed(target, result, found.entries, len(children)):
            yield request
        for child in children:
            async for request in self.fetched(child):
                yield request

    def site_of(self, target: FeedTarget) -> str:
        """A URL of the site that a sitemap lists pages of, "" for its own."""
        return self._sites.get(target.source, "")

    async def _children(self, index: FeedTarget, children: tuple[ChildSitemap, ...]) -> list[FeedTarget]:
        """Those sitemaps of an index that are to be read now; the others are counted."""
        store = StorePipeline.of(self.crawler)
        level = self._levels[index.source, index.url] + 1
        if level > _DEEPEST:
            store.leave_sitemaps(len(children))
            return []
        left = 0

        def choose(known: list[FeedTarget]) -> list[FeedTarget]:
            nonlocal left
            by_url = {
                target.url: target for target in known if (target.source, target.url) not in self._levels
            }
            others = [child for child in children if child.url in by_url]
            read_at = {url: target.read_at for url, target in by_url.items()}
            best, left = chosen(others, read_at, clock(self.crawler)(), self.terms().since)
            return [by_url[url] for url in best]

        urls = [child.url for child in children]
        targets = await store.targets([(index.source, urls)], choose=choose)
        self._levels.update({(target.source, target.url): level for target in targets})
        store.leave_sitemaps(left)
        return targets

    def terms(self) -> Terms:
        """The young pages, and few of many without a date: a sitemap may list all that its site ever had.

        A lastmod makes a known page due again only where it proved true (store/lastmods.py): many sites write the time
        at which the sitemap was made.
        """
        backlog = self.settings.getfloat("BACKLOG")
        since = clock(self.crawler)() - timedelta(seconds=backlog) if backlog else None
        return Terms(since=since, undated=_UNDATED, updates=False)

    def closed(self, reason: str) -> None:  # noqa: ARG002  Scrapy's signature
        """Called by Scrapy at the end."""
        if self._reader is not None:
            self._reader.close()


def _hosts(source: SourceFeeds) -> tuple[str, ...]:
    """The hosts whose pages its sitemaps may list; where it names its site, that of a sitemap is none of them."""
    found: dict[str, None] = {}
    for address in (*source.feeds, *source.sections) if source.site else source.lists:
        try:
            found[host(address)] = None
        except UrlError:
            continue
    return tuple(found)
