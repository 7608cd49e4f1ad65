"""Politeness: when a host may be asked next.

Scrapy's downloader slots are not used for it: a request that waits in a slot counts against the total, so
that a few slow hosts would hold up all others.
"""

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from articles.urls import host

if TYPE_CHECKING:
    from crawlers.fetching.answers import FetchError

_LEAST_PAUSE = 0.5
"""Seconds from which the pauses of a host in trouble are doubled, where no delay is set."""


class StoppedError(Exception):
    """The crawl ends before this request's turn: nobody was asked, and its URL stays as it is."""


class PassedOverError(StoppedError):
    """Another worker has done meanwhile what this request was for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How to treat hosts: seconds from one request to the next, most requests at once to one host, and to all.

    No Crawl-delay and no back-off makes the pause longer than `max_crawl_delay`, unless `delay` is.
    """

    delay: float
    concurrency: int
    concurrency_total: int
    max_crawl_delay: float


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

    def __init__(self, manners: Manners, total: Slots, stop: asyncio.Event) -> None:
        self.closed: FetchError | None = None
        self.unanswered = 0
        self._manners = manners
        self._delay = manners.delay
        self._next = 0.0
        self._asked = 0
        self._turns = asyncio.Semaphore(manners.concurrency)
        self._starts = asyncio.Lock()
        self._total = total
        self._stop = stop

    async def begin(self) -> None:
        """Wait until a request may start; `end` must follow when it is over. Raises StoppedError."""
        loop = asyncio.get_running_loop()
        await self._turns.acquire()
        try:
            async with self._starts:
                while True:
                    await self._sleep(self._next - loop.time())
                    await self._total.acquire(self._asked)
                    if self._next <= loop.time() and not self._stop.is_set():
                        break
                    self._total.release()
                self._next = loop.time() + self._delay
                self._asked += 1
        except BaseException:
            self._turns.release()
            raise

    def end(self) -> None:
        """The request that began is over."""
        self._total.release()
        self._turns.release()

    async def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), seconds)
        if self._stop.is_set():
            raise StoppedError

    def pause(self, seconds: float) -> None:
        """No request starts before so many seconds have passed."""
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)

    def rest(self) -> float:
        """The seconds until it may be asked again."""
        return max(0.0, self._next - asyncio.get_running_loop().time())

    def obey(self, crawl_delay: float) -> None:
        """Take a robots.txt Crawl-delay, within limits, counted from the last request on."""
        delay = max(self._delay, min(crawl_delay, self._manners.max_crawl_delay))
        self._next += delay - self._delay
        self._delay = delay

    def slow_down(self) -> float:
        """Double the delay for the rest of the run, within limits; returns it."""
        doubled = 2 * max(self._delay, _LEAST_PAUSE)
        self._delay = max(self._delay, min(doubled, self._manners.max_crawl_delay))
        return self._delay

    def retry_pause(self, attempt: int) -> float:
        """Seconds to wait after the failed attempt of this number (from 1)."""
        return max(self._delay, _LEAST_PAUSE) * 2.0**attempt


class Hosts:
    """All hosts of a crawl, by name: ports of one name are one host. `concurrency_total` bounds them together."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._total = Slots(manners.concurrency_total)
        self._stop = asyncio.Event()
        self._hosts: dict[str, Host] = {}

    def of(self, url: str) -> Host:
        """The host that serves `url`. Raises UrlError."""
        return self.named(host(url))

    def named(self, name: str) -> Host:
        """The host of this name, in lower case."""
        if name not in self._hosts:
            self._hosts[name] = Host(self._manners, self._total, self._stop)
        return self._hosts[name]

    def stop(self) -> None:
        """From now on no request begins: those that wait raise StoppedError."""
        self._stop.set()
