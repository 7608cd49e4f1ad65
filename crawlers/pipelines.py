"""The item pipeline: pages and misses go to the store, and the books are closed at the end: no URL vanishes."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from articles.errors import BroadsheetError
from articles.model import FeedEntry, Page
from articles.urls import masked
from crawlers.books import Books, Given, given
from crawlers.clock import clock
from crawlers.progress import Progress
from crawlers.scheduler import LaneScheduler
from store.archive.writer import ArchiveWriter, repair
from store.ledger import segment_table
from store.ledger.database import Ledger
from store.recorder import Recorder
from store.records import Discovery, DueUrl, FeedResult, FeedTarget, FetchReason, LeftAlone, Miss

if TYPE_CHECKING:
    from concurrent.futures import Future

NOT_MODIFIED = 304

store_failed = object()
"""The signal that the store cannot be written (`error`): what comes after it would be lost."""

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class StorePipeline:
    """Archive and ledger of a crawl, in the folder of STORE_FOLDER; without that, in one that is thrown away at the end.

    An item is passed on once it is durable, so that Scrapy fetches no faster than the disk takes it.
    """

    def __init__(self, crawler: Crawler, folder: str, clock: Callable[[], datetime]) -> None:
        self._crawler = crawler
        self._folder = folder
        self._clock = clock
        self._open = ExitStack()
        self._recorder: Recorder | None = None
        self._books = Books(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, crawler.settings.get("STORE_FOLDER", ""), clock(crawler))

    def open_spider(self) -> None:
        """Raises CloseSpider where the store cannot be opened."""
        folder = Path(
            self._folder or self._open.enter_context(tempfile.TemporaryDirectory(prefix="broadsheet-"))
        )
        try:
            self._recorder = _recorder(folder, self._open, self._clock)
        except BroadsheetError as error:
            self._fail(error)
            raise CloseSpider(f"failed: {error}") from error

    async def close_spider(self) -> None:
        """Note what became of requests that vanished, and make all of it durable."""
        await self._close_books()
        await self.close()

    async def close(self) -> None:
        """Make durable what was given, and close the store. Raises the error that it failed with, if it did."""
        if self._recorder is not None:
            recorder, self._recorder = self._recorder, None
            await asyncio.to_thread(recorder.close)
        self._open.close()

    async def process_item(self, item: Any) -> Any:
        match item:
            case Page():
                await self._durable(self._store.page(item))
                self._books.settle_page(item.url)
                self._progress.count(fetched=1)
            case Miss():
                await self._durable(self._store.miss(item))
                self._books.settle_page(item.url)
                self._progress.miss(item.reason)
        return item

    async def targets(self, sources: Sequence[tuple[str, Sequence[str]]]) -> list[FeedTarget]:
        """The feeds of these sources (name, URLs), with their validators."""
        targets = await self._durable(self._store.targets(sources))
        self._books.give_out(targets)
        return targets

    async def queued(self, entries: Sequence[FeedEntry], sources: Sequence[str]) -> tuple[DueUrl, ...]:
        """Of these entries, those that are due, and what earlier crawls left to these sources."""
        due = await self._durable(self._store.queued(entries, sources))
        self._books.give_out(due)
        return due

    async def feed(self, target: FeedTarget, result: FeedResult, entries: Sequence[FeedEntry]) -> Discovery:
        """Note a fetched feed and what it lists; `due` holds each URL once in a crawl."""
        discovery = await self._durable(self._store.feed(result, entries))
        self._books.settle(target)
        progress = self._progress
        if result.error:
            _log.warning("feed %s: %s", masked(result.url), result.error)
            progress.feed_error(result)
        elif result.status == NOT_MODIFIED:
            progress.count(feeds_unchanged=1)
        else:
            progress.count(feeds_fetched=1, entries=result.entries, new=discovery.new, seen=discovery.seen)
        self._books.give_out(discovery.due)
        return discovery

    async def left_alone(self) -> list[LeftAlone]:
        """The hosts that asked earlier crawls to be left alone, and are not to be asked yet."""
        return await self._durable(self._store.left_alone()) if self._recorder else []

    async def leave_alone(self, host: LeftAlone) -> None:
        """Note for later crawls that a host is not to be asked for a time."""
        await self._durable(self._store.leave_alone(host))

    def not_asked(self, thing: Given) -> None:
        """The crawl ended before its turn: it stays due."""
        self._books.settle(thing)

    @property
    def _store(self) -> Recorder:
        if self._recorder is None:
            raise RuntimeError("the store is not open")
        return self._recorder

    @property
    def _progress(self) -> Progress:
        return Progress.of(self._crawler)

    async def _durable(self, future: "Future[Result]") -> Result:
        try:
            return await asyncio.wrap_future(future)
        except BroadsheetError as error:
            self._fail(error)
            raise

    def _fail(self, error: BroadsheetError) -> None:
        self._crawler.signals.send_catch_log(store_failed, error=error)

    async def _close_books(self) -> None:
        """Note what was given out and did not come back, unless its request still waited, or the crawl was stopped."""
        scheduler = self._crawler.engine.scheduler
        if not self._crawler.engine.running:
            return
        for request in scheduler.waiting() if isinstance(scheduler, LaneScheduler) else ():
            if thing := given(request):
                self._books.settle(thing)
        for thing, why in self._books.unsettled():
            reason, at = FetchReason.ERROR, self._clock()
            if isinstance(thing, DueUrl):
                miss = Miss(url=thing.url, at=at, state=reason.state, reason=reason, detail=why)
                await self.process_item(miss)
            else:
                error = f"{reason}: {why}"
                result = FeedResult(source=thing.source, url=thing.url, at=at, status=0, error=error)
                await self.feed(thing, result, ())


def _recorder(folder: Path, stack: ExitStack, now: Callable[[], datetime]) -> Recorder:
    """Archive and ledger in this folder, made whole after an interrupted crawl, and what writes both. Closed with the stack."""
    ledger = stack.enter_context(Ledger.open(folder / "ledger.sqlite"))
    with ledger.reading() as connection:
        committed, dropped = segment_table.lengths(connection), segment_table.dropped(connection)
    for cut in repair(folder / "archive", committed, dropped):
        _log.warning("%s: cut off %d bytes that an interrupted crawl left unfinished", cut.segment, cut.size)
    archive = ArchiveWriter(folder / "archive", committed, now)
    stack.callback(archive.close)
    return Recorder(ledger, archive, now)
