"""What health derived from each source's arrivals, until these change: only of sources with news it is derived anew.

How it is packed is known to whoever derives it. A change of arrivals counts up `changes` and drops what was derived from the
earlier ones, so that what somebody derives meanwhile from what was there before is not kept.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, select, text

from store.ledger.schema import METADATA, AnyText

BASELINES = Table(
    "baselines",
    METADATA,
    Column("source", AnyText, primary_key=True),
    Column("changes", Integer, nullable=False),
    Column("format", Integer, nullable=False),
    Column("packed", LargeBinary),
)

_CHANGE = text("""
    INSERT INTO baselines (source, changes, format, packed) VALUES (:source, 1, 0, NULL)
    ON CONFLICT (source) DO UPDATE SET changes = baselines.changes + 1, packed = NULL
""")
_KEEP = text("""
    INSERT INTO baselines (source, changes, format, packed) VALUES (:source, :changes, :format, :packed)
    ON CONFLICT (source) DO UPDATE SET format = excluded.format, packed = excluded.packed
    WHERE baselines.changes = excluded.changes
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What was derived from the arrivals of a source when these had changed so many times; None if nothing was since."""

    changes: int
    packed: bytes | None


def change(conn: Connection, sources: Collection[str]) -> None:
    """Note, in the transaction that changes them, that the arrivals of these sources are no longer what they were."""
    if sources:
        conn.execute(_CHANGE, [{"source": each} for each in sorted(sources)])


def rename(conn: Connection, old: str, new: str) -> None:
    """Note that the arrivals of a source have become those of this name."""
    conn.execute(BASELINES.delete().where(BASELINES.c.source == old))
    change(conn, (new,))


def known(conn: Connection, packed_as: int) -> Mapping[str, Derived]:
    """What is known of each source; what was packed in another format than this is not."""
    rows = conn.execute(select(BASELINES))
    return {
        source: Derived(changes=changes, packed=packed if kept_as == packed_as else None)
        for source, changes, kept_as, packed in rows
    }


def keep(conn: Connection, packed_as: int, found: Iterable[tuple[str, Derived]]) -> None:
    """Keep what was derived from arrivals, unless they have changed since they were read."""
    rows = [
        {"source": source, "changes": each.changes, "format": packed_as, "packed": each.packed}
        for source, each in found
    ]
    if rows:
        conn.execute(_KEEP, rows)
