"""The item pipeline: what spiders yield goes to the store, and the books are closed at the end: no URL vanishes."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from articles.errors import BroadsheetError
from articles.model import FeedEntry, Page
from articles.urls import masked, origin
from crawlers import shared
from crawlers.clock import clock
from crawlers.failing import crawl_failed
from crawlers.keeping.books import Books, Given, given
from crawlers.keeping.host_leases import seconds
from crawlers.keeping.pages import NOT_MODIFIED, Pages
from crawlers.progress import Progress
from crawlers.scheduler import LaneScheduler
from store.feed_records import FeedResult, FeedTarget
from store.ledger.feed_table import Sources
from store.ledger.host_table import LeftAlone
from store.ledger.queries.meanwhile import Asked
from store.policy import Terms
from store.recorder import NEVER_PASSED_OVER
from store.records import Discovery, DueUrl, FeedReason, FetchReason, Miss, NotModified

if TYPE_CHECKING:
    from concurrent.futures import Future

    from crawlers.history.sifting import Sifted

Result = TypeVar("Result")
Choice = Callable[[list[FeedTarget]], list[FeedTarget]]

_log = logging.getLogger(__name__)


class StorePipeline:
    """Archive and ledger of a crawl, in the folder of STORE_FOLDER; without that, in one that is thrown away at the end.

    A Page is archived; a FeedEntry makes its page due, if it is not known; a Miss is noted; other items are passed on.
    An item is passed on once it is durable, so that Scrapy fetches no faster than the disk takes it. SOURCE is the
    source of what names none itself.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._clock = clock(crawler)
        self._access = shared.of(crawler).store
        self.books = Books(crawler)
        self._entered = False
        self._way_in = crawler.settings["WAY_IN"]
        self._found = 0
        self.pages = Pages(self._clock, self.books.settle)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline._spider_opened, signals.spider_opened)
        return pipeline

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The crawl's own, once its engine is there. Raises TypeError where ITEM_PIPELINES lacks it."""
        found = crawler.get_item_pipeline(cls)
        if found is None:
            raise TypeError(f"ITEM_PIPELINES must hold {cls.__qualname__}")
        return found

    def open_spider(self) -> None:
        """Raises CloseSpider where the store cannot be opened."""
        try:
            self._access.enter()
        except BroadsheetError as error:
            self._fail(error)
            raise CloseSpider(f"failed: {error}") from error
        self._entered = True

    async def _spider_opened(self) -> None:
        """A user's spider stands for a feed of its source; pages that earlier crawls left to it are asked for."""
        if self._entered and self._way_in:
            source = self._crawler.settings["SOURCE"]
            await self.targets([(source, [self._way_in])])
            for due in await self.queued((), [source]):
                self._crawler.engine.crawl(self.pages.request(due))

    async def close_spider(self) -> None:
        """Note what became of requests that vanished, and make all of it durable."""
        if self._entered:
            if self._way_in and self._crawler.engine.running:
                await self._end_way_in()
            await self._close_books()
            await self._access.leave()

    async def process_item(self, item: Any) -> Any:
        match item:
            case Page():
                page = replace(item, entry=self._of_source(item.entry))
                await self._durable(self._access.recorder.page(page))
                self.books.settle_page(page.url)
                self._progress.count(fetched=1)
            case NotModified():
                await self._durable(self._access.recorder.same(item))
                self.books.settle_page(item.url)
                self._progress.count(not_modified=1)
            case Miss():
                await self._durable(self._access.recorder.miss(item))
                self.books.settle_page(item.url)
                self._progress.miss(item.reason)
            case FeedEntry():
                await self._link(self._of_source(item))
        return item

    async def targets(
        self,
        sources: Sources,
        due_by: Mapping[str, datetime] = NEVER_PASSED_OVER,
        choose: Choice = list,
    ) -> list[FeedTarget]:
        """The lists of these sources to ask now, with their validators; of those in `due_by`, what is worth it by then.

        Of these, those that are chosen.
        """
        asked_at = seconds()
        worth_it = await self._durable(self._access.recorder.targets(sources, due_by))
        targets = choose(worth_it)
        passed_over = sum(len(urls) for _, urls in sources) - len(worth_it)
        self._progress.count(feeds=len(targets), feeds_passed_over=passed_over)
        self.books.give_out(targets, asked_at)
        return targets

    async def queued(self, entries: Sequence[FeedEntry], sources: Sequence[str]) -> tuple[DueUrl, ...]:
        """Of these entries, those that are due, and what earlier crawls left to these sources."""
        asked_at = seconds()
        due = await self._durable(self._access.recorder.queued(entries, sources))
        self._give_out(due, asked_at)
        return due

    async def articles(self, source: str) -> tuple[str, ...]:
        """The addresses of a source's latest articles."""
        return await self._durable(self._access.recorder.articles(source))

    async def feed(
        self,
        target: FeedTarget,
        result: FeedResult,
        entries: Sequence[FeedEntry],
        terms: Terms | None = None,
        inner: int = 0,
    ) -> Discovery:
        """Note a fetched feed, what it lists, and to how many sitemaps it leads; `due` holds each URL once in a crawl."""
        asked_at = seconds()
        discovery = await self._durable(self._access.recorder.feed(result, entries, terms, inner))
        self.books.settle(target)
        progress = self._progress
        if result.error:
            _log.warning("feed %s: %s", masked(result.url), result.error)
            progress.feed_error(result)
        elif result.status == NOT_MODIFIED:
            progress.count(feeds_unchanged=1)
        else:
            progress.count(feeds_fetched=1, entries=result.entries, new=discovery.new, seen=discovery.seen)
            progress.count(backlog=discovery.backlog)
        if discovery.due:
            self._give_out(discovery.due, asked_at)
        return discovery

    async def note_past(self, way: str, found: "Sifted", *, keep: bool) -> None:
        """Note what a list of this kind has of the past; unless `keep`, count it only.

        Neither its validators nor its health are noted: a run may need what is left out here.
        """
        new = await self._durable(self._access.recorder.note(found.within, found.due, keep=keep))
        self._progress.count_past(
            way,
            lists=int(bool(found.within)),
            new=new,
            known=len(found.within) - new,
            outside=found.outside,
            undated=found.undated,
        )

    def leave_sitemaps(self, number: int) -> None:
        """Note that sitemaps are not read in this crawl."""
        self._progress.count(sitemaps_left=number)

    async def _end_way_in(self) -> None:
        """How a user's spider did, as the result of a feed."""
        target = FeedTarget(source=self._crawler.settings["SOURCE"], url=self._way_in)
        stats = self._crawler.stats
        errors = stats.get_value("spider_exceptions/count", 0)
        error = f"{FeedReason.SPIDER}: {errors} errors in its callbacks; the log has them" if errors else ""
        result = FeedResult(
            source=target.source,
            url=target.url,
            at=self._clock(),
            status=200,
            entries=self._found,
            error=error,
        )
        await self.feed(target, result, ())

    async def left_alone(self) -> list[LeftAlone]:
        """The hosts that asked earlier crawls to be left alone, and are not to be asked yet."""
        return await self._durable(self._access.recorder.left_alone()) if self._entered else []

    async def leave_alone(self, host: LeftAlone) -> None:
        """Note for later crawls that a host is not to be asked for a time."""
        await self._durable(self._access.recorder.leave_alone(host))

    async def _link(self, entry: FeedEntry) -> None:
        """A page that a spider found: it is fetched if it is due, whoever found it first."""
        for due in await self.queued((entry,), ()):
            self._crawler.engine.crawl(self.pages.request(due))

    def _of_source(self, entry: FeedEntry) -> FeedEntry:
        """What a spider made itself names no source yet."""
        if entry.source:
            return entry
        self._found += 1
        return replace(entry, source=self._crawler.settings["SOURCE"])

    async def catch_up(self, name: str, since: float, thing: Given) -> tuple[LeftAlone, ...]:
        """Pass over what other workers did before `since` (seconds), when this one got the host, of all that was given out for it.

        `thing` is looked at whatever its host. Returns whether the host is to be left alone.
        """
        at = seconds()
        old = [
            each for each in self.books.of_host(name) if self.books.known_at(each) < since and each != thing
        ]
        old.append(thing)
        asked = Asked(
            host=name,
            urls=[each.url for each in old if isinstance(each, DueUrl)],
            lists=[each for each in old if isinstance(each, FeedTarget)],
            robots={f"{origin(each.url)}/robots.txt" for each in old},
            since=self._access.began,
        )
        found = await self._durable(self._access.recorder.meanwhile(asked))
        self._access.learn_robots(found.robots)
        for each in old:
            if each in found.lists or (isinstance(each, DueUrl) and each.url not in found.urls):
                self._pass_over(each)
            else:
                self.books.know(each, at)
        return found.alone

    def _pass_over(self, thing: Given) -> None:
        self.books.pass_over(thing)
        if isinstance(thing, DueUrl):
            self._progress.count(due=-1)
        else:
            self._progress.count(feeds=-1, feeds_passed_over=1)

    def _give_out(self, due: Sequence[DueUrl], known_at: float) -> None:
        self._progress.count(due=len(due))
        self.books.give_out(due, known_at)

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
        self._crawler.signals.send_catch_log(crawl_failed, error=error)

    async def _close_books(self) -> None:
        """Note what was given out and did not come back, unless its request still waited, or the crawl was stopped."""
        scheduler = self._crawler.engine.scheduler
        if not self._crawler.engine.running:
            return
        for request in scheduler.waiting() if isinstance(scheduler, LaneScheduler) else ():
            if thing := given(request):
                self.books.settle(thing)
        for thing, why in self.books.unsettled():
            reason, at = FetchReason.ERROR, self._clock()
            if isinstance(thing, DueUrl):
                await self.process_item(
                    Miss(url=thing.url, at=at, state=reason.state, reason=reason, detail=why)
                )
            else:
                error = f"{reason}: {why}"
                result = FeedResult(source=thing.source, url=thing.url, at=at, status=0, error=error)
                await self.feed(thing, result, ())
