"""The item pipeline: pages and misses go to the store, and the books are closed at the end: no URL vanishes."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from twisted.python.failure import Failure

from articles.errors import BroadsheetError
from articles.model import FeedEntry, Page
from crawlers.clock import clock
from crawlers.progress import Progress
from crawlers.scheduler import LaneScheduler
from store.archive.writer import ArchiveWriter, repair
from store.ledger import segment_table
from store.ledger.database import Ledger
from store.recorder import Recorder
from store.records import Discovery, DueUrl, FeedResult, FeedTarget, FetchReason, Miss

if TYPE_CHECKING:
    from concurrent.futures import Future

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
        self._unsettled: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler, crawler.settings.get("STORE_FOLDER", ""), clock(crawler))
        connect = crawler.signals.connect
        connect(pipeline._request_scheduled, signals.request_scheduled)
        connect(pipeline._request_dropped, signals.request_dropped)
        connect(pipeline._spider_error, signals.spider_error)
        connect(pipeline._item_lost, signals.item_dropped)
        connect(pipeline._item_lost, signals.item_error)
        return pipeline

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
                self._settle(item.url)
                self._progress.count(fetched=1)
            case Miss():
                await self._durable(self._store.miss(item))
                self._settle(item.url)
                self._progress.miss(item.reason)
        return item

    async def targets(self, sources: Sequence[tuple[str, Sequence[str]]]) -> list[FeedTarget]:
        """The feeds of these sources (name, URLs), with their validators."""
        return await self._durable(self._store.targets(sources))

    async def queued(self, entries: Sequence[FeedEntry], sources: Sequence[str]) -> tuple[DueUrl, ...]:
        """Of these entries, those that are due, and what earlier crawls left to these sources."""
        return await self._durable(self._store.queued(entries, sources))

    async def feed(self, result: FeedResult, entries: Sequence[FeedEntry]) -> Discovery:
        """Note a fetched feed and what it lists; `due` holds each URL once in a crawl."""
        return await self._durable(self._store.feed(result, entries))

    def not_asked(self, url: str) -> None:
        """The crawl ended before the URL's turn: it stays due."""
        self._settle(url)

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

    # The books: which URLs were given out, and what is known of those that do not come back.

    def _settle(self, url: str) -> None:
        self._unsettled.pop(url, None)

    def _request_scheduled(self, request: Request) -> None:
        if due := _due(request):
            self._unsettled[due.url] = "its request vanished"

    def _request_dropped(self, request: Request) -> None:
        self._suspect(request, "its request was dropped as a duplicate")

    def _spider_error(self, failure: Failure, response: Any) -> None:
        self._suspect(getattr(response, "request", None), f"the spider failed: {failure.getErrorMessage()}")

    def _item_lost(self, response: Any) -> None:
        self._suspect(getattr(response, "request", None), "an item pipeline dropped its page")

    def _suspect(self, request: Request | None, why: str) -> None:
        due = _due(request) if request is not None else None
        if due and due.url in self._unsettled:
            self._unsettled[due.url] = why

    async def _close_books(self) -> None:
        scheduler = self._crawler.engine.scheduler
        for request in scheduler.waiting() if isinstance(scheduler, LaneScheduler) else ():
            if due := _due(request):
                self._settle(due.url)
        for url, why in list(self._unsettled.items()):
            reason = FetchReason.ERROR
            await self.process_item(
                Miss(url=url, at=self._clock(), state=reason.state, reason=reason, detail=why)
            )


def _due(request: Request) -> DueUrl | None:
    due = request.cb_kwargs.get("due")
    return due if isinstance(due, DueUrl) else None


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
