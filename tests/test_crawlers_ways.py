"""Sites without a feed on loopback: crawled by sitemaps and sections, in the crawl process and by Scrapy's command."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.plan import SourceFeeds
from store.ledger import feed_table, lastmod_table
from store.ledger.capture_table import CAPTURES
from store.ledger.database import Ledger
from store.records import Outcome, UrlState
from tests.loopback import Crawled, Reply, Site, finish, plan, redirect, rss, serve, start
from tests.test_crawlers_settings import HERE, scrapy

WEEK = timedelta(days=7).total_seconds()
PAGE = Reply(b"<html><title>Harbour</title><p>Text", headers=(("Content-Type", "text/html"),))
STORIES = tuple(f"/news/the-harbour-board-votes-on-pier-{number}" for number in range(4))


def ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def listed(path: str, lastmod: str = "", child: bool = False) -> str:
    name = "sitemap" if child else "url"
    date = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<{name}><loc>{path}</loc>{date}</{name}>"


def sitemap(*elements: str, root: str = "urlset", headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(
        f"<{root}>{''.join(elements)}</{root}>".encode(),
        headers=(("Content-Type", "application/xml"), *headers),
    )


@pytest.fixture
def site() -> Iterator[Site]:
    with serve("127.0.0.1", dict.fromkeys(STORIES, PAGE)) as one:
        yield one


def crawl(folder: Path, backlog: float = WEEK, **ways: tuple[str, ...]) -> Crawled:
    source = SourceFeeds(name="notes", **ways)  # type: ignore[arg-type]
    return finish(start(replace(plan(folder), sources=(source,), backlog=backlog)), folder)


def test_a_sitemap_leads_to_the_young_and_leaves_the_old_in_the_backlog(site: Site, tmp_path: Path) -> None:
    dates = (ago(1), ago(8), "no date", "2099-01-01")
    site.routes["/sitemap.xml"] = sitemap(
        *map(listed, STORIES, dates), listed("/news/"), headers=(("ETag", '"1"'),)
    )
    way = f"{site.url}/sitemap.xml"
    done = crawl(tmp_path, sitemaps=(way,))
    assert (done.code, done.report.entries, done.report.new, done.report.backlog) == (0, 4, 4, 1)
    assert done.report.fetched == 3
    states = [done.state(site.url + path) for path in STORIES]
    assert states == [UrlState.FETCHED, UrlState.BACKLOG, UrlState.FETCHED, UrlState.FETCHED]
    assert done.state(f"{site.url}/news") is None
    (health,) = done.feed_health()
    assert (health.url, health.status, health.entries, health.error) == (way, 200, 4, "")

    site.routes["/sitemap.xml"] = lambda hit: Reply(status=304 if hit.headers["If-None-Match"] else 500)
    again = crawl(tmp_path, sitemaps=(way,))
    assert (again.report.feeds_unchanged, again.report.fetched) == (1, 0)


def test_a_changed_lastmod_asks_for_nothing(site: Site, tmp_path: Path) -> None:
    for days in (3, 1):
        site.routes["/sitemap.xml"] = sitemap(listed(STORIES[0], ago(days)), listed(STORIES[1], ago(5)))
        done = crawl(tmp_path, sitemaps=(f"{site.url}/sitemap.xml",))
    assert done.report.seen == 2
    assert site.paths().count(STORIES[0]) == 1


def test_a_changed_lastmod_asks_again_where_it_proved_true(site: Site, tmp_path: Path) -> None:
    for days in (3, -0.1):
        site.routes["/sitemap.xml"] = sitemap(listed(STORIES[0], ago(days)), listed(STORIES[1], ago(5)))
        done = crawl(tmp_path, sitemaps=(f"{site.url}/sitemap.xml",))
        with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.transaction() as conn:
            conn.execute(CAPTURES.update().values(outcome=Outcome.INDEXED))
            conn.execute(
                lastmod_table.PROOFS.insert().prefix_with("OR IGNORE").values(source="notes", proofs="+++")
            )
    assert done.report.due == 1
    assert [site.paths().count(path) for path in STORIES[:2]] == [2, 1]


def test_equal_lastmods_are_no_dates_and_few_of_many_pages_are_fetched(site: Site, tmp_path: Path) -> None:
    paths = [f"/news/the-harbour-board-votes-again-{number}" for number in range(230)]
    site.routes["/sitemap.xml"] = sitemap(*(listed(path, ago(300 + days)) for days, path in enumerate(paths)))
    done = crawl(tmp_path, sitemaps=(f"{site.url}/sitemap.xml",))
    assert (done.report.new, done.report.backlog) == (230, 230)
    made = ago(300)
    with serve("127.0.0.2", {"/sitemap.xml": sitemap(*(listed(path, made) for path in paths))}) as other:
        done = crawl(tmp_path / "other", sitemaps=(f"{other.url}/sitemap.xml",))
        assert (done.report.new, done.report.backlog, done.report.due) == (230, 30, 200)
        states = [done.state(other.url + path) for path in paths]
        assert {UrlState.BACKLOG} == set(states[100:130])


def test_of_an_index_what_is_young_is_read_and_gzip_as_well(site: Site, tmp_path: Path) -> None:
    inner = sitemap(listed(STORIES[0]), listed(STORIES[1]))
    site.routes |= {
        "/index.xml": sitemap(
            listed("/inner.xml", ago(2), child=True),
            listed("/new.xml.gz", ago(1), child=True),
            listed("/old.xml", ago(90), child=True),
            root="sitemapindex",
        ),
        "/inner.xml": sitemap(listed("/deep.xml", ago(1), child=True), root="sitemapindex"),
        "/deep.xml": sitemap(
            listed("/deeper.xml", ago(1), child=True), listed(STORIES[2]), root="sitemapindex"
        ),
        "/deeper.xml": sitemap(listed(STORIES[3])),
        "/new.xml.gz": replace(inner, body=gzip.compress(inner.body)),
    }
    done = crawl(tmp_path, sitemaps=(f"{site.url}/index.xml",))
    assert done.code == 0
    assert (done.report.feeds, done.report.fetched, done.report.sitemaps_left) == (4, 3, 2)
    assert {"/old.xml", "/deeper.xml"}.isdisjoint(site.paths())
    assert {health.error for health in done.feed_health()} == {""}
    again = crawl(tmp_path, sitemaps=(f"{site.url}/index.xml",))
    assert site.paths().count("/new.xml.gz") == 1
    assert again.report.new == 0


def test_an_index_is_worth_asking_for_as_long_as_its_sitemaps_change(site: Site, tmp_path: Path) -> None:
    way = f"{site.url}/index.xml"
    site.routes |= {"/inner.xml": sitemap(listed(STORIES[0]))}
    waits = []
    for lastmod in (ago(1), ago(-0.1), ago(1)):
        site.routes["/index.xml"] = sitemap(
            listed("/inner.xml", lastmod, child=True), root="sitemapindex", headers=(("ETag", '"1"'),)
        )
        crawl(tmp_path, sitemaps=(way,))
        with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.reading() as conn:
            (ask,) = [each for each in feed_table.asks(conn) if each.url == way]
        waits.append(ask.due_at is not None)
    assert waits == [False, False, True]


def test_a_sitemap_and_a_section_that_moved_say_where(site: Site, tmp_path: Path) -> None:
    site.routes |= {
        "/old.xml": redirect("/new.xml"),
        "/new.xml": sitemap(*map(listed, STORIES)),
        "/old/": redirect("/new/"),
        "/new/": front(*STORIES),
    }
    done = crawl(tmp_path, sitemaps=(f"{site.url}/old.xml",), sections=(f"{site.url}/old/",))
    assert [health.moved_to for health in done.feed_health()] == [f"{site.url}/new.xml", f"{site.url}/new/"]


@pytest.mark.parametrize(
    ("way", "reply", "error"),
    [
        ("sitemaps", Reply(b"<html>none"), "no_sitemap"),
        ("sitemaps", Reply(b"", 404), "HTTP 404"),
        ("sitemaps", Reply(b""), "no_sitemap"),
        ("sections", Reply(b"<html><body><nav><a href='/news/'>News</a></nav>"), "no_links"),
        ("sections", Reply(b"", 503), "HTTP 503"),
        ("sections", Reply(b"\x89PNG"), "no_links"),
    ],
)
def test_a_way_that_leads_nowhere_says_why(
    site: Site, tmp_path: Path, way: str, reply: Reply, error: str
) -> None:
    site.routes["/way"] = reply
    done = crawl(tmp_path, **{way: (f"{site.url}/way",)})
    (health,) = done.feed_health()
    assert health.error.partition(": ")[0] == error
    assert done.report.feeds_failed == 1
    assert done.report.finish == "finished"


def front(*paths: str) -> Reply:
    teasers = "".join(
        f'<article><h3><a href="{path}">The board votes on it</a></h3></article>' for path in paths
    )
    return Reply(f"<html><body><nav><a href='/news/'>News</a></nav><main>{teasers}</main>".encode())


def test_a_section_leads_to_its_articles(site: Site, tmp_path: Path) -> None:
    site.routes["/"] = front(*STORIES[:2])
    done = crawl(tmp_path, sections=(f"{site.url}/",))
    assert (done.report.entries, done.report.fetched, done.report.feeds_failed) == (2, 2, 0)
    assert done.pages(site.url + STORIES[0])[0].entry.title == "The board votes on it"
    site.routes["/"] = front(*STORIES[1:])
    again = crawl(tmp_path, sections=(f"{site.url}/",))
    assert (again.report.new, again.report.seen, again.report.fetched) == (2, 1, 2)


def test_ways_of_all_kinds_give_each_page_once(site: Site, tmp_path: Path) -> None:
    site.routes |= {
        "/feed": rss(*STORIES[:3]),
        "/sitemap.xml": sitemap(*map(listed, STORIES)),
        "/": front(*STORIES),
    }
    done = crawl(
        tmp_path,
        feeds=(f"{site.url}/feed",),
        sitemaps=(f"{site.url}/sitemap.xml",),
        sections=(f"{site.url}/",),
    )
    assert (done.report.feeds_fetched, done.report.new, done.report.fetched) == (3, 4, 4)
    assert sorted(path for path in site.paths() if path in STORIES) == sorted(STORIES)
    assert site.paths().count("/robots.txt") == 1


@pytest.mark.parametrize("name", ["sitemap", "section"])
def test_scrapy_crawls_a_way_without_a_data_folder(site: Site, tmp_path: Path, name: str) -> None:
    site.routes |= {"/sitemap": sitemap(*map(listed, STORIES)), "/section": front(*STORIES)}
    out = tmp_path / "pages.jsonl"
    done = scrapy("crawl", name, "-a", f"url={site.url}/{name}", *HERE, "-O", str(out))
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert sorted(line["url"] for line in lines) == [site.url + path for path in STORIES]
    assert "ERROR" not in done.stderr
