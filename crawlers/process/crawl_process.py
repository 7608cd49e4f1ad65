"""The crawl process: Scrapy's engines are started with the settings of the parent's plan; it ends with the last crawl."""

import gc
import logging
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from articles.errors import BroadsheetError, BrowserError, HeadersError, SpiderError
from articles.model import FeedEntry
from crawlers import shared
from crawlers.fetching import browser
from crawlers.middlewares import credentials
from crawlers.plan import CrawlPlan, CrawlReport, FailedFeed, SourceFeeds
from crawlers.process.parent import Parent
from crawlers.process.parent_link import ParentLink
from crawlers.process.scrapy_settings import add_protected, process_settings
from crawlers.process.spider_folder import spider_class
from crawlers.spiders.feed import FeedSpider
from store.records import FeedReason

_FILES = 8192
"""Open files that suffice for any plan: requests under way and idle connections of each crawl, and the store's own."""

_NEW_OBJECTS = 5_000
"""After so many more objects garbage is looked for: requests under way live through many of Python's 700."""

Crawl = tuple[Crawler, dict[str, Any]]
"""A crawl to start, and its spider's arguments."""


def main() -> NoReturn:
    """Crawl the parent's plan, and exit."""
    parent = Parent()
    _configure_logging()
    _allow_files()
    try:
        _crawl(parent.plan(), parent)
    except BroadsheetError as error:
        parent.end(CrawlReport(finish=f"failed: {error}"))
    parent.end(CrawlReport(finish="failed: Scrapy ended before the crawl; the log says why"))


def _allow_files() -> None:
    """Login shells and services start with 1,024 open files allowed, and a process may allow itself more."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(most, _FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, wanted), most))


def _crawl(plan: CrawlPlan, parent: Parent) -> None:
    process = AsyncCrawlerProcess(process_settings(plan))
    crawls, failed = _crawls(plan, process)
    crawlers = [crawler for crawler, _ in crawls]
    shared.share(crawlers)
    ParentLink(crawlers, parent, failed)
    gc.freeze()  # what was imported stays, and is not looked through again and again
    gc.set_threshold(_NEW_OBJECTS)
    for crawler, arguments in crawls:
        process.crawl(crawler, **arguments)
    process.start(install_signal_handlers=False)


def _crawls(plan: CrawlPlan, process: AsyncCrawlerProcess) -> tuple[list[Crawl], tuple[FailedFeed, ...]]:
    """The crawls of a plan, and what cannot be started: one for all feeds, one for each source with anything of its own."""
    special = [
        source for source in plan.sources if source.spider or source.scrapy or source.headers or source.render
    ]
    common = [source for source in plan.sources if source not in special]
    own_pages = {source.name for source in special}
    pages = tuple(page for page in plan.pages if page.source not in own_pages)
    crawls = _by_lists(tuple(common), plan, {}, process, pages)
    failed = []
    for source in special:
        try:
            credentials.values(source.headers, os.environ)
            if source.render:
                browser.executable()
            for crawl in _own_crawls(source, plan, process):
                crawls.append(crawl)  # what comes before a failure counts
        except SpiderError as error:
            reason, url = f"{FeedReason.SPIDER}: {error}", source.spider or source.lists[0]
            failed.append(FailedFeed(source=source.name, url=url, error=reason))
        except (HeadersError, BrowserError) as error:
            reason = (
                f"{FeedReason.HEADERS if isinstance(error, HeadersError) else FeedReason.BROWSER}: {error}"
            )
            failed += [FailedFeed(source=source.name, url=way, error=reason) for way in source.ways]
    return crawls, tuple(failed)


def _own_crawls(source: SourceFeeds, plan: CrawlPlan, process: AsyncCrawlerProcess) -> Iterator[Crawl]:
    """The crawls of a source with anything of its own. Raises SpiderError."""
    sites = [source.site] if source.site else list(source.lists)
    own = {**source.scrapy, "SOURCE_HEADERS": source.headers, "SOURCE_SITES": sites, "RENDER": source.render}
    pages = tuple(page for page in plan.pages if page.source == source.name)
    if source.lists or pages or plan.past:
        yield from _by_lists((source,), plan, own, process, pages)
    if source.spider:
        spider = spider_class(source.spider, Path(plan.spiders))
        own |= {"SOURCE": source.name, "WAY_IN": source.spider}
        yield _crawler(spider, plan, own, process), dict(source.arguments)


def _by_lists(
    sources: tuple[SourceFeeds, ...],
    plan: CrawlPlan,
    own: dict[str, Any],
    process: AsyncCrawlerProcess,
    pages: tuple[FeedEntry, ...],
) -> list[Crawl]:
    """A crawl for the feeds, which takes what is due without a list as well; one for sitemaps and one for sections, if there are any."""
    past = plan.past
    own = {"CONCURRENT_ITEMS": 1, **plan.scrapy, **own}  # a list gives requests, a page one item
    if past or plan.only_pages:
        crawls: list[Crawl] = [(_crawler(FeedSpider, plan, own, process), {"pages": pages})]
        if past and past.sitemaps and sources:
            from crawlers.history.sitemap_history import SitemapHistorySpider

            spider = _crawler(SitemapHistorySpider, plan, own, process)
            crawls.append((spider, {"sources": sources, "past": past}))
        if past and past.archives and sources:
            from crawlers.history.archive_spider import ArchiveSpider

            spider = _crawler(ArchiveSpider, plan, own, process)
            crawls.append((spider, {"sources": sources, "past": past}))
        return crawls
    crawls = [(_crawler(FeedSpider, plan, own, process), {"sources": sources, "pages": pages})]
    if any(source.sitemaps for source in sources):
        from crawlers.spiders.sitemap import SitemapSpider

        crawls.append((_crawler(SitemapSpider, plan, own, process), {"sources": sources}))
    if any(source.sections for source in sources):
        from crawlers.spiders.section import SectionSpider

        crawls.append((_crawler(SectionSpider, plan, own, process), {"sources": sources}))
    return crawls


def _crawler(
    spider: type[Spider], plan: CrawlPlan, own: dict[str, Any], process: AsyncCrawlerProcess
) -> Crawler:
    crawler = process.create_crawler(spider)
    add_protected(crawler.settings, {**plan.scrapy, **own}, process.settings, plan.allow_scrapy)
    return crawler


class _OneLine(logging.Formatter):
    """A record on one line, control characters escaped: parts of it come from the web."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _is_news(record: logging.LogRecord) -> bool:
    """Scrapy's handlers warn of bodies too large or cut, which are accounted for page by page."""
    return record.levelno > logging.WARNING or not record.name.startswith("scrapy.core.downloader.handlers")


def _configure_logging() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(_is_news)
    logging.basicConfig(handlers=[handler])
    logging.disable(logging.INFO)  # Scrapy sets its own logger to DEBUG
