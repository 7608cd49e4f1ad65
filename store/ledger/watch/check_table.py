"""Archive segments that were read whole: when, what was found, and how each is known again (`store.archive.checked`)."""

import json
from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import BigInteger, Column, Connection, Table, select

from store.archive.checked import CheckedSegment
from store.ledger.schema import METADATA, AnyText, Moment, insert

CHECKS = Table(
    "checks",
    METADATA,
    Column("segment", AnyText, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),
    Column("digest", AnyText, nullable=False),
    Column("problems", AnyText, nullable=False),  # a list in JSON
)


def note(conn: Connection, checked: CheckedSegment) -> None:
    """Remember what was found, instead of what was before."""
    values = {**asdict(checked), "problems": json.dumps(checked.problems)}
    conn.execute(
        insert(conn, CHECKS).values(values).on_conflict_do_update(index_elements=["segment"], set_=values)
    )


def known(conn: Connection) -> dict[str, CheckedSegment]:
    """What was found of each segment when it was last read, by its name."""
    return {
        row["segment"]: CheckedSegment(**{**row, "problems": tuple(json.loads(row["problems"]))})
        for row in conn.execute(select(CHECKS)).mappings()
    }


def forget(conn: Connection, segments: Collection[str]) -> None:
    """Forget segments that are there no more."""
    conn.execute(CHECKS.delete().where(CHECKS.c.segment.in_(segments)))
