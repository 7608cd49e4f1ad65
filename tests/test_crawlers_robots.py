"""robots.txt by RFC 9309, seen from the web sites: what was asked, when, and what was not."""

import asyncio
import gzip
import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawlers.fetching.answers import Answer, FetchError
from crawlers.fetching.robots import AI_CRAWLERS, Kept, Robots, product_token, told_apart
from crawlers.fetching.robots_text import robots_text
from store.ledger.watch.robots_table import KEPT, REMEMBERED, Meaning, RobotsChange, RobotsFile
from store.records import UrlState
from tests.loopback import Crawled, Reply, Site, crawl, finish, plan, redirect, rss, serve, start


def robots(text: str, wait: float = 0.0) -> Reply:
    return Reply(text.encode(), headers=(("Content-Type", "text/plain"),), wait=wait)


def hang_up(_: socket.socket) -> None:
    pass


LARGE = "User-agent: *\nDisallow: /no\n" + "# comment\n" * 60_000 + "Disallow: /\n"


def without_end(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + LARGE.encode())
    while True:
        connection.sendall(b"# comment\n" * 1000)


HUGE = (LARGE + "# comment\n" * 1_100_000).encode()  # more than [crawl] max_bytes
NOISE = b"User-agent: *\nDisallow: /no\n# " + random.Random(1).randbytes(
    2_000_000
)  # compressed, too, more than counts
FILES = {
    "slow": robots("User-agent: *\nDisallow: /no\n", wait=0.3),
    "token": robots("User-agent: testcrawler\nDisallow: /no\n\nUser-agent: *\nDisallow: /\n"),
    "other": robots("User-agent: TestCrawlerPlus\nUser-agent: MyTestCrawler\nDisallow: /\n"),
    "allow": robots("User-agent: *\nDisallow: /\nAllow: /yes\nAllow: /also$\n"),
    "bom": robots("\ufeffUser-agent: *\nDisallow: /no\n"),
    "large": robots(LARGE),
    "huge": Reply(HUGE),
    "huge gzip": Reply(gzip.compress(HUGE, 1), headers=(("Content-Encoding", "gzip"),)),
    "huge br": Reply(brotli.compress(HUGE, quality=1), headers=(("Content-Encoding", "br"),)),
    "noise": Reply(gzip.compress(NOISE, 1), headers=(("Content-Encoding", "gzip"),)),
    "without end": Reply(write=without_end),
    "utf-16": Reply("User-agent: *\r\nDisallow: /no\r\n".encode("utf-16")),
    "delay inside": robots("User-agent: *\nCrawl-delay: 0.01\nUser-agent: TestCrawlerPlus\nDisallow: /no\n"),
    "version": robots("User-agent: TestCrawler/2.0\nDisallow: /no\n\nUser-agent: *\nDisallow: /\n"),
    "html": Reply(b"<!DOCTYPE html><p>All of our pages"),
    "missing": Reply(status=404),
    "forbidden": Reply(status=403),
    "moved": redirect("/rules.txt"),
    "circle": redirect("/robots.txt"),
    "error": Reply(b"User-agent: *\nAllow: /", status=503),
    "busy": Reply(status=429),
    "silent": Reply(write=hang_up),
}
PATHS = ("/yes", "/also", "/no", "/no?1", "/no/2", "/yes?3")
ALLOWED = dict.fromkeys(FILES, frozenset(("/yes", "/also", "/yes?3")))
ALLOWED |= dict.fromkeys(("other", "html", "missing", "forbidden", "circle"), frozenset(PATHS))
ALLOWED |= dict.fromkeys(("error", "busy", "silent"), frozenset())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawled, dict[str, Site]]]:
    """One crawl of a site for each kind of file, all pages of a site at once."""
    pages = {path: Reply(b"page") for path in PATHS}
    with ExitStack() as stack:
        sites = {
            name: stack.enter_context(serve(f"127.0.4.{number}", {"/robots.txt": file, **pages}))
            for number, (name, file) in enumerate(FILES.items(), 1)
        }
        sites["moved"].routes["/rules.txt"] = FILES["slow"]
        urls = [site.url + path for site in sites.values() for path in PATHS]
        yield crawl(tmp_path_factory.mktemp("robots"), pages=urls, concurrency=6), sites


