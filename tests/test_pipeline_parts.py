"""Articles over several pages, through real runs over real HTTP."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from articles.model import Article, to_json
from broadsheet import Collection
from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config, load
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete
from pipeline.explain import explain
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.reprocess import reclean
from pipeline.maintenance.upkeep import maintain
from pipeline.report import RunReport
from pipeline.run import now, run
from pipeline.versions.proving import prove
from pipeline.versions.version_list import history
from store.ledger import capture_table
from store.ledger.database import Ledger
from tests.loopback import Hit, Reply, Site, held, rss, serve
from tests.made_parts import ARTICLES, ROOT
from tests.paged_stories import PagedSite, Story, configured_for, pages_of
from tests.patience import group_lives, until
from tests.traces import holding

OG_TYPE = '<meta property="og:type" content="article">'
OTHER = "/news/the-clerk-counts-the-boats?page=3"  # a page of one of them by its address, and another article
PUBLISHED = '<meta property="article:published_time" content="2026-11-20T12:00:00Z">'


@pytest.fixture
def site() -> Iterator[Site]:
    with serve("127.0.0.1", {}) as one:
        yield one


def later(hours: float) -> Callable[[], datetime]:
    begun, at = now(), now() + timedelta(hours=hours)
    return lambda: at + (now() - begun)


def in_index(config: Config) -> dict[str, Article]:
    """All articles in the index, by the path of their URL."""
    with closing(indexes.reader(config)) as reader:
        return {"/" + each.url.split("/", 3)[3]: each for each in reader.scan(Query(text=""))}


def texts(config: Config) -> dict[str, list[str]]:
    return {path: [*filter(None, [each.lead]), *each.body] for path, each in in_index(config).items()}


def exported(config: Config) -> dict[str, bytes]:
    """Every field of every article, but the number of the snapshot that it was judged by."""
    return {path: to_json(replace(each, snapshot=0)) for path, each in in_index(config).items()}


def counts(config: Config) -> dict[str, int]:
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        return {name: number for name, number in capture_table.counts(conn).items() if number}


def problems(config: Config) -> list[str]:
    return [f"{finding.part}: {finding.text}" for finding in examine(config) if not finding.ok]


def asked(site: Site) -> list[str]:
    """The pages that were asked for."""
    return [path for path in site.paths() if path.startswith("/news")]


def whole(*stories: Story) -> dict[str, list[str]]:
    return {story.path(1): story.whole() for story in stories}


@pytest.fixture(scope="module")
def twenty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Config, Site, RunReport]]:
    """Twenty articles over two to nine pages, collected once; not to be changed."""
    with serve("127.0.0.2", {}) as site:
        for made in ARTICLES:
            for url, page in {**made.pages, **made.others}.items():
                html = page.replace(ROOT, site.url)
                if "canonical" in html:  # which an address without a domain cannot name: the time has to tell
                    html = html.replace(OG_TYPE, f"{OG_TYPE}{PUBLISHED}")
                site.routes[url.removeprefix(ROOT)] = Reply(html.encode())
        site.routes["/feed"] = rss(*(made.first.replace(ROOT, site.url) for made in ARTICLES))
        config = configured_for(tmp_path_factory.mktemp("twenty"), site)
        yield config, site, run(config)


@pytest.fixture
def copied(twenty: tuple[Config, Site, RunReport], tmp_path: Path) -> Config:
    shutil.copytree(twenty[0].path.parent, tmp_path / "copy")
    return load(tmp_path / "copy" / "broadsheet.toml")


def joined_right(config: Config) -> list[str]:
    """The names of those of the twenty whose text is in the index as it should be."""
    found = texts(config)
    return [
        made.name
        for made in ARTICLES
        if (text := found.get(made.first.removeprefix(ROOT))) is not None
        and tuple(text[-len(made.text) :]) == made.text
        and len(text) <= len(made.text) + 1  # a standfirst
    ]


def test_twenty_articles_over_two_to_nine_pages_are_fetched_and_joined(
    twenty: tuple[Config, Site, RunReport],
) -> None:
    config, site, report = twenty
    assert joined_right(config) == [made.name for made in ARTICLES]
    firsts = {made.first.removeprefix(ROOT) for made in ARTICLES}
    assert set(texts(config)) == {*firsts, OTHER}
    pages = {url.removeprefix(ROOT) for made in ARTICLES for url in made.pages}
    fetched = [
        path for path in site.paths() if path not in ("/feed", "/robots.txt", "/.well-known/tdmrep.json")
    ]
    assert len(fetched) == len(set(fetched))
    assert set(fetched) <= pages
    assert report.outcomes == counts(config) == {"indexed": 21, "part": len(fetched) - 21}
    assert (report.crawl.due, report.crawl.fetched) == (len(fetched), len(fetched))
    assert problems(config) == []


def test_another_run_asks_for_none_of_them(twenty: tuple[Config, Site, RunReport], copied: Config) -> None:
    before, site = exported(copied), twenty[1]
    begun = len(site.paths())
    report = run(copied)
    assert (report.outcomes, report.crawl.due) == ({}, 0)
    assert site.paths()[begun:] == ["/feed"]
    assert exported(copied) == before


def test_a_rebuild_gives_the_same_articles(copied: Config) -> None:
    before, settled = exported(copied), counts(copied)
    rebuild(copied)
    assert exported(copied) == before
    assert counts(copied) == settled
    assert problems(copied) == []
    reindex(copied)
    assert exported(copied) == before
    assert reclean(copied).changed == 0
    assert exported(copied) == before
    assert counts(copied) == settled


def test_an_article_is_shown_by_the_address_of_any_of_its_pages(
    twenty: tuple[Config, Site, RunReport],
) -> None:
    config, site, _ = twenty
    with Collection(config.path) as collection:
        for made in ARTICLES:
            parts = {path for url in made.pages if (path := url.removeprefix(ROOT)) in site.paths()} - {OTHER}
            for path in parts:  # all of them, or one with all of the text instead
                found = collection.article(site.url + path)
                assert found is not None, path
                assert found.url == made.first.replace(ROOT, site.url)
        assert collection.article(f"{site.url}/nothing-here") is None


@pytest.mark.parametrize("page", [0, 2])
def test_an_article_is_deleted_with_all_of_its_pages(
    twenty: tuple[Config, Site, RunReport], copied: Config, page: int
) -> None:
    made = next(each for each in ARTICLES if len(each.pages) == 9)
    before = exported(copied)
    assert holding(copied, [made.text[-1]])
    url = [*made.pages][page].replace(ROOT, twenty[1].url)
    done = delete(copied, DeleteRequest(which=(url,), reason="asked"))
    assert done is not None
    (stone,) = done.doomed.stones
    assert (stone.url, stone.records) == (made.first.replace(ROOT, twenty[1].url), 9)
    del before[made.first.removeprefix(ROOT)]
    assert exported(copied) == before
    assert holding(copied, list(made.text)) == []
    assert counts(copied)["deleted"] == 9
    assert problems(copied) == []
    assert run(copied).crawl.due == 0


def test_a_kill_between_the_pages_loses_nothing(site: Site, tmp_path: Path) -> None:
    stories = [Story(0, 4), Story(1, 3, pager="next")]
    paged = PagedSite(site, stories)
    paged.publish()
    config = configured_for(tmp_path, site)
    go_on = threading.Event()
    held_back = site.routes[stories[0].path(3)]
    site.routes[stories[0].path(3)] = held(go_on, Reply(stories[0].body(3)))
    process = subprocess.Popen(
        [sys.executable, "-m", "broadsheet", "-c", str(config.path), "run", "--json"],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    until(lambda: stories[0].path(3) in asked(site))
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not group_lives(process.pid))
    go_on.set()
    site.routes[stories[0].path(3)] = held_back
    run(config)
    assert texts(config) == whole(*stories)
    assert problems(config) == []
    assert counts(config) == {"indexed": 2, "part": 5}


def test_a_further_page_that_a_list_names_is_no_article_of_its_own(site: Site, tmp_path: Path) -> None:
    story = Story(0, 3)
    paged = PagedSite(site, [story])
    paged.publish(story.path(3))
    both = site.routes["/feed"]
    site.routes["/feed"] = rss(site.url + story.path(3))
    config = configured_for(tmp_path, site)
    run(config)
    assert list(texts(config)) == [story.path(3)]  # as the first page is not known yet
    site.routes["/feed"] = both
    run(config)
    assert texts(config) == whole(story)
    assert counts(config)["part"] == 2
    assert problems(config) == []
    told = "\n".join(map(str, explain(config, site.url + story.path(3))))
    assert f"a further page of {site.url}{story.path(1)}" in told
    before = exported(config)
    rebuild(config)
    assert texts(config) == whole(story)
    assert exported(config).keys() == before.keys()


def test_pages_are_looked_at_again_only_with_their_first(site: Site, tmp_path: Path) -> None:
    story = Story(0, 3)
    paged = PagedSite(site, [story])
    paged.publish()
    config = configured_for(tmp_path, site)
    run(config)
    url = site.url + story.path(1)
    begun = len(asked(site))
    run(config, clock=later(2))
    assert asked(site)[begun:] == [story.path(1)]  # as it was

    paged.changes[story.path(3)] = (
        "A correction was made on page three, as the keeper of the lamps had asked the editors."
    )
    begun = len(asked(site))
    run(config, clock=later(8))
    assert asked(site)[begun:] == [story.path(1)]
    assert texts(config) == whole(story)

    paged.changes[story.path(1)] = (
        "The first page has got a paragraph more, on the ferry that nobody had expected to come."
    )
    begun = len(asked(site))
    report = run(config, clock=later(30))
    assert sorted(asked(site)[begun:]) == sorted(pages_of([story]))
    assert report.crawl.not_modified == 1
    (text,) = texts(config).values()
    assert [each for each in paged.changes.values() if each not in text] == []
    assert len(text) == len(story.whole()) + 2
    versions = history(config, url)
    assert len(versions) == 2
    assert [len(one.body) + bool(one.lead) for one in versions] == [15, 17]
    assert problems(config) == []
    assert prove(config, story.text(2)[0]).there


def test_a_page_that_cannot_be_had_costs_nothing_else(site: Site, tmp_path: Path) -> None:
    story = Story(0, 4)
    paged = PagedSite(site, [story])
    paged.publish()
    missing = site.routes.pop(story.path(3))
    config = configured_for(tmp_path, site)
    run(config)
    (text,) = texts(config).values()
    assert text == [each for page in (1, 2, 4) for each in story.text(page)]
    told = [str(step) for step in explain(config, site.url + story.path(1))]
    assert any("page 3" in line and "missing" in line and "404" in line for line in told), told
    assert any("page 2" in line and "joined" in line for line in told), told
    begun = len(asked(site))
    assert run(config).crawl.due == 0
    assert len(asked(site)) == begun
    site.routes[story.path(3)] = missing
    paged.changes[story.path(1)] = (
        "The first page has got a paragraph more, on the ferry that nobody had expected to come."
    )
    run(config, clock=later(2))
    (text,) = texts(config).values()
    assert len(text) == 21


@pytest.mark.parametrize(("most", "pages"), [(1, 1), (3, 3)])
def test_no_more_pages_are_fetched_than_the_configuration_allows(
    site: Site, tmp_path: Path, most: int, pages: int
) -> None:
    story = Story(0, 5)
    PagedSite(site, [story]).publish()
    config = configured_for(tmp_path, site, crawl=f"article_pages = {most}")
    run(config)
    assert len(asked(site)) == pages
    (text,) = texts(config).values()
    assert text == [each for page in range(1, pages + 1) for each in story.text(page)]
    told = [str(step) for step in explain(config, site.url + story.path(1))]
    assert sum("more than [crawl] article_pages" in line for line in told) == 5 - most


def test_a_page_that_leads_back_to_its_article_is_none(site: Site, tmp_path: Path) -> None:
    story = Story(0, 3)
    PagedSite(site, [story]).publish()

    def back(_: Hit) -> Reply:
        return Reply(status=302, headers=(("Location", story.path(1)),))

    site.routes[story.path(3)] = back
    config = configured_for(tmp_path, site)
    run(config)
    (text,) = texts(config).values()
    assert text == [*story.text(1), *story.text(2)]
    assert counts(config) == {"indexed": 1, "part": 2}
    assert problems(config) == []
    begun = len(asked(site))
    run(config)
    assert len(asked(site)) == begun


def test_a_page_that_looks_like_one_of_the_article_and_is_another_stays_one(
    site: Site, tmp_path: Path
) -> None:
    story, other = Story(0, 2), Story(5, 1)
    PagedSite(site, [story]).publish()
    title = b"Bakers end their strike after a night of talks"
    page = other.body(1).replace(other.title.encode(), title).replace(b"2026-11-20T12", b"2026-11-19T09")
    site.routes[story.path(2)] = Reply(page)
    config = configured_for(tmp_path, site)
    run(config)
    assert texts(config) == {story.path(1): story.text(1), story.path(2): other.text(1)}
    assert counts(config) == {"indexed": 2}
    told = [str(step) for step in explain(config, site.url + story.path(1))]
    assert any("page 2" in line and "an article of its own" in line for line in told), told
    before = exported(config)
    rebuild(config)
    assert exported(config) == before
    assert reclean(config).changed == 0
    assert exported(config) == before
    assert problems(config) == []


def test_what_is_left_of_dropped_pages_is_joined_and_restored(site: Site, tmp_path: Path) -> None:
    story = Story(0, 3)
    paged = PagedSite(site, [story])
    paged.publish()
    config = configured_for(tmp_path, site, more='[store]\nretention = "10d"')
    run(config)
    paged.changes[story.path(1)] = (
        "The first page has got a paragraph more, on the ferry that nobody had expected to come."
    )
    run(config, clock=later(24 * 6.5))
    before = exported(config)
    assert counts(config) == {"indexed": 1, "superseded": 1, "part": 2}
    done = maintain(config, clock=later(24 * 12))
    assert done.ok, done.findings
    assert "dropped" in " ".join(done.done)
    reclean(config)
    assert exported(config) == before
    rebuild(config)
    assert texts(config) == {path: json.loads(each)["body"] for path, each in before.items()}
    assert counts(config) == {"indexed": 1, "superseded": 1, "part": 2}
    assert problems(config) == []
