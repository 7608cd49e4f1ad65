"""Politeness: when a host may be asked next.

Scrapy's downloader slots are not used for it: a request that waits in a slot counts against the total, so
that a few slow hosts would hold up all others.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from articles.urls import host
from crawlers.plan import CrawlSettings

if TYPE_CHECKING:
    from crawlers.fetching.answers import FetchError

_LEAST_PAUSE = 0.5
"""Seconds from which the pauses of a host in trouble are doubled, where no delay is set."""


class Slots:
    """The places for requests under way, over all hosts.

    When they are scarce, the host that was asked most often goes first: a few hosts at a time, each from its
    robots.txt to its last page, rather than every robots.txt before the first page.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = itertools.count()

    async def acquire(self, asked: int) -> None:
        """Wait for a place; `asked` counts the host's requests so far."""
        if self._free:
            self._free -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (-asked, next(self._arrivals), place))
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.release()
            raise

    def release(self) -> None:
        """Hand the place on."""
        while self._waiting:
            place = heappop(self._waiting)[2]
            if not place.done():
                place.set_result(None)
                return
        self._free += 1


class Host:
    """One host's turns: `delay` seconds between the starts of two requests, `concurrency` of them at once.

    `closed` is why the host is not asked again in this run, if so; `unanswered` counts the requests without an
    answer since the last answer. Both are kept by who asks.
    """

    def __init__(self, settings: CrawlSettings, total: Slots) -> None:
        self.closed: FetchError | None = None
        self.unanswered = 0
        self._settings = settings
        self._delay = settings.delay
        self._next = 0.0
        self._asked = 0
        self._turns = asyncio.Semaphore(settings.concurrency)
        self._starts = asyncio.Lock()
        self._total = total

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until a request may start; it is over when the block is left."""
        loop = asyncio.get_running_loop()
        async with self._turns:
            async with self._starts:
                while True:
                    await asyncio.sleep(self._next - loop.time())
                    await self._total.acquire(self._asked)
                    if self._next <= loop.time():
                        break
                    self._total.release()
                self._next = loop.time() + self._delay
                self._asked += 1
            try:
                yield
            finally:
                self._total.release()

    def pause(self, seconds: float) -> None:
        """No request starts before so many seconds have passed."""
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)

    def obey(self, crawl_delay: float) -> None:
        """Take a robots.txt Crawl-delay, within limits, counted from the last request on."""
        delay = max(self._delay, min(crawl_delay, self._settings.max_crawl_delay))
        self._next += delay - self._delay
        self._delay = delay

    def slow_down(self) -> float:
        """Double the delay for the rest of the run, within limits; answers it."""
        doubled = 2 * max(self._delay, _LEAST_PAUSE)
        self._delay = max(self._delay, min(doubled, self._settings.max_crawl_delay))
        return self._delay

    def retry_pause(self, attempt: int) -> float:
        """Seconds to wait after the failed attempt of this number (from 1)."""
        return max(self._delay, _LEAST_PAUSE) * 2.0**attempt


class Hosts:
    """All hosts of a crawl, by name: ports of one name are one host. `concurrency_total` bounds them together."""

    def __init__(self, settings: CrawlSettings) -> None:
        self._settings = settings
        self._total = Slots(settings.concurrency_total)
        self._hosts: dict[str, Host] = {}

    def of(self, url: str) -> Host:
        """The host that serves `url`."""
        name = host(url)
        if name not in self._hosts:
            self._hosts[name] = Host(self._settings, self._total)
        return self._hosts[name]
