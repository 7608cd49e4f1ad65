"""A source's own headers: on requests to its site, and nowhere else."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from articles.errors import HeadersError
from crawlers.middlewares.credentials import belongs, values
from crawlers.plan import SourceFeeds
from tests.loopback import Crawled, Hit, Reply, Site, finish, plan, redirect, rss, serve, start

HEADERS = {"X-Subscriber": "GAZETTE_TOKEN", "Cookie": "GAZETTE_COOKIES"}
TOKEN, COOKIES = "token-of-a-reader", "consent=yes; reader=73af"
PAGE = Reply(
    b"<p>for subscribers", headers=(("Content-Type", "text/html"), ("Set-Cookie", "session=renewed"))
)


@pytest.fixture
def sites() -> Iterator[tuple[Site, Site]]:
    """The source's site, and another one."""
    with serve("127.0.0.1", {}) as own, serve("127.0.0.2", {}) as other:
        yield own, other


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAZETTE_TOKEN", TOKEN)
    monkeypatch.setenv("GAZETTE_COOKIES", COOKIES)


def crawled(folder: Path, *sources: SourceFeeds) -> Crawled:
    return finish(start(replace(plan(folder), sources=sources)), folder)


def gazette(*feeds: str, headers: dict[str, str] = HEADERS, **more: str) -> SourceFeeds:
    return SourceFeeds(name="gazette", feeds=feeds, headers=headers, **more)  # type: ignore[arg-type]


def sent(site: Site, path: str) -> list[tuple[str | None, str | None]]:
    return [(hit.headers["X-Subscriber"], hit.headers["Cookie"]) for hit in site.hits if hit.path == path]


def everything(folder: Path) -> bytes:
    """What the data folder holds, unpacked."""
    read: Callable[[bytes, Path], bytes] = lambda data, path: (  # noqa: E731
        gzip.decompress(data) if path.suffix == ".gz" else data
    )
    return b"\n".join(read(path.read_bytes(), path) for path in folder.rglob("*") if path.is_file())


def test_feeds_and_pages_of_the_source_are_asked_for_with_them(
    tmp_path: Path, sites: tuple[Site, Site]
) -> None:
    own, other = sites
    own.routes |= {"/feed": rss("/a", f"{other.url}/b"), "/a": PAGE}
    other.routes["/b"] = PAGE
    done = crawled(tmp_path, gazette(f"{own.url}/feed"))
    assert done.report.finish == "finished", done.log
    assert sent(own, "/feed") == sent(own, "/a") == [(TOKEN, COOKIES)]
    assert sent(other, "/b") == sent(other, "/robots.txt") == [(None, None)]


def test_no_other_source_has_them(tmp_path: Path, sites: tuple[Site, Site]) -> None:
    own, _ = sites
    own.routes |= {"/feed": rss("/a"), "/notes": rss("/b"), "/a": PAGE, "/b": PAGE}
    crawled(tmp_path, gazette(f"{own.url}/feed"), SourceFeeds(name="notes", feeds=(f"{own.url}/notes",)))
    assert sent(own, "/notes") == sent(own, "/b") == [(None, None)]
    assert sent(own, "/a") == [(TOKEN, COOKIES)]


def test_a_redirect_to_another_site_leaves_them_behind_and_the_way_back_has_them(
    tmp_path: Path, sites: tuple[Site, Site]
) -> None:
    own, other = sites
    own.routes |= {"/feed": rss("/a", "/c"), "/a": redirect(f"{other.url}/login"), "/b": PAGE}
    own.routes["/c"] = Reply(f'<meta http-equiv="refresh" content="0; url={other.url}/d">'.encode())
    other.routes |= {"/login": redirect(f"{own.url}/b"), "/d": PAGE}
    done = crawled(tmp_path, gazette(f"{own.url}/feed"))
    assert sent(other, "/login") == sent(other, "/d") == [(None, None)]
    assert sent(own, "/b") == [(TOKEN, COOKIES)]
    (page,) = done.pages(f"{own.url}/a")
    assert page.final_url == f"{own.url}/b"


