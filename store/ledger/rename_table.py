"""Sources that were renamed, in the ledger; the archive has the same list (store/archive/renames.py)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Boolean, Column, Connection, Table, func, select

from store.archived import Rename
from store.ledger.schema import METADATA, AnyText, BigNumber, Moment

RENAMES = Table(
    "renames",
    METADATA,
    Column("id", BigNumber, primary_key=True),
    Column("old", AnyText, nullable=False),
    Column("new", AnyText, nullable=False),
    Column("at", Moment, nullable=False),
    Column("segment", AnyText, nullable=False),
    Column("length", BigNumber, nullable=False),
    Column("finished", Boolean, nullable=False),
)


def add(conn: Connection, rename: Rename, *, finished: bool = False) -> None:
    """Record a renaming, which is `finished` once the index has the new name, too."""
    values = {name: getattr(rename, name) for name in ("old", "new", "at", "segment", "length")}
    conn.execute(RENAMES.insert().values(values | {"finished": finished}))


def finish(conn: Connection, old: str, new: str) -> None:
    """Record that the index has the new name."""
    conn.execute(RENAMES.update().where(RENAMES.c.old == old, RENAMES.c.new == new).values(finished=True))


def unfinished(conn: Connection) -> list[tuple[str, str]]:
    """Old and new names of the renamings that were interrupted."""
    rows = select(RENAMES.c.old, RENAMES.c.new).where(~RENAMES.c.finished).order_by(RENAMES.c.id)
    return [(row.old, row.new) for row in conn.execute(rows)]


def number(conn: Connection) -> int:
    """How many renamings there were."""
    return conn.scalar(select(func.count()).select_from(RENAMES)) or 0


def former(conn: Connection) -> Mapping[str, Sequence[str]]:
    """The earlier names of each source that had any."""
    names: dict[str, list[str]] = defaultdict(list)
    for row in conn.execute(select(RENAMES.c.old, RENAMES.c.new).order_by(RENAMES.c.id)):
        names[row.new] += [*names.pop(row.old, ()), row.old]
    return names
