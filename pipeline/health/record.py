"""What the ledger holds of a source's last weeks, as health needs it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from store.feed_records import FeedHealth
from store.ledger.capture_table import CAPTURES
from store.ledger.miss_table import MISSES
from store.ledger.url_table import URLS
from store.ledger.watch import arrival_table
from store.ledger.watch.arrival_table import Arrival
from store.records import Outcome

WINDOW = timedelta(days=60)
_UNTOLD = (Outcome.PENDING, Outcome.DELETED)  # of these it is not known how they did
_FINE = (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.SUPERSEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A page: when it was asked for first, and why the last time gave no article: of a rejection or a miss; "" if it gave one.

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


def read(
    conn: Connection,
    source: str,
    lists: Sequence[FeedHealth],
    missed: Iterable[Attempt],
    now: datetime,
) -> History:
    """The history of a source until now.

    `lists` is the health of its lists (store.ledger.feed_table.health), `missed` what `misses` says of it.
    """
    since = now - WINDOW
    return History(
        source=source,
        lists=tuple(lists),
        attempts=by_page([*_captures(conn, source, since), *missed]),
        arrivals=arrival_table.of_source(conn, source, since),
    )


def by_page(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """Each page once, in the order in which they were first asked for, with what the last time gave.

    What gave no article is asked for again for days: by their last times, such pages would always be the newest.
    """
    in_order = sorted(attempts, key=_when)
    last = {attempt.url: attempt for attempt in in_order}
    first = {attempt.url: attempt.at for attempt in reversed(in_order)}
    return tuple(sorted((replace(last[url], at=at) for url, at in first.items()), key=_when))


def misses(conn: Connection, now: datetime) -> Mapping[str, Sequence[Attempt]]:
    """The attempts of all sources that left nothing to archive, by source."""
    columns = (URLS.c.source, MISSES.c.url, MISSES.c.at, MISSES.c.reason, MISSES.c.detail)
    query = select(*columns).join(URLS, MISSES.c.url == URLS.c.url).where(MISSES.c.at >= now - WINDOW)
    found = defaultdict(list)
    for row in conn.execute(query):
        found[row.source].append(Attempt(url=row.url, at=row.at, reason=row.reason, detail=row.detail))
    return found


def _captures(conn: Connection, source: str, since: datetime) -> Iterator[Attempt]:
    columns = ("url", "fetched_at", "outcome", "reason", "detail")
    settled = select(*(CAPTURES.c[name] for name in columns)).where(
        CAPTURES.c.source == source, CAPTURES.c.fetched_at >= since, CAPTURES.c.outcome.not_in(_UNTOLD)
    )
    for row in conn.execute(settled):
        if row.outcome in _FINE:
            yield Attempt(url=row.url, at=row.fetched_at)
        else:
            reason = row.reason if row.outcome is Outcome.REJECTED else row.outcome.value
            yield Attempt(url=row.url, at=row.fetched_at, reason=reason, detail=row.detail)


def _when(attempt: Attempt) -> tuple[datetime, str]:
    return attempt.at, attempt.url
