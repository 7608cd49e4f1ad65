"""Open the ledger: the tables that record what happened to every URL and every capture.

They and their queries are in the `..._table` modules. What keeps them, a SQLite file or PostgreSQL, is in `engines`.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import DBAPIError

from articles.errors import LedgerError
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
from store.ledger.engines.ledger_engine import LedgerEngine
from store.ledger.engines.places import LedgerPlace, opened
from store.ledger.parts import part_table
from store.ledger.schema import METADATA, MIGRATIONS, SCHEMA, VERSION, spelled
from store.ledger.watch import (
    arrival_table,
    baseline_table,
    check_table,
    lease_table,
    robots_table,
    run_table,
    site_use_table,
    told_table,
)

# Importing these modules adds their tables to METADATA.
GROUPS = (
    url_table,
    capture_table,
    arrival_table,
    baseline_table,
    feed_table,
    host_table,
    segment_table,
    knowledge_table,
    caption_table,
    import_table,
    lastmod_table,
    lease_table,
    miss_table,
    part_table,
    rename_table,
    robots_table,
    run_table,
    site_use_table,
    told_table,
    version_table,
    catch_table,
    tombstone_table,
    check_table,
)


class Ledger:
    """An open ledger, for any number of threads, closed at the end of the context.

    Every method may raise LedgerError (LedgerUnavailableError where a server is away), LockedError, StorageError.
    """

    def __init__(self, engine: LedgerEngine) -> None:
        self._engine = engine

    @staticmethod
    def expect(place: LedgerPlace) -> None:
        """Raises LedgerError if there is no ledger yet."""
        if not place.exists():
            raise LedgerError(f"There is no ledger at {place} yet; `broadsheet run` makes one.")

    @classmethod
    def existing(cls, place: LedgerPlace) -> Self:
        """`open` a ledger that must exist. Raises LedgerError if there is none yet."""
        cls.expect(place)
        return cls.open(place)

    @classmethod
    def open(cls, place: LedgerPlace) -> Self:
        """The ledger in this place, which is made if it does not exist, and migrated if an older version wrote it.

        Refuses to make a ledger for an archive that already has segments, because the old ledger was lost.
        """
        return cls._opened(place, strictly=True)

    @classmethod
    def anew(cls, place: LedgerPlace) -> Self:
        """`open` one that is to be filled from an archive, or from another ledger."""
        return cls._opened(place, strictly=False)

    @classmethod
    def _opened(cls, place: LedgerPlace, *, strictly: bool) -> Self:
        ledger = cls(opened(place))
        with ExitStack() as undo:
            undo.callback(ledger.close)
            with ledger._translating_errors():
                if strictly:
                    ledger._refuse_lost()
                    ledger._engine.refuse()
                with ledger._engine.writing() as conn:
                    prepare(conn, ledger._engine.name)
            undo.pop_all()
        return ledger

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection that may write. All or nothing: everything is rolled back if the block raises."""
        with self._translating_errors(), self._engine.writing() as connection:
            yield connection

    @contextmanager
    def trial(self) -> Iterator[Connection]:
        """A connection that may write, and sees what it has written; all of it is taken back at the end."""
        with self._translating_errors(), self._engine.writing() as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the ledger as it is now, regardless of what others write meanwhile."""
        with self._translating_errors(), self._engine.reading() as connection:
            yield connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take the turn to change index and ledger together; others who want to, in any process, wait."""
        with self._translating_errors(), self._engine.turn():
            yield

    def copy(self, to: Path, begun: Callable[[], None] = lambda: None) -> None:
        """Write the ledger as it is now into a new SQLite file, while others go on; `begun` is called once it is settled what it is.

        Raises StorageError if the file cannot be written.
        """
        with self._translating_errors():
            self._engine.copy(to, begun)

    def size(self) -> int:
        """The bytes of the file that it is kept in; 0 where a server keeps it."""
        return self._engine.size()

    def check(self, tables: Collection[str] = ()) -> list[str]:
        """What the database finds wrong with what it keeps, or with these tables of it, one sentence per problem."""
        try:
            with self._translating_errors():
                return self._engine.check(tables)
        except LedgerError as error:  # damage that ends the check itself
            return [str(error)]

    def scrub(self) -> None:
        """Leave in the files of the ledger nothing of what was deleted from it or replaced; writes all of it anew.

        Raises LockedError while another process reads it.
        """
        with self._translating_errors():
            self._engine.scrub()

    def close(self) -> None:
        """Close all connections."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _refuse_lost(self) -> None:
        held = any((self._engine.folder / "archive").glob("segment-*"))
        if held and self._engine.is_empty():
            raise LedgerError(
                f"{self._engine.name} is missing or empty, but there is an archive: run `broadsheet rebuild` to recreate it"
            )

    @contextmanager
    def _translating_errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            explained = self._engine.translated(error)
            if explained is None:
                raise
            raise explained from error


def prepare(conn: Connection, name: str) -> None:
    """Make the tables, or migrate them, in a transaction that may write. Raises LedgerError for what is no ledger, or a newer one."""
    tables = inspect(conn).get_table_names()
    if not tables:
        METADATA.create_all(conn)
        conn.execute(SCHEMA.insert().values(version=VERSION))
    elif SCHEMA.name not in tables:
        raise LedgerError(f"{name} holds no ledger of Broadsheet, but other tables: {_elsewhere(conn)}")
    version: int | None = conn.scalar(select(SCHEMA.c.version))
    while version is not None and version in MIGRATIONS:
        for each in MIGRATIONS[version]:
            if statement := spelled(each, conn.dialect.name):
                conn.exec_driver_sql(statement)
        METADATA.create_all(conn)  # creates new tables
        version += 1
        conn.execute(SCHEMA.update().values(version=version))
    if version != VERSION:
        raise LedgerError(
            f"{name} has schema {version}, but this version of Broadsheet reads {VERSION}: "
            "upgrade Broadsheet, or run `broadsheet rebuild` to recreate the ledger"
        )


def _elsewhere(conn: Connection) -> str:
    return "move it elsewhere" if conn.dialect.name == "sqlite" else "give the ledger a database of its own"
