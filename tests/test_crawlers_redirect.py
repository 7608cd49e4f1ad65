"""Redirects and what they bring along: circles, cookies, and where they may lead."""

from pathlib import Path

import pytest

from tests.loopback import Hit, Reply, crawl, redirect, serve


def gate(to: str, *cookies: str) -> Reply:
    return Reply(status=302, headers=(("Location", to), *(("Set-Cookie", cookie) for cookie in cookies)))


def needs(cookie: str, without: Reply, page: bytes = b"<p>behind the gate") -> "object":
    def answer(hit: Hit) -> Reply:
        return Reply(page) if cookie in hit.headers.get("Cookie", "") else without

    return answer


def test_a_cookie_of_a_redirect_goes_with_the_next_hop(tmp_path: Path) -> None:
    """To the same address, or over a gate; and with no other page."""
    routes = {
        "/itself": needs("seen=yes", gate("/itself", "seen=yes; Path=/")),
        "/over": needs("passed=1", gate("/gate")),
        "/gate": gate("/over", "passed=1; Path=/; HttpOnly", "more=2; Path=/"),
        "/other": Reply(b"<p>other"),
    }
    with serve("127.0.0.1", routes) as site:
        result = crawl(tmp_path, pages=[site.url + path for path in ("/itself", "/over", "/other")])
        cookies = {hit.path: hit.headers.get("Cookie") for hit in site.hits}
    for path in ("/itself", "/over"):
        (page,) = [each for each in result.pages(site.url + path) if each.url == site.url + path]
        assert page.body == b"<p>behind the gate"
    assert cookies["/over"] == "passed=1; more=2"
    assert cookies["/other"] is None


def test_a_gate_that_never_opens_is_left(tmp_path: Path) -> None:
    with serve("127.0.0.1", {"/a": gate("/a", "n=1")}) as site:
        result = crawl(tmp_path, pages=[site.url + "/a"], max_redirects=5)
    (miss,) = result.misses(site.url + "/a")
    assert (miss.reason, miss.detail) == ("redirect", "more than 5 redirects")
    assert site.paths().count("/a") == 6


def test_cookies_stay_with_their_host(tmp_path: Path) -> None:
    with serve("127.0.6.1", {}) as one, serve("127.0.6.2", {"/b": Reply(b"<p>b")}) as two:
        one.routes["/a"] = gate(f"{two.url}/b", "secret=1; Path=/")
        result = crawl(tmp_path, pages=[one.url + "/a"])
    assert [page.final_url for page in result.pages(one.url + "/a")] == [f"{two.url}/b"]
    assert [hit.headers.get("Cookie") for hit in two.hits] == [None, None]


@pytest.mark.parametrize("limit", [0, 1])
def test_no_more_redirects_than_are_allowed(tmp_path: Path, limit: int) -> None:
    with serve("127.0.0.1", {"/0": redirect("/1"), "/1": redirect("/2"), "/2": Reply()}) as site:
        result = crawl(tmp_path, pages=[site.url + "/0"], max_redirects=limit)
    (miss,) = result.misses(site.url + "/0")
    assert miss.detail == f"more than {limit} redirects"
    assert len(site.hits) == limit + 2


def refreshing(to: str, seconds: int = 0) -> Reply:
    return Reply(
        f'<html><head><meta http-equiv="refresh" content="{seconds}; url={to}"></head></html>'.encode()
    )


def test_a_page_that_sends_the_reader_on_is_followed(tmp_path: Path) -> None:
    """At once, by header or tag; a page that stays, or goes round in circles, is the page."""
    routes = {
        "/tag": refreshing("/there"),
        "/header": Reply(b"<p>wait", headers=(("Content-Type", "text/html"), ("Refresh", "0; url=/there"))),
        "/stays": refreshing("/there", 300),
        "/circle": refreshing("/circle-2"),
        "/circle-2": refreshing("/circle"),
        "/there": Reply(b"<p>there"),
    }
    with serve("127.0.0.1", routes) as site:
        asked = [site.url + path for path in ("/tag", "/header", "/stays", "/circle")]
        result = crawl(tmp_path, pages=asked)
    led = {
        url.removeprefix(site.url): [p.final_url for p in result.pages(url) if p.url == url] for url in asked
    }
    assert led == {
        "/tag": [site.url + "/there"],
        "/header": [site.url + "/there"],
        "/stays": [site.url + "/stays"],
        "/circle": [site.url + "/circle-2"],
    }
