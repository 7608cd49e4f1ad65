"""Open the ledger: one SQLite file that records what happened to every URL and every capture.

Its tables and their queries are in the `..._table` modules.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from articles.errors import BroadsheetError, LedgerError, LockedError, StorageError
from store.ledger import (
    caption_table,
    capture_table,
    feed_table,
    host_table,
    import_table,
    knowledge_table,
    lastmod_table,
    miss_table,
    rename_table,
    segment_table,
    tombstone_table,
    url_table,
    version_table,
)
from store.ledger.catches import catch_table
from store.ledger.schema import METADATA, MIGRATIONS, SCHEMA, VERSION
from store.ledger.watch import arrival_table, check_table, robots_table, run_table, told_table
from store.lock import turn

# Importing these modules adds their tables to METADATA.
GROUPS = (
    url_table,
    capture_table,
    arrival_table,
    feed_table,
    host_table,
    segment_table,
    knowledge_table,
    caption_table,
    import_table,
    lastmod_table,
    miss_table,
    rename_table,
    robots_table,
    run_table,
    told_table,
    version_table,
    catch_table,
    tombstone_table,
    check_table,
)

_BUSY_SECONDS = 30
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_REFUSED = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}


class Ledger:
    """An open ledger, for any number of threads, closed at the end of the context.

    Every method may raise LedgerError, LockedError, StorageError.
    """

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writing = engine.execution_options(begin="BEGIN IMMEDIATE")

    @staticmethod
    def expect(path: Path) -> None:
        """Raises LedgerError if there is no ledger yet."""
        if not path.exists():
            raise LedgerError(f"There is no ledger at {path} yet; `broadsheet run` makes one.")

    @classmethod
    def existing(cls, path: Path) -> Self:
        """`open` a ledger that must exist. Raises LedgerError if there is none yet."""
        cls.expect(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The ledger in this file, which is created if it does not exist, and migrated if an older version wrote it.

        Refuses to create a ledger for an archive that already has segments, because the old ledger was lost.
        """
        lost = not path.exists() or not path.stat().st_size
        if lost and any((path.parent / "archive").glob("segment-*")):
            raise LedgerError(
                f"{path} is missing or empty, but there is an archive: run `broadsheet rebuild` to recreate it"
            )
        ledger = cls(path, _engine(path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{path.parent} cannot be made: {error.strerror}") from error
        with ExitStack() as undo:
            undo.callback(ledger.close)
            with ledger._translating_errors():
                ledger._prepare()
            undo.pop_all()
        return ledger

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection that may write. All or nothing: everything is rolled back if the block raises."""
        with self._translating_errors(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def trial(self) -> Iterator[Connection]:
        """A connection that may write, and sees what it has written; all of it is taken back at the end."""
        with self._translating_errors(), self._writing.begin() as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the ledger as it is now, regardless of what others write meanwhile."""
        with self._translating_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take the turn to change index and ledger together; others who want to, in any process, wait."""
        with turn(self._path.with_name(f"{self._path.name}.turn")):
            yield

    def copy(self, to: Path, begun: Callable[[], None] = lambda: None) -> None:
        """Write the ledger as it is now into a new file, while others go on; `begun` is called once it is settled what it is.

        Raises StorageError if the file cannot be written.
        """
        with self._translating_errors(), self._engine.begin() as connection:
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

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file, one sentence per problem; reads all of it."""
        try:
            with self.reading() as connection:
                found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        except LedgerError as error:  # damage that ends the check itself
            return [str(error)]
        problems = [f"{self._path}: {line}" for line in found if line != "ok"]
        return problems + [
            f"{self._path}: a row of {row[0]} refers to nothing in {row[2]}" for row in dangling
        ]

    def scrub(self) -> None:
        """Leave in the files of the ledger nothing of what was deleted from it or replaced; writes all of it anew.

        Raises LockedError while another process reads it.
        """
        with self._translating_errors():
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self) -> None:
        with self._writing.begin() as connection:
            tables = inspect(connection).get_table_names()
            if not tables:
                METADATA.create_all(connection)
                connection.execute(SCHEMA.insert().values(version=VERSION))
            elif SCHEMA.name not in tables:
                raise LedgerError(
                    f"{self._path} is an SQLite file, but holds no ledger of Broadsheet: move it elsewhere"
                )
            version: int | None = connection.scalar(select(SCHEMA.c.version))
            while version is not None and version in MIGRATIONS:
                for statement in MIGRATIONS[version]:
                    connection.exec_driver_sql(statement)
                METADATA.create_all(connection)  # creates new tables
                version += 1
                connection.execute(SCHEMA.update().values(version=version))
        if version != VERSION:
            raise LedgerError(
                f"{self._path} has schema {version}, but this version of Broadsheet reads {VERSION}: "
                "upgrade Broadsheet, or run `broadsheet rebuild` to recreate the ledger"
            )

    @contextmanager
    def _translating_errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            explained = _translated(self._path, error)
            if explained is None:
                raise
            raise explained from error


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin transactions too late; see `_begin`
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _translated(path: Path, error: DBAPIError | sqlite3.Error) -> BroadsheetError | None:
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
