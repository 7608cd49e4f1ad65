"""WARC files in the ledger that were imported: how far each was read, and what its records were."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Connection, Table, select

from store.archive.foreign import ReadingPlace
from store.ledger.schema import METADATA, AnyText, Moment, insert

IMPORTS = Table(
    "imports",
    METADATA,
    Column("id", AnyText, primary_key=True),
    Column("name", AnyText, nullable=False),
    Column("options", AnyText, nullable=False),
    Column("member", BigInteger, nullable=False),
    Column("skip", BigInteger, nullable=False),
    Column("counts", AnyText, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("finished", Boolean, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportState:
    """An import of one file with the same options, whose hash is `id`.

    Up to `place` everything is in archive and ledger. `counts` says how many records were imported, or passed over and
    why; they sum up to the records that were read. `finished` says whether the end of the file was reached.
    """

    id: str
    name: str
    options: str
    begun_at: datetime
    place: ReadingPlace = field(default_factory=ReadingPlace)
    counts: Counter[str] = field(default_factory=Counter)
    finished: bool = False


def get(conn: Connection, import_id: str) -> ImportState | None:
    """The import with this id; None before its first record."""
    row = conn.execute(select(IMPORTS).where(IMPORTS.c.id == import_id)).first()
    if row is None:
        return None
    return ImportState(
        id=row.id,
        name=row.name,
        options=row.options,
        begun_at=row.begun_at,
        place=ReadingPlace(row.member, row.skip),
        counts=Counter(json.loads(row.counts)),
        finished=row.finished,
    )


def record(conn: Connection, state: ImportState) -> None:
    """Record how far an import is. The same transaction must commit the captures of the records up to there."""
    values = {
        "name": state.name,
        "options": state.options,
        "member": state.place.member,
        "skip": state.place.skip,
        "counts": json.dumps(state.counts),
        "begun_at": state.begun_at,
        "finished": state.finished,
    }
    added = insert(conn, IMPORTS).values(id=state.id, **values)
    conn.execute(added.on_conflict_do_update(index_elements=["id"], set_=values))