@pytest.mark.parametrize("name", FILES)
def test_what_may_be_fetched_is_and_nothing_else(crawled: tuple[Crawled, dict[str, Site]], name: str) -> None:
    result, sites = crawled
    paths = sites[name].paths()
    assert {path for path in paths if path not in {"/robots.txt", "/rules.txt"}} == ALLOWED[name]
    assert paths[0] == "/robots.txt"
    assert paths.count("/robots.txt") == (6 if name == "circle" else 1)
    for path in PATHS:
        assert len(result.pages(sites[name].url + path)) == (path in ALLOWED[name])


def test_disallowed_pages_are_refused(crawled: tuple[Crawled, dict[str, Site]]) -> None:
    result, sites = crawled
    for path in ("/no", "/no?1", "/no/2"):
        (miss,) = result.misses(sites["slow"].url + path)
        assert (miss.reason, miss.state) == ("robots", UrlState.REFUSED)
        assert "TestCrawler" in miss.detail


@pytest.mark.parametrize("name", ["error", "busy", "silent"])
def test_pages_wait_while_the_file_cannot_be_had(crawled: tuple[Crawled, dict[str, Site]], name: str) -> None:
    result, sites = crawled
    for path in PATHS:
        (miss,) = result.misses(sites[name].url + path)
        assert (miss.reason, miss.state) == ("robots_unreachable", UrlState.DUE)
        assert miss.retry_at is not None
        assert miss.retry_at > miss.at


def test_feeds_and_redirects_are_under_the_same_rules(tmp_path: Path) -> None:
    with ExitStack() as stack:
        rules = {"/robots.txt": robots("User-agent: *\nDisallow: /no\n")}
        closed = stack.enter_context(
            serve("127.0.4.1", {**rules, "/no/feed": rss("/a"), "/no/b": Reply(b"b")})
        )
        lured = stack.enter_context(serve("127.0.4.2", {"/b": redirect(f"{closed.url}/no/b")}))
        result = crawl(tmp_path, [f"{closed.url}/no/feed"], [f"{lured.url}/b"])
    assert closed.paths() == ["/robots.txt"]
    assert result.report.feed_errors == {"robots": 1}
    assert result.report.misses == {"robots": 1}
    assert result.state(f"{lured.url}/b") is UrlState.REFUSED


def test_a_crawl_delay_spaces_all_requests_from_the_first(tmp_path: Path) -> None:
    with ExitStack() as stack:
        pages = {f"/{n}": Reply(b"page") for n in range(3)}
        slow = stack.enter_context(
            serve("127.0.4.1", {"/robots.txt": robots("User-agent: *\nCrawl-delay: 0.5\n"), **pages})
        )
        capped = stack.enter_context(
            serve("127.0.4.2", {"/robots.txt": robots("User-agent: *\nCrawl-delay: 86400\n"), **pages})
        )
        urls = [site.url + path for site in (slow, capped) for path in pages]
        result = crawl(tmp_path, pages=urls, max_crawl_delay=0.7, concurrency=3)
    assert result.report.fetched == 6
    for site, delay in ((slow, 0.5), (capped, 0.7)):
        rules, _, second, third = site.times()
        assert second - rules >= delay, "the first page is asked for after the rules were received"
        assert third - rules >= 2 * delay


def later(folder: Path, hours: float, feed: str) -> Crawled:
    """A crawl so many hours from now."""
    return finish(start(replace(plan(folder, [feed]), ahead=timedelta(hours=hours))), folder)


