"""The crawl process from end to end: real pipes, real HTTP on loopback, real archive and ledger."""

import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import pytest

from store.records import UrlState
from tests.loopback import (
    AGENT,
    ROOT,
    Hit,
    Reply,
    Site,
    crawl,
    finish,
    held,
    plan,
    redirect,
    rss,
    serve,
    start,
)
from tests.patience import alive, until


def conditional(reply: Reply, tag: str) -> Callable[[Hit], Reply]:
    def answer(hit: Hit) -> Reply:
        if hit.headers["If-None-Match"] == tag:
            return Reply(status=304)
        return Reply(reply.body, headers=(*reply.headers, ("ETag", tag), ("Last-Modified", "yesterday")))

    return answer


@pytest.fixture
def site() -> Iterator[Site]:
    with serve("127.0.0.1", {}) as one:
        yield one


MANY = {"/feed": rss(*(f"/{n}" for n in range(30)))} | {f"/{n}": Reply() for n in range(30)}


def page(text: str) -> Reply:
    return Reply(f"<html><title>{text}</title><p>{text}".encode())


def test_feeds_lead_to_pages_and_a_second_run_asks_only_what_changed(tmp_path: Path, site: Site) -> None:
    site.routes |= {
        "/feed": conditional(rss("/a", "/b?x=1&amp;y=2", "/a#part", "mailto:me"), '"one"'),
        "/other": rss(f"{site.url}/a", "/c"),
        "/a": page("a"),
        "/b?x=1&y=2": page("b"),
        "/c": redirect("/d"),
        "/d": page("d"),
    }
    feeds = [site.url + "/feed", site.url + "/other"]
    first = crawl(tmp_path, feeds)
    assert (first.code, first.report.finish) == (0, "finished")
    assert sorted(site.paths()) == ["/a", "/b?x=1&y=2", "/c", "/d", "/feed", "/other", "/robots.txt"]
    assert site.paths()[0] == "/robots.txt"
    assert first.report == first.report.__class__(
        finish="finished", feeds=2, feeds_fetched=2, entries=4, new=3, seen=1, due=3, fetched=3
    )
    (kept,) = first.pages(site.url + "/c")
    assert (kept.final_url, kept.redirects) == (site.url + "/d", (site.url + "/c",))
    assert (kept.status, kept.body, kept.entry.title) == (200, page("d").body, "Note 1")
    assert ("content-type", "text/html") in kept.headers
    (b,) = first.pages(site.url + "/b?x=1&y=2")
    assert b.entry.feed == feeds[0]
    assert "mailto" not in first.log
    assert "bad link" in first.log

    site.hits.clear()
    site.routes["/other"] = rss(f"{site.url}/a", "/c", "/new")
    site.routes["/new"] = page("new")
    second = crawl(tmp_path, feeds)
    assert sorted(site.paths()) == ["/feed", "/new", "/other"], "what its robots.txt said is known"
    (asked,) = [hit for hit in site.hits if hit.path == "/feed"]
    assert asked.headers["If-None-Match"] == '"one"'
    assert asked.headers["If-Modified-Since"] == "yesterday"
    assert (second.report.feeds_unchanged, second.report.feeds_fetched) == (1, 1)
    assert (second.report.new, second.report.seen, second.report.fetched) == (1, 2, 1)


def test_requests_are_honest(tmp_path: Path, site: Site) -> None:
    site.routes |= {"/feed": rss("/a"), "/a": page("a")}
    environment = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        crawl(tmp_path, [site.url + "/feed"])
    assert len(site.hits) == 3
    for hit in site.hits:
        assert hit.headers["User-Agent"] == AGENT
        assert not {"cookie", "referer", "from"} & {name.lower() for name in hit.headers}
        assert hit.headers["Accept-Encoding"] == "gzip, deflate, br, zstd"


