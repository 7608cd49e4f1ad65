"""The hosts that this worker may ask, where several share a collection: each is asked by one of them at a time.

A host's lease is taken for the first request to it, renewed while anything is to be asked of it, and given up then, from the
moment on at which the host may be asked again. A worker that was stopped for so long that its lease may have ended asks nothing
before it has it again.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from math import inf

from articles.errors import BroadsheetError
from crawlers.fetching.hosts import Hosts, StoppedError
from crawlers.keeping.store_access import Store

LEASED_SINCE = "leased_since"
"""Where a request has since when its host was this worker's as it came by."""
TERM = timedelta(seconds=60)
_TERM = TERM.total_seconds()
_MARGIN = 10.0
"""Seconds before a lease's end from which on nothing is asked by it."""
_LOOK = 0.2
_AGAIN = 1.0
"""Seconds until a lease is asked for again that another worker has."""
_GRACE = 1.0
"""Seconds that a lease is kept for a request which waited for it, and is about to begin."""
_AT_ONCE = 8
"""Leases of one statement: workers that begin at the same time share hosts evenly."""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # which goes on while a machine sleeps


def seconds() -> float:
    """The time on a clock that never stands still."""
    return time.clock_gettime(_CLOCK)


@dataclass(frozen=True, slots=True)
class _Lease:
    """Had since then, on our clock, and last renewed then."""

    since: float
    renewed: float

    @property
    def is_sound(self) -> bool:
        """Whether nobody else can have it yet."""
        return seconds() < self.renewed + _TERM - _MARGIN


class HostLeases:
    """The leases of a crawl process, of `most` hosts at a time, and those that what is under way there leads to. A worker that is alone
    needs none.
    """

    def __init__(self, store: Store, hosts: Hosts, most: int) -> None:
        self._store = store
        self._hosts = hosts
        self._most = most
        self._held: dict[str, _Lease] = {}
        self._waiting: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)
        self._pressing: Counter[str] = Counter()
        self._again: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        self._under_way: Counter[str] = Counter()
        self._uses: list[Callable[[str], bool]] = []
        self._wake = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._failure: Exception | None = None
        store.at_end.append(self.close)

    def use(self, is_in_use: Callable[[str], bool]) -> None:
        """Keep the leases of hosts for which this is true."""
        self._uses.append(is_in_use)

    async def hold(self, host: str, patience: float = inf) -> float:
        """Wait until this worker may ask the host; since when it may without a break, by `seconds`.

        Raises StoppedError when the crawl ends before, or so many seconds have passed; BroadsheetError when the ledger fails.
        """
        if not self._store.worker:
            return 0.0
        if self._keeping is None:
            self._keeping = asyncio.get_running_loop().create_task(self._keep())
        try:
            self._pressing[host] += patience < inf
            async with asyncio.timeout(None if patience == inf else patience):
                while not self.holds(host):
                    await self._wait(host)
                    if patience < inf:
                        self._asked[host] = seconds()
        except TimeoutError:
            raise StoppedError from None
        finally:
            self._pressing[host] -= patience < inf
        return self._held[host].since

    def holds(self, host: str) -> bool:
        """Whether the host may be asked now."""
        if not self._store.worker:
            return True
        lease = self._held.get(host)
        return lease is not None and lease.is_sound

    def begun(self, host: str) -> None:
        """A request to the host is under way; `ended` must follow."""
        self._under_way[host] += 1

    def ended(self, host: str) -> None:
        """It is over."""
        self._under_way[host] -= 1

    def stop(self) -> None:
        """The crawl ends: nobody waits for a host any more."""
        self._failure = self._failure or StoppedError()
        self._fail(self._failure)

    async def close(self) -> None:
        """Give up all leases."""
        self.stop()
        if self._keeping is not None:
            self._wake.set()
            await self._keeping
            with suppress(BroadsheetError):
                await self._give_up(list(self._held))

    async def _wait(self, host: str) -> None:
        if self._failure is not None:
            raise self._failure
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[host].append(future)
        self._wake.set()
        await future

    async def _keep(self) -> None:
        try:
            while self._failure is None:
                self._wake.clear()
                if not await self._take():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), _LOOK)
                await self._give_up([host for host in self._held if not self._is_in_use(host)])
        except BroadsheetError as error:
            self._failure = error
            self._fail(error)

    async def _take(self) -> bool:
        """Take what is waited for, and renew what is held, a third of its time after the last time; whether anything was taken."""
        for host in [host for host, futures in self._waiting.items() if all(each.done() for each in futures)]:
            del self._waiting[host]
        at = seconds()
        due = [host for host, lease in self._held.items() if at > lease.renewed + _TERM / 3]
        some = self._wanted(at, due)
        if not (due or some):
            return False
        taken = await asyncio.wrap_future(self._store.recorder.lease([*due, *some], self._store.worker, TERM))
        for host in due:
            if host not in taken:
                del self._held[host]
        for host in taken:
            before = self._held.get(host)
            since = before.since if before and before.is_sound else seconds()
            self._held[host] = _Lease(since, at)
            self._again.pop(host, None)
            for future in self._waiting.pop(host, ()):
                if not future.done():
                    future.set_result(None)
        self._again.update(dict.fromkeys(set(some) - taken, at + _AGAIN))
        return not taken.isdisjoint(some)

    def _wanted(self, at: float, due: list[str]) -> list[str]:
        """The hosts whose leases are asked for next: those that press, and as many others as there is room for."""
        wanted = [host for host in self._waiting if self._again.get(host, 0.0) <= at and host not in due]
        pressing = [host for host in wanted if self._pressing[host]]
        room = min(_AT_ONCE, max(0, self._most - len(self._held)))
        return [*pressing, *[host for host in wanted if host not in pressing][:room]]

    async def _give_up(self, hosts: list[str]) -> None:
        if hosts:
            ending = {host: self._hosts.named(host).rest() for host in hosts}
            for host in hosts:
                del self._held[host]
                self._asked.pop(host, None)
            await asyncio.wrap_future(self._store.recorder.give_up(ending, self._store.worker))

    def _is_in_use(self, host: str) -> bool:
        if host in self._waiting or self._under_way[host] or self._pressing[host]:
            return True
        is_new = seconds() - self._asked.get(host, 0.0) < _GRACE
        return is_new or any(is_used(host) for is_used in self._uses)

    def _fail(self, error: Exception) -> None:
        for future in (each for futures in self._waiting.values() for each in futures):
            if not future.done():
                future.set_exception(error)
        self._waiting.clear()
