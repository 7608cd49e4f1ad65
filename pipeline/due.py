"""The sources that are due by their schedules, as far as the ledger knows when they were crawled."""

from collections.abc import Iterable
from datetime import datetime

from articles.urls import masked
from pipeline.configuration.config import Config
from pipeline.configuration.schedule import is_due
from pipeline.configuration.sections import SourceSection
from store.ledger import feed_table, url_table
from store.ledger.database import Ledger
from store.records import FeedHealth


def due_sources(config: Config, now: datetime) -> tuple[str, ...]:
    """The names of the sources whose schedule has a tick between their last crawl and `now`. Raises LedgerError.

    Also due are those whose last crawl was cut short, so that the next run goes on with it.
    """
    if not config.ledger.exists():
        return tuple(source.name for source in config.sources)
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        known = feed_table.health(conn)
        unfinished = url_table.interrupted(conn)
    return tuple(
        source.name
        for source in config.sources
        if source.name in unfinished or is_due(config.schedule_of(source), last_crawl(source, known), now)
    )


def last_crawl(source: SourceSection, known: Iterable[FeedHealth]) -> datetime | None:
    """When all feeds of a source had been asked for: None while one of them never was."""
    asked = {feed.url: feed.at for feed in known if feed.source == source.name}
    times = [asked.get(masked(url)) for url in source.ways]
    return None if None in times else min(time for time in times if time)
