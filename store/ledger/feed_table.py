"""Feeds in the ledger: the validators of their last successful response, and their health.

A feed is identified by its URL with user and password masked, so that no password gets into the ledger.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, select
from sqlalchemy.dialects.sqlite import insert

from articles.urls import masked
from store.ledger.schema import METADATA, AnyText, Moment
from store.records import FeedHealth, FeedResult, FeedTarget

FEEDS = Table(
    "feeds",
    METADATA,
    Column("source", AnyText, primary_key=True),
    Column("url", AnyText, primary_key=True),
    Column("etag", AnyText, nullable=False),
    Column("last_modified", AnyText, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("status", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("error", AnyText, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("succeeded_at", Moment),
)

_NOT_MODIFIED = 304


def targets(conn: Connection, sources: Sequence[tuple[str, Sequence[str]]]) -> list[FeedTarget]:
    """The feeds (URLs) of these sources (names), with the validators for the next request."""
    known = {(row.source, row.url): row for row in conn.execute(select(FEEDS))}
    return [
        FeedTarget(
            source=source,
            url=url,
            etag=row.etag,
            last_modified=row.last_modified,
            read_at=row.succeeded_at,
        )
        if (row := known.get((source, masked(url))))
        else FeedTarget(source=source, url=url)
        for source, of_source in sources
        for url in of_source
    ]


def record(conn: Connection, result: FeedResult) -> None:
    """Record a fetch. A failure, or a 304 without validators, keeps the known ones.

    Call this in the transaction that discovers the feed's entries: if the ledger had only the validators, a 304
    would hide the entries forever.
    """
    changes: dict[str, Any] = {"fetched_at": result.at, "status": result.status, "error": result.error}
    if result.error:
        changes |= {"failures": FEEDS.c.failures + 1}
    else:
        changes |= {"failures": 0, "succeeded_at": result.at}
        if result.status != _NOT_MODIFIED:
            changes |= {"entries": result.entries}
        if result.status != _NOT_MODIFIED or result.etag or result.last_modified:
            changes |= {"etag": result.etag, "last_modified": result.last_modified}
    first = {
        "source": result.source,
        "url": masked(result.url),
        "entries": 0,
        "etag": "",
        "last_modified": "",
    }
    row = {**first, **changes, "failures": 1 if result.error else 0}
    conn.execute(
        insert(FEEDS).values(row).on_conflict_do_update(index_elements=["source", "url"], set_=changes)
    )


def health(conn: Connection) -> list[FeedHealth]:
    """Every feed that was ever fetched."""
    rows = conn.execute(select(FEEDS).order_by(FEEDS.c.source, FEEDS.c.url))
    return [
        FeedHealth(
            source=row.source,
            url=row.url,
            at=row.fetched_at,
            status=row.status,
            entries=row.entries,
            error=row.error,
            failures=row.failures,
            succeeded_at=row.succeeded_at,
        )
        for row in rows
    ]
