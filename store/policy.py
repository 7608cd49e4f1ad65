"""Rules for the state of a URL after a fetch, and for when it is fetched again. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from articles.model import FeedEntry, Reason
from store.records import Miss, UrlState

MAX_ATTEMPTS = 5
FIRST_RETRY = timedelta(minutes=15)
GROWTH = 6  # 15 min, 1.5 h, 9 h, 54 h: five attempts outlast an outage of a weekend
# After an answer that is no article, though the page may become one: published too early, or hidden for a time.
SECOND_CHANCES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=3))
PASSING_REJECTIONS: frozenset[Reason] = frozenset(("no_article", "consent_page", "not_found", "blocked"))
UNASKED = timedelta(hours=1)
REFUSAL = timedelta(days=1)  # the time that RFC 9309, section 2.4, allows for caching a robots.txt

_RETRIES = tuple(FIRST_RETRY * GROWTH**n for n in range(MAX_ATTEMPTS - 1))
_LAST_CHANCE = sum(SECOND_CHANCES, timedelta())
_PASSING_STATUSES = frozenset((401, 403, 406, 429, 451, *range(500, 600)))


@dataclass(frozen=True, slots=True)
class Fate:
    """The state of a URL after a fetch, its failed attempts so far, when it is due next, and what went wrong."""

    state: UrlState
    attempts: int = 0
    due_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Which of the pages that a list names are fetched.

    New pages dated before `since` are left in the backlog (None: none is), and so are new pages without a date, except
    for `undated` of them (None: all are fetched). `updates`: a stated update makes a known page due again; without that,
    only one of the `believed` URLs.
    """

    since: datetime | None = None
    undated: int | None = None
    updates: bool = True
    believed: frozenset[str] = frozenset()


def left_in_backlog(new: Sequence[FeedEntry], terms: Terms) -> frozenset[str]:
    """The URLs of those that are not fetched, by their publication, or else their update.

    Of too many without a date, the first and the last are fetched: a list has its newest at either end.
    """
    if terms.since is None:
        return frozenset()
    dates = {entry.url: entry.published_at or entry.updated_at for entry in new}
    old = {url for url, date in dates.items() if date is not None and date < terms.since}
    undated = [url for url, date in dates.items() if date is None]
    if terms.undated is not None and len(undated) > terms.undated:
        first = terms.undated - terms.undated // 2
        old.update(undated[first : len(undated) - terms.undated // 2])
    return frozenset(old)


def after_status(status: int, attempts: int, at: datetime) -> Fate:
    """After a response with an HTTP status; a 3xx here is a redirect that could not be followed."""
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
    return _again(rejections, at, SECOND_CHANCES, error) if is_news(at, now) else None


def is_news(at: datetime, now: datetime) -> bool:
    """Whether a page fetched at `at` is recent enough for what it says to lead to a fetch."""
    return now - at <= _LAST_CHANCE


def after_miss(miss: Miss, attempts: int) -> Fate:
    """After a fetch without a capture. A refused URL may be requested again a day later, or at `retry_at` if given.

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


def next_visit(first: datetime, at: datetime, revisits: Sequence[timedelta]) -> datetime | None:
    """When an article is looked at again that was first seen then and last fetched at `at`; None after the last visit."""
    return min((first + after for after in revisits if first + after > at), default=None)


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
    if state in (UrlState.DUE, UrlState.DELETED):
        return False
    if state is UrlState.REFUSED:
        return due_at is not None and due_at <= now
    return updated_at is not None and acted_on is not None and updated_at > acted_on


def _again(attempts: int, at: datetime, waits: Sequence[timedelta], error: str) -> Fate:
    """Due after the wait that belongs to so many failures, given up after the last."""
    if attempts > len(waits):
        return Fate(UrlState.FAILED, attempts, error=error)
    return Fate(UrlState.DUE, attempts, at + waits[attempts - 1], error)
