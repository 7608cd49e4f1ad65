"""Scheduled crawls one after the other in a process of their own, each a tick later by a clock that is passed in.

Each request says in its Date header what time it is then.
"""

import subprocess
import sys
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.reactor import install_reactor

from crawlers.plan import SourceFeeds
from crawlers.process.scrapy_settings import project_settings
from crawlers.spiders.feed import FeedSpider
from pipeline.configuration.schedule import Schedule
from pipeline.due import due_by
from tests.loopback import ROOT

START = datetime(2026, 5, 4, tzinfo=UTC)


async def crawl_at_ticks(folder: str, every: str, count: int, feeds: Sequence[str]) -> None:
    """So many crawls of these feeds from START on, as a schedule of this interval starts them."""
    schedule, now = Schedule(every=every), START
    for _ in range(count):
        crawler = Crawler(FeedSpider, settings(folder, now))
        source = SourceFeeds(name="notes", feeds=tuple(feeds), due_by=due_by(schedule, now))
        await AsyncCrawlerRunner().crawl(crawler, sources=(source,))
        now += schedule.interval


def settings(folder: str, now: datetime) -> Settings:
    """Those of a crawl of sites on loopback, at this moment."""
    found = project_settings()
    here: dict[str, Any] = {
        "STORE_FOLDER": folder,
        "ALLOW_ADDRESSES": ["127.0.0.0/8"],
        "DOWNLOAD_DELAY": 0.0,
        "RETRY_TIMES": 0,
        "REVISITS": [],
        "CLOCK": lambda: now,
        "LOG_LEVEL": "ERROR",
    }
    found.setdict(here, priority="cmdline")
    found["DEFAULT_REQUEST_HEADERS"]["Date"] = format_datetime(now, usegmt=True)
    return found


def in_reactor(work: Coroutine[Any, Any, None]) -> None:
    """Do this in Twisted's reactor, and exit."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet.task import react

    react(lambda _: deferred_from_coro(work))


def in_process(module: str, *words: str) -> None:
    """Have a process call the `main` of this module."""
    command = [sys.executable, "-m", "tests.in_process", module, *words]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def main() -> None:
    """Crawl: FOLDER EVERY COUNT FEED_URL..."""
    folder, every, count, *feeds = sys.argv[1:]
    in_reactor(crawl_at_ticks(folder, every, int(count), feeds))
