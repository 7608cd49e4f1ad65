"""`broadsheet add` on sites of every kind, on loopback: what is tried, what is proposed, and what a run makes of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.adding.proposals import proposed
from pipeline.adding.samples import Sample
from pipeline.adding.sources import find
from pipeline.configuration.config import load
from pipeline.explain import explain
from tests.command_line import call
from tests.loopback import Reply, Site, rss, serve
from tests.test_crawlers_ways import ago, front, listed, sitemap

PROSE = "The harbour council met on Tuesday and agreed to repair the old pier before the winter storms. " * 6
STORIES = tuple(f"/news/the-harbour-board-votes-on-pier-{number}" for number in range(6))
HTML = (("Content-Type", "text/html; charset=utf-8"),)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def article(path: str) -> Reply:
    title = f"The board votes on pier {path[-1]}"
    html = f"<html lang=en><head><title>{title}</title></head><body><main><h1>{title}</h1>"
    return Reply(
        (html + f"<p>{PROSE}</p><p>{title}: {PROSE}</p></main></body></html>").encode(), headers=HTML
    )


@pytest.fixture
def site() -> Iterator[Site]:
    with serve("127.0.0.1", {path: article(path) for path in STORIES}) as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    crawl = '[crawl]\ndelay = 0.0\nallow_addresses = ["127.0.0.0/8"]\n\n[clean]\nworkers = 1\n'
    (tmp_path / "broadsheet.toml").write_text(crawl)
    return tmp_path


def broadsheet(folder: Path, *words: str, code: int = 0) -> str:
    done = call(folder, *words)
    assert done.returncode == code, done.stderr
    return done.stdout


def added(folder: Path) -> dict[str, tuple[str, ...]]:
    """The ways of the only source, by kind."""
    (source,) = load(folder / "broadsheet.toml").sources
    ways = {"feeds": source.feeds, "sitemaps": source.sitemaps, "sections": source.sections}
    return {kind: urls for kind, urls in ways.items() if urls}


def led_to(folder: Path, url: str) -> str:
    """What is said of a page's discovery."""
    return explain(load(folder / "broadsheet.toml"), url)[0].what


@pytest.fixture
def elsewhere() -> Iterator[Site]:
    """A host that is not of the site."""
    with serve("127.0.0.2", {}) as one:
        yield one


def test_a_site_with_a_sitemap_alone(site: Site, elsewhere: Site, folder: Path) -> None:
    """Its robots.txt names one of a sister, too, which lists that site's own pages."""
    elsewhere.routes["/s.xml"] = sitemap(*(listed(path, ago(1)) for path in STORIES))
    site.routes |= {
        "/robots.txt": Reply(
            f"User-agent: *\nSitemap: {elsewhere.url}/s.xml\nSitemap: {site.url}/maps/all.xml\n".encode()
        ),
        "/": Reply(b"<html><body><nav><a href='/news/'>News</a></nav></body></html>", headers=HTML),
        "/maps/all.xml": sitemap(listed("/maps/one.xml", ago(1), child=True), root="sitemapindex"),
        "/maps/one.xml": sitemap(*(listed(path, ago(days)) for days, path in enumerate(STORIES))),
    }
    shown = broadsheet(folder, "add", f"{site.url}/")
    assert "1 sitemaps, in the newest of them 6 entries" in shown
    assert added(folder) == {"sitemaps": (f"{site.url}/maps/all.xml",)}
    report = json.loads(broadsheet(folder, "run", "--json"))
    assert report["outcomes"] == {"indexed": 6}
    assert report["crawl"]["failed_feeds"] == []
    assert "already known" in broadsheet(folder, "add", f"{site.url}/")
    assert set(STORIES).isdisjoint(elsewhere.paths())
    assert f"by the sitemap {site.url}/maps/one.xml, source" in led_to(folder, site.url + STORIES[0])


