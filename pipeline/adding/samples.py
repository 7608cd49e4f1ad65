"""What a feed, a sitemap or a section gives, as a sample of one fetched page shows it. Pure, for a killable worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from articles.errors import FeedError
from articles.html import content_type
from articles.model import FeedEntry, Page
from crawlers.feeds import parse as parse_feed
from crawlers.front_page import article_links
from crawlers.readers.sitemap_pages import SitemapTask, read_pages
from crawlers.sitemaps import ChildSitemap, SitemapBody, is_of_site
from crawlers.url_shapes import evidence

Kind = Literal["feed", "sitemap", "section"]

RECENT = timedelta(days=2)
_LIKELY = 2  # evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a way into a site gave: the number of its entries, of those with a date, of those with the address of an
    article, and of those dated in the last two days; the newest date.

    `named`: the site itself names it, as opposed to a guess. `news`: it is a news sitemap. `sitemaps` are those that an
    index lists, `at` is when it was fetched (None if it was not). `site` is a URL of the site whose robots.txt names it, ""
    where it is of that site itself. `error` says why it gave nothing ("" if it did).
    """

    kind: Kind
    url: str
    named: bool = True
    entries: int = 0
    dated: int = 0
    articles: int = 0
    recent: int = 0
    newest: datetime | None = None
    news: bool = False
    sitemaps: tuple[ChildSitemap, ...] = ()
    at: datetime | None = None
    site: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class SampleTask:
    """A page that was fetched as a way into the site of the URL `site` ("": its own), under the address that is to be kept."""

    kind: Kind
    page: Page
    url: str
    named: bool
    site: str = ""


def sample(task: SampleTask) -> Sample:
    """What the page gives."""
    if task.page.status != 200:
        return _failed(task, f"HTTP {task.page.status}")
    match task.kind:
        case "feed":
            return _feed(task)
        case "sitemap":
            return _sitemap(task)
        case "section":
            return _section(task)


def _feed(task: SampleTask) -> Sample:
    page = task.page
    try:
        feed = parse_feed(page.body, page.final_url, "once", page.fetched_at, page.headers)
    except FeedError as error:
        return _failed(task, f"no feed ({error})")
    return _counted(task, feed.entries)


def _sitemap(task: SampleTask) -> Sample:
    page = task.page
    body = SitemapBody(
        task.url, "once", page.body, page.fetched_at, page.headers, page.final_url, site=task.site
    )
    found = read_pages(SitemapTask(body))
    if isinstance(found, str):
        return _failed(task, f"no sitemap ({found})")
    return _counted(task, found.entries, found.sitemaps)


def _section(task: SampleTask) -> Sample:
    page = task.page
    links = article_links(page.body, page.final_url, content_type(page))
    return _counted(task, [FeedEntry(url=url, source="once", title=title) for url, title in links])


def _counted(
    task: SampleTask, entries: Sequence[FeedEntry], sitemaps: tuple[ChildSitemap, ...] = ()
) -> Sample:
    dates = [date for entry in entries if (date := entry.published_at or entry.updated_at)]
    return Sample(
        kind=task.kind,
        url=task.url,
        named=task.named,
        entries=len(entries),
        dated=len(dates),
        articles=sum(evidence(entry.url) >= _LIKELY for entry in entries),
        recent=sum(date >= task.page.fetched_at - RECENT for date in dates),
        newest=max(dates, default=None),
        news=task.kind == "sitemap" and sum(bool(entry.title) for entry in entries) * 2 > len(entries),
        sitemaps=sitemaps,
        at=task.page.fetched_at,
        site=task.site if task.site and not is_of_site(task.url, task.site) else "",
    )


def _failed(task: SampleTask, error: str) -> Sample:
    return Sample(kind=task.kind, url=task.url, named=task.named, error=error)
