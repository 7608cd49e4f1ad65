"""Feeds in the ledger: the validators of their last successful response, their health, and when they are asked again.

A feed is identified by its URL with user and password masked, so that no password gets into the ledger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Float, Integer, Row, Table, and_, bindparam, select

from articles.urls import masked
from store.feed_records import FeedHealth, FeedResult, FeedTarget
from store.ledger.schema import METADATA, AnyText, Moment, upsert
from store.list_sizes import Size
from store.list_sizes import after as sized_after
from store.pace import NOT_MODIFIED, Pace, after, is_asked_whole

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
    Column("moved_to", AnyText, nullable=False, server_default=""),
    Column("watched", Float, nullable=False, server_default="0"),  # seconds
    Column("found", Float, nullable=False, server_default="0"),
    Column("distrusted", Boolean, nullable=False, server_default="0"),
    Column("due_at", Moment),
    Column("whole_at", Moment),
    Column("passed_at", Moment),
    Column("kind", AnyText, nullable=False, server_default=""),  # as in FeedResult
)

LIST_SIZES = Table(
    "list_sizes",
    METADATA,
    Column("source", AnyText, primary_key=True),
    Column("url", AnyText, primary_key=True),
    # as in store.list_sizes.Size
    Column("noted_since", Moment, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("least", Float, nullable=False),
    Column("short", Integer, nullable=False),
    Column("few", Integer, nullable=False),
    Column("short_since", Moment),
)

_SIZES = tuple(each.name for each in fields(Size))
_OF_BOTH = and_(LIST_SIZES.c.source == FEEDS.c.source, LIST_SIZES.c.url == FEEDS.c.url)
_KNOWN = (
    select(FEEDS, *(LIST_SIZES.c[name] for name in _SIZES))
    .outerjoin(LIST_SIZES, _OF_BOTH)
    .where(FEEDS.c.source == bindparam("source"), FEEDS.c.url == bindparam("url"))
)
_NEW: dict[str, Any] = {
    "etag": "",
    "last_modified": "",
    "entries": 0,
    "succeeded_at": None,
    "moved_to": "",
    "passed_at": None,
    "kind": "",
}
_COLUMNS = tuple(FEEDS.columns.keys())
_RECORD = upsert(FEEDS)
_RECORD_SIZE = upsert(LIST_SIZES)

Sources = Sequence[tuple[str, Sequence[str]]]
"""Sources by name, each with the URLs of its feeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """When a feed's turn last came (it was asked, or passed over), and when it is worth asking again (None: at once)."""

    source: str
    url: str
    turn_at: datetime
    due_at: datetime | None


def targets(conn: Connection, sources: Sources) -> list[FeedTarget]:
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


def to_ask(
    conn: Connection, sources: Sources, now: datetime, due_by: Mapping[str, datetime]
) -> list[FeedTarget]:
    """The `targets` of now, without validators where it is time for that.

    Of a source in `due_by`, the feeds that are not worth asking by then are passed over, which is recorded.
    """
    known = {(row.source, row.url): row for row in conn.execute(select(FEEDS))}
    asked = []
    for target in targets(conn, sources):
        pace = _pace(known.get((target.source, masked(target.url))))
        limit = due_by.get(target.source)
        if limit is not None and pace.due_at is not None and pace.due_at > limit:
            _pass_over(conn, target, now)
        else:
            asked.append(replace(target, etag="", last_modified="") if is_asked_whole(pace, now) else target)
    return asked


def asks(conn: Connection) -> list[Ask]:
    """When each feed that was ever fetched is asked."""
    return [
        Ask(
            source=row.source,
            url=row.url,
            turn_at=max(row.fetched_at, row.passed_at or row.fetched_at),
            due_at=row.due_at,
        )
        for row in conn.execute(select(FEEDS))
    ]


def record(conn: Connection, result: FeedResult, new: int = 0) -> None:
    """Record a fetch that showed `new` entries. A failure, or a 304 without validators, keeps the known validators.

    Call this in the transaction that discovers the feed's entries: if the ledger had only the validators, a 304
    would hide the entries forever.
    """
    key = {"source": result.source, "url": masked(result.url)}
    row = conn.execute(_KNOWN, key).first()
    pace = after(_pace(row), result, new)
    values = _NEW | key if row is None else {name: row._mapping[name] for name in _COLUMNS}  # noqa: SLF001
    values |= {"fetched_at": result.at, "status": result.status, "error": result.error}
    names = ("found", "failures", "distrusted", "due_at", "whole_at")
    values |= {"watched": pace.watched.total_seconds(), **{name: getattr(pace, name) for name in names}}
    if result.kind:
        values |= {"kind": result.kind}
    if not result.error:
        values |= {"succeeded_at": result.at, "moved_to": masked(result.moved_to)}
        came_whole = result.status != NOT_MODIFIED
        _note_size(conn, row, result, came_whole=came_whole)
        if came_whole:
            values |= {"entries": result.entries}
        if came_whole or result.etag or result.last_modified:
            values |= {"etag": result.etag, "last_modified": result.last_modified}
    conn.execute(_RECORD, values)


def ask_whole(conn: Connection, source: str, url: str) -> None:
    """Have a feed asked without validators the next time."""
    this = (FEEDS.c.source == source, FEEDS.c.url == masked(url))
    conn.execute(FEEDS.update().where(*this).values(whole_at=None))


def health(conn: Connection) -> list[FeedHealth]:
    """Every feed that was ever fetched."""
    sizes = (LIST_SIZES.c.least, LIST_SIZES.c.short, LIST_SIZES.c.short_since)
    rows = conn.execute(
        select(FEEDS, *sizes).outerjoin(LIST_SIZES, _OF_BOTH).order_by(FEEDS.c.source, FEEDS.c.url)
    )
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
            moved_to=row.moved_to,
            least=row.least or 0.0,
            short=row.short or 0,
            short_since=row.short_since,
            is_called_unchanged=row.distrusted,
            is_section=row.kind == "section",
        )
        for row in rows
    ]


def kind(conn: Connection, url: str) -> str:
    """What the list at this URL is: feed, sitemap or section; "" for one that was not fetched since that is noted."""
    known = select(FEEDS.c.kind).where(FEEDS.c.url == masked(url), FEEDS.c.kind != "")
    return conn.scalar(known.order_by(FEEDS.c.fetched_at.desc()).limit(1)) or ""


def _pace(row: Row[Any] | None) -> Pace:
    """The pace of a feed; of one that was never fetched, without a row, that of a new one."""
    if row is None:
        return Pace()
    return Pace(
        watched=timedelta(seconds=row.watched),
        found=row.found,
        failures=row.failures,
        etag=row.etag,
        last_modified=row.last_modified,
        distrusted=row.distrusted,
        due_at=row.due_at,
        answered_at=row.succeeded_at,
        whole_at=row.whole_at,
    )


def _note_size(conn: Connection, row: Row[Any] | None, result: FeedResult, *, came_whole: bool) -> None:
    """`row` is what is known of the feed, if anything."""
    sized = row is not None and row.noted_since is not None
    known = Size(**{name: row._mapping[name] for name in _SIZES}) if row and sized else Size()  # noqa: SLF001
    size = sized_after(known, result.entries if came_whole else None, result.at)
    if size != known:
        key = {"source": result.source, "url": masked(result.url)}
        conn.execute(_RECORD_SIZE, key | asdict(size))


def _pass_over(conn: Connection, target: FeedTarget, now: datetime) -> None:
    this = (FEEDS.c.source == target.source, FEEDS.c.url == masked(target.url))
    conn.execute(FEEDS.update().where(*this).values(passed_at=now))
