"""Which sitemaps of an index are read in a run. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from crawlers.sitemaps import ChildSitemap

MOST = 50
"""The most sitemaps of one index that a run reads."""

_NUMBERS = re.compile(r"(\d+)")
_OTHERS = re.compile(
    r"(?:^|[-_./\d])(?:categor(?:y|ies)|tags?|post_tag|topics?|taxonom(?:y|ies)|authors?|users?|images?|photos?|videos?|static)"
    r"(?=$|[-_./\d])",
    re.IGNORECASE,
)
_NEWS = timedelta(days=7)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def chosen(
    children: Sequence[ChildSitemap],
    read_at: Mapping[str, datetime | None],
    now: datetime,
    since: datetime | None = None,
    most: int = MOST,
) -> tuple[tuple[str, ...], int]:
    """The addresses of the sitemaps to read now, the best first, and how many others may list what is not known.

    Left out are those that have not changed after they were read (`read_at`), or after `since`; unless nothing has changed
    for a week by what the index says: then it is not believed. The newest come first; without dates, those at the ends of the
    index, ordered by their addresses, because the newest has the first or the last number or date in these. Last come those
    that list tags, authors or pictures by their names.
    """
    believed = any(_moment(child.lastmod) >= now - _NEWS for child in children)
    said = children if believed else [ChildSitemap(child.url) for child in children]
    open_ = [child for child in said if _may_have_changed(child, read_at.get(child.url))]
    wanted = [
        child for child in open_ if since is None or child.lastmod is None or _moment(child.lastmod) >= since
    ]
    wanted.sort(key=lambda child: _naturally(child.url))
    ends = {child.url: (min(place, len(wanted) - 1 - place), -place) for place, child in enumerate(wanted)}
    wanted.sort(key=lambda child: ends[child.url])
    wanted.sort(key=lambda child: _moment(child.lastmod), reverse=True)
    wanted.sort(key=lambda child: bool(_OTHERS.search(urlsplit(child.url).path)))
    best = tuple(child.url for child in wanted[:most])
    return best, len(open_) - len(best)


def _may_have_changed(child: ChildSitemap, read_at: datetime | None) -> bool:
    if read_at is None or child.lastmod is None:
        return True
    if isinstance(child.lastmod, datetime):
        return child.lastmod > read_at
    return child.lastmod >= read_at.date()


def _moment(lastmod: datetime | date | None) -> datetime:
    """A day's last moment, as it may have been."""
    if lastmod is None:
        return _LONG_AGO
    if isinstance(lastmod, datetime):
        return lastmod
    return datetime(lastmod.year, lastmod.month, lastmod.day, 23, 59, 59, tzinfo=UTC)


def _naturally(url: str) -> list[tuple[int, str]]:
    """A key by which 10 comes after 9."""
    return [(int(part) if part.isdecimal() else 0, part) for part in _NUMBERS.split(url)]
