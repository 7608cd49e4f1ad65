"""How far a crawl is: counted in Scrapy's stats, reported as `CrawlReport`."""

from collections import Counter
from dataclasses import fields
from typing import Self

from scrapy.crawler import Crawler

from articles.urls import masked
from crawlers.plan import CrawlReport, FailedFeed
from store.feed_records import FeedResult
from store.records import FetchReason

_PREFIX = "crawl/"
_MISSES = "crawl/misses/"
_FEED_ERRORS = "crawl/feed_errors/"
_PAST = "crawl/past/"
_NUMBERS = [each.name for each in fields(CrawlReport) if each.type is int]


class Progress:
    """An extension that counts what becomes of feeds and pages; the names are those of the report."""

    def __init__(self, crawler: Crawler) -> None:
        self._stats = crawler.stats
        self._failed_feeds: list[FailedFeed] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The crawl's own. Raises TypeError where EXTENSIONS lacks it."""
        found = crawler.get_extension(cls)
        if found is None:
            raise TypeError(f"EXTENSIONS must hold {cls.__qualname__}")
        return found

    def count(self, **numbers: int) -> None:
        """Add to the named counters."""
        for name, number in numbers.items():
            self._stats.inc_value(_PREFIX + name, number)

    def miss(self, reason: FetchReason) -> None:
        """A page that left no capture."""
        self._stats.inc_value(_MISSES + reason)

    def count_past(self, way: str, **numbers: int) -> None:
        """What a list of this kind gave of the past."""
        for name, number in numbers.items():
            self._stats.inc_value(f"{_PAST}{way} {name}", number)

    def feed_error(self, result: FeedResult) -> None:
        """A feed that could not be fetched or read."""
        self.count(feeds_failed=1)
        self._stats.inc_value(_FEED_ERRORS + result.error.partition(": ")[0])
        self._failed_feeds.append(
            FailedFeed(source=result.source, url=masked(result.url), error=result.error)
        )

    def report(self, finish: str = "") -> CrawlReport:
        """The counts as they stand."""
        stats = self._stats.get_stats()
        counts = {
            name.removeprefix(_PREFIX): number for name, number in stats.items() if name.startswith(_PREFIX)
        }
        return CrawlReport(
            finish=finish,
            misses=_under("misses/", counts),
            feed_errors=_under("feed_errors/", counts),
            past=_under("past/", counts),
            failed_feeds=tuple(self._failed_feeds),
            **{name: number for name, number in counts.items() if "/" not in name},
        )


def added(reports: list[CrawlReport]) -> CrawlReport:
    """The sum of several crawls' reports."""
    misses: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    past: Counter[str] = Counter()
    for report in reports:
        misses.update(report.misses)
        errors.update(report.feed_errors)
        past.update(report.past)
    failed = tuple(feed for report in reports for feed in report.failed_feeds)
    return CrawlReport(
        misses=dict(misses),
        feed_errors=dict(errors),
        past=dict(past),
        failed_feeds=failed,
        **{name: sum(getattr(report, name) for report in reports) for name in _NUMBERS},
    )


def _under(prefix: str, counts: dict[str, int]) -> dict[str, int]:
    return {name.removeprefix(prefix): number for name, number in counts.items() if name.startswith(prefix)}
