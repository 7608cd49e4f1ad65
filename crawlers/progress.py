"""How far a crawl is: counted on the way, reported as `CrawlReport`."""

from collections import Counter

from articles.urls import masked
from crawlers.plan import CrawlReport, FailedFeed
from store.records import FeedResult, FetchReason


class Progress:
    """Counts what becomes of feeds and pages; the names are those of the report."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._misses: Counter[str] = Counter()
        self._feed_errors: Counter[str] = Counter()
        self._failed_feeds: list[FailedFeed] = []

    def count(self, **numbers: int) -> None:
        """Add to the named counters."""
        self._counts.update(numbers)

    def miss(self, reason: FetchReason) -> None:
        """A page that left no capture."""
        self._misses[reason] += 1

    def feed_error(self, result: FeedResult) -> None:
        """A feed that could not be fetched or read."""
        self._counts["feeds_failed"] += 1
        self._feed_errors[result.error.partition(": ")[0]] += 1
        self._failed_feeds.append(
            FailedFeed(source=result.source, url=masked(result.url), error=result.error)
        )

    def report(self, finish: str = "") -> CrawlReport:
        """The counts as they stand."""
        return CrawlReport(
            finish=finish,
            misses=dict(self._misses),
            feed_errors=dict(self._feed_errors),
            failed_feeds=tuple(self._failed_feeds),
            **self._counts,
        )
