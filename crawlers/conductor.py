"""The crawl: feeds are fetched and read, what they list is fetched if it is due, and all goes to the recorder.

Each host has a lane: a queue of jobs (a feed or a page, with its retries and redirects), of which
`concurrency` run at once. Feeds are in the lanes before any page.
"""

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from functools import partial

from articles.errors import BroadsheetError
from articles.model import FeedEntry, Page
from articles.urls import canonical, host
from crawlers.answers import Answer, FetchError, header
from crawlers.feeds import FeedBody, ParsedFeed
from crawlers.fetcher import Fetcher
from crawlers.plan import CrawlPlan
from crawlers.progress import Progress
from store.recorder import Recorder
from store.records import DueUrl, FeedResult, FeedTarget, Miss
from store.workers import Lost

_MAX_WAITING = 64_000_000
"""Bytes of pages that may wait for the recorder before fetching pauses."""
_PAGE_OVERHEAD = 10_000
_NOT_MODIFIED = 304

_log = logging.getLogger(__name__)

ReadFeed = Callable[[FeedBody], Awaitable[ParsedFeed | str | Lost]]


class _StopError(Exception):
    """Ends the crawl's tasks."""


class Conductor:
    """One crawl of a plan. `read_feed` reads a feed's bytes elsewhere; `clock` tells the time, aware UTC."""

    def __init__(
        self,
        plan: CrawlPlan,
        fetcher: Fetcher,
        read_feed: ReadFeed,
        recorder: Recorder,
        clock: Callable[[], datetime],
    ) -> None:
        self.progress = Progress()
        self._plan = plan
        self._fetcher = fetcher
        self._read_feed = read_feed
        self._recorder = recorder
        self._clock = clock
        self._tasks = asyncio.TaskGroup()
        self._lanes: defaultdict[str, deque[Callable[[], Awaitable[None]]]] = defaultdict(deque)
        self._working: Counter[str] = Counter()
        self._running = True
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()

    async def run(self) -> str:
        """Crawl to the end; returns "finished", "stopped" or, when the store failed, "failed: " and why.

        The recorder may still be at work on the last pages.
        """
        finish = "finished"
        try:
            async with self._tasks:
                await self._begin()
        except* _StopError:
            finish = "stopped"
        except* BroadsheetError as errors:
            finish = f"failed: {errors.exceptions[0]}"
        finally:
            self._running = False
        return finish

    async def _begin(self) -> None:
        sources = [(source.name, source.feeds) for source in self._plan.sources]
        targets = await asyncio.wrap_future(self._recorder.targets(sources))
        self.progress.count(feeds=len(targets))
        for target in targets:
            self._enqueue(target.url, partial(self._feed, target))
        names = [name for name, _ in sources]
        queued = await asyncio.wrap_future(self._recorder.queued(self._plan.pages, names))
        self._want(queued)

    def stop(self) -> None:
        """End `run` at once; what was fetched is kept, the rest stays due."""
        self._end(_StopError())

    def _enqueue(self, url: str, job: Callable[[], Awaitable[None]]) -> None:
        lane = host(url)
        self._lanes[lane].append(job)
        if self._working[lane] < self._plan.settings.concurrency:
            self._working[lane] += 1
            self._tasks.create_task(self._work(lane))

    async def _work(self, lane: str) -> None:
        jobs = self._lanes[lane]
        while jobs:
            await self._room.wait()
            await jobs.popleft()()
        self._working[lane] -= 1

    def _want(self, pages: Sequence[DueUrl]) -> None:
        self.progress.count(due=len(pages))
        for due in pages:
            self._enqueue(due.url, partial(self._page, due))

    async def _fetch(self, url: str, max_bytes: int, conditions: dict[str, str]) -> Answer | FetchError:
        try:
            return await self._fetcher.get(url, max_bytes, conditions)
        except FetchError as failure:
            return failure
        except Exception as error:  # noqa: BLE001  no page, however strange, ends the crawl of the others
            _log.exception("fetching %s", url)
            return FetchError("error", f"{type(error).__name__}: {error}")

    async def _page(self, due: DueUrl) -> None:
        answer = await self._fetch(due.url, self._plan.settings.max_bytes, {})
        if isinstance(answer, FetchError):
            self.progress.miss(answer.reason)
            miss = Miss(
                url=due.url,
                at=self._clock(),
                state=answer.state,
                reason=answer.reason,
                detail=answer.detail,
                retry_at=answer.retry_at,
            )
            self._keep(self._recorder.miss(miss), 0)
            return
        page = Page(
            url=due.url,
            final_url=canonical(answer.url),
            redirects=answer.redirects,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=answer.at,
            entry=due.entry,
        )
        self._keep(self._recorder.page(page), len(page.body))
        self.progress.count(fetched=1)

    def _keep(self, future: Future[None], size: int) -> None:
        """What the recorder was given counts against the room for waiting pages until it is durable."""
        self._waiting += size + _PAGE_OVERHEAD
        if self._waiting > _MAX_WAITING:
            self._room.clear()
        asyncio.wrap_future(future).add_done_callback(partial(self._kept, size))

    def _kept(self, size: int, future: asyncio.Future[None]) -> None:
        self._waiting -= size + _PAGE_OVERHEAD
        if self._waiting <= _MAX_WAITING:
            self._room.set()
        if error := future.exception():
            self._end(error)

    def _end(self, reason: BaseException) -> None:
        async def throw() -> None:
            raise reason

        if self._running:
            self._tasks.create_task(throw())

    async def _feed(self, target: FeedTarget) -> None:
        conditions = {"If-None-Match": target.etag, "If-Modified-Since": target.last_modified}
        conditions = {name: value for name, value in conditions.items() if value}
        answer = await self._fetch(target.url, self._plan.settings.max_feed_bytes, conditions)
        result, entries = await self._read(target, answer)
        discovery = await asyncio.wrap_future(self._recorder.feed(result, entries))
        if result.error:
            _log.warning("feed %s: %s", target.url, result.error)
            self.progress.feed_error(result.error.partition(": ")[0])
        elif result.status == _NOT_MODIFIED:
            self.progress.count(feeds_unchanged=1)
        else:
            self.progress.count(feeds_fetched=1, entries=len(entries), new=discovery.new, seen=discovery.seen)
        self._want(discovery.due)

    async def _read(
        self, target: FeedTarget, answer: Answer | FetchError
    ) -> tuple[FeedResult, tuple[FeedEntry, ...]]:
        result = FeedResult(source=target.source, url=target.url, at=self._clock(), status=0)
        if isinstance(answer, FetchError):
            return replace(result, error=str(answer)), ()
        result = replace(result, at=answer.at, status=answer.status)
        if answer.status == _NOT_MODIFIED and (target.etag or target.last_modified):
            return replace(result, etag=target.etag, last_modified=target.last_modified), ()
        if not 200 <= answer.status < 300:
            return replace(result, error=f"HTTP {answer.status}"), ()
        body = FeedBody(target.url, target.source, answer.body, answer.at, answer.headers, answer.url)
        feed = await self._read_feed(body)
        if isinstance(feed, str):
            return replace(result, error=f"no_feed: {feed}"), ()
        if isinstance(feed, Lost):
            return replace(result, error=f"parser_{feed.why}: {feed.detail}"), ()
        if feed.dropped:
            _log.warning("feed %s: entries left out: %s", target.url, dict(feed.dropped))
        etag, last_modified = header(answer.headers, "etag"), header(answer.headers, "last-modified")
        result = replace(result, entries=len(feed.entries), etag=etag, last_modified=last_modified)
        return result, feed.entries
