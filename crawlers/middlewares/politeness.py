"""Politeness: each host's turn, its pauses, and when it is left alone for the rest of a crawl. The innermost middleware."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from articles.urls import host
from crawlers import shared
from crawlers.clock import clock
from crawlers.fetching import responses
from crawlers.fetching.answers import BUSY, FetchError, ask_again_at, wait_asked
from crawlers.fetching.failures import explained
from crawlers.fetching.hosts import Host, StoppedError
from crawlers.keeping.host_leases import LEASED_SINCE
from crawlers.pipelines import StorePipeline
from store.ledger.host_table import LeftAlone
from store.records import FetchReason

_SILENCE = 10
"""Requests in a row without an answer after which a host is left alone for the rest of the crawl."""
_PATIENCE = 30.0
"""Seconds that a request waits for its host's lease which had it, or which was made for another request."""
_LOOK = 0.5
"""Seconds between two looks whether the crawl is stopping: Scrapy has no signal for its beginning."""


def leave_alone(place: Host, alone: LeftAlone, now: datetime, longest: float) -> None:
    """Leave a host alone as it asked for: for this crawl, if that is longer than so many seconds."""
    seconds = (alone.until - now).total_seconds()
    if seconds > longest:
        place.closed = FetchError(FetchReason.RETRY_AFTER, alone.why, alone.until)
    else:
        place.pause(seconds)


class PolitenessMiddleware:
    """Awaits the turn of a request's host, and ends it when the answer is there. `clock` tells the time, aware UTC."""

    def __init__(self, crawler: Crawler, clock: Callable[[], datetime]) -> None:
        self._hosts = shared.of(crawler).hosts
        self._leases = shared.of(crawler).leases
        self._max_retry_after = crawler.settings.getfloat("MAX_RETRY_AFTER")
        self._clock = clock
        self._crawler = crawler
        self._turns: dict[Request, Host] = {}
        self._watching: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        middleware = cls(crawler, clock(crawler))
        crawler.signals.connect(middleware._engine_started, signals.engine_started)
        crawler.signals.connect(middleware._spider_opened, signals.spider_opened)
        crawler.signals.connect(middleware._spider_closed, signals.spider_closed)
        return middleware

    async def process_request(self, request: Request) -> None:
        """Raises FetchError (retry_after, silent) where the host is left alone, StoppedError where the crawl ends first."""
        place = self._hosts.of(request.url)
        if not place.closed:
            await self._begin(request, place)
            self._turns[request] = place
        if place.closed:
            raise place.closed

    async def _begin(self, request: Request, place: Host) -> None:
        """Wait until the request may start, while the host is this worker's. Raises StoppedError, also where that was not so meanwhile."""
        name = host(request.url)
        while True:
            since = await self._leases.hold(name, _PATIENCE)
            if request.meta.get(LEASED_SINCE, since) != since:
                raise StoppedError
            await place.begin()
            if self._leases.holds(name):
                break
            place.end()
        self._leases.begun(name)

    def _end(self, request: Request) -> Host | None:
        """The turn of a request is over; None where it was refused before that."""
        place = self._turns.pop(request, None)
        if place:
            place.end()
            self._leases.ended(host(request.url))
        return place

    async def process_response(self, request: Request, response: Response) -> Response:
        request.meta[responses.FETCHED_AT] = self._clock()
        if place := self._end(request):
            place.unanswered = 0
            if response.status in BUSY:
                await self._back_off(place, request, response)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        place = self._end(request)
        if place is None:
            return
        failure = explained(exception, request)
        place.unanswered += failure.reason.passing
        if place.unanswered >= _SILENCE and not place.closed:
            place.closed = FetchError(
                FetchReason.SILENT, f"{_SILENCE} requests in a row without answer, last {failure}"
            )

    async def _back_off(self, place: Host, request: Request, response: Response) -> None:
        """Pause for a busy host, or leave it alone for the crawl where it asks for too long a pause.

        A pause that it asks for is noted for later crawls. A robots.txt that says nothing of a pause makes none.
        """
        answer = responses.answer(response, request.meta[responses.FETCHED_AT])
        wait, until = wait_asked(answer), ask_again_at(answer)
        if wait is None or (not wait and request.meta.get("dont_retry")):
            return
        if wait <= self._max_retry_after:
            place.pause(max(wait, place.slow_down()))
        if until:
            why = f"HTTP {response.status}, to be left alone for {wait:.0f} s"
            alone = LeftAlone(host=host(request.url), until=until, why=why)
            leave_alone(self._hosts.named(alone.host), alone, answer.at, self._max_retry_after)
            if store := self._store:
                await store.leave_alone(alone)

    async def _spider_opened(self) -> None:
        """Leave those alone that asked earlier crawls for it."""
        for alone in await self._store.left_alone() if self._store else ():
            leave_alone(self._hosts.named(alone.host), alone, self._clock(), self._max_retry_after)

    @property
    def _store(self) -> StorePipeline | None:
        return self._crawler.get_item_pipeline(StorePipeline)

    def _engine_started(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    def _spider_closed(self) -> None:
        if self._watching:
            self._watching.cancel()

    async def _watch(self) -> None:
        """Scrapy waits for the requests under way; those that wait for their turn are not to be among them."""
        running = True
        while running:
            await asyncio.sleep(_LOOK)
            running = self._crawler.engine.running
        self._hosts.stop()
        self._leases.stop()
