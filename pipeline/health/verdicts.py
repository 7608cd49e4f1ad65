"""What is to be said of a source: one verdict, since when, and the evidence for it. Pure."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise, takewhile
from statistics import median

from pipeline.health import signs
from pipeline.health.record import History
from pipeline.health.rhythm import HOUR, may_be_known, rhythm
from store.feed_records import FeedHealth
from store.ledger.queries.failed_pages import Failure
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
_MOST = 0.6  # of a streak's reasons, to be its reason


def judge(history: History, now: datetime) -> SourceHealth:
    """The health of a source by its history until now."""
    finding = _lists(history.lists) or _pages(history) or _articles(history.arrivals)
    finding = finding or _short(history.lists) or _silence(history)
    answered = [each.succeeded_at for each in history.lists if each.succeeded_at]
    of_week = len(history.times) - bisect_right(history.times, now - WEEK)
    failed = sum(each.at > now - WEEK for each in history.failures)
    delays = [
        each.delay.total_seconds()
        for each in history.arrivals
        if each.delay is not None and each.at > now - WEEK
    ]
    return SourceHealth(
        source=history.source,
        verdict=finding.verdict,
        since=finding.since,
        evidence=finding.evidence,
        asked_at=max(answered, default=None),
        new_at=history.times[-1] if history.times else None,
        of_week=of_week,
        usual=_usual(history.times, now),
        rejected=failed / (failed + of_week or 1),
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


def _pages(history: History) -> _Finding | None:
    """Pages that give no article: all of the latest, of one kind that was rare or of any; or many of them."""
    times, failures = history.times, history.failures
    if not failures or bisect_right(times, failures[-1].at) <= len(times) - signs.LATEST:
        return None
    last_good = times[-1] if times else datetime.min.replace(tzinfo=UTC)
    last = [each for each in failures if each.at > last_good]
    if found := _streak(last, failures, len(times) + len(failures)):
        text = f"none of its last {len(found)} pages gave an article"
        return _by_reason(found, text, found[0].at)
    latest = [(at, False) for at in times[-signs.LATEST :]]
    latest += [(each.at, True) for each in failures[-signs.LATEST :]]
    many = signs.surge(sorted(latest)[-signs.LATEST :], len(failures), len(times) + len(failures))
    if many:
        bad = [each for each in failures if each.at >= many.since]
        return _by_reason(bad, f"{many.bad} of its last {many.length} pages gave no article", many.since)
    return None


def _streak(last: Sequence[Failure], failures: Sequence[Failure], pages: int) -> Sequence[Failure]:
    """The last pages, if they failed in one way, or in any, and are no chance; not if they may be due to one short failure."""
    if not last:
        return ()
    verdict = _verdict(_kind(last[-1]))
    way = [_verdict(_kind(each)) is verdict for each in failures]
    alike = len(list(takewhile(bool, reversed(way[-len(last) :]))))
    for length, count in ((alike, sum(way)), (len(last), len(failures))):
        found = failures[-length:]
        is_told = length > _FEW_PAGES or found[-1].at - found[0].at > HOUR
        if signs.are_no_chance(length, count - length, pages - length):
            return found if is_told else ()
    return ()


def _by_reason(last: Sequence[Failure], text: str, since: datetime) -> _Finding:
    reason, count = Counter(_kind(each) for each in last).most_common(1)[0]
    verdict = _verdict(reason) if count >= _MOST * len(last) else Verdict.MOSTLY_REJECTED
    told = Counter(_told(each) for each in last).most_common(1)[0][0]
    return _Finding(verdict=verdict, evidence=f"{text}, mostly: {told}", since=since)


def _articles(arrivals: Sequence[Arrival]) -> _Finding | None:
    """What the articles lack or have, though there are some."""
    if notice := signs.one_notice(arrivals):
        text = f"its last {notice.length} articles are one text that asks for consent"
        return _Finding(verdict=Verdict.BLOCKED, evidence=text, since=notice.since)
    if flood := signs.copies(arrivals):
        text = f"{flood.bad} of its last {flood.length} articles repeat the text of an earlier one"
        return _Finding(verdict=Verdict.MOSTLY_REJECTED, evidence=text, since=flood.since)
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
    times = history.times
    if not times:
        return _Finding(verdict=Verdict.UNKNOWN, evidence="it gave no article yet")
    if not may_be_known(times):
        return _Finding(verdict=Verdict.UNKNOWN, evidence="too few articles yet to know what is usual")
    came_now, may_be_fewer = until - times[-1] < HOUR, signs.may_be_fewer(times, until)
    known = rhythm(times) if may_be_fewer or not came_now else None
    if known and known.is_silent(until):
        text = f"nothing new for {span(until - times[-1])}; nine of ten times it had news within {span(known.usual)}"
        return _Finding(verdict=Verdict.QUIET, evidence=text, since=times[-1])
    if known and may_be_fewer and (less := signs.fewer(times, known, until)):
        return _Finding(verdict=Verdict.QUIET, evidence=less.what, since=less.since)
    lied = [each.url for each in history.lists if each.is_called_unchanged]
    text = " is called unchanged by its server when it is not, so that it is always asked for whole"
    return _Finding(verdict=Verdict.WELL, evidence=f"{lied[0]}{text}" if lied else "")


def _usual(times: Sequence[datetime], now: datetime) -> float | None:
    """The median of the new articles in the weeks before the last."""
    if not times:
        return None
    whole = int((now - WEEK - times[0]) / WEEK)
    ends = [bisect_right(times, now - week * WEEK) for week in range(1, whole + 2)]
    return median(after - before for after, before in pairwise(ends)) if whole > 0 else None


def _kind(failure: Failure) -> str:
    return "refused" if _is_refusal(failure.reason, failure.detail) else failure.reason


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


def _told(failure: Failure) -> str:
    return failure.detail if failure.detail.startswith("HTTP") else failure.reason


def span(time: timedelta) -> str:
    """A length of time in at most two units: `3 d 4 h`, `25 min`."""
    minutes = int(time.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"
    return f"{minutes // 60} h" if time >= 3 * HOUR else f"{minutes} min"
