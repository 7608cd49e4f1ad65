"""Politeness: pauses between requests, Retry-After, second attempts; by a clock that the tests keep, and as web sites see it."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

from crawlers.fetching.answers import FetchError
from crawlers.fetching.failures import explained
from crawlers.fetching.hosts import Host, Hosts, Manners, Slots
from crawlers.plan import CrawlSettings
from crawlers.process.scrapy_settings import named_in_scrapy, project_settings
from store.records import UrlState
from tests import virtual_time
from tests.loopback import Hit, Reply, Site, crawl, plan, rss, serve

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
A, B = "http://a.example", "http://b.example"
GOOD = Reply(b"there")
DAY, SOON = timedelta(days=1), timedelta(milliseconds=10)


def manners(**changes: float) -> Manners:
    quick = {"delay": 0.0, "concurrency": 1, "concurrency_total": 32, "max_crawl_delay": 60.0}
    return msgspec.convert(quick | changes, Manners)


def busy(status: int, retry_after: str = "") -> Reply:
    return Reply(b"busy", status, (("Retry-After", retry_after),) if retry_after else ())


@dataclass
class Web:
    """Sites that send each URL's replies in turn, the last again and again, in virtual time: at noon it is 0."""

    replies: Mapping[str, Sequence[Reply | Exception]]
    asked: dict[str, list[float]] = field(default_factory=dict)

    def fetch(self, *urls: str, **changes: float) -> list[int | FetchError]:
        """What comes of fetching these URLs, asked for all at once: statuses and failures. Scrapy's own engine does it."""
        outcomes: dict[str, int | FetchError] = {}
        virtual_time.run(self._crawl(urls, outcomes, plan(Path(), **{"delay": 0.0, **changes}).settings))
        return [outcomes[url] for url in urls]

    async def _crawl(
        self, urls: Sequence[str], outcomes: dict[str, int | FetchError], settings: CrawlSettings
    ) -> None:
        scrapy = project_settings()
        scrapy.setdict(named_in_scrapy(settings), priority="cmdline")
        here = {
            "TWISTED_REACTOR_ENABLED": False,
            "DOWNLOAD_HANDLERS": {"http": Handler, "https": None},
            "ITEM_PIPELINES": {},
            "MEMUSAGE_ENABLED": False,
            "LOG_ENABLED": False,
            "CLOCK": lambda: NOON + timedelta(seconds=virtual_time.now()),
        }
        scrapy.setdict(here, priority="cmdline")
        await AsyncCrawlerRunner(scrapy).crawl(Asking, web=self, urls=urls, outcomes=outcomes)

    async def download(self, request: Request) -> Response:
        before = self.asked.setdefault(request.url, [])
        replies = self.replies.get(request.url, [Reply(status=404)])
        reply = replies[min(len(before), len(replies) - 1)]
        before.append(virtual_time.now())
        if isinstance(reply, Exception):
            raise reply
        await asyncio.sleep(reply.wait)
        return Response(request.url, reply.status, dict(reply.headers), reply.body)

    def times(self, site: str) -> list[float]:
        """When the site was asked for anything."""
        return sorted(at for url, times in self.asked.items() if url.startswith(f"{site}/") for at in times)


class Asking(Spider):
    """Asks for URLs and notes what comes of each."""

    name = "asking"

    def __init__(self, web: Web, urls: Sequence[str], outcomes: dict[str, int | FetchError]) -> None:
        super().__init__()
        self.web, self.urls, self.outcomes = web, urls, outcomes

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url, callback=self.parse, errback=self.failed)

    def parse(self, response: Response) -> None:
        self.outcomes[response.url] = response.status

    def failed(self, failure: Failure) -> None:
        request = failure.request
        self.outcomes[request.url] = explained(failure.value, request)