def test_a_file_counts_for_the_crawls_of_a_day(tmp_path: Path) -> None:
    """One that comes to forbid is noticed within it, one that comes to allow at once."""
    with serve(
        "127.0.4.1", {"/robots.txt": robots("User-agent: *\nDisallow: /no\n"), "/feed": rss()}
    ) as site:
        feed = f"{site.url}/feed"
        for hours in (0, 1, 23):
            assert later(tmp_path, hours, feed).report.feeds_fetched == 1
        assert site.paths() == ["/robots.txt", "/feed", "/feed", "/feed"]

        site.routes["/robots.txt"] = robots("User-agent: *\nDisallow: /\n")
        assert later(tmp_path, 23.5, feed).report.feeds_fetched == 1
        assert later(tmp_path, 24.5, feed).report.feed_errors == {"robots": 1}
        assert site.paths()[4:] == ["/feed", "/robots.txt"]

        assert later(tmp_path, 25, feed).report.feed_errors == {"robots": 1}
        site.routes["/robots.txt"] = robots("User-agent: *\nDisallow: /no\n")
        assert later(tmp_path, 25.5, feed).report.feeds_fetched == 1
        assert later(tmp_path, 26, feed).report.feeds_fetched == 1
        assert site.paths()[6:] == ["/robots.txt", "/robots.txt", "/feed", "/feed"]


def test_a_crawl_may_ask_for_every_file(tmp_path: Path) -> None:
    with serve("127.0.4.1", {"/robots.txt": robots("User-agent: *\nAllow: /\n"), "/feed": rss()}) as site:
        feed = f"{site.url}/feed"
        crawl(tmp_path, [feed])
        site.routes["/robots.txt"] = robots("User-agent: *\nDisallow: /\n")
        afresh = replace(plan(tmp_path, [feed]), ask_robots=True)
        assert finish(start(afresh), tmp_path).report.feed_errors == {"robots": 1}
    assert site.paths() == ["/robots.txt", "/feed", "/robots.txt"]


def test_a_file_that_could_not_be_had_is_asked_for_by_the_next_crawl(tmp_path: Path) -> None:
    with serve("127.0.4.1", {"/robots.txt": Reply(status=503), "/feed": rss()}) as site:
        feed = f"{site.url}/feed"
        for _ in range(2):
            assert later(tmp_path, 0, feed).report.feed_errors == {"robots_unreachable": 1}
        site.routes["/robots.txt"] = Reply(status=404)
        for _ in range(2):
            assert later(tmp_path, 0, feed).report.feeds_fetched == 1
    assert site.paths() == ["/robots.txt"] * 3 + ["/feed"] * 2


def test_a_crawl_delay_that_is_known_spaces_the_requests(tmp_path: Path) -> None:
    slow = robots("User-agent: *\nCrawl-delay: 0.5\n")
    with serve("127.0.4.1", {"/robots.txt": slow, "/1": Reply(b"page"), "/2": Reply(b"page")}) as site:
        pages = [f"{site.url}/1", f"{site.url}/2"]
        crawl(tmp_path, pages=pages[:1])
        site.routes["/3"] = Reply(b"page")
        site.hits.clear()
        crawl(tmp_path, pages=[pages[1], f"{site.url}/3"], concurrency=2)
    first, second = site.times()
    assert second - first >= 0.4, "the server sees the first somewhat later than it was sent"


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("Broadsheet/0.1 (+https://example.org)", "Broadsheet"),
        ("Broadsheet", "Broadsheet"),
        ("My Crawler/2", "My"),
        ("news-bot (mail@example.org)", "news-bot"),
    ],
)
def test_product_token(agent: str, token: str) -> None:
    assert product_token(agent) == token


def answer(url: str, body: bytes, status: int = 200) -> Answer:
    return Answer(url=url, status=status, headers=(), body=body, at=datetime.now(UTC))


