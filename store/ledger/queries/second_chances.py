"""Pages that a person may have fetched again: those that could not be had, and those that were no article."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from store.ledger.capture_table import CAPTURES
from store.ledger.miss_table import MISSES
from store.ledger.schema import portions
from store.ledger.url_table import URLS
from store.records import Outcome, UrlState


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
    """The chosen URLs that failed, are gone, were rejected, or wait to be fetched again, each with the reason.

    Those that a rule refuses are never among them.
    """
    query = _missing(now)
    if which.sources:
        query = query.where(URLS.c.source.in_(which.sources))
    if which.since is not None:
        query = query.where(URLS.c.tried_at >= which.since)
    some = [query.where(URLS.c.url.in_(part)) for part in portions(which.urls)] if which.urls else [query]
    found = {row.url: _reason(row) for each in some for row in conn.execute(each.order_by(URLS.c.url))}
    return {url: reason for url, reason in found.items() if not which.reasons or reason in which.reasons}


def make_due(conn: Connection, urls: Iterable[str], now: datetime) -> None:
    """Have these fetched by the next run, and as often again as if they were new."""
    due = URLS.update().values(state=UrlState.DUE, due_at=now, attempts=0, rejections=0)
    for part in portions(list(urls)):
        conn.execute(due.where(URLS.c.url.in_(part)))


def _missing(now: datetime) -> Select[Any]:
    """URLs with the capture and the miss of their last fetch, as far as there is one."""
    state = URLS.c.state
    captured = and_(CAPTURES.c.url == URLS.c.url, CAPTURES.c.fetched_at == URLS.c.tried_at)
    missed = and_(MISSES.c.url == URLS.c.url, MISSES.c.at == URLS.c.tried_at)
    columns = (URLS.c.url, CAPTURES.c.reason.label("rejection"), MISSES.c.reason.label("miss"))
    return (
        select(*columns)
        .select_from(URLS.outerjoin(CAPTURES, captured).outerjoin(MISSES, missed))
        .where(
            or_(
                state.in_((UrlState.FAILED, UrlState.GONE)),
                and_(state == UrlState.DUE, URLS.c.due_at > now),
                and_(state == UrlState.FETCHED, CAPTURES.c.outcome == Outcome.REJECTED),
            )
        )
    )


def _reason(row: Row[Any]) -> str:
    """The page's rejection, or why it was missed; an answer that is not cleaned yet has a status that says it."""
    return row.rejection or row.miss or "http_status"
