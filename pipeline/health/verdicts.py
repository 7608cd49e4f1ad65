"""What is to be said of a source: one verdict, since when, and the evidence for it. Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from pipeline.health import page_failures, robots_told, signs
from pipeline.health.baseline import Baseline
from pipeline.health.diagnosis import Diagnosis, Verdict, span
from pipeline.health.looks import AGAIN, Look, usual_in
from pipeline.health.record import History
from pipeline.health.rhythm import HOUR
from store.feed_records import FeedHealth
from store.ledger.watch.robots_table import RobotsChange
from store.records import FetchReason

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """A source's verdict, `since` when it holds (None: for as long as is known), and its evidence, a sentence for people.

    `asked_at` is when one of its lists last answered, `new_at` when its last new article was first seen. `of_week` is
    the new articles of the last seven days, `usual` those of a week before that, None for a source not known so long.
    `rejected` is the share of its pages of that week that gave no article; `delay` the median time from publication
    until an article was searchable, in the week before the newest, `usual_delay` what is usual of it, None where too few
    articles with exact times are known. `failures` is the failed asks in a row of its worst list. `robots` is what the
    robots.txt of its sites was found to mean of late that it did not before, oldest first.
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
    usual_delay: timedelta | None = None
    failures: int = 0
    robots: tuple[RobotsChange, ...] = ()


_FEWEST_FAILURES = 2
_PATIENCE = 1.5  # times as long a silence is awaited, where the site has nothing new either
_MOST_NAMED = 3  # addresses in a sentence


