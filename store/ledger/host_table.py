"""Hosts in the ledger: those that asked to be left alone, which no run asks before that time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, func, select

from store.ledger.schema import METADATA, AnyText, Moment, insert

HOSTS = Table(
    "hosts",
    METADATA,
    Column("host", AnyText, primary_key=True),
    Column("until", Moment, nullable=False, index=True),
    Column("why", AnyText, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A host that is not to be asked before `until`; `why` is for the reader."""

    host: str
    until: datetime
    why: str


def leave_alone(conn: Connection, host: LeftAlone) -> None:
    """Note that a host asked for it. Where it asked twice, the later time counts."""
    later = select(func.count()).where(HOSTS.c.host == host.host, HOSTS.c.until > host.until)
    if not conn.scalar(later):
        values = {"until": host.until, "why": host.why}
        noted = insert(conn, HOSTS).values(host=host.host, **values)
        conn.execute(noted.on_conflict_do_update(index_elements=["host"], set_=values))


def reopen(conn: Connection, hosts: Collection[str], now: datetime) -> list[LeftAlone]:
    """Have these hosts asked again; returns those that were to be left alone."""
    wanted = [host for host in left_alone(conn, now) if host.host in hosts]
    for host in wanted:
        conn.execute(HOSTS.delete().where(HOSTS.c.host == host.host))
    return wanted


def left_alone(conn: Connection, now: datetime) -> list[LeftAlone]:
    """The hosts that are not to be asked yet, by name; the others are forgotten."""
    conn.execute(HOSTS.delete().where(HOSTS.c.until <= now))
    rows = conn.execute(select(HOSTS).order_by(HOSTS.c.host))
    return [LeftAlone(host=row.host, until=row.until, why=row.why) for row in rows]
