"""A ledger in one SQLite file."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from articles.errors import BroadsheetError, LedgerError, LockedError, StorageError
from store.ledger.schema import SCHEMA
from store.lock import turn

_BUSY_SECONDS = 30
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_REFUSED = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}


class SqliteFile:
    """The file, which is made if it is not there, like the folder that it is in. Raises StorageError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS})
        event.listen(self._engine, "connect", _set_up)
        event.listen(self._engine, "begin", _begin)
        self._writing = self._engine.execution_options(begin="BEGIN IMMEDIATE")

    @property
    def name(self) -> str:
        """The path."""
        return str(self._path)

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self._path.parent

    def is_empty(self) -> bool:
        """Whether there is no file, or an empty one."""
        return not self._path.exists() or not self._path.stat().st_size

    def refuse(self) -> None:
        """Nothing: a file that nobody is to use gets another name."""

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{self._path.parent} cannot be made: {error.strerror}") from error
        with self._writing.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the ledger as it is now."""
        with self._engine.begin() as connection:
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A lock on a file beside it."""
        with turn(self._path.with_name(f"{self._path.name}.turn")):
            yield

    def copy(self, to: Path, begun: Callable[[], None]) -> None:
        """Write the ledger as it is now into a new file. Raises StorageError if that cannot be written."""
        with self._engine.begin() as connection:
            connection.execute(select(SCHEMA))  # from here on it reads the same
            begun()
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            try:
                with closing(sqlite3.connect(to)) as target:
                    source.backup(target)
            except sqlite3.Error as error:
                raise StorageError(
                    f"{to} cannot be written: {error}. Make room or repair the disk, then run again"
                ) from error

    def size(self) -> int:
        """The bytes of the file; 0 if there is none."""
        return self._path.stat().st_size if self._path.exists() else 0

    def check(self, tables: Collection[str]) -> list[str]:
        """What SQLite finds wrong with the file, or with these tables of it; reads all of that."""
        which = [f"({table})" for table in tables] or [""]
        with self.reading() as connection:
            found, dangling = (
                [row for each in which for row in connection.exec_driver_sql(f"PRAGMA {what}{each}")]
                for what in ("integrity_check", "foreign_key_check")
            )
        problems = [f"{self._path}: {line}" for (line,) in found if line != "ok"]
        return problems + [
            f"{self._path}: a row of {row[0]} refers to nothing in {row[2]}" for row in dangling
        ]

    def scrub(self) -> None:
        """Write all of the file anew. Raises LockedError while another process reads it."""
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            ((busy, *_),) = cursor.fetchall()
        finally:
            connection.close()
        if busy:
            raise LockedError(
                f"{self._path} was read by another process all the time, so that what was deleted is still in its log: "
                "stop that process, then run `broadsheet doctor`"
            )

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    def translated(self, error: Exception) -> BroadsheetError | None:
        """What an error of SQLite means."""
        return _translated(self._path, error)


def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin transactions too late; see `_begin`
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _translated(path: Path, error: Exception) -> BroadsheetError | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # without the extended part
    if code in _DAMAGED:
        return LedgerError(
            f"{path} is damaged ({cause}): run `broadsheet rebuild` to recreate it from the archive"
        )
    if code in _REFUSED:
        return StorageError(
            f"{path} cannot be written: {cause}. Make room or repair the disk, then run again"
        )
    if code == sqlite3.SQLITE_BUSY:
        return LockedError(
            f"{path} was locked by another process for {_BUSY_SECONDS} s: stop that process, then run again"
        )
    return None
