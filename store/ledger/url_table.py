"""URLs in the ledger: every URL ever discovered, and its one state."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import chain, groupby
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    Table,
    bindparam,
    func,
    select,
)

from articles.model import FeedEntry, Page
from store import policy
from store.archived import wordless
from store.ledger import tombstone_table
from store.ledger.parts import part_table
from store.ledger.schema import METADATA, AnyText, Moment, one_of, portions, where
from store.records import Discovery, DueUrl, KnownUrl, NotModified, Outcome, Settled, UrlState

URLS = Table(
    "urls",
    METADATA,
    Column("url", AnyText, primary_key=True),
    Column("source", AnyText, nullable=False),
    Column("state", one_of(UrlState, "url_state"), nullable=False),
    Column("entry", AnyText, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", Moment),
    Column("updated_at", Moment),
    Column("last_error", AnyText, nullable=False),
    Column("rejections", Integer, nullable=False, server_default="0"),
    Column("etag", AnyText, nullable=False, server_default=""),
    Column("last_modified", AnyText, nullable=False, server_default=""),
    Index("urls_due", "source", "due_at", **where("state = 'due'")),
    Index("urls_revisits", "source", "due_at", **where("due_at IS NOT NULL")),
    Index("urls_state", "state"),
)

_ARTICLES = (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.SUPERSEDED)
_NOT_UPDATED = (UrlState.DUE, UrlState.REFUSED)  # not fetched yet, or due again for another reason
_AT_ONCE = 1000
_ALL = policy.Terms()
_UPDATE = URLS.update().where(URLS.c.url == bindparam("key"))
_NEWEST = URLS.c.tried_at.is_(None) | (URLS.c.tried_at <= bindparam("at"))
_TAKEN = _UPDATE.where(URLS.c.rejections > 0, _NEWEST).values(rejections=0)


def discover(
    conn: Connection, entries: Sequence[FeedEntry], now: datetime, terms: policy.Terms = _ALL
) -> Discovery:
    """Record the entries of feeds, and return what to fetch now, each URL once.

    An unknown URL becomes due, unless the terms leave it in the backlog, and belongs to this source from then on. A
    known one becomes due again if its entry was updated since the last fetch, or if it was refused long enough ago
    (policy.is_due_again); one that was deleted never does.
    """
    listed: dict[str, FeedEntry] = {}
    for entry in entries:
        listed.setdefault(entry.url, entry)
    known = _rows(conn, listed)
    new = [entry for url, entry in listed.items() if url not in known]
    left = policy.left_in_backlog(new, terms)
    vain = part_table.among_parts(conn, listed)  # these are fetched with their articles
    if not terms.updates:
        vain |= listed.keys() - terms.believed
    listed |= {url: replace(listed[url], updated_at=None) for url in vain}
    changes = [change for url, row in known.items() if (change := _change(row, listed[url], now))]
    updated = [change for change in changes if known[change["key"]].state not in _NOT_UPDATED]
    _insert(conn, [entry for entry in new if entry.url not in left], now)
    _insert(conn, [entry for entry in new if entry.url in left], now, UrlState.BACKLOG)
    _update(conn, changes)
    rows = _rows(conn, listed, URLS.c.state == UrlState.DUE, URLS.c.due_at <= now)
    ready = [rows[url] for url in listed if url in rows]
    return Discovery(
        due=tuple(map(_due, ready)),
        new=len(new),
        seen=len(entries) - len(new),
        updated=len(updated),
        backlog=len(left),
    )


def note(
    conn: Connection, entries: Sequence[FeedEntry], due: Collection[str], now: datetime, *, keep: bool = True
) -> int:
    """Record those entries whose URL is unknown, due if it is among `due`, else in the backlog; returns how many there are.

    Unless `keep`, they are only counted. Each URL may be named once.
    """
    known = _rows(conn, [entry.url for entry in entries])
    new = [entry for entry in entries if entry.url not in known]
    if keep:
        _insert(conn, [entry for entry in new if entry.url in due], now)
        _insert(conn, [entry for entry in new if entry.url not in due], now, UrlState.BACKLOG)
    return len(new)


def waiting(conn: Connection, source: str, now: datetime) -> Iterator[FeedEntry]:
    """The source's pages in the backlog, and those that are due; read as they are asked for."""
    due = (URLS.c.state == UrlState.DUE) & (URLS.c.due_at <= now)
    query = select(URLS.c.entry).where(URLS.c.source == source, (URLS.c.state == UrlState.BACKLOG) | due)
    return map(_entry, conn.scalars(query.order_by(URLS.c.url)).yield_per(_AT_ONCE))


