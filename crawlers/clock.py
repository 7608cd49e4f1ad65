"""The time that a crawl notes: the machine's, or what the setting CLOCK gives (a function without arguments)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


def clock(crawler: "Crawler") -> Callable[[], datetime]:
    """A function that returns the present, aware UTC."""
    given: Callable[[], datetime] | None = crawler.settings.get("CLOCK")
    return given or now


def ahead_by(time: timedelta) -> Callable[[], datetime]:
    """A clock that is ahead of the machine's by so much."""
    return lambda: now() + time
