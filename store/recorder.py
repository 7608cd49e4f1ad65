"""The only writer of a crawl: a thread that commits the crawl's results in groups.

The pages of a group are appended to the archive and made durable by one fsync; then one transaction records the whole
group in the ledger; only then do its futures resolve. A feed's validators are written in the same transaction as its
entries: if the ledger had only the validators, a 304 would hide the entries forever.
"""

import queue
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Connection

from articles.model import FeedEntry, Page
from store.archive.writer import LARGEST_GROUP, ArchiveWriter
from store.feed_records import FeedResult, FeedTarget
from store.ledger import (
    capture_table,
    feed_table,
    host_table,
    lastmod_table,
    miss_table,
    segment_table,
    url_table,
)
from store.ledger.catches import catch_table
from store.ledger.database import Ledger
from store.ledger.host_table import LeftAlone
from store.ledger.queries import recent
from store.ledger.queries.meanwhile import Asked, Meanwhile, meanwhile
from store.ledger.watch import lease_table, robots_table
from store.ledger.watch.robots_table import RobotsChange, RobotsFile
from store.policy import Terms
from store.records import Discovery, DueUrl, Miss, NotModified

GROUP_SECONDS = 0.1
_ENTRIES = 10  # of a list: they take as long to write as a page
NEVER_PASSED_OVER: Mapping[str, datetime] = MappingProxyType({})

_NOTHING = Discovery(due=(), new=0, seen=0)

Write = Callable[[Connection], Any] | FeedResult
"""What writes into the ledger and answers; or a feed without entries, which is written together with its neighbours."""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Event:
    """Something to record. `prepare` is called first and returns what to write with the group.

    A group waits for nothing more once it has an `urgent` event. `size` counts towards the largest group.
    """

    prepare: Callable[[], Write]
    future: "Future[Any]"
    urgent: bool
    size: int


@dataclass(frozen=True, slots=True)
class _Group:
    futures: "list[Future[Any]]" = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)

    def answers(self, conn: Connection) -> list[Any]:
        """Write all of it, in order."""
        found: list[Any] = []
        for is_quiet, some in groupby(self.writes, lambda each: isinstance(each, FeedResult)):
            if is_quiet:
                results = [each for each in some if isinstance(each, FeedResult)]
                feed_table.record_quiet(conn, results)
                found += [_NOTHING] * len(results)
            else:
                found += [write(conn) for write in some if callable(write)]
        return found


