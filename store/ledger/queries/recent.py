"""What came of late, in the ledger: a run's rejections, how each host did, a source's articles."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from articles.errors import UrlError
from articles.urls import canonical
from store.ledger.capture_table import CAPTURES
from store.ledger.feed_table import FEEDS
from store.ledger.knowledge_table import FEATURES
from store.ledger.miss_table import MISSES
from store.records import Outcome

_EXAMPLES = 5
_MOST_ARTICLES = 500


@dataclass(frozen=True, slots=True)
class Rejected:
    """Captures rejected for one reason: their number and some of their URLs."""

    reason: str
    count: int
    examples: tuple[str, ...]


@dataclass(slots=True)
class HostRecord:
    """A host in a run. `first` and `last` are the times of its first and last archived page.

    `problems` is the URLs of pages and feeds that could not be fetched, by reason.
    """

    host: str
    pages: int = 0
    first: datetime | None = None
    last: datetime | None = None
    problems: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def between_pages(self) -> timedelta:
        """Mean time between two pages, including politeness delays; 0 for fewer than two pages."""
        if self.first is None or self.last is None or self.pages < 2:
            return timedelta(0)
        return (self.last - self.first) / (self.pages - 1)


def rejected(conn: Connection, since: datetime) -> list[Rejected]:
    """Captures rejected at `since` or later, by reason."""
    columns = (CAPTURES.c.reason, CAPTURES.c.url)
    query = select(*columns).where(CAPTURES.c.outcome == Outcome.REJECTED, CAPTURES.c.settled_at >= since)
    rows = conn.execute(query.order_by(CAPTURES.c.reason, CAPTURES.c.id))
    found = []
    for reason, group in groupby(rows, key=lambda row: row.reason):
        urls = [row.url for row in group]
        found.append(Rejected(reason, len(urls), tuple(urls[:_EXAMPLES])))
    return found


def articles(conn: Connection, source: str) -> tuple[str, ...]:
    """The addresses of a source's latest articles, each once, 500 at most."""
    latest = (
        select(FEATURES.c.article_id)
        .where(FEATURES.c.source == source)
        .order_by(FEATURES.c.first_seen_at.desc())
        .limit(_MOST_ARTICLES)
    )
    captures = select(CAPTURES.c.final_url).where(CAPTURES.c.article_id.in_(latest))
    return tuple(conn.scalars(captures.distinct().order_by(CAPTURES.c.final_url)))


def hosts(conn: Connection, since: datetime) -> list[HostRecord]:
    """Every host with a page requested, or a feed that failed, at `since` or later; by name."""
    found: dict[str, HostRecord] = {}

    def record(url: str) -> HostRecord:
        name = _host(url)
        return found.setdefault(name, HostRecord(name))

    pages = select(CAPTURES.c.url, CAPTURES.c.fetched_at).where(CAPTURES.c.fetched_at >= since)
    for row in conn.execute(pages.order_by(CAPTURES.c.fetched_at)):
        host = record(row.url)
        host.pages += 1
        host.first = host.first or row.fetched_at
        host.last = row.fetched_at
    misses = select(MISSES.c.url, MISSES.c.reason).where(MISSES.c.at >= since)
    for row in conn.execute(misses.order_by(MISSES.c.id)):
        record(row.url).problems[row.reason].append(row.url)
    feeds = select(FEEDS.c.url, FEEDS.c.error).where(FEEDS.c.fetched_at >= since, FEEDS.c.error != "")
    for row in conn.execute(feeds.order_by(FEEDS.c.url)):
        record(row.url).problems[f"feed: {row.error}"].append(row.url)
    return [found[name] for name in sorted(found)]


def _host(url: str) -> str:
    """Host and port; for a feed that is not a URL, all of it, quoted."""
    try:
        return urlsplit(canonical(url)).netloc
    except UrlError:
        return repr(url)
