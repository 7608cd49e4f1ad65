"""Runs one after the other in a process of their own, at moments of a clock that is passed in.

Each crawls the sources' feeds, as tests.ticks does, and loads what was fetched, as `broadsheet run` does, but for
their own processes.
"""

import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

from scrapy.crawler import AsyncCrawlerRunner, Crawler

from crawlers.plan import SourceFeeds
from crawlers.spiders.feed import FeedSpider
from pipeline import indexes
from pipeline.batches import Cleaners, Pending, cleaners
from pipeline.configuration.config import Config, load
from pipeline.judging import Judge
from pipeline.load import load_all
from pipeline.settling import Settler
from store.ledger.database import Ledger
from tests.ticks import START, in_reactor, settings


async def run_at(config: Config, moments: Sequence[datetime]) -> None:
    """A run of all sources at each moment."""
    sources = tuple(SourceFeeds(name=source.name, feeds=source.feeds) for source in config.sources)
    with cleaners(config) as pool:
        for now in moments:
            crawler = Crawler(FeedSpider, settings(str(config.folder), now))
            await AsyncCrawlerRunner().crawl(crawler, sources=sources)
            _load(config, pool, now)


def _load(config: Config, pool: Cleaners, now: datetime) -> None:
    reader = cache(partial(indexes.reader, config))
    with (
        Ledger.open(config.ledger) as ledger,
        closing(indexes.writer(config)) as writer,
        closing(indexes.writer(config, older=True)) as older,
    ):
        load_all(
            Pending(config.archive, ledger, pool),
            Settler(ledger, writer, older, reader, lambda: now),
            lambda _: None,
        )
        Judge(config.archive, ledger, reader(), writer, pool, lambda: now).judge_waiting()


def main() -> None:
    """Run: CONFIG HOURS_AFTER_START..."""
    path, *hours = sys.argv[1:]
    in_reactor(run_at(load(Path(path)), [START + timedelta(hours=float(hour)) for hour in hours]))
