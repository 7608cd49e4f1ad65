"""What a rebuild takes over from the old ledger, where that can be read: what no archive tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import SQLAlchemyError

from articles.errors import BroadsheetError
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.host_table import HOSTS
from store.ledger.import_table import IMPORTS
from store.ledger.knowledge_table import TEMPLATES
from store.ledger.lastmod_table import PROOFS
from store.ledger.schema import insert
from store.ledger.tombstone_table import BURIED, TOMBSTONES
from store.ledger.watch.run_table import RUNS, WORKERS
from store.ledger.watch.told_table import ATTEMPTS, TOLD

Rows = Sequence[dict[str, Any]]

_WHOLE = (HOSTS, PROOFS, RUNS, WORKERS, TOLD, ATTEMPTS, TOMBSTONES, BURIED)


@dataclass(frozen=True, slots=True)
class OldLedger:
    """Hosts that are left alone, lines that a person declared to be no template, proofs of sitemaps, runs, what was told, tombstones; and the imports.

    `captures` is the number of captures; `readable` is False where there was no ledger to read.
    """

    readable: bool = False
    captures: int = 0
    rows: Mapping[Table, Rows] = field(default_factory=dict)
    imports: Rows = ()


def old_ledger(place: LedgerPlace) -> OldLedger:
    """What can be read of it: all, or nothing."""
    declared = select(TEMPLATES).where(TEMPLATES.c.forgotten_at.is_not(None))
    try:
        with Ledger.existing(place) as ledger, ledger.reading() as conn:
            queries = {table: select(table) for table in _WHOLE} | {TEMPLATES: declared}
            return OldLedger(
                readable=True,
                captures=sum(capture_table.counts(conn).values()),
                rows={table: _rows(conn, query) for table, query in queries.items()},
                imports=_rows(conn, select(IMPORTS)),
            )
    except (BroadsheetError, SQLAlchemyError, LookupError, ValueError):  # damage shows in many ways
        return OldLedger()


def carry_over(conn: Connection, old: OldLedger) -> None:
    """Into a new ledger, before it is filled: all but the imports."""
    for table, rows in old.rows.items():
        _insert(conn, table, rows)


def carry_imports_over(conn: Connection, old: OldLedger) -> None:
    """Into a new ledger that was filled, unless it lacks captures: an import that is done brings none of them back."""
    if sum(capture_table.counts(conn).values()) >= old.captures:
        _insert(conn, IMPORTS, old.imports)


def _rows(conn: Connection, query: Any) -> Rows:
    return [dict(row) for row in conn.execute(query).mappings()]


def _insert(conn: Connection, table: Table, rows: Rows) -> None:
    if rows:
        conn.execute(insert(conn, table).on_conflict_do_nothing(), rows)
