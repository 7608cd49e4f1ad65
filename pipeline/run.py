"""A run: a crawl in a child process, and the loading of what it fetches in this one, until nothing is left to do."""

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from articles.errors import ConfigError, IndexUnavailableError, SearchIndexError, StorageError
from articles.urls import masked
from crawlers.plan import CrawlPlan, FailedFeed
from index.protocols import IndexWriter
from pipeline import indexes
from pipeline.batches import Pending, cleaners
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.crawl import Crawl, plan
from pipeline.deleting.finishing import finish_waiting
from pipeline.health.run_record import recorded
from pipeline.judging import Judge
from pipeline.load import load_all
from pipeline.maintenance.offloading import BRIEFLY, offload
from pipeline.report import RunReport
from pipeline.settling import Settler
from pipeline.versions.catching_up import CatchingUp
from store.archive.writer import repair
from store.feed_records import FeedResult
from store.ledger import capture_table, feed_table, segment_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.ledger.queries import seen_texts
from store.lock import RunLock
from store.records import Outcome


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Watch:
    """What a run is watched by: called with its report so far, the time to go by, called with each line of the crawl's log."""

    progress: Callable[[RunReport], None] = lambda _: None
    clock: Callable[[], datetime] = now
    tell: Callable[[str], None] = lambda _: None

    @property
    def ahead(self) -> timedelta:
        """How far the clock is ahead of the machine's. The crawl process has a clock of its own, which goes on from there."""
        return self.clock() - now()


def run(
    config: Config,
    names: tuple[str, ...] = (),
    progress: Callable[[RunReport], None] = lambda _: None,
    clock: Callable[[], datetime] = now,
    tell: Callable[[str], None] = lambda _: None,
    *,
    scheduled: bool = False,
) -> RunReport:
    """Crawl the sources with these names (without any: all) and load what is fetched, until both are done.

    A `scheduled` run passes over feeds that gave little of late, until they are worth asking; others ask all.
    `tell` is called with each line of the crawl's log, from another thread.

    Raises any BroadsheetError; what was done until then is kept, and the next run goes on from there.
    """
    tick = clock() if scheduled else None
    return _run(config, plan(config, choose(config, names), tick), Watch(progress, clock, tell))


def run_asking_robots(
    config: Config, names: tuple[str, ...], progress: Callable[[RunReport], None]
) -> RunReport:
    """`run`, which asks for every robots.txt, whatever earlier runs kept."""
    return _run(config, replace(plan(config, choose(config, names)), ask_robots=True), Watch(progress))


def _run(config: Config, what: CrawlPlan, watch: Watch) -> RunReport:
    with data_folder(config) as folder, recorded(folder[1], watch.clock):
        return carry_out(config, what, folder, watch)


def carry_out(
    config: Config,
    what: CrawlPlan,
    folder: tuple[RunLock, Ledger],
    watch: Watch,
) -> RunReport:
    """Crawl by this plan in the open `data_folder`, and load what is fetched; all else is as in `run`."""
    lock, ledger = folder
    started = watch.clock()
    gc.freeze()  # what was imported stays; looking through it again and again took a fifth of the process's time
    with (
        closing(opened_index(config, ledger)) as writer,
        closing(opened_index(config, ledger, older=True)) as older,
        Crawl(replace(what, ahead=watch.ahead), lock.fileno(), watch.tell) as crawl,
        cleaners(config) as pool,
    ):
        reader = cache(partial(indexes.reader, config))
        pending = Pending(config.archive, ledger, pool)
        report = load_all(pending, Settler(ledger, writer, older, reader, watch.clock), watch.progress, crawl)
        judge = Judge(config.archive, ledger, reader(), writer, pool, watch.clock)
        crawled = crawl.wait()
        if not (what.past or what.only_pages):
            _note_unstarted(ledger, crawled.failed_feeds, started, watch.clock())
        CatchingUp(config.archive, ledger, pool, watch.clock).waiting(reader(), writer, older)
        return replace(report, crawl=crawled, judged=judge.judge_waiting())


def _note_unstarted(
    ledger: Ledger, failed: tuple[FailedFeed, ...], started: datetime, ended: datetime
) -> None:
    """Record what failed before it was asked, such as a spider that cannot be loaded, next to the feeds that were."""
    with ledger.transaction() as conn:
        known = {(each.source, each.url): each.at for each in feed_table.health(conn)}
        for each in failed:
            asked_at = known.get((each.source, masked(each.url)))
            if asked_at is None or asked_at < started:
                result = FeedResult(source=each.source, url=each.url, at=ended, status=0, error=each.error)
                feed_table.record(conn, result)


def choose(config: Config, names: tuple[str, ...]) -> tuple[SourceSection, ...]:
    """The sources with these names, or all of them. Raises ConfigError for an unknown one."""
    known = {source.name: source for source in config.sources}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigError(
            f"There is no source `{masked(unknown[0])}` in {config.path}; `broadsheet sources` lists them."
        )
    if not known:
        raise ConfigError(f"{config.path} names no source yet; `broadsheet add URL` adds one.")
    return tuple(known[name] for name in names) if names else config.sources


@contextmanager
def data_folder(config: Config) -> Iterator[tuple[RunLock, Ledger]]:
    """The data folder, locked and repaired: what was written after the last commit is cut off, dropped segments are removed.

    Deletions that wait are finished before and after; at the end, segments that were closed are uploaded where that is configured.

    Raises LockedError, StorageError, LedgerError, ArchiveError.
    """
    try:
        config.archive.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The data folder {config.folder} cannot be made: {error.strerror}. Choose another under [store] folder."
        ) from error
    with locked(config.folder, config.ledger) as lock, Ledger.open(config.ledger) as ledger:
        with ledger.reading() as conn:
            committed, dropped = segment_table.lengths(conn), segment_table.dropped(conn)
        repair(config.archive, committed, dropped)
        finish_waiting(config, ledger, now)
        yield lock, ledger
        finish_waiting(config, ledger, now)
        offload(config, ledger, now, BRIEFLY)


def opened_index(config: Config, ledger: Ledger, *, older: bool = False) -> IndexWriter:
    """The index, or that of older versions, opened now, or later where it cannot be reached yet: that is no reason not to crawl."""

    opening = partial(_open_index, config, ledger, older=older)
    try:
        return opening()
    except IndexUnavailableError:
        return indexes.LateWriter(opening, config.index.patience)


def _open_index(config: Config, ledger: Ledger, *, older: bool) -> IndexWriter:
    if not indexes.exists(config, older=older):
        with ledger.reading() as conn:
            held = (
                seen_texts.count_older(conn) if older else capture_table.counts(conn)[Outcome.INDEXED.value]
            )
        if held:
            missing, what = ("index of older versions", "versions") if older else ("index", "articles")
            raise SearchIndexError(
                f"The {missing} is missing, though {held} {what} were in it: "
                "`broadsheet index rebuild` makes it again from the archive."
            )
    return indexes.writer(config, older=older)
