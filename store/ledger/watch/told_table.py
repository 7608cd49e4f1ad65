"""What was told to whom, and when, in the ledger; and of each target whether the last attempt at telling it went well.

A target has the name of the environment variable that has its URL, which never gets here, or `command`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Column, Connection, Index, Integer, Select, Table, and_, func, or_, select

from store.ledger.schema import METADATA, AnyText, BigNumber, Moment, insert, portions

TOLD = Table(
    "told",
    METADATA,
    Column("id", BigNumber, primary_key=True),
    Column("target", AnyText, nullable=False),
    Column("subject", AnyText, nullable=False),
    Column("at", Moment, nullable=False),
    Column("text", AnyText, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("well", Boolean, nullable=False),
    Index("told_subject", "target", "subject"),
)

ATTEMPTS = Table(
    "told_attempts",
    METADATA,
    Column("target", AnyText, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("error", AnyText, nullable=False),
)

_KEPT = timedelta(days=60)
SOURCE = "source "  # what the subject of a line about a source begins with


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line that a target took: that something is wrong with its subject, or that it is `well` again.

    `subject` is a part of the collection, or `source NAME`; `rank` how grave it is, 0 the gravest.
    """

    target: str
    subject: str
    at: datetime
    text: str
    rank: int = 0
    well: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The last attempt at telling a target something; `error` says why it did not take it, "" if it did."""

    target: str
    at: datetime
    error: str = ""


def standing(conn: Connection, target: str) -> dict[str, Told]:
    """The troubles that this target knows of, by subject."""
    query = select(*_COLUMNS).where(TOLD.c.target == target, TOLD.c.id.in_(_last()), ~TOLD.c.well)
    return {row["subject"]: Told(**row) for row in conn.execute(query.order_by(TOLD.c.id)).mappings()}


def note(conn: Connection, telling: Telling, lines: Iterable[Told] = ()) -> None:
    """Record an attempt, and the lines if the target took them; what it was told long ago, and is over, is forgotten."""
    values = asdict(telling)
    conn.execute(
        insert(conn, ATTEMPTS).values(values).on_conflict_do_update(index_elements=["target"], set_=values)
    )
    rows = [asdict(line) for line in lines]
    if rows:
        conn.execute(TOLD.insert(), rows)
    over = or_(TOLD.c.well, TOLD.c.id.not_in(_last()))
    conn.execute(TOLD.delete().where(and_(TOLD.c.at < telling.at - _KEPT, over)))


def forget(conn: Connection, target: str, subjects: Collection[str]) -> None:
    """Forget what a target was told of subjects that nobody looks at any more."""
    for some in portions(subjects):
        conn.execute(TOLD.delete().where(TOLD.c.target == target, TOLD.c.subject.in_(some)))


def rename(conn: Connection, old: str, new: str) -> None:
    """Have what was told of a source be told of this one, so that it is not told once more under its new name."""
    conn.execute(TOLD.update().where(TOLD.c.subject == SOURCE + old).values(subject=SOURCE + new))


def since(conn: Connection, moment: datetime) -> list[Told]:
    """What was told at this moment or later, oldest first."""
    query = select(*_COLUMNS).where(TOLD.c.at >= moment).order_by(TOLD.c.id)
    return [Told(**row) for row in conn.execute(query).mappings()]


def attempts(conn: Connection) -> Mapping[str, Telling]:
    """The last attempt at each target, by its name."""
    return {
        row["target"]: Telling(**row)
        for row in conn.execute(select(ATTEMPTS).order_by(ATTEMPTS.c.target)).mappings()
    }


_COLUMNS = [TOLD.c[name] for name in Told.__slots__]


def _last() -> Select[tuple[int]]:
    return select(func.max(TOLD.c.id)).group_by(TOLD.c.target, TOLD.c.subject)
