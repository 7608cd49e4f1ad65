"""Feeds in the ledger: the validators of their last successful response, their health, and when they are asked again.

A feed is identified by its URL with user and password masked, so that no password gets into the ledger.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    or_,
    select,
)

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
_KNOWN = select(FEEDS, *(LIST_SIZES.c[name] for name in _SIZES)).outerjoin(LIST_SIZES, _OF_BOTH)
_NEW: dict[str, Any] = {
    "etag": "",
    "last_modified": "",
    "entries": 0,
    "succeeded_at": None,
    "moved_to": "",
    "passed_at": None,
    "kind": "",
}
_PACE = ("found", "failures", "distrusted", "due_at", "whole_at")
_COLUMNS = tuple(FEEDS.columns.keys())
_RECORD = upsert(FEEDS)
_RECORD_SIZE = upsert(LIST_SIZES)
_PASS_OVER = (
    FEEDS.update()
    .where(FEEDS.c.source == bindparam("of_source"), FEEDS.c.url == bindparam("of_url"))
    .values(passed_at=bindparam("at"))
)

_AT_ONCE = 128  # feeds of one statement

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
    return [target for target, _ in _known(conn, sources)]


def to_ask(
    conn: Connection, sources: Sources, now: datetime, due_by: Mapping[str, datetime]
) -> list[FeedTarget]:
    """The `targets` of now, without validators where it is time for that.

    Of a source in `due_by`, the feeds that are not worth asking by then are passed over, which is recorded.
    """
    asked, passed_over = [], []
    for target, row in _known(conn, sources):
        pace = _pace(row)
        limit = due_by.get(target.source)
        if limit is not None and pace.due_at is not None and pace.due_at > limit:
            passed_over.append({"of_source": target.source, "of_url": masked(target.url), "at": now})
        else:
            asked.append(replace(target, etag="", last_modified="") if is_asked_whole(pace, now) else target)
    if passed_over:
        conn.execute(_PASS_OVER, passed_over)
    return asked


def _known(conn: Connection, sources: Sources) -> Iterator[tuple[FeedTarget, Row[Any] | None]]:
    """The feeds of these sources, each with its row, if it was ever fetched."""
    rows = {(row.source, row.url): row for row in conn.execute(select(FEEDS))}
    for source, of_source in sources:
        for url in of_source:
            row = rows.get((source, masked(url)))
            target = FeedTarget(source=source, url=url)
            if row is not None:
                read = {"etag": row.etag, "last_modified": row.last_modified, "read_at": row.succeeded_at}
                target = replace(target, **read)
            yield target, row


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
    _record(conn, {_key(result): result}, new)


def record_quiet(conn: Connection, results: Sequence[FeedResult]) -> None:
    """`record` fetches that showed no entry, all at once: most of a run is that."""
    some: dict[tuple[str, str], FeedResult] = {}
    for result in results:
        key = _key(result)
        if key in some or len(some) == _AT_ONCE:  # a second fetch goes by what the first left
            _record(conn, some)
            some = {}
        some[key] = result
    _record(conn, some)


def _key(result: FeedResult) -> tuple[str, str]:
    return result.source, masked(result.url)


def _record(conn: Connection, results: Mapping[tuple[str, str], FeedResult], new: int = 0) -> None:
    rows = _rows(conn, list(results))
    conn.execute(_RECORD, [_after(rows.get(key), key, result, new) for key, result in results.items()])
    sizes = [_size_after(rows.get(key), key, result) for key, result in results.items()]
    if changed := [size for size in sizes if size]:
        conn.execute(_RECORD_SIZE, changed)


def _rows(conn: Connection, keys: list[tuple[str, str]]) -> dict[tuple[str, str], Row[Any]]:
    """What is known of these feeds."""
    places = 1 << (len(keys) - 1).bit_length()  # few statements, each compiled once
    given: dict[str, str] = {}
    for n, (source, url) in enumerate(keys + keys[-1:] * (places - len(keys))):
        given |= {f"s{n}": source, f"u{n}": url}
    return {(row.source, row.url): row for row in conn.execute(_known_of(places), given)}


@cache
def _known_of(places: int) -> Select[Any]:
    """A search by the key for each: where pairs are to be in a list of pairs, SQLite reads the whole table."""
    each = (
        and_(FEEDS.c.source == bindparam(f"s{n}"), FEEDS.c.url == bindparam(f"u{n}")) for n in range(places)
    )
    return _KNOWN.where(or_(*each))


def _after(row: Row[Any] | None, key: tuple[str, str], result: FeedResult, new: int) -> dict[str, object]:
    """The whole row of a feed after a fetch; `row` is what is known of it, if anything."""
    pace = after(_pace(row), result, new)
    source, url = key
    values: dict[str, object] = (
        _NEW | {"source": source, "url": url} if row is None else dict(zip(_COLUMNS, row, strict=False))
    )
    values |= {"fetched_at": result.at, "status": result.status, "error": result.error}
    values |= {"watched": pace.watched.total_seconds(), **{name: getattr(pace, name) for name in _PACE}}
    if result.kind:
        values |= {"kind": result.kind}
    if not result.error:
        values |= {"succeeded_at": result.at, "moved_to": masked(result.moved_to)}
        came_whole = result.status != NOT_MODIFIED
        if came_whole:
            values |= {"entries": result.entries}
        if came_whole or result.etag or result.last_modified:
            values |= {"etag": result.etag, "last_modified": result.last_modified}
    return values


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


def _size_after(row: Row[Any] | None, key: tuple[str, str], result: FeedResult) -> dict[str, object] | None:
    """What is to be noted of a list's sizes after a fetch, None where that is as it was."""
    if result.error:
        return None
    sized = row is not None and row.noted_since is not None
    known = Size(**{name: getattr(row, name) for name in _SIZES}) if sized else Size()
    size = sized_after(known, result.entries if result.status != NOT_MODIFIED else None, result.at)
    source, url = key
    return {"source": source, "url": url} | asdict(size) if size != known else None
