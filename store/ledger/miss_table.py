"""Fetches without a capture in the ledger: why, and what became of the URL."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import Column, Connection, ForeignKey, Table, func, select

from store import policy
from store.ledger.schema import METADATA, AnyText, BigNumber, Moment, one_of
from store.ledger.url_table import URLS, settle
from store.records import FetchReason, Miss, UrlState

MISSES = Table(
    "misses",
    METADATA,
    Column("id", BigNumber, primary_key=True),
    Column("url", ForeignKey(URLS.c.url), nullable=False, index=True),
    Column("at", Moment, nullable=False, index=True),
    Column("state", one_of(UrlState, "miss_state"), nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("detail", AnyText, nullable=False),
    Column("retry_at", Moment),
)


def record_misses(conn: Connection, missed: Sequence[Miss]) -> None:
    """Record fetches without a capture. The URLs must be known.

    Of a page that nobody is asked for, run after run for one reason, only the last time is kept.
    """
    for miss in missed:
        attempts = conn.execute(select(URLS.c.attempts).where(URLS.c.url == miss.url)).scalar_one()
        fate = policy.after_miss(miss, attempts)
        settle(conn, miss.url, fate, miss.at)
        if not miss.reason.asked:
            _forget_last(conn, miss)
        values = {name: getattr(miss, name) for name in ("url", "at", "reason", "detail")}
        conn.execute(MISSES.insert().values(**values, state=fate.state, retry_at=fate.due_at))


def misses(conn: Connection, url: str) -> list[Miss]:
    """The fetches of a URL without a capture, oldest first."""
    columns = [MISSES.c[field.name] for field in fields(Miss)]
    rows = conn.execute(select(*columns).where(MISSES.c.url == url).order_by(MISSES.c.id))
    return [Miss(**{**row, "reason": FetchReason(row["reason"])}) for row in rows.mappings()]


def _forget_last(conn: Connection, miss: Miss) -> None:
    newest = select(func.max(MISSES.c.id)).where(MISSES.c.url == miss.url).scalar_subquery()
    conn.execute(MISSES.delete().where(MISSES.c.id == newest, MISSES.c.reason == miss.reason))
