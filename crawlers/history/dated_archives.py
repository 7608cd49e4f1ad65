"""Where a site may keep a page for each day or month with that day's articles. Pure.

A pattern is an address with `{y}`, `{m}` and `{d}`, as `str.format` fills them.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from crawlers.history.url_dates import Span

USUAL = (
    *("/{y}/{m:02}/{d:02}/", "/{y}/{m:02}/", "/archive/{y}/{m:02}/{d:02}", "/archiv/{y}-{m:02}-{d:02}"),
    *("/sitemap/{y}/{m:02}/{d:02}",),
)
_MONTH = timedelta(days=31)
_MOST = 6  # patterns by a site's own addresses
_DATE = re.compile(
    r"/(?P<year>(?:19|20)\d\d)(?P<first>[-/]?)(?P<month>0[1-9]|1[0-2]|[1-9](?!\d))"
    r"(?:(?P<second>[-/]?)(?P<day>0[1-9]|[12]\d|3[01]|[1-9](?!\d)))?/"
)


def patterns(home: str, known: Iterable[str]) -> tuple[str, ...]:
    """Patterns to try at the host of `home`: those of the folders that known articles lie in, the most frequent first; then usual ones."""
    host = urlsplit(home).netloc
    own = Counter(
        found for url in known if urlsplit(url).netloc == host and (found := _pattern(url)) is not None
    )
    usual = [urljoin(home, path) for path in USUAL]
    return tuple(dict.fromkeys([*(pattern for pattern, _ in own.most_common(_MOST)), *usual]))


def addresses(pattern: str, days: Span) -> tuple[str, ...]:
    """The pattern's addresses for a span of days, in order, each once."""
    return tuple(dict.fromkeys(pattern.format(y=day.year, m=day.month, d=day.day) for day in days.days()))


def trial(pattern: str, days: Span) -> tuple[str, ...]:
    """The first, the last and a middle address of these days; where that is only one, the one before it, too.

    What all of them link to is the site's, and no day's.
    """
    pages = addresses(pattern, days)
    some = tuple(dict.fromkeys((pages[0], pages[len(pages) // 2], pages[-1])))
    if len(some) > 1:
        return some
    before = addresses(pattern, Span(days.first - _MONTH, days.first))
    return (*some, [page for page in before if page not in some][-1])


def _pattern(url: str) -> str | None:
    """The folder of an article with its date left open; None if it names none."""
    match = _DATE.search(urlsplit(url).path)
    if match is None:
        return None
    before, _, _ = url.partition(match[0])
    if "{" in before or "}" in before:
        return None
    month = "{m}" if len(match["month"]) == 1 else "{m:02}"
    day = ("{d}" if len(match["day"]) == 1 else "{d:02}") if match["day"] else ""
    return f"{before}/{{y}}{match['first']}{month}{match['second'] or ''}{day}/"
