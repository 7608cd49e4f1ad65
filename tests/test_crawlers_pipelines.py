"""The books of a crawl: a request that vanishes, however it does, leaves its URL with one state and a reason."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from store.ledger import capture_table, feed_table, miss_table, url_table
from store.ledger.database import Ledger
from store.records import Miss, UrlState
from tests.loopback import ROOT, Reply, redirect, rss, serve

LOST = {
    "ignored": "a middleware refused it: not today",
    "broken": "ZeroDivisionError: broken",
    "filtered": "its request vanished",
    "dropped": "an item pipeline dropped its page",
    "unpiped": "an item pipeline dropped its page",
    "raises": "the spider failed: broken",
    "empty": "its request vanished",
}
FETCHED = ("good", "moved", "moved-to-good")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, str]]:
    folder = tmp_path_factory.mktemp("vanishing")
    pages = {f"/{name}": Reply(b"<p>text") for name in (*LOST, "good", "there")}
    moved = {"/moved": redirect("/there"), "/moved-to-good": redirect("/good")}
    feed = {"/feed": rss(*(f"/{name}" for name in (*LOST, *FETCHED))), "/lost-feed": rss("/never")}
    with serve("127.0.0.1", {**pages, **moved, **feed}) as site:
        command = [
            sys.executable,
            "-m",
            "tests.vanishing",
            str(folder),
            f"{site.url}/feed",
            f"{site.url}/lost-feed",
        ]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with Ledger.open(folder / "ledger.sqlite") as ledger:
        yield ledger, site.url


def misses(crawled: tuple[Ledger, str], name: str) -> list[Miss]:
    ledger, site = crawled
    with ledger.reading() as connection:
        return miss_table.misses(connection, f"{site}/{name}")


@pytest.mark.parametrize("name", FETCHED)
def test_what_comes_through_is_kept(crawled: tuple[Ledger, str], name: str) -> None:
    """A redirect to a page that is fetched for itself, too, is no duplicate of it."""
    ledger, site = crawled
    with ledger.reading() as connection:
        captures = capture_table.of_url(connection, f"{site}/{name}")
    assert len([each for each in captures if each.url == f"{site}/{name}"]) == 1
    assert misses(crawled, name) == []


@pytest.mark.parametrize("name", [name for name in LOST if name != "filtered"])
def test_what_vanishes_is_accounted_for(crawled: tuple[Ledger, str], name: str) -> None:
    (miss,) = misses(crawled, name)
    assert (miss.reason, miss.detail) == ("error", LOST[name])
    assert miss.state is UrlState.DUE


def test_each_url_has_one_state(crawled: tuple[Ledger, str]) -> None:
    ledger, _ = crawled
    with ledger.reading() as connection:
        counts = url_table.counts(connection)
    assert (counts["fetched"], counts["due"]) == (len(FETCHED), len(LOST))
    assert sum(counts.values()) == len(FETCHED) + len(LOST)


def test_what_a_spider_middleware_drops_is_accounted_for(crawled: tuple[Ledger, str]) -> None:
    """Scrapy sends no signal for it: the ledger gave the URL out, and it never came back."""
    (miss,) = misses(crawled, "filtered")
    assert (miss.reason, miss.detail) == ("error", LOST["filtered"])


def test_a_feed_that_vanishes_is_accounted_for(crawled: tuple[Ledger, str]) -> None:
    ledger, site = crawled
    with ledger.reading() as connection:
        errors = {row.url: row.error for row in feed_table.health(connection)}
    assert errors == {f"{site}/feed": "", f"{site}/lost-feed": "error: the spider failed: broken"}