def judge(history: History, now: datetime) -> SourceHealth:
    """The health of a source by its history until now."""
    articles, times = history.articles, history.articles.times
    finding = _other_trouble(history) or _silence(history)
    if not finding.verdict.is_trouble:
        finding = _late(articles) or finding
    if finding.verdict is Verdict.WELL and not finding.evidence:
        finding = replace(finding, evidence=robots_told.remark(history.robots, history.failures, now))
    answered = [each.succeeded_at for each in history.lists if each.succeeded_at]
    of_week = len(times) - bisect_right(times, now - WEEK)
    failed = sum(each.at > now - WEEK for each in history.failures)
    return SourceHealth(
        source=history.source,
        verdict=finding.verdict,
        since=finding.since,
        evidence=finding.evidence,
        asked_at=max(answered, default=None),
        new_at=times[-1] if times else None,
        of_week=of_week,
        usual=_usual(times, now),
        rejected=failed / (failed + of_week or 1),
        delay=articles.delay,
        usual_delay=articles.usual_delay,
        failures=max((each.failures for each in history.lists), default=0),
        robots=history.robots,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A silence that is not surely too long: nothing newer than `since` was named by the lists, though what was published by `due` ought to be.

    The lists gave `usual` articles in as long a time.
    """

    since: datetime
    due: datetime
    usual: float


def doubt(history: History, now: datetime) -> Doubt | None:
    """Whether to look elsewhere: its lists answer and name nothing new for longer than usual, surely too long or not, and nothing else is wrong.

    Not if there was a look within a day, or one that showed what is missing.
    """
    articles, until, known = history.articles, _answered(history), history.articles.rhythm
    if until is None or known is None:
        return None
    if (history.looked_at and now - history.looked_at < AGAIN) or (articles.look and articles.look.newer):
        return None
    since, lag = articles.times[-1], HOUR
    if of := articles.published:
        since, known, lag = of.newest, of.rhythm, articles.usual_delay or HOUR
    since = max((since, *_failed_at(history)))
    if known.silence(since, until) <= known.doubt or _other_trouble(history):
        return None
    return Doubt(since=since, due=until - max(lag, HOUR), usual=usual_in(articles.times, until - since))


def _other_trouble(history: History) -> Diagnosis | None:
    return (
        _lists(history)
        or page_failures.of_pages(history)
        or page_failures.of_refused(history)
        or _articles(history.articles)
        or _short(history.lists)
    )


def _lists(history: History) -> Diagnosis | None:
    """Lists that fail again and again: it is enough that one does, for the others need not name its pages.

    One that a changed robots.txt refuses does not fail by chance.
    """
    failing = [
        each
        for each in history.lists
        if each.error
        and (
            each.failures >= _FEWEST_FAILURES
            or each.succeeded_at is None
            or (_reason(each) == FetchReason.ROBOTS and robots_told.refusal(history.robots, each.url))
        )
    ]
    if not failing:
        return None
    worst = max(failing, key=lambda each: (each.failures, each.url))
    several = f"{len(failing)} of its {len(history.lists)} lists fail; " if len(history.lists) > 1 else ""
    text = f"{several}{worst.url}: {worst.error.rstrip('.')}, {_times(worst)}"
    if _reason(worst) == FetchReason.ROBOTS:
        text += robots_told.why(history.robots, worst.url)
    return Diagnosis(
        verdict=Verdict.BLOCKED if page_failures.is_refusal(_reason(worst), worst.error) else Verdict.FAILING,
        evidence=text,
        since=min((each.succeeded_at for each in failing if each.succeeded_at), default=None),
    )


def _articles(articles: Baseline) -> Diagnosis | None:
    """What the articles lack or have, though there are some."""
    if notice := articles.notice:
        text = f"its last {notice.length} articles are one text that asks for consent"
        return Diagnosis(verdict=Verdict.BLOCKED, evidence=text, since=notice.since)
    if flood := articles.copies:
        text = f"{flood.bad} of its last {flood.length} articles repeat the text of an earlier one"
        return Diagnosis(verdict=Verdict.MOSTLY_REJECTED, evidence=text, since=flood.since)
    if wall := articles.wall:
        text = f"its last {wall.length} articles stand behind a wall for payment"
        return Diagnosis(verdict=Verdict.PAYWALLED, evidence=text, since=wall.since)
    if found := articles.changes:
        text = "; ".join(each.what for each in found)
        since = min(each.since for each in found)
        return Diagnosis(verdict=Verdict.CHANGED_LAYOUT, evidence=text, since=since)
    return None


def _late(articles: Baseline) -> Diagnosis | None:
    """Articles that take much longer than usual from publication until they are searchable."""
    late, usual = articles.late, articles.usual_delay
    if late is None or usual is None:
        return None
    text = f"its last {late.articles} articles were searchable {span(late.delay)} after their publication, where {span(usual)} is usual"
    return Diagnosis(verdict=Verdict.LATE, evidence=text, since=late.since)


def _short(lists: Sequence[FeedHealth]) -> Diagnosis | None:
    """A list that has far fewer entries than ever, again and again."""
    short = [each for each in lists if each.short >= _FEWEST_FAILURES]
    if not short:
        return None
    worst = max(short, key=lambda each: (each.least - each.entries, each.url))
    text = f"{worst.url} names {worst.entries or 'no'} articles, where it never named fewer than {worst.least:.0f}"
    return Diagnosis(verdict=Verdict.QUIET, evidence=text, since=worst.short_since)


def _silence(history: History) -> Diagnosis:
    """Nothing new, or far less than usual, until the last time that its lists answered; or that little is known."""
    articles, until, known = history.articles, _answered(history), history.articles.rhythm
    if until is None or known is None:
        return Diagnosis(verdict=Verdict.UNKNOWN, evidence=_too_little(history))
    failed, look = _failed_at(history), articles.look  # which an article that came after it would have ended
    since = max((articles.times[-1], *failed))
    if look and any(at > look.at for at in failed):
        look = None
    if look and look.newer:
        since = articles.published.newest if articles.published else since
        return Diagnosis(verdict=Verdict.QUIET, evidence=_missing(look, since), since=since)
    limit = known.limit * _PATIENCE if look and look.is_quiet else known.limit
    if until - since >= HOUR and known.silence(since, until) > limit:
        text = (
            f"nothing new for {span(until - since)}; nine of ten times it had news within {span(known.usual)}"
        )
        text += f"; {look.page} has nothing new either" if look and look.is_quiet else ""
        return Diagnosis(verdict=Verdict.QUIET, evidence=text, since=since)
    is_fewer = since == articles.times[-1] and signs.may_be_fewer(articles.times, until)
    if is_fewer and (less := signs.fewer(articles.times, known, until)):
        return Diagnosis(verdict=Verdict.QUIET, evidence=less.what, since=less.since)
    lied = [each.url for each in history.lists if each.is_called_unchanged]
    text = " is called unchanged by its server when it is not, so that it is always asked for whole"
    return Diagnosis(verdict=Verdict.WELL, evidence=f"{lied[0]}{text}" if lied else "")


def _too_little(history: History) -> str:
    """Why it cannot be told yet whether a source is silent."""
    if _answered(history) is None:
        return "none of its lists was read yet"
    return (
        "too few articles yet to know what is usual" if history.articles.times else "it gave no article yet"
    )


def _answered(history: History) -> datetime | None:
    return max((each.succeeded_at for each in history.lists if each.succeeded_at), default=None)


def _failed_at(history: History) -> tuple[datetime, ...]:
    """When its last page without an article came, if any did: a list that names such pages is not silent."""
    return (history.failures[-1].at,) if history.failures else ()


def _missing(look: Look, since: datetime) -> str:
    named = ", ".join(look.newer[:_MOST_NAMED])
    return (
        f"its lists name nothing newer than {since:%a} {since.day} {since:%b %H:%M} UTC, but {look.page} names {look.unknown} "
        f"page{'s' if look.unknown > 1 else ''} that they do not, and {len(look.newer)} that were read are newer articles: {named}"
    )


def _usual(times: Sequence[datetime], now: datetime) -> float | None:
    """The median of the new articles in the weeks before the last."""
    if not times:
        return None
    whole = int((now - WEEK - times[0]) / WEEK)
    ends = [bisect_right(times, now - week * WEEK) for week in range(1, whole + 2)]
    return median(after - before for after, before in pairwise(ends)) if whole > 0 else None


def _reason(each: FeedHealth) -> str:
    return each.error.partition(":")[0]


def _times(each: FeedHealth) -> str:
    if each.failures > 1:
        return f"{each.failures} times in a row"
    return (
        "the first time that it was asked" if each.succeeded_at is None else "the last time that it was asked"
    )
