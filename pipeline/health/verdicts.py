"""What is to be said of a source: one verdict, since when, and the evidence for it. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from pipeline.health import signs
from pipeline.health.record import Attempt, History
from pipeline.health.rhythm import HOUR, rhythm
from store.feed_records import FeedHealth
from store.ledger.watch.arrival_table import Arrival
from store.records import FetchReason

DAY, WEEK = timedelta(days=1), timedelta(days=7)


class Verdict(StrEnum):
    """How a source is doing, the worst first."""

    FAILING = "failing"
    BLOCKED = "blocked"
    CHANGED_LAYOUT = "changed layout"
    MOSTLY_REJECTED = "mostly rejected"
    PAYWALLED = "paywalled"
    QUIET = "quiet"
    UNKNOWN = "unknown"
    WELL = "well"

    @property
    def is_trouble(self) -> bool:
        """Whether somebody should look at it."""
        return self not in (Verdict.UNKNOWN, Verdict.WELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """A source's verdict, `since` when it holds (None: for as long as is known), and its evidence, a sentence for people.

    `asked_at` is when one of its lists last answered, `new_at` when its last new article was first seen. `of_week` is
    the new articles of the last seven days, `usual` those of a week before that, None for a source not known so long.
    `rejected` is the share of its pages of that week that gave no article; `delay` the median time from publication
    until an article was searchable. `failures` is the failed asks in a row of its worst list.
    """

    source: str
    verdict: Verdict
    since: datetime | None = None
    evidence: str = ""
    asked_at: datetime | None = None
    new_at: datetime | None = None
    of_week: int = 0
    usual: float | None = None
    rejected: float = 0.0
    delay: timedelta | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    verdict: Verdict
    evidence: str
    since: datetime | None = None


_BLOCKS = frozenset(
    (
        "blocked",
        "consent_page",
        FetchReason.ROBOTS,
        FetchReason.RETRY_AFTER,
        FetchReason.SILENT,
    )
)
_LAYOUT = frozenset(("no_article", "too_short", "empty", "list_page", "not_html"))
_FAILURES = frozenset(
    {reason.value for reason in FetchReason} - _BLOCKS | {"http_status", "not_found", "dead_letter"}
)
_REFUSALS = ("HTTP 401", "HTTP 403", "HTTP 407", "HTTP 429", "HTTP 451")
_FEWEST_FAILURES = 2
_FEW_PAGES = 2  # these of one run may be due to one short failure
_LATEST = 40  # pages, some of which must be bad to look further
_MOST = 0.6  # of a streak's reasons, to be its reason


def judge(history: History, now: datetime) -> SourceHealth:
    """The health of a source by its history until now."""
    finding = _lists(history.lists) or _pages(history.attempts) or _articles(history.arrivals)
    finding = finding or _short(history.lists) or _silence(history)
    answered = [each.succeeded_at for each in history.lists if each.succeeded_at]
    of_week = [each for each in history.arrivals if each.at > now - WEEK]
    pages = [each for each in history.attempts if each.at > now - WEEK]
    delays = [each.delay.total_seconds() for each in of_week if each.delay is not None]
    return SourceHealth(
        source=history.source,
        verdict=finding.verdict,
        since=finding.since,
        evidence=finding.evidence,
        asked_at=max(answered, default=None),
        new_at=history.arrivals[-1].at if history.arrivals else None,
        of_week=len(of_week),
        usual=_usual(history.arrivals, now),
        rejected=sum(bool(each.reason) for each in pages) / (len(pages) or 1),
        delay=timedelta(seconds=median(delays)) if delays else None,
        failures=max((each.failures for each in history.lists), default=0),
    )


def _lists(lists: Sequence[FeedHealth]) -> _Finding | None:
    """Lists that fail again and again: it is enough that one does, for the others need not name its pages."""
    failing = [
        each
        for each in lists
        if each.error and (each.failures >= _FEWEST_FAILURES or each.succeeded_at is None)
    ]
    if not failing:
        return None
    worst = max(failing, key=lambda each: (each.failures, each.url))
    several = f"{len(failing)} of its {len(lists)} lists fail; " if len(lists) > 1 else ""
    return _Finding(
        verdict=Verdict.BLOCKED
        if _is_refusal(worst.error.partition(":")[0], worst.error)
        else Verdict.FAILING,
        evidence=f"{several}{worst.url}: {worst.error.rstrip('.')}, {_times(worst.failures)}",
        since=min((each.succeeded_at for each in failing if each.succeeded_at), default=None),
    )


def _pages(attempts: Sequence[Attempt]) -> _Finding | None:
    """Pages that give no article: all of the latest, of one kind that was rare or of any; or many of them."""
    if not any(each.reason for each in attempts[-_LATEST:]):
        return None
    verdict = _verdict(_kind(attempts[-1]))
    alike = signs.streak(attempts, lambda each: bool(each.reason) and _verdict(_kind(each)) is verdict, _when)
    found = alike or signs.streak(attempts, lambda each: bool(each.reason), _when)
    if found and (found.length > _FEW_PAGES or attempts[-1].at - found.since > HOUR):
        text = f"none of its last {found.length} pages gave an article"
        return _by_reason(attempts[-found.length :], text, found.since)
    if many := signs.surge(attempts, lambda each: bool(each.reason), _when):
        last = [each for each in attempts[-many.length :] if each.reason]
        return _by_reason(last, f"{many.bad} of its last {many.length} pages gave no article", many.since)
    return None


def _by_reason(last: Sequence[Attempt], text: str, since: datetime) -> _Finding:
    reason, count = Counter(_kind(each) for each in last).most_common(1)[0]
    verdict = _verdict(reason) if count >= _MOST * len(last) else Verdict.MOSTLY_REJECTED
    told = Counter(_told(each) for each in last).most_common(1)[0][0]
    return _Finding(verdict=verdict, evidence=f"{text}, mostly: {told}", since=since)


def _articles(arrivals: Sequence[Arrival]) -> _Finding | None:
    """What the articles lack or have, though there are some."""
    if wall := signs.walled(arrivals):
        text = f"its last {wall.length} articles stand behind a wall for payment"
        return _Finding(verdict=Verdict.PAYWALLED, evidence=text, since=wall.since)
    if found := signs.changes(arrivals):
        text = "; ".join(each.what for each in found)
        return _Finding(
            verdict=Verdict.CHANGED_LAYOUT, evidence=text, since=min(each.since for each in found)
        )
    return None


def _short(lists: Sequence[FeedHealth]) -> _Finding | None:
    """A list that has far fewer entries than ever, again and again."""
    short = [each for each in lists if each.short >= _FEWEST_FAILURES]
    if not short:
        return None
    worst = max(short, key=lambda each: (each.least - each.entries, each.url))
    text = f"{worst.url} names {worst.entries or 'no'} articles, where it never named fewer than {worst.least:.0f}"
    return _Finding(verdict=Verdict.QUIET, evidence=text, since=worst.short_since)


def _silence(history: History) -> _Finding:
    """Nothing new, or far less than usual, until the last time that its lists answered; or that little is known."""
    until = max((each.succeeded_at for each in history.lists if each.succeeded_at), default=None)
    if until is None:
        return _Finding(verdict=Verdict.UNKNOWN, evidence="none of its lists was read yet")
    times = [each.at for each in history.arrivals]
    if not times:
        return _Finding(verdict=Verdict.UNKNOWN, evidence="it gave no article yet")
    known = rhythm(times)
    if known is None:
        return _Finding(verdict=Verdict.UNKNOWN, evidence="too few articles yet to know what is usual")
    if known.is_silent(until):
        text = f"nothing new for {span(until - times[-1])}; nine of ten times it had news within {span(known.usual)}"
        return _Finding(verdict=Verdict.QUIET, evidence=text, since=times[-1])
    if less := signs.fewer(times, known, until):
        return _Finding(verdict=Verdict.QUIET, evidence=less.what, since=less.since)
    lied = [each.url for each in history.lists if each.is_called_unchanged]
    text = " is called unchanged by its server when it is not, so that it is always asked for whole"
    return _Finding(verdict=Verdict.WELL, evidence=f"{lied[0]}{text}" if lied else "")


def _usual(arrivals: Sequence[Arrival], now: datetime) -> float | None:
    """The median of the new articles in the weeks before the last."""
    if not arrivals:
        return None
    whole = int((now - WEEK - arrivals[0].at) / WEEK)
    weeks = Counter(int((now - each.at) / WEEK) for each in arrivals)
    return median(weeks[week] for week in range(1, whole + 1)) if whole > 0 else None


def _when(attempt: Attempt) -> datetime:
    return attempt.at


def _kind(attempt: Attempt) -> str:
    return "refused" if _is_refusal(attempt.reason, attempt.detail) else attempt.reason


def _verdict(kind: str) -> Verdict:
    if kind == "refused":
        return Verdict.BLOCKED
    if kind in _LAYOUT:
        return Verdict.CHANGED_LAYOUT
    return Verdict.FAILING if kind in _FAILURES else Verdict.MOSTLY_REJECTED


def _is_refusal(reason: str, detail: str) -> bool:
    return reason in _BLOCKS or detail.startswith(_REFUSALS)


def _times(failures: int) -> str:
    return f"{failures} times in a row" if failures > 1 else "the first time that it was asked"


def _told(attempt: Attempt) -> str:
    return attempt.detail if attempt.detail.startswith("HTTP") else attempt.reason


def span(time: timedelta) -> str:
    """A length of time in at most two units: `3 d 4 h`, `25 min`."""
    minutes = int(time.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"
    return f"{minutes // 60} h" if time >= 3 * HOUR else f"{minutes} min"
