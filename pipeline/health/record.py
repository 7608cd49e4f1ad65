"""What the ledger holds of a source's last weeks, as health needs it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from store.feed_records import FeedHealth
from store.ledger import arrival_table
from store.ledger.arrival_table import Arrival
from store.ledger.capture_table import CAPTURES
from store.ledger.miss_table import MISSES
from store.ledger.url_table import URLS
from store.records import Outcome

WINDOW = timedelta(days=60)
_FINE = (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.SUPERSEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The last time that a page was asked for, and why that gave no article: of a rejection or a miss; "" if it gave one.

    `detail` is what the ledger says about it, for people.
    """

    url: str
    at: datetime
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A source's last weeks: its lists as they are, and its attempts (one a page) and arrivals, oldest first."""

    source: str
    lists: tuple[FeedHealth, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    arrivals: tuple[Arrival, ...] = ()


def read(conn: Connection, source: str, lists: tuple[FeedHealth, ...], now: datetime) -> History:
    """The history of a source until now. `lists` is the health of its lists (store.ledger.feed_table.health)."""
    since = now - WINDOW
    attempts = sorted([*_captures(conn, source, since), *_misses(conn, source, since)], key=_when)
    last = {attempt.url: attempt for attempt in attempts}
    return History(
        source=source,
        lists=lists,
        attempts=tuple(sorted(last.values(), key=_when)),
        arrivals=arrival_table.of_source(conn, source, since),
    )


def _captures(conn: Connection, source: str, since: datetime) -> Iterator[Attempt]:
    columns = ("url", "fetched_at", "outcome", "reason", "detail")
    settled = select(*(CAPTURES.c[name] for name in columns)).where(
        CAPTURES.c.source == source, CAPTURES.c.fetched_at >= since, CAPTURES.c.outcome != Outcome.PENDING
    )
    for row in conn.execute(settled):
        if row.outcome in _FINE:
            yield Attempt(url=row.url, at=row.fetched_at)
        else:
            reason = row.reason if row.outcome is Outcome.REJECTED else row.outcome.value
            yield Attempt(url=row.url, at=row.fetched_at, reason=reason, detail=row.detail)


def _misses(conn: Connection, source: str, since: datetime) -> Iterator[Attempt]:
    columns = (MISSES.c.url, MISSES.c.at, MISSES.c.reason, MISSES.c.detail)
    missed = select(*columns).join(URLS, MISSES.c.url == URLS.c.url)
    for row in conn.execute(missed.where(URLS.c.source == source, MISSES.c.at >= since)).mappings():
        yield Attempt(**row)


def _when(attempt: Attempt) -> tuple[datetime, str]:
    return attempt.at, attempt.url
