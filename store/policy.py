"""What becomes of a URL after a fetch, and when it is fetched again: pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from articles.model import Reason
from store.records import Miss, UrlState

MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(minutes=15)
GROWTH = 6  # 15 min, 1.5 h, 9 h, 54 h: five attempts outlast a weekend's outage
# After an answer that is no article, though the page may become one: published too early, or hidden for a time.
SECOND_CHANCES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=3))
PASSING_REJECTIONS: frozenset[Reason] = frozenset(("no_article", "consent_page", "not_found", "blocked"))
UNASKED = timedelta(hours=1)
REFUSAL = timedelta(days=1)  # as long as RFC 9309, section 2.4, lets a robots.txt be kept

_RETRIES = tuple(FIRST_RETRY * GROWTH**n for n in range(MAX_ATTEMPTS - 1))
_LAST_CHANCE = sum(SECOND_CHANCES, timedelta())
_PASSING_STATUSES = frozenset((401, 403, 406, 429, 451, *range(500, 600)))


@dataclass(frozen=True, slots=True)
class Fate:
    """The state of a URL after a fetch, the failed attempts so far, when it is due next, and what went wrong."""

    state: UrlState
    attempts: int = 0
    due_at: datetime | None = None
    error: str = ""


def after_status(status: int, attempts: int, at: datetime) -> Fate:
    """After an answer with an HTTP status; a 3xx here is a redirect that led nowhere."""
    error = f"HTTP {status}"
    if 200 <= status < 300:
        return Fate(UrlState.FETCHED)
    if status in {404, 410}:
        return Fate(UrlState.GONE, error=error)
    if status in _PASSING_STATUSES:
        return _again(attempts + 1, at, SECOND_CHANCES, error)
    if status == 408:
        return _again(attempts + 1, at, _RETRIES, error)
    return Fate(UrlState.FAILED, attempts + 1, error=error)


def after_rejection(rejections: int, at: datetime, now: datetime, error: str) -> Fate | None:
    """After a page fetched at `at` was found to be no article, though it may become one, for the `rejections`-th time in a row.

    None where that was fetched too long ago to be news: cleaning an old archive asks nobody.
    """
    return None if now - at > _LAST_CHANCE else _again(rejections, at, SECOND_CHANCES, error)


def after_miss(miss: Miss, attempts: int) -> Fate:
    """After a fetch that left no capture. A refused URL may be asked for again a day later, unless told when.

    A page of a host that was left alone waits as well, and has not failed: nobody was asked for it.
    """
    error = f"{miss.reason}: {miss.detail}" if miss.detail else miss.reason
    if miss.state is UrlState.DUE and not miss.reason.asked:
        return Fate(UrlState.DUE, attempts, miss.retry_at or miss.at + UNASKED, error)
    if miss.state is UrlState.DUE:
        fate = _again(attempts + 1, miss.at, _RETRIES, error)
        return replace(fate, due_at=miss.retry_at or fate.due_at) if fate.due_at else fate
    if miss.state is UrlState.REFUSED:
        return Fate(UrlState.REFUSED, attempts, miss.retry_at or miss.at + REFUSAL, error)
    return Fate(miss.state, attempts + 1, error=error)


def is_due_again(
    state: UrlState,
    due_at: datetime | None,
    acted_on: datetime | None,
    updated_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether a known URL that a feed lists again becomes due.

    `acted_on` is the newest `updated_at` that we know of, or else the time of the last fetch. A publication
    date says nothing; a refusal outlives every update, until `due_at`.
    """
    if state is UrlState.DUE:
        return False
    if state is UrlState.REFUSED:
        return due_at is not None and due_at <= now
    return updated_at is not None and acted_on is not None and updated_at > acted_on


def _again(attempts: int, at: datetime, waits: Sequence[timedelta], error: str) -> Fate:
    """Due after the wait that belongs to so many failures, given up after the last."""
    if attempts > len(waits):
        return Fate(UrlState.FAILED, attempts, error=error)
    return Fate(UrlState.DUE, attempts, at + waits[attempts - 1], error)
