"""Over all that was ever collected: its sources, what each has, and when the last of it was settled."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, literal_column, select, text

from store.ledger.capture_table import CAPTURES, FAILED
from store.ledger.schema import Moment
from store.ledger.segment_table import SEGMENTS
from store.ledger.watch.arrival_table import ARRIVALS
from store.records import Outcome

# From one name to the next by the index: `DISTINCT` would read all of it.
_SOURCES = text(
    """WITH RECURSIVE names(source) AS (SELECT min(source) FROM captures UNION ALL
    SELECT (SELECT min(source) FROM captures WHERE source > names.source) FROM names WHERE source IS NOT NULL)
    SELECT source FROM names WHERE source IS NOT NULL"""
)


def sources(conn: Connection) -> list[str]:
    """The names of all sources with captures, in order."""
    return list(conn.scalars(_SOURCES))


def newest_settled(conn: Connection) -> datetime | None:
    """When the last outcome was written; None if there is none."""
    newest: datetime | None = conn.scalar(select(func.max(CAPTURES.c.settled_at, type_=Moment)))
    return newest


def arrived(conn: Connection) -> Mapping[str, tuple[int, datetime]]:
    """The number of articles of each source, and when the newest was first seen."""
    columns = (ARRIVALS.c.source, func.count(), func.max(ARRIVALS.c.at))
    return {
        source: (count, at)
        for source, count, at in conn.execute(select(*columns).group_by(ARRIVALS.c.source))
    }


def rejected(conn: Connection) -> Mapping[tuple[str, str], int]:
    """The number of captures that gave no article, by source and reason."""
    named: ColumnElement[str] = literal_column(
        "source || ''"
    )  # by the column's own index all captures would be read
    query = select(named, CAPTURES.c.reason, func.count()).group_by(named, CAPTURES.c.reason)
    query = query.where(text(FAILED), CAPTURES.c.outcome == Outcome.REJECTED)
    return {(source, reason): count for source, reason, count in conn.execute(query)}


def waiting_of(conn: Connection) -> dict[str, dict[str, int]]:
    """How many captures are pending, by the segments that they are in, by the owners of these."""
    counted = select(SEGMENTS.c.owner, SEGMENTS.c.name, func.count().label("number"))
    pending_there = counted.join(CAPTURES, CAPTURES.c.segment == SEGMENTS.c.name)
    found: dict[str, dict[str, int]] = {}
    grouped = pending_there.where(CAPTURES.c.outcome == Outcome.PENDING).group_by(
        SEGMENTS.c.owner, SEGMENTS.c.name
    )
    for row in conn.execute(grouped):
        found.setdefault(row.owner, {})[row.name] = row.number
    return found


def indexed_of(conn: Connection, source: str) -> list[int]:
    """The captures (ids) of a source that are in the index."""
    there = select(CAPTURES.c.id).where(CAPTURES.c.source == source, CAPTURES.c.outcome == Outcome.INDEXED)
    return sorted(conn.scalars(there))


def indexed_since(conn: Connection, since: datetime) -> list[int]:
    """The captures (ids) in the index that were settled at this time or later, source by source."""
    columns = (CAPTURES.c.source, CAPTURES.c.id)
    there = select(*columns).where(CAPTURES.c.settled_at >= since, CAPTURES.c.outcome == Outcome.INDEXED)
    return [row.id for row in sorted(conn.execute(there))]
