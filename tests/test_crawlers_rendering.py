"""Pages that scripts fill, in a real Chromium: what it asks for goes by the same rules as everything else."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from articles.errors import BrowserError
from crawlers.fetching import browser
from crawlers.plan import SourceFeeds
from tests.loopback import Crawled, Reply, Site, finish, never, plan, redirect, rss, serve, start
from tests.patience import alive, until

pytest.importorskip("playwright", reason="the extra `browser` is not installed")
needs_chromium = pytest.mark.skipif(
    not any(map(shutil.which, browser.NAMES)), reason="there is no Chromium on PATH"
)

JSON = (("Content-Type", "application/json"),)
SCRIPT = (("Content-Type", "text/javascript"),)
FILL = """
fetch("/text.json").then(answer => answer.json()).then(text => {
  document.querySelector("main").innerHTML = "<p>" + text + "</p>";
});
"""


def page(script: str = "", src: str = "") -> Reply:
    tag = f'<script src="{src}"></script>' if src else f"<script>{script}</script>"
    html = f"<html><head><title>Pier</title></head><body><main>empty</main>{tag}</body></html>"
    return Reply(html.encode(), headers=(("Content-Type", "text/html; charset=iso-8859-1"),))


@pytest.fixture
def sites() -> Iterator[tuple[Site, Site]]:
    """A site that may be reached, and one on an address that may not."""
    with serve("127.0.0.1", {}) as own, serve("127.0.0.9", {}) as private:
        yield own, private


def crawled(folder: Path, site: Site, *, timeout: float = 0, **settings: object) -> Crawled:
    allowed = {"allow_addresses": ["127.0.0.1/32"]} | settings
    own = {"RENDER_TIMEOUT": timeout} if timeout else {}
    source = SourceFeeds(name="gazette", feeds=(f"{site.url}/feed",), render=True, scrapy=own)
    return finish(start(replace(plan(folder, **allowed), sources=(source,))), folder)


@needs_chromium
def test_a_page_is_kept_as_its_scripts_leave_it(tmp_path: Path, sites: tuple[Site, Site]) -> None:
    own, _ = sites
    own.routes |= {
        "/feed": rss("/a"),
        "/a": redirect("/b"),
        "/b": page(src="/fill.js"),
        "/fill.js": Reply(FILL.encode(), headers=SCRIPT),
        "/text.json": Reply('"The pier is repaired, écrit le maire."'.encode(), headers=JSON),
    }
    done = crawled(tmp_path, own)
    assert done.report.finish == "finished", done.log
    (kept,) = done.pages(f"{own.url}/a")
    assert "The pier is repaired, écrit le maire.".encode() in kept.body
    assert kept.final_url == f"{own.url}/b"
    assert dict(kept.headers)["content-type"] == "text/html; charset=utf-8"
    assert dict(kept.headers)["x-crawler-rendered"] == "1"
    assert {hit.headers["User-Agent"] for hit in own.hits} == {own.hits[0].headers["User-Agent"]}
    assert own.paths().count("/b") == 1, "what was fetched is not fetched by the browser"


@needs_chromium
def test_nothing_on_a_page_reaches_a_private_address(tmp_path: Path, sites: tuple[Site, Site]) -> None:
    own, private = sites
    there = private.url
    script = f"""
    fetch("{there}/fetched").catch(() => 0);
    fetch("/moved").catch(() => 0);
    fetch("http://localhost:{there.rpartition(":")[2]}/named").catch(() => 0);
    new WebSocket("{there.replace("http", "ws")}/socket");
    new EventSource("{there}/events");
    navigator.sendBeacon("{there}/beacon", "x");
    new Image().src = "{there}/image";
    for (const [tag, key] of [["iframe", "src"], ["link", "href"], ["script", "src"], ["object", "data"]]) {{
      const made = document.createElement(tag);
      made[key] = "{there}/" + tag;
      if (tag == "link") made.rel = "preload", made.as = "script";
      document.body.append(made);
    }}
    const peer = new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.9:3478"}}]}});
    peer.createDataChannel("x");
    peer.createOffer().then(offer => peer.setLocalDescription(offer));
    document.querySelector("main").textContent = "script ran";
    setTimeout(() => location.href = "{there}/elsewhere", 50);
    setTimeout(() => window.open("{there}/window"), 60);
    """
    own.routes |= {"/feed": rss("/a"), "/a": page(script), "/moved": redirect(f"{there}/redirected")}
    done = crawled(tmp_path, own)
    assert private.hits == []
    (kept,) = done.pages(f"{own.url}/a")
    assert b"script ran" in kept.body
    assert kept.final_url == f"{own.url}/a"


@needs_chromium
def test_robots_txt_holds_for_scripts(tmp_path: Path, sites: tuple[Site, Site]) -> None:
    own, _ = sites
    own.routes |= {
        "/robots.txt": Reply(b"User-agent: *\nDisallow: /text.json\n"),
        "/feed": rss("/a"),
        "/a": page(FILL),
        "/text.json": Reply(b'"secret"', headers=JSON),
    }
    done = crawled(tmp_path, own)
    assert "/text.json" not in own.paths()
    (kept,) = done.pages(f"{own.url}/a")
    assert b"empty" in kept.body


@needs_chromium
def test_a_script_without_end_costs_its_page_alone(tmp_path: Path, sites: tuple[Site, Site]) -> None:
    own, _ = sites
    own.routes |= {
        "/feed": rss("/a", "/b", "/c"),
        "/a": page("while (true) {}"),
        "/b": page(FILL),
        "/text.json": Reply(b'"after it"', headers=JSON),
        "/c": page("fetch('/never'); document.querySelector('main').textContent = 'as far as it came'"),
        "/never": Reply(write=never),
    }
    done = crawled(tmp_path, own, timeout=3.0)
    assert done.report.finish == "finished", done.log
    assert done.report.misses == {"timeout": 1}
    assert b"after it" in done.pages(f"{own.url}/b")[0].body
    assert b"as far as it came" in done.pages(f"{own.url}/c")[0].body


@needs_chromium
def test_what_a_page_asks_for_and_becomes_is_limited(tmp_path: Path, sites: tuple[Site, Site]) -> None:
    own, _ = sites
    many = "for (let n = 0; n < 300; n++) fetch('/n' + n);"
    grow = "document.querySelector('main').textContent = 'x'.repeat(60000);"
    own.routes |= {"/feed": rss("/a", "/b"), "/a": page(many), "/b": page(grow)}
    done = crawled(tmp_path, own, max_bytes=50_000)
    assert done.report.misses == {"too_large": 1}
    assert sum(path.startswith("/n") for path in own.paths()) == 100


@needs_chromium
def test_no_browser_outlives_a_crawl_that_is_killed(tmp_path: Path, sites: tuple[Site, Site]) -> None:
    own, _ = sites
    own.routes |= {"/feed": rss("/a"), "/a": page("fetch('/never')"), "/never": Reply(write=never)}
    source = SourceFeeds(name="gazette", feeds=(f"{own.url}/feed",), render=True)
    what = replace(plan(tmp_path, allow_addresses=["127.0.0.1/32"]), sources=(source,))
    process = start(what)
    try:
        until(lambda: "/never" in own.paths())
        children = descendants(process.pid)
        assert len(children) > 2
    finally:
        process.kill()
        process.communicate()
    until(lambda: not any(map(alive, children)))


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [each for child in map(int, listed) for each in (child, *descendants(child))]


def test_without_a_browser_its_source_fails_alone(
    tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, _ = sites
    own.routes |= {"/feed": rss("/a"), "/a": page(), "/notes": rss("/b"), "/b": page()}
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(BrowserError, match="Chromium"):
        browser.executable()
    rendered = SourceFeeds(name="gazette", feeds=(f"{own.url}/feed",), render=True)
    plain = SourceFeeds(name="notes", feeds=(f"{own.url}/notes",))
    done = finish(start(replace(plan(tmp_path), sources=(rendered, plain))), tmp_path)
    (failed,) = done.report.failed_feeds
    assert failed.error.startswith("browser: `render` needs Chromium")
    assert own.paths().count("/b") == 1