def to_look_at(conn: Connection, urls: Collection[str], now: datetime) -> tuple[DueUrl, ...]:
    """Those of these URLs that were fetched and are to be looked at again by now."""
    rows = _rows(conn, urls, URLS.c.state == UrlState.FETCHED, URLS.c.due_at <= now)
    return tuple(_due(rows[url]) for url in urls if url in rows)


def recall(conn: Connection, urls: Collection[str], now: datetime) -> None:
    """Have those of these URLs that are in the backlog fetched by the next run."""
    due = URLS.update().where(URLS.c.state == UrlState.BACKLOG).values(state=UrlState.DUE, due_at=now)
    for part in portions(urls):
        conn.execute(due.where(URLS.c.url.in_(part)))


def due(
    conn: Connection, sources: Collection[str], now: datetime, *, revisiting: bool = False
) -> tuple[DueUrl, ...]:
    """What earlier runs left to fetch for these sources, then the articles to look at again; each the longest due first."""
    found: list[DueUrl] = []
    for state in (UrlState.DUE, UrlState.FETCHED) if revisiting else (UrlState.DUE,):
        query = select(URLS).where(URLS.c.state == state, URLS.c.due_at <= now)
        named = portions(dict.fromkeys(sources))
        rows = chain.from_iterable(conn.execute(query.where(URLS.c.source.in_(some))) for some in named)
        found += map(_due, sorted(rows, key=lambda row: (row.due_at, row.url)))
    return tuple(found)


def record_page(conn: Connection, page: Page, revisits: Sequence[timedelta] = ()) -> None:
    """Record the requested URL's state after an archived response. An unknown URL (in a rebuild or an import) is added.

    A response from before the last fetch, or from before the URL was found, says nothing of its present state.
    """
    row = _rows(conn, [page.url]).get(page.url)
    entry = replace(page.entry, url=page.url)
    if row is None:
        _insert(conn, [entry], page.fetched_at)
    elif row.state is not UrlState.DELETED and _is_later(entry.updated_at, row.updated_at):
        _update(conn, [_entry_values(row, entry)])
    if tombstone_table.among(conn, [page.url]):
        return
    if row is not None and page.fetched_at < (row.tried_at or row.first_seen_at):
        return
    fate = policy.after_status(page.status, row.attempts if row else 0, page.fetched_at)
    settle(conn, page.url, fate, page.fetched_at)
    if fate.state is UrlState.FETCHED:
        headers = dict(page.headers)
        validators = {name.replace("-", "_"): headers.get(name, "") for name in ("etag", "last-modified")}
        first = row.first_seen_at if row else page.fetched_at
        next_visit = part_table.next_visit(conn, page.url, first, page.fetched_at, revisits)
        _update(conn, [{"key": page.url, "due_at": next_visit, **validators}])


def record_same(conn: Connection, page: NotModified, revisits: Sequence[timedelta]) -> None:
    """Note that a page is as it was. The URL must be known."""
    first = conn.execute(select(URLS.c.first_seen_at).where(URLS.c.url == page.url)).scalar_one()
    next_visit = part_table.next_visit(conn, page.url, first, page.at, revisits)
    settle(conn, page.url, policy.Fate(UrlState.FETCHED, due_at=next_visit), page.at)


def record_outcomes(conn: Connection, firsts: Sequence[tuple[str, datetime, Settled]]) -> None:
    """The states of requested URLs after the first outcomes of captures of them, fetched at these times.

    Due again is one whose page may yet become an article; what is none is not looked at again.
    """
    for rejected, group in groupby(firsts, key=lambda first: first[2].outcome is Outcome.REJECTED):
        some = list(group)
        if not rejected:
            conn.execute(_TAKEN, [{"key": url, "at": fetched_at} for url, fetched_at, _ in some])
        for url, fetched_at, settled in some:
            if settled.outcome not in _ARTICLES:
                _record_no_article(conn, url, fetched_at, settled)


def _record_no_article(conn: Connection, url: str, fetched_at: datetime, settled: Settled) -> None:
    fetched = (URLS.c.url == url, URLS.c.state == UrlState.FETCHED, URLS.c.tried_at == fetched_at)
    conn.execute(URLS.update().where(*fetched, URLS.c.due_at.is_not(None)).values(due_at=None))
    passing = settled.outcome is Outcome.REJECTED and settled.reason in policy.PASSING_REJECTIONS
    before = conn.scalar(select(URLS.c.rejections).where(*fetched)) if passing else None
    if before is None:
        return
    error = f"{settled.reason}: {settled.detail}" if settled.detail else settled.reason
    fate = policy.after_rejection(before + 1, fetched_at, settled.at, error)
    if fate is not None:
        change = {"key": url, "state": fate.state, "due_at": fate.due_at, "last_error": fate.error}
        _update(conn, [{**change, "rejections": before + 1}])


