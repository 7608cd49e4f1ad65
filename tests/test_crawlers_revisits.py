"""Articles looked at again: when, with which conditions, and what is kept of the answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from store.ledger import url_table
from store.ledger.database import Ledger
from store.records import KnownUrl, UrlState
from tests.loopback import Crawled, Hit, Reply, crawl, redirect, rss, serve

TEXT = Reply(b"<p>text", headers=(("Content-Type", "text/html"), ("ETag", '"1"')))
HOUR = timedelta(hours=1)


def conditional(hit: Hit) -> Reply:
    return Reply(status=304) if hit.headers["If-None-Match"] == '"1"' else TEXT


def let_time_come(folder: Path) -> None:
    """Make every visit due."""
    with Ledger.open(folder / "ledger.sqlite") as ledger, ledger.transaction() as conn:
        due = url_table.URLS.update().where(url_table.URLS.c.due_at.is_not(None))
        conn.execute(due.values(due_at=datetime.now(UTC) - HOUR))


def known(crawled: Crawled, url: str) -> KnownUrl:
    with Ledger.open(crawled.folder / "ledger.sqlite") as ledger, ledger.reading() as conn:
        found = url_table.get(conn, url)
    assert found is not None
    return found


def test_an_article_is_asked_for_again_once_its_time_has_come(tmp_path: Path) -> None:
    routes = {
        "/feed": rss("/same", "/new", "/moved"),
        "/same": conditional,
        "/new": Reply(b"<p>text"),
        "/moved": redirect("/there"),
        "/there": conditional,
    }
    with serve("127.0.7.1", routes) as site:
        feeds = [f"{site.url}/feed"]
        crawl(tmp_path, feeds)
        first = len(site.hits)
        assert crawl(tmp_path, feeds).report.due == 0
        assert site.paths()[first:] == ["/feed"]

        let_time_come(tmp_path)
        result = crawl(tmp_path, feeds)
    again = {hit.path: hit.headers["If-None-Match"] for hit in site.hits[first + 1 :]}
    assert again == {
        "/feed": None,
        "/same": '"1"',
        "/new": None,
        "/moved": '"1"',
        "/there": '"1"',
    }
    report = result.report
    assert (report.due, report.fetched, report.not_modified, report.misses) == (3, 1, 2, {})
    captures = {path: len(result.pages(site.url + path)) for path in ("/same", "/new", "/moved")}
    assert captures == {"/same": 1, "/new": 2, "/moved": 1}
    for path in ("/same", "/new", "/moved"):
        url = known(result, site.url + path)
        assert (url.state, url.last_error) == (UrlState.FETCHED, "")
        assert url.due_at == url.first_seen_at + HOUR, "its first time has not come by the clock"


def test_without_revisits_nothing_is_asked_for_again(tmp_path: Path) -> None:
    with serve("127.0.7.1", {"/feed": rss("/same"), "/same": conditional}) as site:
        crawl(tmp_path, [f"{site.url}/feed"])
        let_time_come(tmp_path)
        result = crawl(tmp_path, [f"{site.url}/feed"], revisits=[])
    assert result.report.due == 0
    assert site.paths().count("/same") == 1


def test_a_304_that_nobody_asked_for_is_a_failure(tmp_path: Path) -> None:
    with serve("127.0.7.1", {"/feed": rss("/odd"), "/odd": Reply(status=304)}) as site:
        result = crawl(tmp_path, [f"{site.url}/feed"])
    assert result.state(f"{site.url}/odd") is UrlState.FAILED
    assert [page.status for page in result.pages(f"{site.url}/odd")] == [304]
