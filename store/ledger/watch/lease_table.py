"""Leases in the ledger: which worker has which host, and until when, by the clock of the database alone.

A worker that ends gives its leases up, but each host only from the moment on at which that may be asked again; the leases of one
that died end by themselves.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Table,
    bindparam,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from store.ledger.schema import METADATA, AnyText, among, insert

LEASES = Table(
    "leases",
    METADATA,
    Column("name", AnyText, primary_key=True),
    Column("worker", AnyText, nullable=False),
    Column("until", Float(53), nullable=False),
)


class _Present(GenericFunction[float]):
    """The seconds since 1970 by the database, not those at which its transaction began."""

    type = Float()
    inherit_cache = True


@compiles(_Present, "sqlite")
def _by_sqlite(element: _Present, compiler: SQLCompiler, **options: object) -> str:  # noqa: ARG001  SQLAlchemy's signature
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(_Present, "postgresql")
def _by_postgresql(element: _Present, compiler: SQLCompiler, **options: object) -> str:  # noqa: ARG001
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"


def take(conn: Connection, names: Collection[str], worker: str, term: timedelta) -> set[str]:
    """Give these leases to a worker for that time from now on, those that it has for longer; returns those that it has now.

    Those of others are left to them until they end.
    """
    if not names:
        return set()
    wanted = among(names).subquery()
    name: ColumnElement[str] = type_coerce(wanted.c.value, AnyText())
    new = select(name, literal(worker), _until(term)).where(
        name.is_not(None)
    )  # SQLite cannot do without a condition
    given = insert(conn, LEASES).from_select(["name", "worker", "until"], new)
    free = or_(LEASES.c.worker == worker, LEASES.c.until <= _Present())
    changed = {"worker": given.excluded.worker, "until": given.excluded.until}
    taken = given.on_conflict_do_update(index_elements=["name"], set_=changed, where=free)
    return set(conn.scalars(taken.returning(LEASES.c.name)))


def give_up(conn: Connection, names: Mapping[str, float], worker: str) -> None:
    """End these leases of a worker, each so many seconds from now."""
    ending = LEASES.update().where(LEASES.c.name == bindparam("key"), LEASES.c.worker == worker)
    if names:
        rows = [{"key": name, "seconds": seconds} for name, seconds in names.items()]
        conn.execute(ending.values(until=_Present() + bindparam("seconds", type_=Float())), rows)


def forget(conn: Connection) -> None:
    """Forget the leases that have ended."""
    conn.execute(LEASES.delete().where(LEASES.c.until <= _Present()))


def _until(term: timedelta) -> ColumnElement[float]:
    return _Present() + literal(term.total_seconds(), Float())
