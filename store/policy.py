"""Rules for the state of a URL after a fetch, and for when it is fetched again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.records import Miss, UrlState

MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(minutes=15)
GROWTH = 6  # 15 min, 1.5 h, 9 h, 54 h: five attempts outlast an outage of a weekend
REFUSAL = timedelta(days=1)  # the time that RFC 9309, section 2.4, allows for caching a robots.txt


@dataclass(frozen=True, slots=True)
class Fate:
    """The state of a URL after a fetch, its failed attempts so far, when it is due next, and what went wrong."""

    state: UrlState
    attempts: int = 0
    due_at: datetime | None = None
    error: str = ""


def after_status(status: int, attempts: int, at: datetime) -> Fate:
    """After a response with an HTTP status; a 3xx here is a redirect that could not be followed."""
    error = f"HTTP {status}"
    if 200 <= status < 300:
        return Fate(UrlState.FETCHED)
    if status in {404, 410}:
        return Fate(UrlState.GONE, error=error)
    if status in {408, 429} or 500 <= status < 600:
        return _again(attempts + 1, at, None, error)
    return Fate(UrlState.FAILED, attempts + 1, error=error)


def after_miss(miss: Miss, attempts: int) -> Fate:
    """After a fetch without a capture. A refused URL may be requested again a day later, or at `retry_at` if given."""
    error = f"{miss.reason}: {miss.detail}" if miss.detail else miss.reason
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

    `acted_on` is the newest known `updated_at`, or else the time of the last fetch. A publication date does not
    count; a refused URL stays refused until `due_at`, whatever is updated.
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
