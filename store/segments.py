"""Archive segments in the ledger: how many bytes of each are committed."""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Integer, Table, select
from sqlalchemy.dialects.sqlite import insert

from store.schema import METADATA, Words

SEGMENTS = Table(
    "segments",
    METADATA,
    Column("name", Words, primary_key=True),
    Column("length", Integer, nullable=False),
)


def commit(conn: Connection, durable: Mapping[str, int]) -> None:
    """Commit the segments' first bytes, as many as `durable` says and fsync has confirmed."""
    if durable:
        added = insert(SEGMENTS)
        conn.execute(
            added.on_conflict_do_update(index_elements=["name"], set_={"length": added.excluded.length}),
            [{"name": name, "length": length} for name, length in durable.items()],
        )


def lengths(conn: Connection) -> dict[str, int]:
    """Segment names and their committed bytes, oldest first."""
    return {row.name: row.length for row in conn.execute(select(SEGMENTS).order_by(SEGMENTS.c.name))}
