"""What becomes of a URL after a fetch, and when it is fetched again: pure rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.records import Miss, UrlState

MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(minutes=15)
GROWTH = 6  # 15 min, 1.5 h, 9 h, 54 h: five attempts outlast a weekend's outage
UNASKED = timedelta(hours=1)
REFUSAL = timedelta(days=1)  # as long as RFC 9309, section 2.4, lets a robots.txt be kept


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
    if status in {408, 429} or 500 <= status < 600:
        return _again(attempts + 1, at, None, error)
    return Fate(UrlState.FAILED, attempts + 1, error=error)


def after_miss(miss: Miss, attempts: int) -> Fate:
    """After a fetch that left no capture. A refused URL may be asked for again a day later, unless told when.

    A page of a host that was left alone waits as well, and has not failed: nobody was asked for it.
    """
    error = f"{miss.reason}: {miss.detail}" if miss.detail else miss.reason
    if miss.state is UrlState.DUE and not miss.reason.asked:
        return Fate(UrlState.DUE, attempts, miss.retry_at or miss.at + UNASKED, error)
    if miss.state is UrlState.DUE:
        return _again(attempts + 1, miss.at, miss.retry_at, error)
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


def _again(attempts: int, at: datetime, retry_at: datetime | None, error: str) -> Fate:
    if attempts >= MAX_ATTEMPTS:
        return Fate(UrlState.FAILED, attempts, error=error)
    return Fate(UrlState.DUE, attempts, retry_at or at + FIRST_RETRY * GROWTH ** (attempts - 1), error)
