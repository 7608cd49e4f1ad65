"""Pages that a person may have tried again: those that could not be had, those that were no article, those that could not be loaded."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    cast,
    func,
    or_,
    select,
    text,
)

from store.ledger.capture_table import CAPTURES, FAILED
from store.ledger.miss_table import MISSES
from store.ledger.schema import Moment, portions
from store.ledger.url_table import URLS
from store.records import Outcome, UrlState

DEAD_LETTER = Outcome.DEAD_LETTER.value
OURS = ("cleaner_failed", "parser_killed", DEAD_LETTER)
"""Reasons that lie with us, not with the page, which is in the archive."""
_FINE = (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.SUPERSEDED, Outcome.PART)
_UNLOADED = (*OURS, "archive_damaged")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A page that was given up: why, since when it failed for that (its first failed try), and how often it was tried."""

    url: str
    source: str
    reason: str
    detail: str
    since: datetime
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Some pages: these URLs, of these sources, for one of these reasons, last fetched at `since` or later.

    What says nothing (empty, None) leaves none out.
    """

    urls: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    since: datetime | None = None


def missing(conn: Connection, which: Chosen, now: datetime) -> dict[str, str]:
    """The chosen URLs that failed, are gone, were rejected, not loaded, or wait to be fetched again, each with the reason.

    Those that a rule refuses are never among them.
    """
    waits = and_(URLS.c.state == UrlState.DUE, URLS.c.due_at > now)
    unfetched = or_(URLS.c.state.in_((UrlState.FAILED, UrlState.GONE)), waits)
    fruitless = CAPTURES.c.outcome.in_((Outcome.REJECTED, Outcome.DEAD_LETTER))
    return {row.url: _reason(row) for row in _chosen(conn, unfetched, fruitless, which)}


def dead_letters(conn: Connection, which: Chosen) -> list[DeadLetter]:
    """The chosen pages that nothing is done about any more: given up, or not loaded for a reason that is no property of theirs."""
    unloaded = or_(CAPTURES.c.outcome == Outcome.DEAD_LETTER, CAPTURES.c.reason.in_(_UNLOADED))
    rows = _chosen(conn, URLS.c.state == UrlState.FAILED, unloaded, which)
    tries = _tries(conn, [row.url for row in rows])
    return [
        DeadLetter(
            url=row.url,
            source=row.source,
            reason=_reason(row),
            detail=row.detail or row.last_error,
            since=tries[row.url][0],
            tries=tries[row.url][1],
        )
        for row in rows
    ]


def load_again(conn: Connection, urls: Collection[str]) -> set[str]:
    """Have the last captures of these pages loaded again by the next run; those pages whose raw page is still there."""
    last = select(CAPTURES.c.id, CAPTURES.c.url).join(
        URLS, and_(URLS.c.url == CAPTURES.c.url, URLS.c.tried_at == CAPTURES.c.fetched_at)
    )
    unsettled = {"outcome": Outcome.PENDING, "settled_at": None, "reason": "", "detail": ""}
    found = {
        row.id: row.url
        for part in portions(urls)
        for row in conn.execute(last.where(CAPTURES.c.url.in_(part), CAPTURES.c.dropped_at.is_(None)))
    }
    for capture_id in found:
        conn.execute(CAPTURES.update().where(CAPTURES.c.id == capture_id).values(unsettled))
    return set(found.values())


def make_due(conn: Connection, urls: Iterable[str], now: datetime) -> None:
    """Have these fetched by the next run, and as often again as if they were new."""
    due = URLS.update().values(state=UrlState.DUE, due_at=now, attempts=0, rejections=0)
    for part in portions(list(urls)):
        conn.execute(due.where(URLS.c.url.in_(part)))


def _chosen(
    conn: Connection, unfetched: ColumnElement[bool], fruitless: ColumnElement[bool], which: Chosen
) -> list[Row[Any]]:
    """URLs with the capture and the miss of their last fetch, as far as there is one, by URL: those whose state is such, and
    those that are fetched, if their last capture is such.

    Two queries, each by an index of what failed: one for both would read every URL with its capture.
    """
    captured = and_(CAPTURES.c.url == URLS.c.url, CAPTURES.c.fetched_at == URLS.c.tried_at)
    missed = and_(MISSES.c.url == URLS.c.url, MISSES.c.at == URLS.c.tried_at)
    columns = (
        *(URLS.c.url, URLS.c.source, URLS.c.last_error),
        *(CAPTURES.c.outcome, CAPTURES.c.reason.label("rejection"), CAPTURES.c.detail),
        MISSES.c.reason.label("miss"),
    )
    of_urls = URLS.outerjoin(CAPTURES, captured).outerjoin(MISSES, missed)
    of_captures = CAPTURES.join(URLS, captured).outerjoin(MISSES, missed)
    is_fetched = cast(URLS.c.state, String) == UrlState.FETCHED.value  # by whose index all URLs would be read
    queries = (
        select(*columns).select_from(of_urls).where(unfetched),
        select(*columns).select_from(of_captures).where(text(FAILED), fruitless, is_fetched),
    )
    rows = [row for query in queries for row in _of(conn, query, which)]
    found = [row for row in rows if not which.reasons or _reason(row) in which.reasons]
    return sorted(found, key=lambda row: row.url)


def _of(conn: Connection, query: Select[Any], which: Chosen) -> Iterator[Row[Any]]:
    if which.sources:
        query = query.where(URLS.c.source.in_(which.sources))
    if which.since is not None:
        query = query.where(URLS.c.tried_at >= which.since)
    some = [query.where(URLS.c.url.in_(part)) for part in portions(which.urls)] if which.urls else [query]
    for each in some:
        yield from conn.execute(each)


def _tries(conn: Connection, urls: Collection[str]) -> dict[str, tuple[datetime, int]]:
    """Of each page the first failed try since the last that gave an article, and how many there were."""
    tried: dict[str, list[datetime]] = defaultdict(list)
    for part in portions(urls):
        fine = CAPTURES.c.outcome.in_(_FINE)
        of_part = CAPTURES.c.url.in_(part)
        last = dict(
            conn.execute(
                select(CAPTURES.c.url, func.max(CAPTURES.c.fetched_at, type_=Moment))
                .where(of_part, fine)
                .group_by(CAPTURES.c.url)
            )
            .tuples()
            .all()
        )
        misses = select(MISSES.c.url, MISSES.c.at).where(MISSES.c.url.in_(part))
        captures = select(CAPTURES.c.url, CAPTURES.c.fetched_at).where(of_part, ~fine)
        for url, at in (*conn.execute(misses), *conn.execute(captures)):
            if url not in last or at > last[url]:
                tried[url].append(at)
    return {url: (min(times), len(times)) for url, times in tried.items()}


def _reason(row: Row[Any]) -> str:
    """The page's rejection, or why it was missed; an answer that is not cleaned yet has a status that says it."""
    if row.outcome is Outcome.DEAD_LETTER:
        return DEAD_LETTER
    return row.rejection or row.miss or "http_status"
