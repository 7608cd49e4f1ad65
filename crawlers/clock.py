"""The time that a crawl notes: the machine's, or what the setting CLOCK gives (a function without arguments)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from scrapy.crawler import Crawler


def clock(crawler: Crawler) -> Callable[[], datetime]:
    """A function that returns the present, aware UTC."""
    given: Callable[[], datetime] | None = crawler.settings.get("CLOCK")
    return given or _now


def ahead_by(time: timedelta) -> Callable[[], datetime]:
    """A clock that is ahead of the machine's by so much."""
    return lambda: _now() + time


def _now() -> datetime:
    return datetime.now(UTC)
