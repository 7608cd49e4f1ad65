"""Which entries of a list, and which sitemaps of an index, are of some days of the past. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from articles.model import FeedEntry
from crawlers.history.url_dates import Span, list_span, span_of
from crawlers.sitemaps import ChildSitemap

_OTHERS = re.compile(
    r"(?:^|[-_./\d])(?:categor(?:y|ies)|tags?|topics?|taxonom(?:y|ies)|authors?|users?|images?|photos?|videos?)"
    r"(?=$|[-_./\d])",
    re.IGNORECASE,
)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """Entries of the days that are looked through, and how many others are dated elsewhere or not at all.

    `due` are the URLs of those that a run would fetch, too, since they are so recent.
    """

    within: tuple[FeedEntry, ...] = ()
    due: frozenset[str] = frozenset()
    outside: int = 0
    undated: int = 0


def sifted(entries: Iterable[FeedEntry], days: Span, recent: datetime) -> Sifted:
    """The entries sorted by `span_of`; those dated `recent` or later are due."""
    spans = [(entry, span_of(entry)) for entry in entries]
    within = [(entry, span) for entry, span in spans if span and span.overlaps(days)]
    undated = sum(span is None for _, span in spans)
    return Sifted(
        within=tuple(entry for entry, _ in within),
        due=frozenset(entry.url for entry, span in within if span.first >= recent),
        outside=len(spans) - len(within) - undated,
        undated=undated,
    )


def sitemaps_of(children: Sequence[ChildSitemap], days: Span) -> tuple[str, ...]:
    """The addresses of those sitemaps of an index that may list pages of these days, the likeliest first.

    Left out are those whose address names other days, and those that were last changed before. Those that list tags, authors or
    pictures by their names come last.
    """
    found = [(child, list_span(child.url)) for child in children]
    open_ = [
        (child, span)
        for child, span in found
        if (span is None or span.overlaps(days)) and not _changed_before(child, days.first)
    ]
    open_.sort(key=lambda each: (bool(_OTHERS.search(urlsplit(each[0].url).path)), each[1] is None))
    return tuple(child.url for child, _ in open_)


def _changed_before(child: ChildSitemap, first: datetime) -> bool:
    """Of a day it is not known in which time zone it is meant."""
    if child.lastmod is None:
        return False
    if isinstance(child.lastmod, datetime):
        return child.lastmod < first
    return child.lastmod < (first - _DAY).date()