def test_robots_txt_vouches_for_a_sitemap_elsewhere_with_pages_of_the_site(
    site: Site, elsewhere: Site, folder: Path
) -> None:
    """An index on a CDN, with its sitemaps: pages that are not of the site are left out, by `add` and by `run`."""
    site.routes["/robots.txt"] = Reply(f"Sitemap: {elsewhere.url}/index.xml\n".encode())
    site.routes["/"] = Reply(b"<html><body><p>Welcome</p></body></html>", headers=HTML)
    foreign = [f"{path}9" for path in STORIES]
    elsewhere.routes |= {
        "/index.xml": sitemap(listed("/one.xml", ago(1), child=True), root="sitemapindex"),
        "/one.xml": sitemap(*(listed(site.url + path, ago(1)) for path in STORIES), *map(listed, foreign)),
    }
    assert "in the newest of them 6 entries" in broadsheet(folder, "add", f"{site.url}/")
    (source,) = load(folder / "broadsheet.toml").sources
    assert (source.name, source.site) == ("127.0.0.1", f"{site.url}/")
    assert source.sitemaps == (f"{elsewhere.url}/index.xml",)
    report = json.loads(broadsheet(folder, "run", "--json"))
    assert report["outcomes"] == {"indexed": 6}
    assert set(foreign).isdisjoint(elsewhere.paths())


def test_a_site_with_neither_feed_nor_sitemap(site: Site, folder: Path) -> None:
    site.routes["/"] = front(*STORIES)
    broadsheet(folder, "add", f"{site.url}/")
    assert added(folder) == {"sections": (f"{site.url}/",)}
    assert json.loads(broadsheet(folder, "run", "--json"))["outcomes"] == {"indexed": 6}
    rows = json.loads(broadsheet(folder, "sources", "--json"))
    assert [(row["url"], row["entries"], row["error"]) for row in rows] == [(f"{site.url}/", 6, "")]
    assert f"by the section {site.url}/, source" in led_to(folder, site.url + STORIES[0])


def test_a_section_is_read_whole_until_an_article_is_known(site: Site, folder: Path) -> None:
    """What an article's address looks like may tell more links of the same page."""
    site.routes["/"] = replace(front(*STORIES), headers=(*HTML, ("ETag", '"1"')))
    path = folder / "broadsheet.toml"
    path.write_text(path.read_text() + f'[[sources]]\nname = "pier"\nsections = ["{site.url}/"]\n')
    for _ in range(3):
        broadsheet(folder, "run")
    assert [hit.headers["If-None-Match"] for hit in site.hits if hit.path == "/"] == [None, None, '"1"']


def test_a_site_with_all_three_and_wrong_dates(site: Site, folder: Path) -> None:
    dates = ("2020-02-30", "yesterday", "2099-01-01", "", "0000-00-00", "20")
    head = "<link rel='alternate' type='application/rss+xml' href='/rss'>"
    page = front(*STORIES)
    site.routes |= {
        "/": Reply(page.body.replace(b"<body>", f"<head>{head}</head><body>".encode()), headers=HTML),
        "/rss": rss(*STORIES[:3]),
        "/sitemap.xml": sitemap(*map(listed, STORIES, dates)),
    }
    assert "would add" in broadsheet(folder, "add", "--dry-run", f"{site.url}/")
    assert load(folder / "broadsheet.toml").sources == ()
    shown = broadsheet(folder, "add", f"{site.url}/")
    assert added(folder) == {"feeds": (f"{site.url}/rss",)}
    for kind in ("feed", "sitemap", "section"):
        assert re.search(rf"^  {kind} +{site.url}", shown, re.MULTILINE)
    assert "6 entries, 0% dated, 6 articles" in shown
    assert max(len(line) for line in shown.splitlines() if str(folder) not in line) <= 80
    text = (folder / "broadsheet.toml").read_text() + f'sitemaps = ["{site.url}/sitemap.xml"]\n'
    (folder / "broadsheet.toml").write_text(text)
    report = json.loads(broadsheet(folder, "run", "--json"))
    assert (report["outcomes"], report["crawl"]["backlog"]) == ({"indexed": 6}, 0)


