"""The lock on a data folder, which holds on every machine where the ledger is on a server; several workers may share that.

The lock of the operating system is always taken: archive and index are files. A server's lock ends with the connection of the
process that took it. The crawl process may outlive that for a moment, so that it has a lock of its own, which a run waits for.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, func, select, text

from articles.errors import LockedError
from store.ledger.engines.places import LedgerPlace, ServerPlace, server
from store.ledger.engines.postgresql_server import CRAWL, REBUILD, RUN, PostgresqlServer, keys
from store.ledger.engines.worker_locks import Worker
from store.lock import OTHERS, RunLock

_NUMBERS = {"run": RUN, "rebuild": REBUILD}
_ENDING = 5.0  # seconds that processes of a run which was killed may take to end
_LOOK = 0.05
_HOLDER = text(
    "SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND classid = :lock "
    "AND objid = (hashtext(current_schema())::bigint & 4294967295)::oid"
)


@contextmanager
def locked(folder: Path, place: LedgerPlace, kind: Literal["run", "rebuild"] = "run") -> Iterator[RunLock]:
    """Excludes other work of this kind on the folder, and on the ledger. Raises LockedError, StorageError, LedgerError."""
    with RunLock(folder, kind) as lock:
        if isinstance(place, Path):
            yield lock
            return
        with _session(place) as (engine, connection):
            with engine.translating():
                _take(connection, place, kind)
            yield lock


@contextmanager
def at_work(folder: Path, place: ServerPlace, name: str) -> Iterator[tuple[RunLock, Worker]]:
    """The lock of one worker of several, with this name: it excludes what changes everything, on any machine, and others on the folder.

    Raises LockedError, StorageError, LedgerError.
    """
    with RunLock(folder) as lock, _session(place) as (engine, connection):
        worker = Worker(name, engine, connection)
        with engine.translating():
            connection.exec_driver_sql("SET lock_timeout = 0")  # it waits as long as others judge
            _take(connection, place, "run", shared=True)
        worker.appear()
        yield lock, worker


def is_at_work(place: ServerPlace, name: str) -> bool:
    """Whether the worker of this name is. Raises LedgerUnavailableError."""
    with _session(place) as (engine, connection), Worker("", engine, connection).instead_of(name) as is_away:
        return not is_away


@contextmanager
def crawling(place: LedgerPlace) -> Iterator[None]:
    """For the crawl process: as long as it lives, no other run begins."""
    if isinstance(place, Path):
        yield
        return
    with _session(place) as (engine, connection):
        with engine.translating():
            connection.execute(select(func.pg_advisory_lock_shared(*keys(CRAWL))))
        yield


@contextmanager
def _session(place: ServerPlace) -> Iterator[tuple[PostgresqlServer, Connection]]:
    with closing(server(place)) as engine:
        with engine.translating():
            connection = engine.session()
        with closing(connection):
            yield engine, connection


def _take(connection: Connection, place: ServerPlace, kind: str, *, shared: bool = False) -> None:
    deadline = time.monotonic() + _ENDING
    attempt = func.pg_try_advisory_lock_shared if shared else func.pg_try_advisory_lock
    wanted = [_NUMBERS[kind], *([CRAWL] if kind == "run" and not shared else [])]
    while wanted:
        if connection.scalar(select(attempt(*keys(wanted[0])))):
            if wanted.pop(0) == CRAWL:
                connection.execute(select(func.pg_advisory_unlock(*keys(CRAWL))))
        elif time.monotonic() > deadline:
            raise LockedError(
                f"{place} is in use by {OTHERS[kind]} ({_holder(connection, wanted[0])}): wait for it, or stop that process"
            )
        else:
            time.sleep(_LOOK)


def _holder(connection: Connection, lock: int) -> str:
    found = connection.execute(_HOLDER, {"lock": keys(lock)[0]}).first()
    return f"{found.application_name}, since {found.backend_start:%Y-%m-%d %H:%M:%S}" if found else "unknown"
