"""A spider of one's own in a folder next to broadsheet.toml: what it finds is archived, cleaned and searched like all else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import call
from tests.loopback import Reply, Site, rss, serve

SPIDER = """
import scrapy
from broadsheet.scraping import link, page
from . import helpers

class GazetteSpider(scrapy.Spider):
    name = "gazette"
    custom_settings = {"ROBOTSTXT_OBEY": False, "DOWNLOADER_MIDDLEWARES": {}, "SCHEDULER": "scrapy.core.scheduler.Scheduler"}

    async def start(self):
        yield scrapy.Request(self.site + "/archive")

    def parse(self, response):
        for anchor in response.css("article h2 a"):
            yield link(response.urljoin(anchor.attrib["href"]), title=anchor.css("::text").get(""))
        yield response.follow(helpers.SPECIAL, self.parse_special)
        yield link(response.urljoin("/private/secret"))

    def parse_special(self, response):
        yield page(response)

class FailingSpider(GazetteSpider):
    def parse(self, response):
        yield from super().parse(response)
        raise ZeroDivisionError("broken")
"""
PROSE = "The harbour council met on Tuesday and agreed to repair the old pier before the winter storms. " * 6


def article(title: str) -> Reply:
    html = f"<html lang=en><head><title>{title}</title></head><body><main><h1>{title}</h1>"
    return Reply(
        (html + f"<p>{PROSE}</p><p>{title}: {PROSE}</p></main></body></html>").encode(),
        headers=(("Content-Type", "text/html; charset=utf-8"),),
    )


@pytest.fixture
def site() -> Iterator[Site]:
    teasers = "".join(f'<article><h2><a href="/n/{n}">Pier {n}</a></h2></article>' for n in range(3))
    routes = {f"/n/{n}": article(f"Pier number {n}") for n in range(3)} | {
        "/robots.txt": Reply(b"User-agent: *\nDisallow: /private\n"),
        "/archive": Reply(f"<html><body>{teasers}</body></html>".encode()),
        "/special": article("A special pier"),
        "/private/secret": article("A secret pier"),
        "/feed": rss("/f/1"),
        "/f/1": article("From the feed"),
    }
    with serve("127.0.0.1", routes) as one:
        yield one


def folder(tmp_path: Path, site: Site, *sources: str) -> Path:
    (tmp_path / "spiders").mkdir()
    (tmp_path / "spiders" / "gazette.py").write_text(SPIDER)
    (tmp_path / "spiders" / "helpers.py").write_text('SPECIAL = "/special"\n')
    (tmp_path / "spiders" / "random.py").write_text(
        "raise SystemExit('a file that nobody asked for was run')\n"
    )
    crawl = '[crawl]\ndelay = 0.0\nmax_attempts = 1\nallow_addresses = ["127.0.0.0/8"]\n'
    own = f'arguments = {{ site = "{site.url}" }}\n'
    tables = [f"[[sources]]\n{source}\n{own if 'spider' in source else ''}" for source in sources]
    (tmp_path / "broadsheet.toml").write_text(crawl + "\n".join(tables))
    return tmp_path


GAZETTE = 'name = "gazette"\nspider = "gazette:GazetteSpider"'


def test_what_a_spider_finds_is_searched_and_asked_for_once(tmp_path: Path, site: Site) -> None:
    """By the rules of robots.txt, whatever the spider's own settings say."""
    where = folder(tmp_path, site, GAZETTE, f'name = "notes"\nfeeds = ["{site.url}/feed"]')
    done = call(where, "run", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["outcomes"]["indexed"] == 5
    assert report["crawl"]["misses"] == {"robots": 1}
    assert "/private/secret" not in site.paths()
    assert site.paths().count("/robots.txt") == 1
    hits = json.loads(call(where, "search", "source:gazette pier", "--json").stdout)
    assert len(hits["hits"]) == 4

    site.hits.clear()
    assert call(where, "run").returncode == 0
    assert sorted(site.paths()) == ["/archive", "/feed", "/special"]


def test_a_spider_stands_among_the_feeds_of_its_source(tmp_path: Path, site: Site) -> None:
    where = folder(tmp_path, site, GAZETTE)
    call(where, "run")
    (row,) = json.loads(call(where, "sources", "--json").stdout)
    assert (row["source"], row["url"], row["error"]) == ("gazette", "gazette:GazetteSpider", "")
    assert row["entries"] == 5


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("absent:GazetteSpider", "there is no"),
        ("gazette:AbsentSpider", "has no scrapy.Spider of the name AbsentSpider"),
        ("random:Any", "cannot be loaded"),
        ("gazette:FailingSpider", "spider: 1 errors in its callbacks"),
    ],
)
def test_a_spider_that_fails_costs_only_itself(tmp_path: Path, site: Site, named: str, says: str) -> None:
    where = folder(
        tmp_path, site, f'name = "bad"\nspider = "{named}"', f'name = "notes"\nfeeds = ["{site.url}/feed"]'
    )
    done = call(where, "run", "--json")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert {each["source"]: each["verdict"] for each in report["health"]["sources"]} == {
        "bad": "failing",
        "notes": "unknown",
    }
    (failed,) = report["crawl"]["failed_feeds"]
    assert (failed["source"], failed["url"]) == ("bad", named)
    assert says in failed["error"]
    assert "/f/1" in site.paths()


def test_the_feeds_of_a_source_do_not_need_its_spider(tmp_path: Path, site: Site) -> None:
    both = f'name = "both"\nfeeds = ["{site.url}/feed"]\nspider = "absent:Spider"'
    report = json.loads(call(folder(tmp_path, site, both), "run", "--json").stdout)
    assert [failed["url"] for failed in report["crawl"]["failed_feeds"]] == ["absent:Spider"]
    assert report["outcomes"]["indexed"] == 1


def test_a_source_needs_a_way_in(tmp_path: Path, site: Site) -> None:
    done = call(folder(tmp_path, site, 'name = "none"'), "run")
    assert done.returncode != 0
    assert "neither `feeds` nor `spider` is set" in done.stderr


def test_a_spider_has_the_headers_of_its_source_while_it_fetches(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAZETTE_TOKEN", "a-readers-token")
    headers = f'headers = {{ "X-Subscriber" = "GAZETTE_TOKEN" }}\nsite = "{site.url}"'
    where = folder(tmp_path, site, f"{GAZETTE}\n{headers}")
    done = call(where, "run")
    assert done.returncode == 0, done.stderr
    asked = {hit.path: hit.headers["X-Subscriber"] for hit in site.hits}
    assert {"/archive", "/special", "/n/0"} <= asked.keys()
    assert {asked[path] for path in ("/archive", "/special", "/n/0")} == {"a-readers-token"}
    told = [call(where, *words) for words in (("status",), ("sources",), ("explain", f"{site.url}/n/0"))]
    assert "a-readers-token" not in "".join(each.stdout + each.stderr for each in (done, *told))

    monkeypatch.delenv("GAZETTE_TOKEN")
    done = call(where, "run")
    assert "GAZETTE_TOKEN, for X-Subscriber, is not set" in done.stdout + done.stderr