def test_what_is_too_old_is_told_by_run_status_and_explain(site: Site, folder: Path) -> None:
    site.routes["/map"] = sitemap(listed(STORIES[0], ago(1)), listed(STORIES[1], ago(9)))
    path = folder / "broadsheet.toml"
    path.write_text(path.read_text() + f'[[sources]]\nname = "pier"\nsitemaps = ["{site.url}/map"]\n')
    assert re.search(
        r"^  backlog +1  new, and too old to be fetched", broadsheet(folder, "run"), re.MULTILINE
    )
    assert json.loads(broadsheet(folder, "status", "--json"))["urls"]["backlog"] == 1
    told = broadsheet(folder, "explain", site.url + STORIES[1])
    assert "is backlog (too old to be fetched when it was" in " ".join(told.split())
    assert f"by the sitemap {site.url}/map" in " ".join(told.split())
    assert STORIES[1] not in site.paths()


def test_guesses_lead_to_a_feed_once(site: Site, folder: Path) -> None:
    site.routes |= {
        "/": front(),
        "/feed": rss(*STORIES),
        "/rss.xml": rss(*STORIES[:2]),
        "/atom.xml": Reply(b"<html>"),
    }
    found = find(load(folder / "broadsheet.toml"), [f"{site.url}/"])
    assert [source.feeds for source in found.new] == [(f"{site.url}/feed",)]


def test_robots_are_obeyed_and_a_page_with_nothing_is_a_problem(site: Site, folder: Path) -> None:
    site.routes |= {
        "/robots.txt": Reply(b"User-agent: *\nDisallow: /feed\nDisallow: /sitemap.xml\n"),
        "/": front(),
        "/feed": rss(*STORIES),
    }
    found = find(load(folder / "broadsheet.toml"), [f"{site.url}/", f"{site.url}/nowhere"])
    assert found.new == ()
    assert [address for address, _ in found.problems] == [f"{site.url}/", f"{site.url}/nowhere"]
    assert {"/feed", "/sitemap.xml"}.isdisjoint(site.paths())


def test_a_sitemap_by_its_own_address(site: Site, folder: Path) -> None:
    site.routes["/map"] = sitemap(*map(listed, STORIES))
    found = find(load(folder / "broadsheet.toml"), [f"{site.url}/map"])
    assert [source.sitemaps for source in found.new] == [(f"{site.url}/map",)]
    assert site.paths() == ["/robots.txt", "/map"]


def way(kind: str, name: str = "", **facts: object) -> Sample:
    return Sample(kind=kind, url=f"https://a.example/{name or kind}", **facts)  # type: ignore[arg-type]


FEED = way("feed", entries=20, dated=20, recent=5, articles=20)
NEWS = way("sitemap", "news", entries=40, dated=40, recent=14, articles=40, newest=NOW, news=True)
ARCHIVE = way("sitemap", "all", entries=900, dated=900, recent=30, articles=900, newest=NOW)
STALE = way("sitemap", "old", entries=900, dated=900, articles=900, newest=NOW - timedelta(days=90))
FRONT = way("section", entries=30, articles=20)


@pytest.mark.parametrize(
    ("samples", "wanted"),
    [
        ([FEED, NEWS, ARCHIVE, FRONT], ["feed"]),
        ([FEED, way("sitemap", "news", news=True, entries=90, recent=20)], ["feed", "news"]),
        ([NEWS, ARCHIVE, FRONT], ["news"]),
        ([ARCHIVE, FRONT], ["all"]),
        ([STALE, FRONT], ["section"]),
        ([way("feed", error="HTTP 404"), FRONT], ["feed", "section"]),
        ([way("feed", error="HTTP 404", named=False), FRONT], ["section"]),
        ([way("feed", "a", entries=2, named=False), way("feed", "b", entries=9, named=False)], ["b"]),
        ([way("feed", entries=30), ARCHIVE], ["feed"]),
        ([way("section", entries=2)], []),
        ([], []),
    ],
)
def test_feeds_first_then_sitemaps_then_the_page(samples: list[Sample], wanted: list[str]) -> None:
    assert [each.url.rpartition("/")[2] for each in proposed(samples, NOW)] == wanted
