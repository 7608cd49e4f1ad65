"""A backfill: the past of one source is looked for in lists, noted in the ledger, and fetched and loaded as a run does it."""

import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from itertools import islice

from articles.errors import ConfigError
from articles.model import FeedEntry
from crawlers.history.url_dates import Span, span_of
from crawlers.plan import CrawlPlan, CrawlReport, Past
from index.query import Query
from pipeline import indexes
from pipeline.backfilling.backfilled import Backfill, Backfilled, way_found
from pipeline.backfilling.past_lists import archives, home_of, sitemaps
from pipeline.configuration.config import Config, choose
from pipeline.configuration.sections import SourceSection
from pipeline.crawl import Crawl, plan
from pipeline.report import RunReport
from pipeline.run import Watch, Workplace, carry_out, data_folder
from pipeline.sharing.own_segments import worker_name
from store.ledger import url_table
from store.ledger.database import Ledger
from store.ledger.engines.worker_locks import Worker
from store.ledger.queries import recent
from store.lock import RunLock

MOST_LISTS = 1_000  # sitemaps of indexes, and pages of one archive
_MOST_KNOWN = 1_000
_RECENT = timedelta(days=7)  # without [crawl] backlog
_PAUSE = 0.2
_UNWATCHED = Watch()


def backfill(config: Config, task: Backfill, watch: Watch = _UNWATCHED) -> Backfilled:
    """Load what a source published on some days, as the task says; a dry run only counts it.

    What is found is in the ledger before anything is fetched: the same call goes on where one was stopped, and fetches
    nothing twice. Raises any BroadsheetError, ConfigError for days that cannot be.
    """
    (source,) = choose(config, (task.source,))
    days = begun(task, watch.clock())
    with data_folder(config) as folder:
        before = _waiting(folder[1], source, days, watch)
        lists, guesses = _lists(config, source, days, folder[1], watch)
        found = _look(config, source, replace(lists, keep=not task.dry_run), folder[0], watch)
        report = Backfilled(
            source=source.name,
            first=days.first.date(),
            last=(days.end - timedelta(days=1)).date(),
            dry_run=task.dry_run,
            backlog=len(before),
            sitemaps=way_found(found.past, "sitemap"),
            archives=way_found(found.past, "section"),
            lists_left=found.sitemaps_left,
            failed=tuple(feed for feed in found.failed_feeds if feed.url not in guesses),
        )
        if task.dry_run:
            waiting = len(before) + report.sitemaps.new + report.archives.new
            report = replace(report, chosen=min(task.pages, waiting))
        else:
            entries = _waiting(folder[1], source, days, watch)
            waiting, some = len(entries), entries[: task.pages]
            report = replace(report, chosen=len(some), run=_fetch(config, source, some, folder, watch))
    return replace(report, left=waiting - report.chosen, empty=_empty(config, source, days))


def begun(task: Backfill, at: datetime) -> Span:
    """The task's days, as far as they have begun by then. Raises ConfigError where there is none."""
    last = min(task.last, at.astimezone(UTC).date())
    if task.first > last:
        raise ConfigError(
            f"From {task.first} to {task.last}: there is no day to load; give the earlier day first, and none to come."
        )
    begin, end = (
        datetime.combine(day, time_of_day.min, UTC) for day in (task.first, last + timedelta(days=1))
    )
    return Span(begin, end)


def _lists(
    config: Config, source: SourceSection, days: Span, ledger: Ledger, watch: Watch
) -> tuple[Past, frozenset[str]]:
    """Where to look for pages of these days; also which of the sitemaps are guesses."""
    at = watch.clock()
    with ledger.reading() as conn:
        waiting = (entry.url for entry in url_table.waiting(conn, source.name, at))
        known = (*recent.articles(conn, source.name), *islice(waiting, _MOST_KNOWN))
    home = home_of(source, known)
    maps, guesses = sitemaps(config, source, home)
    past = Past(
        first=days.first,
        end=days.end,
        recent=at - (config.backlog or _RECENT),
        sitemaps=maps,
        site=home,
        archives=archives(home, known),
        most=MOST_LISTS,
    )
    return past, guesses


def _look(config: Config, source: SourceSection, past: Past, lock: RunLock, watch: Watch) -> CrawlReport:
    """Read the lists, and note the pages that they name."""
    what = replace(_plan(config, source), past=past, ahead=watch.ahead)
    with Crawl(what, lock.fileno(), watch.tell) as crawl:
        while crawl.running:
            watch.progress(RunReport(crawl=crawl.report))
            time.sleep(_PAUSE)
        return crawl.wait()


def _fetch(
    config: Config,
    source: SourceSection,
    pages: tuple[FeedEntry, ...],
    folder: tuple[RunLock, Ledger],
    watch: Watch,
) -> RunReport:
    """Fetch and load these pages, of all that are known."""
    with folder[1].transaction() as conn:
        url_table.recall(conn, [page.url for page in pages], watch.clock())
    what = replace(_plan(config, source), pages=pages, only_pages=True)
    place = Workplace(*folder, Worker(worker_name(config)))
    return carry_out(config, what, place, watch)


def _plan(config: Config, source: SourceSection) -> CrawlPlan:
    """For what the source's lists and pages have in common; a spider of the user's own is not started."""
    return plan(config, (source.model_copy(update={"spider": ""}),))


def _waiting(ledger: Ledger, source: SourceSection, days: Span, watch: Watch) -> tuple[FeedEntry, ...]:
    """The source's pages of these days that were never fetched, the oldest first."""
    with ledger.reading() as conn:
        entries = url_table.waiting(conn, source.name, watch.clock())
        dated = [(span, entry) for entry in entries if (span := span_of(entry)) and span.overlaps(days)]
    dated.sort(key=lambda each: (each[0].first, each[1].url))
    return tuple(entry for _, entry in dated)


def _empty(config: Config, source: SourceSection, days: Span) -> tuple[date, ...]:
    """The days on which no article of the source in the index is dated."""
    filled: set[str] = set()
    if indexes.exists(config):
        with closing(indexes.reader(config)) as reader:
            query = Query(text=f'source:"{source.name}"', since=days.first, until=days.end)
            filled = {count.value for count in reader.days(query)}
    return tuple(day.date() for day in days.days() if f"{day:%Y-%m-%d}" not in filled)
