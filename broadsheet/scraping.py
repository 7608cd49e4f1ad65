"""What a spider of your own yields: links to articles, and pages.

    import scrapy
    from broadsheet.scraping import link, page

    class GazetteSpider(scrapy.Spider):
        name = "gazette"
        start_urls = ["https://gazette.example/archive"]

        def parse(self, response):
            for anchor in response.css("article h2 a"):
                yield link(response.urljoin(anchor.attrib["href"]), title=anchor.css("::text").get(""))

A link is fetched where it is due: when it is new, or when an earlier attempt failed and its time has come. A page is kept
as it is, whatever was known of it. All other requests are yours: they go by the same rules of politeness, and their
answers come to your callbacks.
"""

from collections.abc import Sequence
from datetime import datetime

from scrapy.http import Response

from articles.model import FeedEntry, Page
from articles.urls import canonical
from crawlers.fetching import responses

__all__ = ["link", "page"]


def link(
    url: str,
    *,
    title: str = "",
    summary: str = "",
    authors: Sequence[str] = (),
    tags: Sequence[str] = (),
    language: str = "",
    published_at: datetime | None = None,
    updated_at: datetime | None = None,
) -> FeedEntry:
    """An article that your spider found, to be fetched if it is due. Times are aware. Raises UrlError."""
    return FeedEntry(
        url=canonical(url),
        source="",
        title=title,
        summary=summary,
        authors=tuple(authors),
        tags=tuple(tags),
        language=language,
        published_at=published_at,
        updated_at=updated_at,
    )


def page(response: Response) -> Page:
    """An article's page that your spider fetched. Raises UrlError."""
    requested = response.meta.get("redirect_urls", [response.url])[0]
    return responses.page(response, FeedEntry(url=canonical(requested), source=""))
