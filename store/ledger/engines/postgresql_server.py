"""A ledger in a database on a PostgreSQL server.

Who writes holds an advisory lock, as SQLite has one writer at a time: what is read in a transaction holds until its end. Locks
of whole runs are advisory, too, so that they hold on every machine; they end with their connection.
"""

import os
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import URL, ColumnElement, Connection, create_engine, event, func, inspect, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from articles.errors import (
    BroadsheetError,
    ConfigError,
    LedgerError,
    LedgerUnavailableError,
    LockedError,
    StorageError,
)
from articles.urls import masked
from store.ledger.engines.sqlite_file import SqliteFile
from store.ledger.engines.table_copy import copy_rows
from store.ledger.schema import METADATA, SCHEMA

_LOCKS = 0x42524F40  # with the number of the lock, the first of the two keys of every advisory lock of ours
WRITE, TURN, RUN, REBUILD, CRAWL, LOAD, WORKER = 1, 2, 3, 4, 5, 6, 7

_BUSY_SECONDS = 30
_LEFT = "broadsheet: not in use"
_CONNECT_SECONDS = 10
_SETTINGS = (
    f"SET lock_timeout = '{_BUSY_SECONDS}s'",
    # a machine that went down must not hold its locks for hours
    "SET tcp_keepalives_idle = 60",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
)


def keys(lock: int) -> tuple[int, ColumnElement[int]]:
    """The two keys of an advisory lock: its own, and that of the schema, because a database may have a ledger in each."""
    return _LOCKS + lock, func.hashtext(func.current_schema())


class PostgresqlServer:
    """The database of this URL; `name` is what it is called, without a password. Raises ConfigError without the driver."""

    def __init__(self, url: URL, name: str, folder: Path) -> None:
        timeout = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
        try:
            self._engine = create_engine(
                url, isolation_level="READ COMMITTED", connect_args=timeout, hide_parameters=True
            )
        except ModuleNotFoundError:
            raise ConfigError(
                "A ledger in PostgreSQL needs its driver: install broadsheet with the extra `postgresql`."
            ) from None
        event.listen(self._engine, "connect", _set_up)
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._name = name
        self._folder = folder

    @property
    def name(self) -> str:
        """Database, host and port."""
        return self._name

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self._folder

    def is_empty(self) -> bool:
        """Whether the database has no table of a ledger."""
        with self._engine.connect() as connection:
            return not inspect(connection).has_table(SCHEMA.name)

    def is_left(self, connection: Connection) -> bool:
        """Whether the ledger was moved elsewhere, or is still being moved here: nobody is to use it."""
        said = connection.exec_driver_sql(f"SELECT obj_description('{SCHEMA.name}'::regclass, 'pg_class')")
        return said.scalar() == _LEFT

    def leave(self, connection: Connection, *, left: bool = True) -> None:
        """Note, in a transaction, that nobody is to use it any more; or that this is over."""
        said = f"'{_LEFT}'" if left else "NULL"
        connection.exec_driver_sql(f"COMMENT ON TABLE {SCHEMA.name} IS {said}")

    def refuse(self) -> None:
        """Raises LedgerError for one that was left."""
        with self._engine.connect() as connection:
            if inspect(connection).has_table(SCHEMA.name) and self.is_left(connection):
                raise LedgerError(
                    f"{self._name} is not in use: its ledger was moved elsewhere, or `broadsheet move` was interrupted. "
                    "Name in [store] ledger where it is now, or give that command again"
                )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write, once no other does."""
        with self._engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(*keys(WRITE))))
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the ledger as it is at its first question."""
        with self._reading.begin() as connection:
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """An advisory lock in a transaction of its own, however long that takes."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.execute(select(func.pg_advisory_xact_lock(*keys(TURN))))
            yield

    def session(self) -> Connection:
        """A connection whose locks last until it is closed."""
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def translating(self) -> Iterator[None]:
        """The errors of the block in our words."""
        try:
            yield
        except DBAPIError as error:
            explained = self.translated(error)
            if explained is None:
                raise
            raise explained from error

    def copy(self, to: Path, begun: Callable[[], None]) -> None:
        """Write the ledger as it is now into a new SQLite file, row by row."""
        file = SqliteFile(to)
        with ExitStack() as stack:
            stack.callback(file.close)
            source = stack.enter_context(self.reading())
            source.execute(select(SCHEMA))  # from here on it reads the same
            begun()
            try:
                with file.writing() as target:
                    METADATA.create_all(target)
                    copy_rows(source, target)
            except DBAPIError as error:
                raise file.translated(error) or error from error

    def size(self) -> int:
        """Nothing: the server looks after its files."""
        return 0

    def check(self, tables: Collection[str]) -> list[str]:  # noqa: ARG002  (as another engine has it)
        """Nothing: a server looks after its files, and its foreign keys always hold."""
        return []

    def scrub(self) -> None:
        """Write all tables anew. What the server's log, its replicas and backups hold is not reached."""
        with self.session() as connection:
            for table in METADATA.sorted_tables:
                quoted = connection.dialect.identifier_preparer.format_table(table)
                connection.exec_driver_sql(f"VACUUM (FULL) {quoted}")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def translated(self, error: Exception) -> BroadsheetError | None:
        """What an error of the server, or on the way to it, means."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(cause, "sqlstate", None) or _guessed(str(cause))
        said = masked(str(cause).strip().split("\n")[0])
        for beginnings, kind, advice in _MEANINGS:
            if state.startswith(beginnings):
                return kind(f"{self._name}: {said}. {advice}")
        if isinstance(error, OperationalError) or getattr(error, "connection_invalidated", False):
            return LedgerUnavailableError(
                f"{self._name} cannot be reached: {said}. Nothing is lost; start the server, then run again"
            )
        return None


# Meanings of the server's codes, by what they begin with, and what to do.
_MEANINGS: tuple[tuple[tuple[str, ...], type[BroadsheetError], str], ...] = (
    (
        ("28",),
        LedgerError,
        "Check the user in the URL of the ledger, and the password in PGPASSWORD or ~/.pgpass",
    ),
    (("3D000",), LedgerError, "Create it (createdb), or name another one"),
    (("42501",), LedgerError, "Grant the user of the ledger all rights in its database"),
    (("53100", "53200", "58030"), StorageError, "Make room on the server, then run again"),
    (("25006",), StorageError, "It is read-only: name the server that may be written"),
    (("55P03",), LockedError, "Another process held it: stop that process, then run again"),
    (("40",), LockedError, "Another process changed the same: run again"),
    (("XX001", "XX002"), LedgerError, "It is damaged: `broadsheet rebuild` recreates it from the archive"),
)


def _guessed(message: str) -> str:
    """The code of a refused connection, which comes without one."""
    if "password" in message or "pg_hba.conf" in message or ("role" in message and "not exist" in message):
        return "28"
    return "3D000" if "database" in message and "does not exist" in message else ""


def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    own = f"broadsheet, process {os.getpid()} on {socket.gethostname()[:30]}"
    cursor.execute("SELECT set_config('application_name', %s, false)", (own,))
    for statement in _SETTINGS:
        cursor.execute(statement)
    cursor.close()
    connection.commit()