class Handler:
    """A download handler that asks the spider's web."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Handler":
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        return await self._crawler.spider.web.download(request)

    async def close(self) -> None:
        pass


def at(*seconds: float) -> object:
    """These times, but for the millionths that virtual time takes for each turn of its loop."""
    return pytest.approx(seconds, abs=0.001)


def test_requests_to_a_host_are_a_delay_apart_and_hosts_do_not_wait_for_each_other() -> None:
    """However long an answer takes."""
    web = Web({f"{site}/{n}": [Reply(wait=0.5 * n)] for site in (A, B) for n in range(3)})
    urls = [f"{site}/{n}" for n in range(3) for site in (A, B)]
    assert web.fetch(*urls, delay=0.4, concurrency=3) == [200] * 6
    for site in (A, B):
        assert web.times(site) == at(0, 0.4, 0.8, 1.2)


def test_a_delay_is_kept_from_start_to_start_and_one_answer_awaited_before_the_next() -> None:
    web = Web({f"{A}/{n}": [Reply(wait=1)] for n in range(3)})
    web.fetch(*(f"{A}/{n}" for n in range(3)), delay=0.4)
    assert web.times(A) == at(0, 0.4, 1.4, 2.4)


@pytest.mark.parametrize(("asked_for", "kept"), [("0.5", 0.5), ("86400", 0.7), ("0.1", 0.2)])
def test_a_crawl_delay_counts_from_the_first_request_within_limits(asked_for: str, kept: float) -> None:
    rules = Reply(f"User-agent: *\nCrawl-delay: {asked_for}\n".encode())
    web = Web({f"{A}/robots.txt": [rules], **{f"{A}/{n}": [GOOD] for n in range(3)}})
    web.fetch(*(f"{A}/{n}" for n in range(3)), delay=0.2, max_crawl_delay=0.7, concurrency=3)
    assert web.times(A) == at(0, kept, 2 * kept, 3 * kept)


@pytest.mark.parametrize(
    ("reply", "pause", "delay"),
    [
        (busy(429, "2"), 2, 1),
        (busy(503, format_datetime(NOON + timedelta(seconds=3), usegmt=True)), 3, 1),
        (busy(503, format_datetime(NOON - timedelta(seconds=3), usegmt=True)), 1, 1),
        (busy(503), 1, 1),
        (ConnectionLost(), 1, 0),
        (DownloadTimeoutError(), 1, 0),
    ],
    ids=["seconds", "date", "past", "busy", "cut", "late"],
)
def test_after_a_pause_that_concerns_the_whole_host_a_second_attempt_is_made(
    reply: Reply | Exception, pause: float, delay: float
) -> None:
    """A busy host is asked less often from then on."""
    web = Web({f"{A}/1": [reply, GOOD], f"{A}/2": [GOOD], f"{B}/1": [GOOD]})
    assert web.fetch(f"{A}/1", f"{A}/2", f"{B}/1") == [200] * 3
    assert web.times(A) == at(0, 0, pause, pause + delay)
    assert web.times(B) == at(0, 0)


def test_a_request_that_waits_its_delay_waits_for_a_pause_that_begins_meanwhile() -> None:
    web = Web({f"{A}/1": [replace(busy(429, "2"), wait=0.2), GOOD], f"{A}/2": [GOOD]})
    web.fetch(f"{A}/1", f"{A}/2", delay=0.4, concurrency=2)
    assert web.times(A) == at(0, 0.4, 2.6, 3.6)


def test_pauses_grow_with_each_attempt_and_attempts_end() -> None:
    web = Web({f"{A}/1": [busy(503)], f"{B}/1": [ConnectionLost()]})
    status, failure = web.fetch(f"{A}/1", f"{B}/1")
    assert status == 503
    assert isinstance(failure, FetchError)
    assert (failure.reason, failure.reason.state) == ("connection", UrlState.DUE)
    assert web.times(A) == at(0, 0, 1, 3)
    assert web.times(B) == at(0, 0, 1, 3)


def test_a_host_that_asks_for_too_long_a_pause_is_left_alone_for_the_run() -> None:
    web = Web({f"{A}/1": [busy(429, "600")]})
    status, failure = web.fetch(f"{A}/1", f"{A}/2")
    assert status == 429
    assert isinstance(failure, FetchError)
    assert failure.reason == "retry_after"
    assert failure.retry_at is not None
    assert [(failure.retry_at - NOON).total_seconds()] == at(600)
    assert len(web.times(A)) == 2


@pytest.mark.parametrize("asked_for", ["99999999999", "1795000000", "Sun, 06 Nov 2044 08:49:37 GMT"])
def test_no_host_is_left_alone_for_more_than_a_day(asked_for: str) -> None:
    web = Web({f"{A}/1": [busy(429, asked_for)], f"{B}/robots.txt": [busy(503, asked_for)]})
    _, *failures = web.fetch(f"{A}/1", f"{A}/2", f"{B}/1")
    for failure, reason in zip(failures, ("retry_after", "robots_unreachable"), strict=True):
        assert isinstance(failure, FetchError)
        assert (failure.reason, failure.retry_at) == (reason, pytest.approx(NOON + DAY, abs=SOON))


# Over the wire. A request may reach the site late and the next one at once: only what lies between causes is certain.


def gaps(site: Site) -> list[float]:
    return [later - earlier for earlier, later in pairwise(site.times())]


def in_turn(*replies: Reply) -> Callable[[Hit], Reply]:
    """The first reply for the first request, and so on; the last for all that follow."""
    rest = list(replies)
    return lambda _: rest.pop(0) if len(rest) > 1 else rest[0]


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_sites_see_the_delay(tmp_path: Path) -> None:
    """The second request was sent after the site had read the first, and each later one a delay after the one before."""
    with serve("127.0.5.1", {"/feed": rss("/1", "/2", "/3")}) as site:
        crawl(tmp_path, [site.url + "/feed"], delay=0.4)
    assert site.paths() == ["/robots.txt", "/feed", "/1", "/2", "/3"]
    times = site.times()
    for delays, later in enumerate(times[2:], 1):
        assert later - times[0] >= delays * 0.4


def test_sites_see_a_second_attempt_after_the_pause(tmp_path: Path) -> None:
    with (
        serve("127.0.5.1", {"/1": in_turn(busy(429, "2"), Reply(b"1")), "/2": Reply(b"2")}) as seconds,
        serve("127.0.5.2", {"/1": in_turn(Reply(write=reset), GOOD)}) as cut,
        serve("127.0.5.3", {"/1": Reply(write=reset)}) as never,
        serve("127.0.5.4", {"/1": busy(429, "600"), "/2": Reply(b"2"), "/feed": rss("/2")}) as long,
    ):
        pages = [*(site.url + path for site in (seconds, long) for path in ("/1", "/2"))]
        pages += [cut.url + "/1", never.url + "/1"]
        result = crawl(tmp_path, pages=pages, max_attempts=2)
    assert seconds.paths() == ["/robots.txt", "/1", "/1", "/2"]
    assert gaps(seconds)[1] >= 2
    assert [page.status for page in result.pages(seconds.url + "/1")] == [200]

    assert cut.paths() == never.paths() == ["/robots.txt", "/1", "/1"]
    assert gaps(cut)[1] >= 1
    assert [page.status for page in result.pages(cut.url + "/1")] == [200]
    (miss,) = result.misses(never.url + "/1")
    assert (miss.reason, miss.state) == ("connection", UrlState.DUE)
    assert miss.retry_at is not None

    assert long.paths() == ["/robots.txt", "/1"]
    assert [page.status for page in result.pages(long.url + "/1")] == [429]
    (miss,) = result.misses(long.url + "/2")
    assert (miss.reason, miss.state) == ("retry_after", UrlState.DUE)
    (page,) = result.pages(long.url + "/1")
    assert miss.retry_at == page.fetched_at + timedelta(seconds=600)


def test_the_next_run_leaves_alone_who_asked_for_it(tmp_path: Path) -> None:
    """The whole host: its pages, its feeds, its robots.txt, whichever of them was answered so."""
    with (
        serve("127.0.5.1", {"/feed": busy(503, "86400"), "/1": GOOD}) as feed,
        serve("127.0.5.2", {"/feed": rss("/1", "/2"), "/1": busy(429, "9999999999"), "/2": GOOD}) as page,
        serve("127.0.5.3", {"/robots.txt": busy(503, "3600"), "/feed": rss("/1")}) as rules,
        serve("127.0.5.4", {"/feed": busy(503), "/1": GOOD}) as other,
    ):
        sites = (feed, page, rules, other)
        feeds = [site.url + "/feed" for site in sites]
        for _ in range(2):
            result = crawl(tmp_path, feeds, [site.url + "/1" for site in sites], max_attempts=1)
    assert feed.paths() == ["/robots.txt", "/feed"]
    assert page.paths() == ["/robots.txt", "/feed", "/1"]
    assert rules.paths() == ["/robots.txt"]
    assert other.paths() == ["/robots.txt", "/feed", "/1", "/feed"], "what its robots.txt said is known"
    assert result.report.feed_errors == {"retry_after": 3, "HTTP 503": 1}
    (miss,) = result.misses(rules.url + "/1")
    assert miss.reason == "robots_unreachable"
    assert miss.retry_at is not None
    assert timedelta(minutes=59) < miss.retry_at - miss.at <= timedelta(hours=1)


def test_the_next_run_waits_for_who_asked_for_a_short_pause(tmp_path: Path) -> None:
    with serve("127.0.5.1", {"/1": in_turn(busy(429, "5"), GOOD), "/2": GOOD}) as site:
        crawl(tmp_path, pages=[site.url + "/1"], max_attempts=1)
        crawl(tmp_path, pages=[site.url + "/2"])
    assert site.paths() == ["/robots.txt", "/1", "/2"]
    assert gaps(site)[1] >= 4.5, "the pause began before the answer was complete"


def test_a_host_that_has_gone_silent_is_given_up_for_the_run(tmp_path: Path) -> None:
    pages = {f"/{n}": Reply(write=reset) for n in range(30)}
    with serve("127.0.5.1", {"/robots.txt": Reply(b"")} | pages) as site:
        result = crawl(tmp_path, pages=[site.url + path for path in pages], max_attempts=1)
    assert len(site.hits) == 1 + 10
    assert result.report.misses == {"connection": 10, "silent": 20}
    assert all(result.state(site.url + path) is UrlState.DUE for path in pages)


@asynccontextmanager
async def turn(host: Host) -> AsyncIterator[None]:
    await host.begin()
    try:
        yield
    finally:
        host.end()


@pytest.mark.parametrize(("concurrency", "total", "most"), [(3, 100, 6), (1, 100, 2), (5, 4, 4)])
def test_so_many_requests_at_once(concurrency: int, total: int, most: int) -> None:
    """Of two hosts, 12 requests each."""
    now, peak = 0, 0

    async def ask(hosts: Hosts, url: str) -> None:
        nonlocal now, peak
        async with turn(hosts.of(url)):
            now += 1
            peak = max(peak, now)
            await asyncio.sleep(0.01)
            now -= 1

    async def all_at_once() -> None:
        hosts = Hosts(manners(concurrency=concurrency, concurrency_total=total))
        urls = [f"http://{name}.example/{n}" for n in range(12) for name in ("a", "b")]
        await asyncio.gather(*(ask(hosts, url) for url in urls))

    virtual_time.run(all_at_once())
    assert peak == most


def test_waiting_hosts_take_nobodys_place() -> None:
    """One request at a time in all: a paused host must not be the one."""

    async def ask() -> list[float]:
        hosts = Hosts(manners(concurrency_total=1, delay=0.2))
        hosts.of(A).pause(0.4)

        async def begun(url: str) -> float:
            async with turn(hosts.of(url)):
                return virtual_time.now()

        return await asyncio.gather(*map(begun, (A, B, B)))

    assert virtual_time.run(ask()) == at(0.4, 0, 0.2)


def test_ports_and_schemes_of_a_name_are_one_host() -> None:
    hosts = Hosts(manners())
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

    assert virtual_time.run(main()) == ["old", "new"]


def test_a_host_is_parked_for_a_day_at_most_whatever_it_asks() -> None:
    asked = {
        "99999999999": 86_400,
        "Fri, 31 Dec 9999 23:59:59 GMT": 86_400,
        f"{NOON.timestamp() + 600:.0f}": 600,
    }
    for retry_after, parked in asked.items():
        web = Web({f"{A}/1": [busy(429, retry_after)]})
        _, failure = web.fetch(f"{A}/1", f"{A}/2")
        assert isinstance(failure, FetchError)
        assert failure.retry_at is not None
        assert [(failure.retry_at - NOON).total_seconds()] == at(parked)