def get(conn: Connection, url: str) -> KnownUrl | None:
    """What is known about a canonical URL; None if it is unknown."""
    columns = [URLS.c[field.name] for field in fields(KnownUrl)]
    row = conn.execute(select(*columns).where(URLS.c.url == url)).mappings().first()
    return None if row is None else KnownUrl(**{**row, "entry": _entry(row["entry"])})


def entry(conn: Connection, url: str) -> FeedEntry:
    """What discovery knew about a URL in the ledger."""
    return _entry(conn.execute(select(URLS.c.entry).where(URLS.c.url == url)).scalar_one())


def counts(conn: Connection) -> dict[str, int]:
    """The number of URLs in each state; those of backlog and deleted only if there are any."""
    rows = conn.execute(select(URLS.c.state, func.count().label("number")).group_by(URLS.c.state))
    none = {state.value: 0 for state in UrlState if state not in (UrlState.BACKLOG, UrlState.DELETED)}
    return none | {row.state.value: row.number for row in rows}


def _rows(conn: Connection, keys: Collection[str], *conditions: ColumnElement[bool]) -> dict[str, Row[Any]]:
    return {
        row.url: row
        for some in portions(keys)
        for row in conn.execute(select(URLS).where(URLS.c.url.in_(some), *conditions))
    }


def _insert(
    conn: Connection, entries: Sequence[FeedEntry], now: datetime, state: UrlState = UrlState.DUE
) -> None:
    if entries:
        gone = tombstone_table.among(conn, [entry.url for entry in entries])
        rows = [_new(each, now, UrlState.DELETED if each.url in gone else state) for each in entries]
        conn.execute(URLS.insert(), rows)


def _new(entry: FeedEntry, now: datetime, state: UrlState) -> dict[str, Any]:
    kept = to_json(wordless(entry) if state is UrlState.DELETED else entry)
    named = {"url": entry.url, "source": entry.source, "entry": kept, "updated_at": entry.updated_at}
    due_at = now if state is UrlState.DUE else None
    return named | {"state": state, "first_seen_at": now, "due_at": due_at, "attempts": 0, "last_error": ""}


def _update(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "key"}
        conn.execute(_UPDATE.values(columns), rows)


def settle(conn: Connection, url: str, fate: policy.Fate, at: datetime) -> None:
    """Record what became of a known URL that was tried at this time."""
    row = {"key": url, "state": fate.state, "attempts": fate.attempts, "due_at": fate.due_at}
    _update(conn, [{**row, "last_error": fate.error, "tried_at": at}])


def _change(row: Row[Any], entry: FeedEntry, now: datetime) -> dict[str, Any] | None:
    """The changes to a known URL that is listed again; None if there are none."""
    acted_on = row.updated_at or row.tried_at
    again = policy.is_due_again(row.state, row.due_at, acted_on, entry.updated_at, now)
    if again:
        afresh = {"state": UrlState.DUE, "due_at": now, "attempts": 0, "rejections": 0}
        return {**_entry_values(row, entry), **afresh}
    if row.state is UrlState.DUE and _is_later(entry.updated_at, row.updated_at):
        as_is = {name: getattr(row, name) for name in ("state", "due_at", "attempts", "rejections")}
        return {**_entry_values(row, entry), **as_is}
    return None


def _entry_values(row: Row[Any], entry: FeedEntry) -> dict[str, Any]:
    """The values for a newer entry of a known URL, which stays with the source that found it first."""
    newest = entry.updated_at if _is_later(entry.updated_at, row.updated_at) else row.updated_at
    return {"key": row.url, "entry": to_json(replace(entry, source=row.source)), "updated_at": newest}


def _is_later(time: datetime | None, than: datetime | None) -> bool:
    return time is not None and (than is None or time > than)


def to_json(entry: FeedEntry) -> str:
    """JSON in ASCII, so that lone surrogates in malformed titles are kept."""
    return json.dumps(msgspec.to_builtins(entry))


def _due(row: Row[Any]) -> DueUrl:
    again = row.state is UrlState.FETCHED
    return DueUrl(
        url=row.url,
        entry=_entry(row.entry),
        attempts=row.attempts,
        etag=row.etag if again else "",
        last_modified=row.last_modified if again else "",
    )


def _entry(stored: str) -> FeedEntry:
    return msgspec.convert(json.loads(stored), FeedEntry)
