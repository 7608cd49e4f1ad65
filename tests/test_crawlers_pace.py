"""Feeds asked at the ticks of a schedule, on real sites, by a clock that is passed in: how often, and what is found."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from store.feed_records import FeedHealth
from store.ledger import feed_table, url_table
from store.ledger.database import Ledger
from tests.loopback import Hit, Reply, Site, crawl, redirect, rss, serve
from tests.ticks import START, in_process

DAY = timedelta(days=1)


def crawl_at_ticks(folder: Path, feed: str, every: str, count: int) -> None:
    in_process("tests.ticks", str(folder), every, str(count), feed)


def when(hit: Hit) -> datetime:
    return parsedate_to_datetime(hit.headers["Date"])


def asked(site: Site, path: str = "/feed") -> list[Hit]:
    return [hit for hit in site.hits if hit.path == path]


def health(folder: Path) -> dict[str, FeedHealth]:
    with Ledger.open(folder / "ledger.sqlite") as ledger, ledger.reading() as conn:
        return {row.url: row for row in feed_table.health(conn)}


def tagged(reply: Reply, etag: str) -> Reply:
    return Reply(reply.body, headers=(*reply.headers, ("ETag", etag)))


def test_a_silent_feed_is_asked_a_third_of_the_times_in_a_week(tmp_path: Path) -> None:
    """Of 56 runs. Once a day it is asked without validators, and once it is silent long, always so."""

    def feed(hit: Hit) -> Reply:
        return Reply(status=304) if hit.headers["If-None-Match"] == '"1"' else tagged(rss("/a"), '"1"')

    with serve("127.0.10.1", {"/feed": feed, "/a": Reply(b"<p>text")}) as site:
        crawl_at_ticks(tmp_path, f"{site.url}/feed", "3h", 7 * 8)
    hits = asked(site)
    assert len(hits) == 19
    assert len(asked(site, "/robots.txt")) == 6, "once a day at most"
    assert len(site.hits) == 19 + 6 + len(asked(site, "/a")), "nor is anything else asked for"
    gaps = [when(later) - when(earlier) for earlier, later in pairwise(hits)]
    assert max(gaps) <= DAY
    whole = [when(hit) for hit in hits if hit.headers["If-None-Match"] is None]
    assert whole[0] == START
    tick = timedelta(hours=3)
    assert all(b - a <= DAY + tick for a, b in pairwise(whole))
    assert len(whole) < 13


@pytest.mark.parametrize(
    "etag", [lambda _: '"always"', lambda count: f'"{count}"'], ids=["one for all", "one each"]
)
def test_a_feed_whose_etag_lies_loses_nothing_for_good(tmp_path: Path, etag: Callable[[int], str]) -> None:
    """To whoever shows it an ETag, the server says that nothing has changed; every four hours something has."""
    days = 2

    def count(hit: Hit) -> int:
        return 1 + (when(hit) - START) // timedelta(hours=4)

    def feed(hit: Hit) -> Reply:
        if hit.headers["If-None-Match"]:
            return Reply(status=304)
        listed = [f"/{number}" for number in range(count(hit))][-10:]
        return tagged(rss(*listed), etag(count(hit)))

    pages = {f"/{number}": Reply(b"<p>text") for number in range(6 * days)}
    with serve("127.0.10.2", {"/feed": feed, **pages}) as site:
        crawl_at_ticks(tmp_path, f"{site.url}/feed", "2h", 12 * days)
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.reading() as conn:
        known = [url_table.get(conn, site.url + path) for path in pages]
    for number, found in enumerate(known):
        published = START + number * timedelta(hours=4)
        if found is None:
            assert published > START + (days - 1) * DAY, "those of the last day may be to come"
        else:
            assert found.first_seen_at - published <= DAY
    if etag(1) == etag(2):
        assert all(hit.headers["If-None-Match"] is None for hit in asked(site) if when(hit) > START + DAY)


def test_a_feed_that_is_gone_says_so_and_is_asked_once_a_day(tmp_path: Path) -> None:
    with serve("127.0.10.3", {"/feed": Reply(status=410)}) as site:
        crawl_at_ticks(tmp_path, f"{site.url}/feed", "3h", 3 * 8)
        assert [when(hit) for hit in asked(site)] == [START, START + DAY, START + 2 * DAY]
        row = health(tmp_path)[f"{site.url}/feed"]
        assert (row.status, row.error.partition(":")[0]) == (410, "gone")
        assert "take it out of broadsheet.toml" in row.error
        assert crawl(tmp_path, [f"{site.url}/feed"]).report.feed_errors == {"gone": 1}, "by hand, at any time"


def test_a_feed_that_moved_for_good_says_where_to(tmp_path: Path) -> None:
    new = tagged(rss("/a"), '"1"')

    def answer(hit: Hit) -> Reply:
        return Reply(status=304) if hit.headers["If-None-Match"] else new

    routes = {
        "/moved": redirect("/on"),
        "/on": redirect("/new", 308),
        "/partly": redirect("/elsewhere"),
        "/elsewhere": redirect("/new", 302),
        "/for-now": redirect("/new", 307),
        "/lost": redirect("/none"),
        "/new": answer,
        "/a": Reply(b"<p>text"),
    }
    names = ("moved", "partly", "for-now", "lost", "new")
    with serve("127.0.10.4", routes) as site:
        feeds = [f"{site.url}/{name}" for name in names]
        for status in (200, 304):
            crawl(tmp_path, feeds)
            found = health(tmp_path)
            assert {name: found[f"{site.url}/{name}"].moved_to for name in names} == {
                **dict.fromkeys(names, ""),
                "moved": f"{site.url}/new",
            }
            assert found[f"{site.url}/moved"].status == status
        site.routes["/moved"] = new
        crawl(tmp_path, feeds)
        assert health(tmp_path)[f"{site.url}/moved"].moved_to == ""
