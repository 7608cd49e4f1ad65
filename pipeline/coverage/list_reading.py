"""A fetched list to what it names, in a worker process that can be killed."""

from dataclasses import dataclass
from typing import Literal

from articles.html import content_type
from articles.model import FeedEntry, Page
from crawlers.feeds import FeedBody, read
from crawlers.front_page import article_links
from crawlers.readers.sitemap_pages import SitemapPages, SitemapTask, read_pages
from crawlers.sitemaps import SitemapBody

Kind = Literal["feed", "sitemap", "section"]
Read = SitemapPages | str
_OK = 200


@dataclass(frozen=True, slots=True)
class ListTask:
    """A fetched feed, sitemap or front page of a source, and the addresses of some of its articles."""

    way: Kind
    page: Page
    source: str
    known: tuple[str, ...]
    site: str


def read_list(task: ListTask) -> Read:
    """What a list names; why it cannot be read, if so."""
    page = task.page
    if page.status != _OK:
        return f"HTTP {page.status}"
    match task.way:
        case "feed":
            feed = read(
                FeedBody(page.url, task.source, page.body, page.fetched_at, page.headers, page.final_url)
            )
            return feed if isinstance(feed, str) else SitemapPages(feed.entries, (), {}, whole=feed.whole)
        case "sitemap":
            body = SitemapBody(
                page.url,
                task.source,
                page.body,
                page.fetched_at,
                page.headers,
                page.final_url,
                site=task.site,
            )
            return read_pages(SitemapTask(body, task.known))
        case "section":
            return _section(task)


def _section(task: ListTask) -> Read:
    page = task.page
    links = article_links(page.body, page.final_url, content_type(page), task.known)
    if not links:
        return "links to no article"
    entries = (FeedEntry(url=url, source=task.source, feed=page.url, title=title) for url, title in links)
    return SitemapPages(tuple(entries), (), {}, whole=True)
