"""The crawl: feeds are fetched and read, what they list is fetched if it is due, and all goes to the recorder.

Each host has a lane: a queue of jobs (a feed or a page, with its retries and redirects), of which
`concurrency` run at once. Feeds are in the lanes before any page.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from functools import partial

from articles.errors import BroadsheetError, UrlError
from articles.urls import host
from crawlers.jobs import Tools, crawl_feed, crawl_page
from crawlers.plan import CrawlPlan
from store.records import DueUrl, FeedTarget

_MAX_WAITING = 64_000_000
"""Bytes of pages that may wait for the recorder before fetching pauses."""
_PAGE_OVERHEAD = 10_000


class _StopError(Exception):
    """Ends the crawl's tasks."""


class Conductor:
    """One crawl of a plan, with the tools for its jobs."""

    def __init__(self, plan: CrawlPlan, tools: Tools) -> None:
        self._plan = plan
        self._tools = tools
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
        targets = await asyncio.wrap_future(self._tools.recorder.targets(sources))
        self._tools.progress.count(feeds=len(targets))
        for target in targets:
            self._enqueue(target.url, partial(self._feed, target))
        names = [name for name, _ in sources]
        queued = await asyncio.wrap_future(self._tools.recorder.queued(self._plan.pages, names))
        self._want(queued)

    def stop(self) -> None:
        """End `run` at once; what was fetched is kept, the rest stays due."""
        self._end(_StopError())

    def _enqueue(self, url: str, job: Callable[[], Awaitable[None]]) -> None:
        lane = _lane(url)
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
        self._tools.progress.count(due=len(pages))
        for due in pages:
            self._enqueue(due.url, partial(self._page, due))

    async def _page(self, due: DueUrl) -> None:
        self._keep(*await crawl_page(due, self._tools))

    async def _feed(self, target: FeedTarget) -> None:
        self._want(await crawl_feed(target, self._tools))

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


def _lane(url: str) -> str:
    """The URL's host; "" for what is no URL, which fails without anybody being asked."""
    try:
        return host(url)
    except UrlError:
        return ""