class Recorder:
    """Records a crawl in archive and ledger, which the caller opens before and closes after.

    A future resolves when its write is durable. If the store cannot be written, that future and all later ones fail
    with the same error. What nobody goes on with is committed at the latest after GROUP_SECONDS, or when there are 100;
    anything with a result, at once, together with what waits by then. `clock` is called in the writer's thread. `revisits` are the times from the first
    sight of an article to each visit.
    """

    def __init__(
        self,
        ledger: Ledger,
        archive: ArchiveWriter,
        clock: Callable[[], datetime],
        revisits: Sequence[timedelta] = (),
    ) -> None:
        self._ledger = ledger
        self._archive = archive
        self._clock = clock
        self._revisits = tuple(revisits)
        self._events: queue.SimpleQueue[_Event | None] = queue.SimpleQueue()
        self._hurry = threading.Event()  # an event waits that is not left until the group's time is up
        self._missing = LARGEST_GROUP  # events that the group has room for
        self._issued: set[str] = set()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def targets(
        self, sources: feed_table.Sources, due_by: Mapping[str, datetime] = NEVER_PASSED_OVER
    ) -> "Future[list[FeedTarget]]":
        """The feeds of these sources to ask now, with their validators.

        Of a source in `due_by`, those that are not worth asking by then are passed over.
        """
        return self._put(lambda conn: feed_table.to_ask(conn, sources, self._clock(), due_by), urgent=True)

    def feed(
        self, result: FeedResult, entries: Sequence[FeedEntry], terms: Terms | None = None, inner: int = 0
    ) -> "Future[Discovery]":
        """Record a fetched feed and its entries. `due` in the result has no URL that this recorder returned before.

        `inner` is the number of sitemaps that it leads to, which count as new entries: by these an index is worth asking.
        """

        if not entries and not inner:
            return self._submit(lambda: result, urgent=False)

        def write(conn: Connection) -> Discovery:
            if not entries:
                feed_table.record(conn, result, inner)
                return _NOTHING
            wanted = terms or Terms()
            if not wanted.updates:
                wanted = replace(wanted, believed=lastmod_table.believed(conn, result.source, entries))
            now = self._clock()
            found = url_table.discover(conn, entries, now, wanted)
            catch_table.record(conn, result.source, result.kind, entries, now)
            feed_table.record(conn, result, found.new - found.backlog + found.updated + inner)
            return replace(found, due=self._not_issued(found.due))

        return self._put(write, urgent=bool(entries), size=1 + len(entries) // _ENTRIES)

    def articles(self, source: str) -> "Future[tuple[str, ...]]":
        """The addresses of a source's latest articles."""
        return self._put(lambda conn: recent.articles(conn, source), urgent=True)

    def queued(self, entries: Sequence[FeedEntry], sources: Sequence[str]) -> "Future[tuple[DueUrl, ...]]":
        """Queue pages that are in no feed; returns those that are due, and what earlier runs left for these sources."""

        def write(conn: Connection) -> tuple[DueUrl, ...]:
            now = self._clock()
            named = self._not_issued(url_table.discover(conn, entries, now).due)
            named += self._not_issued(url_table.to_look_at(conn, [entry.url for entry in entries], now))
            return named + self._not_issued(
                url_table.due(conn, sources, now, revisiting=bool(self._revisits))
            )

        return self._put(write, urgent=True)

    def note(self, entries: Sequence[FeedEntry], due: Collection[str], *, keep: bool) -> "Future[int]":
        """Record unknown pages of the past, as `url_table.note` does; returns how many there are."""
        return self._put(
            lambda conn: url_table.note(conn, entries, due, self._clock(), keep=keep), urgent=True
        )

    def page(self, page: Page) -> "Future[None]":
        """Archive a response."""

        def prepare() -> Write:
            ref = self._archive.append(page)
            bodiless = replace(page, body=b"")
            return lambda conn: capture_table.add(conn, [(bodiless, ref)], self._revisits)

        future: Future[None] = self._submit(prepare, urgent=False)
        self._hurry.set()  # it is compressed meanwhile
        return future

    def miss(self, miss: Miss) -> "Future[None]":
        """Record a fetch that left nothing to archive."""
        return self._put(lambda conn: miss_table.record_misses(conn, [miss]), urgent=False)

    def same(self, page: NotModified) -> "Future[None]":
        """A page that is as it was."""
        return self._put(lambda conn: url_table.record_same(conn, page, self._revisits), urgent=False)

    def left_alone(self) -> "Future[list[LeftAlone]]":
        """The hosts that are not to be asked yet."""
        return self._put(lambda conn: host_table.left_alone(conn, self._clock()), urgent=True)

    def leave_alone(self, host: LeftAlone) -> "Future[None]":
        """A host that is not to be asked for a time, by later crawls either."""
        return self._put(lambda conn: host_table.leave_alone(conn, host), urgent=False)

    def robots(self, url: str, file: RobotsFile | None) -> "Future[None]":
        """What the robots.txt at this URL says, for later crawls; None: it could not be had, and they are to ask."""
        return self._put(lambda conn: robots_table.keep(conn, {url: file}), urgent=False)

    def robots_changed(self, change: RobotsChange) -> "Future[None]":
        """What a change of a robots.txt means for what is asked for."""
        return self._put(lambda conn: robots_table.note(conn, change), urgent=False)

    def lease(self, names: Collection[str], worker: str, term: timedelta) -> "Future[set[str]]":
        """Take or renew leases; those that the worker has then."""
        return self._put(lambda conn: lease_table.take(conn, names, worker, term), urgent=True)

    def give_up(self, names: Mapping[str, float], worker: str) -> "Future[None]":
        """End leases, each so many seconds from now."""
        return self._put(lambda conn: lease_table.give_up(conn, names, worker), urgent=True)

    def meanwhile(self, asked: Asked) -> "Future[Meanwhile]":
        """What other workers have done of what is to be asked of a host."""
        return self._put(lambda conn: meanwhile(conn, asked, self._clock()), urgent=True)

    def close(self) -> None:
        """Record what is waiting, then end the thread. Raises the error of the store, if it failed."""
        self._events.put(None)
        self._hurry.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _put(self, write: Callable[[Connection], Answer], *, urgent: bool, size: int = 1) -> "Future[Answer]":
        return self._submit(lambda: write, urgent=urgent, size=size)

    def _submit(self, prepare: Callable[[], Write], *, urgent: bool, size: int = 1) -> "Future[Any]":
        if not self._thread.is_alive():
            raise RuntimeError("the recorder is closed")
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()  # what is being written can no longer be cancelled
        self._events.put(_Event(prepare, future, urgent, size))
        if urgent or self._events.qsize() >= self._missing:
            self._hurry.set()
        return future

    def _not_issued(self, due: Iterable[DueUrl]) -> tuple[DueUrl, ...]:
        fresh = tuple(url for url in due if url.url not in self._issued)
        self._issued.update(url.url for url in fresh)
        return fresh

    def _run(self) -> None:
        more = True
        while more:
            group = _Group()
            try:
                more = self._collect(group)
                if group.futures:
                    self._commit(group)
            except Exception as error:  # noqa: BLE001  for any error, so that nobody waits forever
                self._failure = error
                for future in group.futures:
                    future.set_exception(error)

    def _collect(self, group: _Group) -> bool:
        """Fill the group; False if no more events will come.

        The thread sleeps meanwhile: to be woken by each event would cost more than to write it.
        """
        deadline, size = float("inf"), 0
        while size < LARGEST_GROUP:
            try:
                event = self._events.get(block=not group.futures)
            except queue.Empty:
                rest = deadline - time.monotonic()
                if rest <= 0:
                    return True
                self._missing = LARGEST_GROUP - size
                if self._events.qsize() < self._missing:
                    self._hurry.wait(rest)
                self._hurry.clear()  # what set it is in the queue by now
                continue
            if event is None:
                return False
            if not group.futures:
                deadline = time.monotonic() + GROUP_SECONDS
            group.futures.append(event.future)
            if self._failure is not None:
                raise self._failure
            group.writes.append(event.prepare())
            size += event.size
            if event.urgent:
                deadline = 0.0
        return True

    def _commit(self, group: _Group) -> None:
        lengths = self._archive.sync()
        with self._ledger.transaction() as conn:
            segment_table.commit(conn, lengths)
            answers = group.answers(conn)
        for future, answer in zip(group.futures, answers, strict=True):
            future.set_result(answer)
