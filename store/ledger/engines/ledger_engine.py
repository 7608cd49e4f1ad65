"""What the ledger needs of the database that keeps it."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from articles.errors import BroadsheetError


class LedgerEngine(Protocol):
    """An open database, for any number of threads. Its errors are those of SQLAlchemy, which `translated` puts into ours."""

    @property
    def name(self) -> str:
        """Where the ledger is, for the reader; never with a password."""

    @property
    def folder(self) -> Path:
        """The data folder."""

    def is_empty(self) -> bool:
        """Whether nothing is there."""

    def refuse(self) -> None:
        """Raises LedgerError where a ledger is, and nobody is to use it."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction of the only one who writes; others who want to wait. All or nothing."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees the ledger as it is at its first question."""

    def turn(self) -> AbstractContextManager[None]:
        """No other thread or process is in it at the same time."""

    def copy(self, to: Path, begun: Callable[[], None]) -> None:
        """Write the ledger as it is now into a new SQLite file; `begun` is called once it is settled what it is."""

    def size(self) -> int:
        """The bytes that this program looks after."""

    def check(self, tables: Collection[str]) -> list[str]:
        """What the database finds wrong with what it keeps; of these tables and their indexes alone, if there are any."""

    def scrub(self) -> None:
        """Leave nothing of what was deleted or replaced."""

    def translated(self, error: Exception) -> BroadsheetError | None:
        """What an error means for the reader; None where nothing is known of it."""

    def close(self) -> None:
        """Close all connections."""