def test_an_updated_entry_is_fetched_again(tmp_path: Path, site: Site) -> None:
    def atom(updated: str) -> Reply:
        entry = f'<entry><title>A</title><link href="/a"/><updated>{updated}</updated></entry>'
        return Reply(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title>{entry}</feed>'.encode())

    site.routes |= {"/feed": atom("2026-01-01T00:00:00Z"), "/a": page("old")}
    for _ in range(2):
        crawl(tmp_path, [site.url + "/feed"])
    assert site.paths().count("/a") == 1
    site.routes |= {"/feed": atom("2026-01-02T00:00:00Z"), "/a": page("new")}
    last = crawl(tmp_path, [site.url + "/feed"])
    assert [kept.body for kept in last.pages(site.url + "/a")] == [page("old").body, page("new").body]


def test_a_broken_feed_costs_only_itself(tmp_path: Path, site: Site) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>")
        while True:
            connection.sendall(b"<item>" * 10_000)

    site.routes |= {
        "/html": Reply(b"<!DOCTYPE html><p>Our feeds have moved"),
        "/empty": Reply(),
        "/text": Reply(b"hello"),
        "/error": Reply(status=500),
        "/endless": Reply(write=endless),
        "/good": rss("/a"),
        "/a": page("a"),
    }
    names = ("html", "empty", "text", "gone", "error", "endless", "good")
    feeds = [f"{site.url}/{name}" for name in names]
    result = crawl(tmp_path, feeds, max_attempts=1, max_feed_bytes=1_000_000, concurrency=8)
    assert result.report.finish == "finished"
    assert (result.report.feeds, result.report.feeds_fetched, result.report.feeds_failed) == (7, 1, 6)
    expected = {"no_feed": 3, "HTTP 404": 1, "HTTP 500": 1, "too_large": 1}
    assert result.report.feed_errors == expected
    assert result.report.fetched == 1
    health = {row.url: row for row in result.feed_health()}
    assert "web page (HTML)" in health[f"{site.url}/html"].error
    assert "is empty" in health[f"{site.url}/empty"].error
    assert health[f"{site.url}/error"].status == 500
    assert health[f"{site.url}/good"].error == ""
    assert all(url in result.log for url in feeds[:-1])


NO_FEEDS = (
    "",
    "   ",
    "notes",
    "/feed",
    "http://",
    "http://[::1/feed",
    "http://300.1.1.1/feed",
    "http://exa mple.org/feed",
    "http://example.org:99999/feed",
    "ftp://example.org/feed",
    "mailto:desk@example.org",
    "file:///etc/passwd",
)


def test_what_is_no_url_is_named_and_costs_only_itself(tmp_path: Path, site: Site) -> None:
    site.routes |= {"/feed": rss("/a"), "/a": page("a")}
    result = crawl(tmp_path, [*NO_FEEDS, f"{site.url}/feed"])
    assert (result.code, result.report.finish) == (0, "finished")
    assert result.report.feed_errors == {"url": len(NO_FEEDS)}
    assert (result.report.feeds_fetched, result.report.fetched) == (1, 1)
    health = {row.url: row for row in result.feed_health()}
    for url in NO_FEEDS:
        assert health[url].error.startswith("url: not a")
        assert repr(url) in health[url].error
        assert f"feed {url}: url: not a" in result.log
    assert {(failed.source, failed.url) for failed in result.report.failed_feeds} == {
        ("notes", url) for url in NO_FEEDS
    }
    assert "Traceback" not in result.log


def test_a_name_that_cannot_be_a_host_costs_only_itself(tmp_path: Path, site: Site) -> None:
    site.routes |= {"/feed": rss("/a"), "/a": page("a")}
    names = (f"http://{'a' * 70}.example/feed", "http://a..example/feed", "http://nowhere.invalid/feed")
    result = crawl(tmp_path, [*names, f"{site.url}/feed"], max_attempts=1)
    assert result.report.finish == "finished"
    assert (result.report.feeds_failed, result.report.fetched) == (3, 1)
    assert {row.url for row in result.feed_health() if row.error} == set(names)


def test_hosts_are_asked_side_by_side(tmp_path: Path) -> None:
    with ExitStack() as stack:
        sites = [stack.enter_context(serve(f"127.0.1.{number}", {})) for number in range(1, 21)]
        replies = {"/robots.txt": Reply(), "/feed": rss("/a"), "/a": Reply()}
        all_asked = {path: held(threading.Barrier(len(sites)), reply) for path, reply in replies.items()}
        for one in sites:
            one.routes |= all_asked
        result = crawl(tmp_path, [one.url + "/feed" for one in sites])
    assert result.report.fetched == 20


def test_sigterm_stops_it_gracefully(tmp_path: Path, site: Site) -> None:
    ended = threading.Event()
    site.routes |= MANY | {"/5": held(ended, Reply())}
    process = start(plan(tmp_path, [site.url + "/feed"]))
    until(lambda: "/5" in site.paths())
    process.terminate()
    result = finish(process, tmp_path)
    ended.set()
    assert (result.code, result.report.finish) == (0, "stopped")
    assert result.report.fetched == 5
    assert result.log == ""
    assert [n for n in range(30) if result.pages(f"{site.url}/{n}")] == list(range(5))
    rest = crawl(tmp_path, [site.url + "/feed"])
    assert rest.report.fetched == 25


PARENT = """
import sys, time
from pathlib import Path
from tests.loopback import plan, start
child = start(plan(Path({folder!r}), [{feed!r}]))
print(child.pid, flush=True)
time.sleep(3600)
"""


def test_no_process_outlives_a_killed_parent(tmp_path: Path, site: Site) -> None:
    killed = threading.Event()
    site.routes |= MANY | {"/5": held(killed, Reply())}
    code = PARENT.format(folder=str(tmp_path), feed=site.url + "/feed")
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert parent.stdout
    with parent.stdout:
        child = int(parent.stdout.readline())
        until(lambda: "/5" in site.paths())
        family = [child, *descendants(child)]
        assert len(family) >= 2  # with the feeds' parser
        parent.kill()
        parent.wait()
        until(lambda: not any(map(alive, family)))
        killed.set()
    result = crawl(tmp_path, [site.url + "/feed"])
    assert result.report.finish == "finished"
    assert all(result.state(f"{site.url}/{n}") is UrlState.FETCHED for n in range(30))
    assert all(len(result.pages(f"{site.url}/{n}")) == 1 for n in range(30))


def test_a_store_that_cannot_be_written_ends_it(tmp_path: Path, site: Site) -> None:
    site.routes |= {"/feed": rss("/a"), "/a": page("a")}
    (tmp_path / "archive").write_text("in the way")
    result = crawl(tmp_path, [site.url + "/feed"])
    assert result.code == 1
    assert result.report.finish.startswith("failed: ")
    assert str(tmp_path / "archive") in result.report.finish


def test_a_store_that_fails_on_the_way_ends_it(tmp_path: Path, site: Site) -> None:
    """A file may grow to 2 MB: enough for the ledger, not for the archive."""
    limited = threading.Event()
    site.routes |= {
        "/feed": held(limited, rss("/a", "/b")),
        "/a": Reply(os.urandom(4_000_000)),
        "/b": page("b"),
    }
    process = start(plan(tmp_path, [site.url + "/feed"]))
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    limited.set()
    result = finish(process, tmp_path)
    assert result.code == 1
    assert result.report.finish.startswith("failed: ")
    assert "archive" in result.report.finish


def test_named_pages_are_fetched_besides(tmp_path: Path, site: Site) -> None:
    site.routes |= {"/a": page("a")}
    result = crawl(tmp_path, pages=[site.url + "/a", site.url + "/missing"])
    assert (result.report.feeds, result.report.fetched) == (0, 2)
    (missing,) = result.pages(site.url + "/missing")
    assert missing.status == 404
    assert result.state(site.url + "/missing") is UrlState.GONE


def test_log_lines_hold_no_control_characters(tmp_path: Path, site: Site) -> None:
    site.routes["/feed"] = Reply(b"\x1b[31mred\nERROR forged\x07")
    result = crawl(tmp_path, [site.url + "/feed"])
    (line,) = result.log.splitlines()
    assert line.isprintable()
    assert "forged" in line


def descendants(pid: int) -> list[int]:
    """Whichever of its threads started them."""
    listed = [each.read_text().split() for each in Path(f"/proc/{pid}/task").glob("*/children")]
    return [member for child in map(int, chain(*listed)) for member in (child, *descendants(child))]
