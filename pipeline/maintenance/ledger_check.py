"""The ledger looked through: a small one whole, of a large one another part each night, because that reads every row and every index.

Which part it is the day says, so that nothing need be noted, and each month has had all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from store.ledger.database import Ledger
from store.ledger.queries import soundness
from store.ledger.schema import METADATA

WHOLE = 256 << 20  # bytes that are read in some ten seconds
_LARGE = (
    *("captures", "urls", "wordings", "sightings", "arrivals"),
    *("features", "bands", "captions", "catches"),
)


@dataclass(frozen=True, slots=True)
class CheckedLedger:
    """What is wrong with the ledger, a sentence each; and which tables were looked at (none are named: all)."""

    problems: tuple[str, ...]
    tables: tuple[str, ...] = ()


def parts() -> Sequence[tuple[str, ...]]:
    """The tables of the ledger in the parts in which they are looked at: each large one alone, all others together."""
    rest = tuple(sorted(METADATA.tables.keys() - {*_LARGE}))
    return (*((name,) for name in _LARGE), rest)


def check_ledger(ledger: Ledger, today: datetime, *, whole: int = WHOLE) -> CheckedLedger:
    """Look at all of the ledger, or at the part that is due, if it has more than `whole` bytes. Raises LedgerError."""
    tables: tuple[str, ...] = ()
    if ledger.size() > whole:
        days = today.astimezone(UTC).date().toordinal()
        tables = parts()[days % len(parts())]
    return look_at(ledger, tables)


def look_at(ledger: Ledger, tables: tuple[str, ...] = ()) -> CheckedLedger:
    """Look at these tables, or at all. Raises LedgerError."""
    found = ledger.check(tables)
    with ledger.reading() as conn:
        found += soundness.problems(conn, tables)
    return CheckedLedger(tuple(found), tables)
