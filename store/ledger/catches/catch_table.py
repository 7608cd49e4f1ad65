"""Catches in the ledger: which kind of list named which URL, and since when.

The table of URLs keeps who found a page first; here each kind of list is counted for itself, so that what one of them
has can be held against what the others have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import Column, Connection, Table, select

from articles.model import FeedEntry
from store import policy
from store.ledger.schema import METADATA, AnyText, Moment, insert

Way = Literal["feed", "sitemap", "section", "link"]
"""The kinds of lists; `link` is the text of an archived page."""

WAYS: tuple[Way, ...] = get_args(Way)

CATCHES = Table(
    "catches",
    METADATA,
    Column("source", AnyText, primary_key=True),
    Column("url", AnyText, primary_key=True),
    Column("way", AnyText, primary_key=True),
    Column("seen_at", Moment, nullable=False),
    # as the list stated them
    Column("published_at", Moment),
    Column("updated_at", Moment),
    sqlite_with_rowid=False,
)

KEPT = timedelta(days=60)
"""How long a catch is kept."""

_UNDATED = 200  # of one sitemap, which may list all that its site ever had


@dataclass(frozen=True, slots=True, kw_only=True)
class Catch:
    """A URL that a kind of list names: since when, and the dates that it states (None for none)."""

    url: str
    way: Way
    seen_at: datetime
    published_at: datetime | None = None
    updated_at: datetime | None = None


def record(conn: Connection, source: str, way: str, entries: Sequence[FeedEntry], now: datetime) -> None:
    """Record that a list of a source names these entries; what is known of it stays as it is.

    Those dated before what is kept are left out, and of many without a date in a sitemap all but the first and the last. A `way`
    that is none (a user's spider) leaves nothing.
    """
    if way not in WAYS or not entries:
        return
    terms = policy.Terms(since=now - KEPT, undated=_UNDATED if way == "sitemap" else None)
    old = policy.left_in_backlog(entries, terms)
    rows = {
        entry.url: {
            "source": source,
            "url": entry.url,
            "way": way,
            "seen_at": now,
            "published_at": entry.published_at,
            "updated_at": entry.updated_at,
        }
        for entry in entries
        if entry.url not in old
    }
    if rows:
        conn.execute(insert(conn, CATCHES).on_conflict_do_nothing(), list(rows.values()))


def of_source(conn: Connection, source: str) -> tuple[Catch, ...]:
    """All catches of a source, by URL."""
    columns = [CATCHES.c[name] for name in Catch.__slots__]
    query = select(*columns).where(CATCHES.c.source == source).order_by(CATCHES.c.url, CATCHES.c.way)
    rows = conn.execute(query).mappings()
    return tuple(Catch(**row) for row in rows)


def named_before(conn: Connection, source: str, way: Way, time: datetime) -> frozenset[str]:
    """The URLs that this kind of list of a source named at this time or before."""
    query = select(CATCHES.c.url).where(
        CATCHES.c.source == source, CATCHES.c.way == way, CATCHES.c.seen_at <= time
    )
    return frozenset(conn.scalars(query))


def forget(conn: Connection, before: datetime) -> int:
    """Drop what was first named before this time; returns how many catches that were."""
    return conn.execute(CATCHES.delete().where(CATCHES.c.seen_at < before)).rowcount
