"""Which hosts a crawl process may ask, where others ask as well: two of them on one real ledger."""

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
from sqlalchemy import select

from crawlers.fetching.hosts import Hosts, Manners, StoppedError
from crawlers.keeping import host_leases
from crawlers.keeping.host_leases import HostLeases
from crawlers.keeping.store_access import Store
from pipeline.configuration.config import Config
from pipeline.crawl import Crawl, plan
from store.ledger import capture_table, segment_table
from store.ledger.database import Ledger
from store.ledger.watch import lease_table

if TYPE_CHECKING:
    from store.ledger.engines.places import ServerPlace

MANNERS = Manners(delay=0.0, concurrency=1, concurrency_total=8, max_crawl_delay=60.0)


@dataclass
class Side:
    """One of two crawl processes."""

    store: Store
    hosts: Hosts
    leases: HostLeases
    used: set[str]


class Sides:
    """Both; closed at the end, which must be in the loop."""

    def __init__(self, place: "ServerPlace", folder: Path, most: int = 8) -> None:
        self.one, self.two = (self._made(place, folder, name, most) for name in ("one", "two"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.one.store.leave()
        await self.two.store.leave()

    @staticmethod
    def _made(place: "ServerPlace", folder: Path, name: str, most: int) -> Side:
        store = Store(str(folder / name), lambda: datetime.now(UTC), (), ledger=place.url, worker=name)
        store.enter()
        hosts, used = Hosts(MANNERS), set[str]()
        leases = HostLeases(store, hosts, most)
        leases.use(used.__contains__)
        return Side(store, hosts, leases, used)


def test_a_host_is_one_sides_until_nothing_is_to_be_asked_of_it(
    server_place: "ServerPlace", tmp_path: Path
) -> None:
    async def work() -> None:
        async with Sides(server_place, tmp_path) as both:
            both.one.used.add("h")
            await both.one.leases.hold("h")
            assert both.one.leases.holds("h")
            with pytest.raises(StoppedError):
                await both.two.leases.hold("h", 1.5)
            both.one.hosts.named("h").pause(2.0)  # as its robots.txt asks for
            both.one.used.clear()
            begun = time.monotonic()
            await both.two.leases.hold("h", 30)
            assert time.monotonic() - begun > 1.4, "the pause is kept from one to the other"
            assert not both.one.leases.holds("h")

    asyncio.run(work())


def test_what_one_side_gives_up_at_its_end_the_other_gets(
    server_place: "ServerPlace", tmp_path: Path
) -> None:
    async def work() -> None:
        async with Sides(server_place, tmp_path) as both:
            both.one.used.add("h")
            await both.one.leases.hold("h")
            await both.one.leases.close()
            with pytest.raises(StoppedError):
                await both.one.leases.hold("other")
            await both.two.leases.hold("h", 5)

    asyncio.run(work())


def test_a_side_has_so_many_hosts_and_what_presses_besides(
    server_place: "ServerPlace", tmp_path: Path
) -> None:
    async def work() -> None:
        async with Sides(server_place, tmp_path, most=1) as both:
            both.one.used.update({"a", "b"})
            await both.one.leases.hold("a")
            waiting = asyncio.create_task(both.one.leases.hold("b"))
            await both.one.leases.hold("redirected to", 20)
            assert not waiting.done()
            await both.two.leases.hold("b", 20)
            both.one.used.discard("a")
            both.two.used.clear()
            await asyncio.wait_for(waiting, 20)

    asyncio.run(work())


def test_who_was_stopped_too_long_asks_nobody_before_it_has_the_host_again(
    server_place: "ServerPlace", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with Sides(server_place, tmp_path) as both:
            both.one.used.add("h")
            since = await both.one.leases.hold("h")
            ahead = host_leases.seconds() + 51.0 - time.monotonic()
            monkeypatch.setattr(host_leases, "seconds", lambda: time.monotonic() + ahead)
            assert not both.one.leases.holds("h")
            assert await both.one.leases.hold("h") > since, "another may have asked it meanwhile"

    asyncio.run(work())


def test_who_is_alone_needs_no_lease(tmp_path: Path) -> None:
    store = Store(str(tmp_path), lambda: datetime.now(UTC), ())
    leases = HostLeases(store, Hosts(MANNERS), 1)
    assert asyncio.run(leases.hold("h")) == 0.0
    assert leases.holds("anything")


def test_a_workers_crawl_fetches_what_any_does_and_leaves_no_lease(config: Config, crawled: Config) -> None:
    with Crawl(replace(plan(config, config.sources), worker="one")) as crawl:
        report = crawl.wait()
    with Ledger.open(crawled.ledger) as ledger, ledger.reading() as conn:
        assert report.fetched == sum(capture_table.counts(conn).values())
    assert report.failed_feeds == ()
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        assert set(segment_table.owners(conn).values()) == {"one"}
        hosts = set(conn.scalars(select(lease_table.LEASES.c.name)))
        assert hosts
        assert lease_table.take(conn, hosts, "two", timedelta(minutes=1)) == hosts
