"""Archive segments in the ledger: how many bytes of each are committed, which ones retention dropped, and whose each is.

Where several workers share a collection, each appends to segments of its own, whose names it gets here.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Column, Connection, Table, func, select

from store.archived import following
from store.ledger.schema import METADATA, AnyText, BigNumber, Moment, among, insert

SEGMENTS = Table(
    "segments",
    METADATA,
    Column("name", AnyText, primary_key=True),
    Column("length", BigNumber, nullable=False),
    Column("dropped_at", Moment),
    Column("owner", AnyText, nullable=False, server_default=""),
)


def allocate(conn: Connection, worker: str) -> str:
    """A name that no other segment has, for this worker's next one, which counts once bytes of it are committed."""
    name = following(conn.scalar(select(func.max(SEGMENTS.c.name))) or "")
    conn.execute(SEGMENTS.insert().values(name=name, length=0, owner=worker))
    return name


def take_over(conn: Connection, names: Collection[str], worker: str) -> None:
    """Make those of these segments this worker's that are nobody's: from before the collection was shared."""
    if names:
        nobodys = SEGMENTS.update().where(SEGMENTS.c.owner == "", SEGMENTS.c.name.in_(among(names)))
        conn.execute(nobodys.values(owner=worker))


def commit(conn: Connection, durable: Mapping[str, int]) -> None:
    """Commit the first bytes of segments, as many as `durable` says, after fsync has confirmed them."""
    if durable:
        added = insert(conn, SEGMENTS)
        conn.execute(
            added.on_conflict_do_update(index_elements=["name"], set_={"length": added.excluded.length}),
            [{"name": name, "length": length} for name, length in durable.items()],
        )


def lengths(conn: Connection, worker: str = "") -> dict[str, int]:
    """The names of the segments that were not dropped, and their committed bytes, oldest first; of all, or this worker's own."""
    there = select(SEGMENTS).where(SEGMENTS.c.dropped_at.is_(None), SEGMENTS.c.length > 0)
    if worker:
        there = there.where(SEGMENTS.c.owner == worker)
    return {row.name: row.length for row in conn.execute(there.order_by(SEGMENTS.c.name))}


def owners(conn: Connection) -> dict[str, str]:
    """The workers that the segments belong to which were not dropped; those that are nobody's are left out."""
    there = (SEGMENTS.c.dropped_at.is_(None), SEGMENTS.c.length > 0, SEGMENTS.c.owner != "")
    return {row.name: row.owner for row in conn.execute(select(SEGMENTS).where(*there))}


def drop(conn: Connection, name: str, at: datetime) -> None:
    """Record that a segment is dropped. Its file may exist until the next start."""
    conn.execute(SEGMENTS.update().where(SEGMENTS.c.name == name).values(dropped_at=at))


def dropped(conn: Connection) -> dict[str, datetime]:
    """The names of the dropped segments, and when they were dropped, oldest first."""
    gone = select(SEGMENTS).where(SEGMENTS.c.dropped_at.is_not(None))
    return {row.name: row.dropped_at for row in conn.execute(gone.order_by(SEGMENTS.c.name))}
