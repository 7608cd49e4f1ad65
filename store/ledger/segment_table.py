"""Archive segments in the ledger: how many bytes of each are committed, and which ones retention dropped."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, Connection, Table, select

from store.ledger.schema import METADATA, AnyText, BigNumber, Moment, insert

SEGMENTS = Table(
    "segments",
    METADATA,
    Column("name", AnyText, primary_key=True),
    Column("length", BigNumber, nullable=False),
    Column("dropped_at", Moment),
)


def commit(conn: Connection, durable: Mapping[str, int]) -> None:
    """Commit the first bytes of segments, as many as `durable` says, after fsync has confirmed them."""
    if durable:
        added = insert(conn, SEGMENTS)
        conn.execute(
            added.on_conflict_do_update(index_elements=["name"], set_={"length": added.excluded.length}),
            [{"name": name, "length": length} for name, length in durable.items()],
        )


def lengths(conn: Connection) -> dict[str, int]:
    """The names of the segments that were not dropped, and their committed bytes, oldest first."""
    there = select(SEGMENTS).where(SEGMENTS.c.dropped_at.is_(None))
    return {row.name: row.length for row in conn.execute(there.order_by(SEGMENTS.c.name))}


def drop(conn: Connection, name: str, at: datetime) -> None:
    """Record that a segment is dropped. Its file may exist until the next start."""
    conn.execute(SEGMENTS.update().where(SEGMENTS.c.name == name).values(dropped_at=at))


def dropped(conn: Connection) -> dict[str, datetime]:
    """The names of the dropped segments, and when they were dropped, oldest first."""
    gone = select(SEGMENTS).where(SEGMENTS.c.dropped_at.is_not(None))
    return {row.name: row.dropped_at for row in conn.execute(gone.order_by(SEGMENTS.c.name))}
