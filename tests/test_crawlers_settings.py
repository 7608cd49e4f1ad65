"""Scrapy's own commands in this project, as a Scrapy user types them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import ROOT, Reply, Site, redirect, rss, serve

HERE = ("-s", "ALLOW_ADDRESSES=127.0.0.0/8", "-s", "DOWNLOAD_DELAY=0")


def scrapy(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "scrapy", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)


@pytest.fixture
def site() -> Iterator[Site]:
    page = Reply(b"<html><title>Harbour</title><p>Text", headers=(("Content-Type", "text/html"),))
    routes = {
        "/robots.txt": Reply(b"User-agent: *\nDisallow: /private\n"),
        "/feed": rss("/a", "/moved", "/gone", "/private"),
        "/a": page,
        "/moved": redirect("/a"),
        "/private": page,
    }
    with serve("127.0.0.1", routes) as one:
        yield one


def test_list_names_the_spiders() -> None:
    assert "feed" in scrapy("list").stdout.split()


def test_a_crawl_without_a_data_folder_writes_pages(site: Site, tmp_path: Path) -> None:
    """What cannot be fetched is a line, too: nothing is passed over."""
    out = tmp_path / "pages.jsonl"
    done = scrapy("crawl", "feed", "-a", f"url={site.url}/feed", *HERE, "-O", str(out))
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    pages = {line["url"].removeprefix(site.url): line for line in lines}
    assert set(pages) == {"/a", "/moved", "/gone", "/private"}
    assert (pages["/a"]["status"], pages["/gone"]["status"]) == (200, 404)
    assert (pages["/moved"]["final_url"], pages["/moved"]["redirects"]) == (
        f"{site.url}/a",
        [f"{site.url}/moved"],
    )
    assert pages["/a"]["entry"]["title"] == "Note 0"
    assert pages["/private"]["reason"] == "robots"
    assert "ERROR" not in done.stderr
    assert "'crawl/fetched': 3" in done.stderr
    assert "/private" not in site.paths()


def test_the_shell_has_the_page_and_goes_by_the_rules(site: Site) -> None:
    code = 'print(response.css("title::text").get())'
    assert scrapy("shell", f"{site.url}/a", *HERE, "-c", code).stdout.startswith("Harbour")
    assert site.paths() == ["/robots.txt", "/a"]


def test_private_addresses_stay_out_of_reach(site: Site) -> None:
    done = scrapy("fetch", f"{site.url}/a")
    assert "127.0.0.1 is not a public address" in done.stderr
    done = scrapy("fetch", f"{site.url}/a".replace("127.0.0.1", "localhost"))
    assert "localhost resolves to no public address" in done.stderr or "ERROR" in done.stderr
    assert site.hits == []


def test_contracts_are_checked_and_nobody_is_asked() -> None:
    done = scrapy("check", "-s", 'DOWNLOAD_HANDLERS={"http": null, "https": null}')
    assert "OK" in done.stderr
    assert f"Ran {len(scrapy('list').stdout.split())} contracts" in done.stderr


def test_a_contract_is_checked_with_the_list_that_is_named(site: Site, tmp_path: Path) -> None:
    """By the rules of a crawl; it fails where the callback finds no pages. No data folder is touched."""
    words = ("-a", f"url={site.url}/feed", *HERE, "-s", f"STORE_FOLDER={tmp_path}")
    with pytest.raises(subprocess.CalledProcessError) as failed:
        scrapy("check", "-v", "feed", "section", *words)
    told = failed.value.stderr
    assert "[feed] parse (@returns post-hook) ... ok" in told
    assert "[section] parse (@returns post-hook) ... FAIL" in told
    assert "Returned 0 requests, expected 1..inf" in told
    assert "Ran 2 contracts" in told
    assert set(site.paths()) == {"/robots.txt", "/feed"}
    assert list(tmp_path.iterdir()) == []