def test_many_waiters_share_one_answer() -> None:
    asked: list[str] = []

    async def ask(url: str) -> Answer:
        asked.append(url)
        await asyncio.sleep(0.01)
        return answer(url, b"User-agent: *\nDisallow: /no\n")

    async def check_all() -> list[object]:
        rules = Robots("Crawler/1", ask, lambda *_: None)
        urls = [f"http://site.example/{name}/{n}" for n in range(50) for name in ("yes", "no")]
        return await asyncio.gather(*map(rules.check, urls), return_exceptions=True)

    verdicts = asyncio.run(check_all())
    assert asked == ["http://site.example/robots.txt"]
    assert verdicts[::2] == [()] * 50
    assert all(isinstance(verdict, FetchError) and verdict.reason == "robots" for verdict in verdicts[1::2])


@pytest.mark.parametrize(("hours", "times"), [((0, 23), 0), ((24,), 1), ((0, 24, 24, 1), 2)])
def test_a_crawl_that_lasts_longer_than_a_day_asks_again(hours: tuple[float, ...], times: int) -> None:
    """A day after an earlier one did."""
    asked: list[str] = []
    now = [datetime(2026, 5, 4, 12, tzinfo=UTC)]
    file = RobotsFile(url="http://site.example/robots.txt", fetched_at=now[0], status=404, text="")

    async def ask(url: str) -> Answer:
        asked.append(url)
        return replace(answer(url, b""), at=now[0])

    async def check() -> None:
        rules = Robots("Crawler/1", ask, lambda *_: None, kept=Kept(lambda _: file, now=lambda: now[0]))
        for passed in hours:
            now[0] += timedelta(hours=passed)
            await rules.check("http://site.example/a")

    asyncio.run(check())
    assert len(asked) == times


def test_many_that_an_earlier_crawl_would_have_refused_share_one_answer() -> None:
    asked: list[str] = []
    file = RobotsFile(
        url="http://site.example/robots.txt",
        fetched_at=datetime.now(UTC),
        status=200,
        text="User-agent: *\nDisallow: /",
    )

    async def ask(url: str) -> Answer:
        asked.append(url)
        await asyncio.sleep(0.01)
        return answer(url, b"")

    async def check_all() -> list[object]:
        rules = Robots("Crawler/1", ask, lambda *_: None, kept=Kept(find=lambda _: file))
        urls = [f"http://site.example/{n}" for n in range(50)]
        return await asyncio.gather(*map(rules.check, urls), return_exceptions=True)

    assert asyncio.run(check_all()) == [()] * 50
    assert asked == ["http://site.example/robots.txt"]


SITE = "http://site.example"
OPEN = "User-agent: *\nDisallow: /admin\n"
SHUT = "User-agent: *\nDisallow: /news\n"


