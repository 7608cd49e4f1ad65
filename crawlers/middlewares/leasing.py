"""Where workers share a collection, a request waits until its host is this worker's; what another has done is passed over."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from articles.urls import host
from crawlers import shared
from crawlers.clock import clock
from crawlers.fetching.hosts import PassedOverError
from crawlers.keeping.books import Given, given
from crawlers.keeping.host_leases import LEASED_SINCE, HostLeases
from crawlers.middlewares.politeness import leave_alone
from crawlers.pipelines import StorePipeline
from crawlers.scheduler import LaneScheduler

_PATIENCE = 30.0
"""Seconds that a request waits which was made for another, whose host nobody else gets meanwhile."""


class LeasingMiddleware:
    """Takes the lease of each request's host, and keeps it while the crawl has anything to ask of that."""

    def __init__(self, crawler: Crawler, leases: HostLeases) -> None:
        self._crawler = crawler
        self._leases = leases
        self._waiting: set[Given] = set()
        leases.use(self._is_in_use)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        common = shared.of(crawler)
        if not common.store.worker:
            raise NotConfigured  # no other worker collects
        return cls(crawler, common.leases)

    async def process_request(self, request: Request) -> None:
        """Raises PassedOverError for what is done already, StoppedError where the crawl ends first."""
        name, thing = host(request.url), given(request)
        with self._waits(thing):
            since = await self._leases.hold(name, inf if self._lanes.gave_out(request) else _PATIENCE)
        request.meta[LEASED_SINCE] = since
        if thing is not None:
            await self._pass_over_if_done(thing, name, since)

    async def _pass_over_if_done(self, thing: Given, name: str, since: float) -> None:
        """Raises PassedOverError."""
        store = StorePipeline.of(self._crawler)
        if store.books.known_at(thing) < since:
            for alone in await store.catch_up(name, since, thing):
                longest = self._crawler.settings.getfloat("MAX_RETRY_AFTER")
                leave_alone(
                    shared.of(self._crawler).hosts.named(name), alone, clock(self._crawler)(), longest
                )
        if store.books.is_passed_over(thing):
            raise PassedOverError

    @contextmanager
    def _waits(self, thing: Given | None) -> Iterator[None]:
        if thing is None:
            yield
            return
        self._waiting.add(thing)
        try:
            yield
        finally:
            self._waiting.discard(thing)

    @property
    def _lanes(self) -> LaneScheduler:
        scheduler = self._crawler.engine.scheduler
        if not isinstance(scheduler, LaneScheduler):
            raise TypeError(f"SCHEDULER must be {LaneScheduler.__qualname__}")
        return scheduler

    def _is_in_use(self, name: str) -> bool:
        """Whether anything is to be asked of a host, or was and is not in the ledger yet.

        What was redirected, and waits for another host, keeps it from nobody: who has that host may wait for this one.
        """
        open_there = StorePipeline.of(self._crawler).books.of_host(name)
        return self._lanes.is_busy(name) or any(thing not in self._waiting for thing in open_there)