def test_cookies_of_a_gate_on_the_way_are_sent_as_well(tmp_path: Path, sites: tuple[Site, Site]) -> None:
    own, _ = sites

    def gate(hit: Hit) -> Reply:
        passed = Reply(status=302, headers=(("Location", "/a"), ("Set-Cookie", "gate=passed")))
        return PAGE if "gate=passed" in hit.headers["Cookie"] else passed

    own.routes |= {"/feed": rss("/a"), "/a": gate}
    crawled(tmp_path, gazette(f"{own.url}/feed"))
    assert sent(own, "/a") == [(TOKEN, COOKIES), (TOKEN, f"gate=passed; {COOKIES}")]


def test_a_site_that_is_named_has_them_instead_of_the_feeds_host(
    tmp_path: Path, sites: tuple[Site, Site]
) -> None:
    own, other = sites
    other.routes["/feed"] = rss(f"{own.url}/a")
    own.routes["/a"] = PAGE
    crawled(tmp_path, gazette(f"{other.url}/feed", site=own.url))
    assert sent(other, "/feed") == [(None, None)]
    assert sent(own, "/a") == [(TOKEN, COOKIES)]


def test_they_are_neither_kept_nor_logged(tmp_path: Path, sites: tuple[Site, Site]) -> None:
    own, _ = sites
    own.routes |= {
        "/feed": rss("/a", "/b", "/c"),
        "/a": PAGE,
        "/b": redirect("/b"),
        "/c": Reply(b"no", 500),
    }
    done = crawled(tmp_path, gazette(f"{own.url}/feed"))
    kept = everything(tmp_path)
    assert b"for subscribers" in kept
    for secret in (TOKEN, "73af", "renewed"):
        assert secret.encode() not in kept
        assert secret not in done.log


def test_a_variable_that_is_not_set_costs_its_source_alone(
    tmp_path: Path, sites: tuple[Site, Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = sites
    monkeypatch.delenv("GAZETTE_TOKEN")
    other.routes |= {"/feed": rss("/a"), "/a": PAGE}
    feeds = f"{own.url}/feed", f"{own.url}/more"
    done = crawled(tmp_path, gazette(*feeds), SourceFeeds(name="notes", feeds=(f"{other.url}/feed",)))
    assert own.hits == []
    assert (done.report.finish, done.report.fetched) == ("finished", 1)
    why = "headers: the environment variable GAZETTE_TOKEN, for X-Subscriber, is not set"
    assert [(each.source, each.url, each.error) for each in done.report.failed_feeds] == [
        ("gazette", feed, why) for feed in feeds
    ]


@pytest.mark.parametrize(
    ("value", "says"), [("", "not set"), (" ", "not set"), ("a\nb", "not one line"), ("ä", "not one line")]
)
def test_values_that_no_header_holds_are_refused_without_being_said(value: str, says: str) -> None:
    with pytest.raises(HeadersError, match=says) as refused:
        values({"Cookie": "GAZETTE"}, {"GAZETTE": value} if value else {})
    assert "GAZETTE" in str(refused.value)
    assert not value.strip() or value not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "site", "does"),
    [
        ("https://www.gazette.org/a", "https://feeds.gazette.org/rss", True),
        ("https://gazette.org:8443/a", "https://gazette.org/rss", True),
        ("http://www.gazette.org/a", "https://www.gazette.org/rss", False),
        ("http://www.gazette.org/a", "http://www.gazette.org/rss", True),
        ("https://www.gazette.org/a", "http://www.gazette.org/rss", True),
        ("https://gazette.org.evil.net/a", "https://gazette.org/rss", False),
        ("https://other.blogspot.com/a", "https://gazette.blogspot.com/rss", False),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/rss", True),
        ("http://127.0.0.1:9000/a", "http://127.0.0.1:8000/rss", False),
        ("http://localhost/a", "http://127.0.0.1/rss", False),
        ("https://gazette.org/a", "no url", False),
    ],
)
def test_what_belongs_to_a_site(url: str, site: str, does: bool) -> None:
    assert belongs(url, [site]) is does
