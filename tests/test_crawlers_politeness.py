"""Politeness as the web sites see it: pauses between requests, Retry-After, second attempts."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from crawlers.fetching.hosts import Hosts, Slots
from crawlers.plan import CrawlSettings
from store.records import UrlState
from tests.loopback import AGENT, Hit, Reply, Site, crawl, rss, serve

EARLY = 0.03
"""Seconds that two requests may come closer at the server than they left the crawler."""


def gaps(site: Site) -> list[float]:
    return [later - earlier for earlier, later in pairwise(site.times())]


def in_turn(*replies: Reply) -> Callable[[Hit], Reply]:
    """The first reply for the first request, and so on; the last for all that follow."""
    rest = list(replies)
    return lambda _: rest.pop(0) if len(rest) > 1 else rest[0]


def busy(status: int, retry_after: str = "") -> Reply:
    return Reply(b"busy", status, (("Retry-After", retry_after),) if retry_after else ())


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_requests_to_a_host_are_a_delay_apart_and_hosts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    pages = {
        "/feed": rss("/1", "/2", "/3"),
        "/1": Reply(b"1"),
        "/2": Reply(b"2", wait=0.5),
        "/3": Reply(b"3"),
    }
    with serve("127.0.5.1", dict(pages)) as one, serve("127.0.5.2", dict(pages)) as two:
        result = crawl(tmp_path, [one.url + "/feed", two.url + "/feed"], delay=0.4, concurrency=2)
    assert result.report.fetched == 6
    for site in (one, two):
        assert site.paths() == ["/robots.txt", "/feed", "/1", "/2", "/3"]
        assert all(0.4 - EARLY < gap < 0.8 for gap in gaps(site)), gaps(site)
    assert abs(one.times()[1] - two.times()[1]) < 0.3


def test_a_busy_host_is_left_alone_for_as_long_as_it_asks(tmp_path: Path) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=3.5), usegmt=True)
    with (
        serve("127.0.5.1", {"/1": in_turn(busy(429, "2"), Reply(b"1")), "/2": Reply(b"2")}) as seconds,
        serve("127.0.5.2", {"/1": in_turn(busy(503, date), Reply(b"1"))}) as dated,
        serve("127.0.5.3", {"/1": busy(503), "/2": Reply(b"2")}) as always,
        serve("127.0.5.4", {"/1": busy(429, "600"), "/2": Reply(b"2"), "/feed": rss("/2")}) as long,
    ):
        pages = [
            *(site.url + path for site in (seconds, always, long) for path in ("/1", "/2")),
            dated.url + "/1",
        ]
        result = crawl(tmp_path, pages=pages, max_crawl_delay=2.0)
    assert seconds.paths() == ["/robots.txt", "/1", "/1", "/2"]
    assert 2 - EARLY < gaps(seconds)[1] < 3
    assert [page.status for page in result.pages(seconds.url + "/1")] == [200]

    assert dated.paths() == ["/robots.txt", "/1", "/1"]
    assert 1 < gaps(dated)[1] < 4

    assert always.paths() == ["/robots.txt", "/1", "/1", "/1", "/2"]
    assert gaps(always)[1] > 1 - EARLY
    assert gaps(always)[2] > 2 - EARLY
    assert [page.status for page in result.pages(always.url + "/1")] == [503]
    assert result.state(always.url + "/1") is UrlState.DUE

    assert long.paths() == ["/robots.txt", "/1"]
    assert [page.status for page in result.pages(long.url + "/1")] == [429]
    (miss,) = result.misses(long.url + "/2")
    assert (miss.reason, miss.state) == ("retry_after", UrlState.DUE)
    assert miss.retry_at is not None
    assert timedelta(seconds=590) < miss.retry_at - miss.at <= timedelta(seconds=600)


def test_a_failure_that_may_pass_is_tried_again(tmp_path: Path) -> None:
    cut, good = Reply(write=reset), Reply(b"there")
    with (
        serve("127.0.5.1", {"/1": in_turn(cut, cut, good)}) as third,
        serve("127.0.5.2", {"/1": cut}) as never,
        serve("127.0.5.3", {"/1": in_turn(Reply(wait=2), good)}) as late,
    ):
        sites = (third, never, late)
        result = crawl(tmp_path, pages=[site.url + "/1" for site in sites], timeout=1.0)
    assert third.paths() == ["/robots.txt", "/1", "/1", "/1"]
    assert gaps(third)[1] > 1 - EARLY
    assert gaps(third)[2] > 2 - EARLY
    assert never.paths() == ["/robots.txt", "/1", "/1", "/1"]
    assert late.paths() == ["/robots.txt", "/1", "/1"]
    assert result.report.fetched == 2
    (miss,) = result.misses(never.url + "/1")
    assert (miss.reason, miss.state) == ("connection", UrlState.DUE)
    assert miss.retry_at is not None


def test_a_host_that_has_gone_silent_is_given_up_for_the_run(tmp_path: Path) -> None:
    pages = {f"/{n}": Reply(write=reset) for n in range(30)}
    with serve("127.0.5.1", {"/robots.txt": Reply(b"")} | pages) as site:
        result = crawl(tmp_path, pages=[site.url + path for path in pages], max_attempts=1)
    assert len(site.hits) == 1 + 10
    assert result.report.misses == {"connection": 10, "silent": 20}
    assert all(result.state(site.url + path) is UrlState.DUE for path in pages)


def settings(**changes: float) -> CrawlSettings:
    return CrawlSettings(user_agent=AGENT, **{"delay": 0.0, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(("concurrency", "total", "most"), [(3, 100, 6), (1, 100, 2), (5, 4, 4)])
def test_so_many_requests_at_once(concurrency: int, total: int, most: int) -> None:
    """Of two hosts, 12 requests each."""
    now, peak = 0, 0

    async def ask(hosts: Hosts, url: str) -> None:
        nonlocal now, peak
        async with hosts.of(url).turn():
            now += 1
            peak = max(peak, now)
            await asyncio.sleep(0.01)
            now -= 1

    async def all_at_once() -> None:
        hosts = Hosts(settings(concurrency=concurrency, concurrency_total=total))
        urls = [f"http://{name}.example/{n}" for n in range(12) for name in ("a", "b")]
        await asyncio.gather(*(ask(hosts, url) for url in urls))

    asyncio.run(all_at_once())
    assert peak == most


def test_waiting_hosts_take_nobodys_place() -> None:
    """One request at a time in all: a paused host must not be the one."""

    async def ask() -> float:
        hosts = Hosts(settings(concurrency_total=1, delay=0.2))
        started = time.monotonic()
        paused = hosts.of("http://a.example/")
        paused.pause(0.4)

        async def turn(url: str) -> float:
            async with hosts.of(url).turn():
                return time.monotonic() - started

        slow, first, second = await asyncio.gather(
            *map(turn, ("http://a.example/", "http://b.example/", "http://b.example/"))
        )
        assert first < 0.1
        assert 0.2 <= second < 0.35
        return slow

    assert 0.4 <= asyncio.run(ask()) < 0.6


def test_ports_and_schemes_of_a_name_are_one_host() -> None:
    hosts = Hosts(settings())
    assert hosts.of("http://a.example/x") is hosts.of("https://a.example:8443/y")
    assert hosts.of("http://a.example/") is not hosts.of("http://www.a.example/")


def test_scarce_places_go_to_the_host_that_was_asked_most() -> None:
    async def main() -> list[str]:
        slots, order = Slots(1), []

        async def ask(name: str, asked: int) -> None:
            await slots.acquire(asked)
            order.append(name)
            slots.release()

        await slots.acquire(0)
        tasks = [
            asyncio.create_task(ask(name, asked)) for name, asked in (("new", 0), ("old", 2), ("given up", 3))
        ]
        await asyncio.sleep(0)
        tasks[2].cancel()
        slots.release()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait_for(slots.acquire(0), 1)  # nobody took a place along
        return order

    assert asyncio.run(main()) == ["old", "new"]
