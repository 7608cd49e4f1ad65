"""What the ledger holds of a source's last weeks, as health needs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from store.feed_records import FeedHealth
from store.ledger.queries.failed_pages import Failure
from store.ledger.watch import arrival_table
from store.ledger.watch.arrival_table import Arrival

WINDOW = timedelta(days=60)
_LATELY, _FEWEST = (
    timedelta(days=14),
    60,
)  # of articles of these days, and of so many, it is read what their pages gave


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A source's last weeks: its lists as they are; when its articles arrived, of the latest also what their pages gave; and its pages without an article.

    All are oldest first; pages by when they were asked for first.
    """

    source: str
    lists: tuple[FeedHealth, ...] = ()
    times: tuple[datetime, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    failures: tuple[Failure, ...] = ()


def read(
    conn: Connection, source: str, lists: Sequence[FeedHealth], failed: Sequence[Failure], now: datetime
) -> History:
    """The history of a source until now.

    `lists` is the health of its lists (store.ledger.feed_table.health), `failed` its pages without an article
    (store.ledger.queries.failed_pages.since).
    """
    times = arrival_table.times(conn, source, now - WINDOW)
    lately = min(now - _LATELY, times[max(0, len(times) - _FEWEST)]) if times else now
    return History(
        source=source,
        lists=tuple(lists),
        times=times,
        arrivals=arrival_table.of_source(conn, source, lately),
        failures=tuple(failed),
    )
