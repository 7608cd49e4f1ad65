"""How far a crawl is: counted on the way, reported as `CrawlReport`."""

from collections import Counter

from crawlers.plan import CrawlReport
from store.records import FetchReason


class Progress:
    """Counts what becomes of feeds and pages; the names are those of the report."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._misses: Counter[str] = Counter()
        self._feed_errors: Counter[str] = Counter()

    def count(self, **numbers: int) -> None:
        """Add to the named counters."""
        self._counts.update(numbers)

    def miss(self, reason: FetchReason) -> None:
        """A page that left no capture."""
        self._misses[reason] += 1

    def feed_error(self, reason: str) -> None:
        """A feed that could not be fetched or read."""
        self._counts["feeds_failed"] += 1
        self._feed_errors[reason] += 1

    def report(self, finish: str = "") -> CrawlReport:
        """The counts as they stand."""
        return CrawlReport(
            finish=finish, misses=dict(self._misses), feed_errors=dict(self._feed_errors), **self._counts
        )
