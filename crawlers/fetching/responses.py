"""Scrapy's responses as the records of this project."""

from datetime import datetime

from scrapy.http import Response

from articles.model import FeedEntry, Page
from articles.urls import canonical
from crawlers.fetching.answers import Answer, Headers

FETCHED_AT = "fetched_at"
"""Where a request's meta says when its answer was complete; the politeness middleware notes it."""

ENOUGH = "enough"
"""Where a request's meta says how many bytes are enough, sent and decoded: of a longer body, only the first are kept."""

RESERVED = "reserved"
"""Where a request's meta says what the files of its site reserve for it; the robots.txt middleware notes it."""

_PERMANENT = frozenset((301, 308))


def headers(response: Response) -> Headers:
    """All headers in order as sent, their names in lower case."""
    return tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )


def answer(response: Response, at: datetime) -> Answer:
    """The answer that came complete at `at`, whatever led to it."""
    return Answer(
        url=response.url, status=response.status, headers=headers(response), body=response.body, at=at
    )


def moved_to(response: Response) -> str:
    """The address that only permanent redirects led to, "" where there were none, or others."""
    statuses = response.meta.get("redirect_reasons", ())
    return response.url if statuses and _PERMANENT.issuperset(statuses) else ""


def page(response: Response, entry: FeedEntry) -> Page:
    """The page that a request for `entry` led to."""
    meta = response.meta
    return Page(
        url=entry.url,
        final_url=canonical(response.url),
        redirects=tuple(meta.get("redirect_urls", ())),
        status=response.status,
        headers=headers(response),
        body=response.body,
        fetched_at=meta[FETCHED_AT],
        entry=entry,
        reserved=tuple(meta.get(RESERVED, ())),
    )
