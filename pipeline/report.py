"""What a run did, and the same as rows to show: the funnel, rejections with examples, hosts that are slow or fail."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from crawlers.plan import CrawlReport
from pipeline.judging import Judged
from store.ledger.queries.recent import HostRecord, Rejected
from store.records import Outcome

SLOW = timedelta(seconds=10)
_HOSTS = 50

_REMARKS = {
    Outcome.PENDING: "waiting for the index",
    Outcome.INDEXED: "searchable articles",
    Outcome.UNCHANGED: "fetched again, same content",
    Outcome.SUPERSEDED: "a newer capture is in",
    Outcome.DUPLICATE: "of an article under its canonical URL",
    Outcome.DEAD_LETTER: "refused by the index",
    Outcome.DELETED: "of what was deleted",
    Outcome.PART: "further pages of articles, joined with their first",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run has done so far: the crawl's own report, captures settled by outcome, rejections by reason, judgements.

    `others_go_on`: other workers were still loading at its end, and the last of them judges for all.
    """

    crawl: CrawlReport = field(default_factory=CrawlReport)
    outcomes: dict[str, int] = field(default_factory=dict)
    rejections: dict[str, int] = field(default_factory=dict)
    judged: Judged = field(default_factory=Judged)
    others_go_on: bool = False


def together(first: RunReport, then: RunReport) -> RunReport:
    """The report of a run that also fetched and loaded these pages, without lists."""
    crawl, more = first.crawl, then.crawl
    return replace(
        first,
        crawl=replace(
            crawl,
            due=crawl.due + more.due,
            fetched=crawl.fetched + more.fetched,
            not_modified=crawl.not_modified + more.not_modified,
            misses=_sum(crawl.misses, more.misses),
        ),
        outcomes=_sum(first.outcomes, then.outcomes),
        rejections=_sum(first.rejections, then.rejections),
    )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))


def funnel(report: RunReport) -> list[tuple[str, int, str]]:
    """The funnel's rows: stage, count, remark."""
    crawl = report.crawl
    found: list[tuple[str, int, str]] = [
        ("feeds", crawl.feeds, f"{crawl.feeds_unchanged} unchanged since the last run"),
    ]
    if crawl.feeds_passed_over:
        found.append(("  not asked", crawl.feeds_passed_over, "feeds that gave little of late"))
    found += [("  feed failed", count, reason) for reason, count in sorted(crawl.feed_errors.items())]
    found += [
        ("feed entries", crawl.entries, f"{crawl.new} new, {crawl.seen} seen"),
    ]
    if crawl.sitemaps_left:
        found.append(("  sitemaps unread", crawl.sitemaps_left, "of indexes: old, or more than a run reads"))
    if crawl.backlog:
        found.append(("  backlog", crawl.backlog, "new, and too old to be fetched"))
    found += [
        ("due", crawl.due, "to fetch now, those left over from earlier runs included"),
        ("fetched", crawl.fetched, "archived, raw"),
    ]
    if crawl.not_modified:
        found.append(("not modified", crawl.not_modified, "looked at again, as they were"))
    found += [("  not fetched", count, reason) for reason, count in sorted(crawl.misses.items())]
    return found + loaded(report)


def loaded(report: RunReport) -> list[tuple[str, int, str]]:
    """The last rows of the funnel: what became of the captures."""
    found: list[tuple[str, int, str]] = []
    for outcome in Outcome:
        count = report.outcomes.get(outcome.value, 0)
        if outcome is Outcome.REJECTED:
            found += [("  rejected", n, reason) for reason, n in sorted(report.rejections.items())]
        elif outcome is Outcome.INDEXED or count:
            found.append((outcome.value.replace("_", " "), count, _REMARKS[outcome]))
    judged = report.judged
    if judged.articles:
        learned = f", {judged.templates} templates learned" if judged.templates else ""
        found.append(
            ("judged", judged.articles, f"captions, templates, copies: {judged.changed} changed{learned}")
        )
    return found


def rejections(found: Iterable[Rejected]) -> list[dict[str, object]]:
    """A row for each reason, the most frequent first."""
    return [
        {"reason": each.reason, "captures": each.count, "examples": "\n".join(each.examples)}
        for each in sorted(found, key=lambda each: -each.count)
    ]


def troubled(found: Iterable[HostRecord]) -> list[dict[str, object]]:
    """A row for each host that failed, or took ten seconds a page and more; the worst first, at most 50."""
    hosts = [host for host in found if host.problems or host.between_pages >= SLOW]
    hosts.sort(key=lambda host: (-sum(map(len, host.problems.values())), -host.between_pages, host.host))
    return [
        {
            "host": host.host,
            "pages": host.pages,
            "seconds a page": round(host.between_pages.total_seconds(), 1),
            "problems": "\n".join(
                f"{len(urls)} {reason}, such as {urls[0]}" for reason, urls in sorted(host.problems.items())
            ),
        }
        for host in hosts[:_HOSTS]
    ]
