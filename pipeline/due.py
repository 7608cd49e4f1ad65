"""The sources that are due by their schedules, as far as the ledger knows when they were crawled, and their feeds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from articles.urls import masked
from pipeline.configuration.config import Config
from pipeline.configuration.schedule import Schedule, is_due
from pipeline.configuration.sections import SourceSection
from store.ledger import feed_table
from store.ledger.database import Ledger
from store.ledger.feed_table import Ask
from store.ledger.parts import part_fetching


def due_sources(config: Config, now: datetime) -> tuple[str, ...]:
    """The names of the sources whose schedule has a tick between their last crawl and `now`. Raises LedgerError.

    Also due are those whose last crawl was cut short, so that the next run goes on with it.
    """
    if not config.ledger.exists():
        return tuple(source.name for source in config.sources)
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        known = asks_by_source(conn)
        unfinished = part_fetching.interrupted(conn)
    return tuple(
        source.name
        for source in config.sources
        if source.name in unfinished
        or is_due(config.schedule_of(source), last_crawl(source, known.get(source.name, ())), now)
    )


def due_by(schedule: Schedule, now: datetime) -> datetime | None:
    """A feed that is due by then is asked now, as now is nearer to its time than the next tick; None: every feed is."""
    following = schedule.next_tick(now)
    return following and now + (following - now) / 2


def asks_by_source(conn: Connection) -> Mapping[str, Sequence[Ask]]:
    """When each feed that was ever fetched is asked, by source."""
    found = defaultdict(list)
    for ask in feed_table.asks(conn):
        found[ask.source].append(ask)
    return found


def last_crawl(source: SourceSection, known: Iterable[Ask]) -> datetime | None:
    """When the turn of all feeds of a source had come, by what is known of them: None while one of them was never asked."""
    asked = {feed.url: feed.turn_at for feed in known}
    times = [asked.get(masked(url)) for url in source.ways]
    return None if None in times else min(time for time in times if time)
