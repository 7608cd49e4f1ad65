"""Which further pages of articles are to be fetched: those that the newest capture of an article names and nobody asked for since."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from articles.model import FeedEntry
from store import policy
from store.ledger import url_table
from store.ledger.capture_table import CAPTURES
from store.ledger.parts.part_table import JOINS, NAMED_PARTS
from store.ledger.schema import among, among_numbers
from store.ledger.segment_table import SEGMENTS
from store.ledger.url_table import URLS
from store.records import Outcome, UrlState

_SAME_TIME = timedelta(minutes=10)  # a page that a list named, too, may have come shortly before
_NOW = (
    UrlState.FETCHED,
    UrlState.GONE,
    UrlState.FAILED,
    UrlState.BACKLOG,
)  # asked for whatever they wait for
_HELD = (Outcome.INDEXED, Outcome.UNCHANGED)
_LATER = (UrlState.DUE, UrlState.REFUSED)  # at their own time


def to_fetch(
    conn: Connection, sources: Collection[str], most: int, now: datetime, owner: str | None = None
) -> list[FeedEntry]:
    """Have further pages due, of articles of these sources with at most `most` pages; in the segments of one owner, if given.

    A page that was fetched before is only asked for what changed. Captures that have nothing left to ask for are not asked any more.
    """
    entries, done = dict[str, FeedEntry](), []
    for capture in _asking(conn, owner):
        if capture.source not in sources:
            continue
        asks = capture.outcome in _HELD and policy.is_news(capture.fetched_at, now)
        wanted = _wanted(conn, capture, most, now) if asks else []
        if not wanted:
            done.append(capture.id)
            continue
        known = url_table.entry(conn, capture.url)
        entries |= {url: replace(known, url=url, source=capture.source, updated_at=None) for url in wanted}
    if done:
        conn.execute(JOINS.update().where(JOINS.c.capture_id.in_(among_numbers(done))).values(asking=False))
    _make_due(conn, list(entries), now)
    return list(entries.values())


def leave(conn: Connection, urls: Collection[str]) -> None:
    """Have pages that were fetched not looked at again by themselves."""
    these = URLS.c.url.in_(among(urls)), URLS.c.state == UrlState.FETCHED
    conn.execute(URLS.update().where(*these).values(due_at=None))


def interrupted(conn: Connection) -> set[str]:
    """The sources with pages that were found but never asked for, because the run that found them was interrupted."""
    untried = select(URLS.c.source).where(URLS.c.state == UrlState.DUE, URLS.c.tried_at.is_(None))
    asking = select(CAPTURES.c.source).join(JOINS, JOINS.c.capture_id == CAPTURES.c.id).where(JOINS.c.asking)
    return {*conn.scalars(untried.distinct()), *conn.scalars(asking.distinct())}


def _asking(conn: Connection, owner: str | None) -> list[Row[Any]]:
    ids = conn.scalars(select(JOINS.c.capture_id).where(JOINS.c.asking)).all()
    columns = [CAPTURES.c[name] for name in ("id", "url", "source", "fetched_at", "outcome")]
    asking = select(*columns).where(CAPTURES.c.id.in_(among_numbers(ids)))
    if owner is not None:
        asking = asking.join(SEGMENTS, SEGMENTS.c.name == CAPTURES.c.segment).where(SEGMENTS.c.owner == owner)
    return list(conn.execute(asking.order_by(CAPTURES.c.id)))


def _wanted(conn: Connection, capture: Row[Any], most: int, now: datetime) -> list[str]:
    """Of the pages that a capture names, those that nobody asked for since it was fetched."""
    named = select(NAMED_PARTS.c.url, NAMED_PARTS.c.apart).where(NAMED_PARTS.c.capture_id == capture.id)
    named = named.where(NAMED_PARTS.c.number <= most).order_by(NAMED_PARTS.c.number)
    urls = [row.url for row in conn.execute(named) if not row.apart]
    known = {row.url: row for row in conn.execute(select(URLS).where(URLS.c.url.in_(among(urls))))}
    return [url for url in urls if url not in known or _is_wanted(known[url], capture.fetched_at, now)]


def _is_wanted(known: Row[Any], since: datetime, now: datetime) -> bool:
    if known.tried_at is not None and known.tried_at >= since - _SAME_TIME:
        return False
    return known.state in _NOW or (known.state in _LATER and known.due_at is not None and known.due_at <= now)


def _make_due(conn: Connection, urls: Collection[str], now: datetime) -> None:
    """What was fetched stays so, with its validators, and is looked at again now."""
    these = URLS.c.url.in_(among(urls))
    conn.execute(URLS.update().where(these, URLS.c.state == UrlState.FETCHED).values(due_at=now))
    afresh = {"state": UrlState.DUE, "due_at": now, "attempts": 0, "rejections": 0}
    others = URLS.c.state.in_([state for state in _NOW if state is not UrlState.FETCHED])
    conn.execute(URLS.update().where(these, others).values(afresh))
