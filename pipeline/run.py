"""A run: a crawl in a child process, and the loading of what it fetches in this one, until nothing is left to do."""

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial

from articles.errors import (
    BroadsheetError,
    IndexUnavailableError,
    SearchIndexError,
    StorageError,
)
from articles.urls import masked
from crawlers.clock import now
from crawlers.plan import CrawlPlan, FailedFeed
from index.protocols import IndexWriter
from pipeline import indexes
from pipeline.batches import Cleaners, Pending, cleaners
from pipeline.configuration.config import Config, choose
from pipeline.coverage.second_look import look_again
from pipeline.crawl import Crawl, plan
from pipeline.deleting.finishing import finish_waiting, unfinished
from pipeline.health.run_record import recorded
from pipeline.judging import Judge
from pipeline.load import load_all
from pipeline.maintenance.offloading import BRIEFLY, offload
from pipeline.parts.part_rounds import PartRounds
from pipeline.report import RunReport, together
from pipeline.settling import Settler
from pipeline.sharing.left_behind import load_left_behind
from pipeline.sharing.own_segments import make_whole, require_all, worker_name
from pipeline.versions.catching_up import CatchingUp
from store.feed_records import FeedResult
from store.ledger import capture_table, feed_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import at_work, locked
from store.ledger.engines.places import ServerPlace
from store.ledger.engines.worker_locks import ALONE, Worker
from store.ledger.queries import seen_texts
from store.lock import RunLock
from store.records import Outcome

_NEW_OBJECTS = 50_000
"""After so many more objects garbage is looked for. What is known of a source is as many, none of which is garbage."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """An open data folder: its lock, its ledger, and the worker whose it is."""

    lock: RunLock
    ledger: Ledger
    worker: Worker = ALONE


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
    with workplace(config) as place, recorded(place.ledger, watch.clock, place.worker.name):
        report = carry_out(config, what, place, watch)
        if not report.others_go_on:
            names = [source.name for source in what.sources]
            look_again(config, place.ledger, names, watch.clock(), watch.ahead)
        deletions = config.store.shared and not report.others_go_on and unfinished(place.ledger)
    if deletions:
        with suppress(BroadsheetError), data_folder(config):
            pass  # the last worker out finishes them there, unless another begins
    return report


def carry_out(config: Config, what: CrawlPlan, place: Workplace, watch: Watch) -> RunReport:
    """Crawl by this plan in an open data folder, and load what is fetched; all else is as in `run`.

    Where workers share the collection, the last of those that are loading judges what all of them loaded.
    """
    ledger, worker = place.ledger, place.worker
    started = watch.clock()
    what = replace(what, ahead=watch.ahead, worker=worker.name)
    with (
        _seldom_looking_for_garbage(),
        closing(opened_index(config, ledger)) as writer,
        closing(opened_index(config, ledger, older=True)) as older,
        Crawl(what, place.lock.fileno(), watch.tell) as crawl,
        cleaners(config) as pool,
    ):
        reader = cache(partial(indexes.reader, config))
        settler = Settler(ledger, writer, older, reader, watch.clock, worker.check)
        with worker.loading():
            pending = Pending(config.archive, ledger, pool, worker.name or None)
            report = load_all(pending, settler, watch.progress, crawl)
            crawled = crawl.wait()
            report = replace(report, crawl=crawled)
            report = _load_further_pages(config, what, place, watch, (pool, settler), report)
            if worker.name:
                load_left_behind(config, ledger, worker, pool, settler)
                offload(config, ledger, watch.clock, BRIEFLY)
        if not (what.past or what.only_pages):
            _note_unstarted(ledger, crawled.failed_feeds, started, watch.clock())
        with worker.judging() as is_last:
            if not is_last:
                return replace(report, others_go_on=True)
            CatchingUp(config.archive, ledger, pool, watch.clock).waiting(reader(), writer, older)
            judge = Judge(config.archive, ledger, reader(), writer, pool, watch.clock, worker.check)
            return replace(report, judged=judge.judge_waiting())


def _load_further_pages(
    config: Config,
    what: CrawlPlan,
    place: Workplace,
    watch: Watch,
    using: tuple[Cleaners, Settler],
    report: RunReport,
) -> RunReport:
    """Fetch and load the further pages of the articles that were loaded; the report with these."""
    pool, settler = using

    def so_far(more: RunReport) -> None:
        watch.progress(together(report, more))

    rounds = PartRounds(what, place.ledger, place.worker, config.crawl.article_pages, watch.clock)
    for further in rounds.plans():
        with Crawl(further, place.lock.fileno(), watch.tell) as pages:
            pending = Pending(config.archive, place.ledger, pool, place.worker.name or None)
            loaded = load_all(pending, settler, so_far, pages)
            report = together(report, replace(loaded, crawl=pages.wait()))
    return report


@contextmanager
def _seldom_looking_for_garbage() -> Iterator[None]:
    """Meanwhile objects are looked through less often, and what was imported never: a sixth of the time to build what is known of sources went there."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


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


@contextmanager
def data_folder(config: Config) -> Iterator[tuple[RunLock, Ledger]]:
    """The data folder, locked and repaired: what was written after the last commit is cut off, dropped segments are removed.

    Deletions that wait are finished before and after; at the end, segments that were closed are uploaded where that is configured.
    Where workers share the collection, none of them is at work meanwhile, and all that they archived can be read.

    Raises LockedError, StorageError, LedgerError, ArchiveError.
    """
    _make_folder(config)
    with locked(config.folder, config.ledger) as lock, Ledger.open(config.ledger) as ledger:
        make_whole(config, ledger)
        if config.store.shared:
            require_all(config, ledger)
        finish_waiting(config, ledger, now)
        yield lock, ledger
        finish_waiting(config, ledger, now)
        offload(config, ledger, now, BRIEFLY)


@contextmanager
def at_rest(config: Config) -> Iterator[None]:
    """For what needs all of the archive: where workers share it, none is at work, as in `data_folder`; else runs may go on."""
    with data_folder(config) if config.store.shared else nullcontext():
        yield


@contextmanager
def workplace(config: Config) -> Iterator[Workplace]:
    """The data folder, as `data_folder`, for a run: where workers share the collection, that of one of them."""
    if not config.store.shared:
        with data_folder(config) as (lock, ledger):
            yield Workplace(lock, ledger, ALONE)
        return
    _make_folder(config)
    place = config.ledger
    assert isinstance(place, ServerPlace)  # as the configuration was checked
    with (
        at_work(config.folder, place, worker_name(config)) as (lock, worker),
        Ledger.open(place) as ledger,
    ):
        make_whole(config, ledger)
        try:
            yield Workplace(lock, ledger, worker)
        except BroadsheetError:
            with suppress(BroadsheetError):  # the first error is the cause
                offload(config, ledger, now, BRIEFLY)
            raise
        offload(config, ledger, now, BRIEFLY)


def _make_folder(config: Config) -> None:
    try:
        config.archive.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The data folder {config.folder} cannot be made: {error.strerror}. Choose another under [store] folder."
        ) from error


def opened_index(config: Config, ledger: Ledger, *, older: bool = False) -> IndexWriter:
    """The index, or that of older versions, opened now, or later where it cannot be reached yet: that is no reason not to crawl."""

    opening = partial(_open_index, config, ledger, older=older)
    try:
        with ledger.turn():  # two workers must not both make it
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