class Days:
    """Crawls of a site a day after each other, by what each keeps for the next."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 12, tzinfo=UTC)
        self.file: RobotsFile | None = None
        self.noted: list[RobotsChange] = []

    def crawl(self, text: str | None, *paths: str) -> list[RobotsChange]:
        """What a crawl notes whose robots.txt is that; None if it cannot be had."""
        self.noted = []

        async def ask(url: str) -> Answer:
            status = 503 if text is None else 200
            return Answer(url=url, status=status, headers=(), body=(text or "").encode(), at=self.now)

        async def check() -> None:
            kept = Kept(lambda _: self.file, self._keep, self.noted.append, lambda: self.now)
            rules = Robots("Crawler/1", ask, lambda *_: None, kept=kept)
            for path in paths:
                with suppress(FetchError):
                    await rules.check(SITE + path)

        asyncio.run(check())
        self.now += KEPT
        return self.noted

    def _keep(self, _: str, file: RobotsFile | None) -> None:
        if file is not None:
            self.file = file
        elif self.file is not None:
            self.file = replace(self.file, status=0)


def meanings(noted: list[RobotsChange]) -> list[Meaning]:
    return [each.meaning for each in noted]


def test_it_is_noted_when_what_is_asked_for_becomes_refused_and_allowed_again() -> None:
    site = Days()
    assert site.crawl(SHUT, "/news/1") == [], "the first file is no change"
    assert meanings(site.crawl(OPEN, "/feed", "/news/1", "/news/2")) == [Meaning.ALLOWED]
    assert site.crawl(OPEN + "Disallow: /secret\n", "/feed", "/news/3") == [], "nobody asks for that"
    shut_at = site.now
    assert site.crawl(None, "/feed") == [], "it cannot be had, which says nothing of its rules"
    assert site.crawl(SHUT, "/feed") == [], "the feed is not refused"
    (refused,) = site.crawl(SHUT, "/feed", "/news/4", "/news/5")
    assert refused == RobotsChange(site=SITE, at=shut_at + KEPT, meaning=Meaning.REFUSED)
    assert meanings(site.crawl(SHUT, "/news/6")) == [Meaning.REFUSED], "the same change as before"
    site.now += REMEMBERED
    assert site.crawl(SHUT, "/news/7") == [], "that was long ago"


def test_it_is_noted_when_a_file_reserves_pages_from_ai_and_asks_for_more_time() -> None:
    site = Days()
    site.crawl(OPEN, "/news/1")
    noted = site.crawl(OPEN + "Crawl-delay: 10\n\nUser-agent: GPTBot\nDisallow: /\n", "/news/1", "/news/2")
    assert meanings(noted) == [Meaning.RESERVED, Meaning.DELAY]
    assert noted[1].detail == "10 s between requests, no pause before"
    assert site.crawl(OPEN + "Crawl-delay: 10\n\nUser-agent: GPTBot\nDisallow: /\n", "/news/3") == []
    assert meanings(site.crawl(OPEN, "/news/1")) == [Meaning.FREE, Meaning.DELAY]


LINES = st.sampled_from(
    ["User-agent: *", "Disallow: /*$*?", "Allow: /%zz", "Crawl-delay: nan", "Crawl-delay: -1"]
)


@given(st.lists(LINES | st.text(max_size=30), max_size=20).map("\n".join), st.text(max_size=20))
def test_no_file_can_hurt(text: str, path: str) -> None:
    delays: list[float] = []

    async def ask(url: str) -> Answer:
        return answer(url, text.encode("utf-8", "surrogatepass"))

    async def check() -> None:
        await Robots("Crawler/1", ask, lambda _, delay: delays.append(delay)).check(
            f"http://site.example/{path}"
        )

    try:
        asyncio.run(check())
    except FetchError as refusal:
        assert refusal.reason == "robots"
    assert all(delay > 0 for delay in delays)


AGENTS = ("*", *AI_CRAWLERS, "google", "GPT", "cc", "claudebot/2.0", "Amazon bot", "extended", "bot", "c", "")
GROUP = st.tuples(
    st.sampled_from(("User-agent: ", "useragent:", "User agent ", "USER-AGENT:\t")),
    st.lists(st.sampled_from(AGENTS), min_size=1, max_size=3),
    st.sampled_from(("/", "/no", "")),
)


@given(st.lists(GROUP, max_size=4))
def test_crawlers_that_a_file_does_not_tell_apart_have_one_answer(
    groups: list[tuple[str, list[str], str]],
) -> None:
    lines = [
        line
        for spelling, agents, path in groups
        for line in (*(spelling + agent for agent in agents), f"Disallow: {path}")
    ]
    text = robots_text("\n".join(lines).encode())
    rules = Protego.parse(text)
    for url in ("https://site.example/no", "https://site.example/yes"):
        of_all = {rules.can_fetch(url, name) for name in AI_CRAWLERS}
        assert {rules.can_fetch(url, name) for name in told_apart(text)} == of_all


def test_few_crawlers_are_told_apart() -> None:
    assert told_apart("User-agent: *\nDisallow: /no\n") == AI_CRAWLERS[:1]
    assert told_apart("User-agent: ccbot\nDisallow: /\n") == ("CCBot", AI_CRAWLERS[0])
