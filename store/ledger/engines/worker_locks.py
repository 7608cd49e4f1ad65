"""The workers of one collection, by the locks that each holds on the server of the ledger: they end with it, however it ends.

Each has one in its own name; and each holds a common one while it loads, so that the last one out is known: who gets that to
itself judges, and nobody loads meanwhile.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from articles.errors import LedgerUnavailableError, LockedError
from store.ledger.engines.postgresql_server import LOAD, WORKER, PostgresqlServer, keys

_ENDING = 300.0  # seconds that another worker may take to load what this one left behind when it died
_LOOK = 0.2


@dataclass(frozen=True, slots=True)
class Worker:
    """Who has the data folder, by name. Without a name it is alone, and never waits for others.

    Every method may raise LedgerUnavailableError: then others may have taken it for dead.
    """

    name: str = ""
    server: PostgresqlServer | None = None
    session: Connection | None = None

    def appear(self) -> None:
        """Take the lock in its own name. Raises LockedError where another process goes by that, as one in a copy of its data folder."""
        deadline = time.monotonic() + _ENDING
        while not self._gets(func.pg_try_advisory_lock(*_named(self.name))):
            if time.monotonic() > deadline:
                raise LockedError(
                    f"The worker {self.name} is at work already: two machines cannot use one data folder, or copies of one"
                )
            time.sleep(_LOOK)

    def check(self) -> None:
        """Raises LedgerUnavailableError where the locks are lost."""
        if self.session is not None:
            self._gets(func.pg_backend_pid())

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Nobody judges meanwhile; who does so now is waited for."""
        self._gets(func.pg_advisory_lock_shared(*keys(LOAD)))
        try:
            yield
        finally:
            self._leaves(func.pg_advisory_unlock_shared(*keys(LOAD)))

    @contextmanager
    def judging(self) -> Iterator[bool]:
        """Nobody loads meanwhile; False, and nothing is excluded, where somebody does: who is last judges for all."""
        is_last = self._gets(func.pg_try_advisory_lock(*keys(LOAD)))
        try:
            yield is_last
        finally:
            if is_last:
                self._leaves(func.pg_advisory_unlock(*keys(LOAD)))

    @contextmanager
    def instead_of(self, other: str) -> Iterator[bool]:
        """The other worker does not begin meanwhile; False, and nothing is excluded, where it is at work."""
        is_away = self._gets(func.pg_try_advisory_lock(*_named(other)))
        try:
            yield is_away
        finally:
            if is_away:
                self._leaves(func.pg_advisory_unlock(*_named(other)))

    def _gets(self, lock: ColumnElement[object]) -> bool:
        """Whether the lock is taken; waits as long as it takes where it is one that is waited for."""
        if self.session is None or self.server is None:
            return True
        if self.session.invalidated:
            raise LedgerUnavailableError(
                f"The connection to {self.server.name} was lost, and with it the locks of this worker. Nothing is lost; run again"
            )
        with self.server.translating():
            return self.session.scalar(select(lock)) is not False

    def _leaves(self, lock: ColumnElement[object]) -> None:
        """A lock that was lost with its connection needs not be left."""
        with suppress(LedgerUnavailableError):
            self._gets(lock)


ALONE = Worker()


def _named(worker: str) -> tuple[int | ColumnElement[int], ColumnElement[int]]:
    number, _ = keys(WORKER)
    return number, func.hashtext(func.concat(func.current_schema(), " ", worker))
