"""Scheduled crawls one after the other, each a tick later by a clock that is passed in: python -m tests.tick_child FOLDER EVERY COUNT FEED_URL...

Each request says in its Date header what time it is then.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.reactor import install_reactor

from crawlers.plan import SourceFeeds
from crawlers.spiders.feed import FeedSpider
from pipeline.configuration.schedule import Schedule
from pipeline.due import due_by

START = datetime(2026, 5, 4, tzinfo=UTC)


async def crawl_at_ticks(folder: str, every: str, count: int, feeds: Sequence[str]) -> None:
    """So many crawls of these feeds from START on, as a schedule of this interval starts them."""
    schedule, now = Schedule(every=every), START
    for _ in range(count):
        crawler = Crawler(FeedSpider, _settings(folder, now))
        source = SourceFeeds(name="notes", feeds=tuple(feeds), due_by=due_by(schedule, now))
        await AsyncCrawlerRunner().crawl(crawler, sources=(source,))
        now += schedule.interval


def _settings(folder: str, now: datetime) -> Settings:
    settings = Settings()
    settings.setmodule("crawlers.settings", priority="project")
    here: dict[str, Any] = {
        "STORE_FOLDER": folder,
        "ALLOW_ADDRESSES": ["127.0.0.0/8"],
        "DOWNLOAD_DELAY": 0.0,
        "RETRY_TIMES": 0,
        "REVISITS": [],
        "CLOCK": lambda: now,
        "LOG_LEVEL": "ERROR",
    }
    settings.setdict(here, priority="cmdline")
    settings["DEFAULT_REQUEST_HEADERS"]["Date"] = format_datetime(now, usegmt=True)
    return settings


def main() -> None:
    folder, every, count, *feeds = sys.argv[1:]
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet.task import react

    react(lambda _: deferred_from_coro(crawl_at_ticks(folder, every, int(count), feeds)))
