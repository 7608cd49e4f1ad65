"""Pages that give no article: which verdict they are a reason for, if for any. Pure."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import takewhile

from pipeline.health import robots_told, signs
from pipeline.health.diagnosis import Diagnosis, Verdict
from pipeline.health.record import History
from pipeline.health.rhythm import HOUR
from store.ledger.queries.failed_pages import Failure
from store.ledger.watch.robots_table import RobotsChange
from store.records import FetchReason

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
_NEVER_BEFORE = (
    0.4  # times as many chances as usual, where no page was ever refused: two are told after 31 good ones
)
_FEW_PAGES = 2  # these of one run may be due to one short failure
_MOST = 0.6  # of a streak's reasons, to be its reason


def of_pages(history: History) -> Diagnosis | None:
    """Pages that give no article: all of the latest, of one kind that was rare or of any; or many of them."""
    times, failures = history.articles.times, history.failures
    if not failures or bisect_right(times, failures[-1].at) <= len(times) - signs.LATEST:
        return None
    last_good = times[-1] if times else datetime.min.replace(tzinfo=UTC)
    last = [each for each in failures if each.at > last_good]
    if found := _streak(last, failures, len(times) + len(failures)):
        text = f"none of its last {len(found)} pages gave an article"
        return _by_reason(found, text, history.robots)
    latest = [(at, False) for at in times[-signs.LATEST :]]
    latest += [(each.at, True) for each in failures[-signs.LATEST :]]
    many = signs.surge(sorted(latest)[-signs.LATEST :], len(failures), len(times) + len(failures))
    if many:
        bad = [each for each in failures if each.at >= many.since]
        return _by_reason(bad, f"{many.bad} of its last {many.length} pages gave no article", history.robots)
    return None


def of_refused(history: History) -> Diagnosis | None:
    """Pages that a changed robots.txt refuses, be they few, where none gave an article since."""
    refused = [each for each in history.failures if each.reason == FetchReason.ROBOTS]
    if not refused or not (change := robots_told.refusal(history.robots, refused[-1].url)):
        return None
    times = history.articles.times
    if refused[-1].at < change.at or (times and times[-1] > change.at):
        return None
    text = f"its latest page is refused{robots_told.why(history.robots, refused[-1].url)}"
    return Diagnosis(verdict=Verdict.BLOCKED, evidence=text, since=change.at)


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
        is_new = verdict is Verdict.BLOCKED and count == length
        times = _NEVER_BEFORE if is_new else 1.0
        if signs.are_no_chance(length, count - length, pages - length, times):
            return found if is_told else ()
    return ()


def _by_reason(last: Sequence[Failure], text: str, robots: Sequence[RobotsChange]) -> Diagnosis:
    reason, count = Counter(_kind(each) for each in last).most_common(1)[0]
    verdict = _verdict(reason) if count >= _MOST * len(last) else Verdict.MOSTLY_REJECTED
    told = Counter(_told(each) for each in last).most_common(1)[0][0]
    refused = next((each.url for each in reversed(last) if each.reason == told == FetchReason.ROBOTS), None)
    why = robots_told.why(robots, refused) if refused else ""
    return Diagnosis(verdict=verdict, evidence=f"{text}, mostly: {told}{why}", since=last[0].at)


def _kind(failure: Failure) -> str:
    return "refused" if is_refusal(failure.reason, failure.detail) else failure.reason


def _verdict(kind: str) -> Verdict:
    if kind == "refused":
        return Verdict.BLOCKED
    if kind in _LAYOUT:
        return Verdict.CHANGED_LAYOUT
    return Verdict.FAILING if kind in _FAILURES else Verdict.MOSTLY_REJECTED


def is_refusal(reason: str, detail: str) -> bool:
    """Whether a site, or what stands before it, did not want to answer us."""
    return reason in _BLOCKS or detail.startswith(_REFUSALS)


def _told(failure: Failure) -> str:
    return failure.detail if failure.detail.startswith("HTTP") else failure.reason
