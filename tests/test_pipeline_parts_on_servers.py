"""Articles over several pages with the ledger in PostgreSQL, and with the index in Elasticsearch."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import set_ledger
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.run import run
from store.ledger import capture_table
from store.ledger.database import Ledger
from tests.loopback import Site, rss, serve
from tests.paged_stories import PagedSite, Story, configured_for

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from store.ledger.engines.places import ServerPlace
    from tests.elastic import Server

STORIES = [Story(0, 2), Story(1, 3, "/{}", "next"), Story(2, 5, "/page/{}"), Story(3, 1)]


@pytest.fixture
def site() -> Iterator[Site]:
    with serve("127.0.0.1", {}) as one:
        PagedSite(one, STORIES).publish(STORIES[2].path(2))
        yield one


@pytest.fixture
def on_postgresql(
    tmp_path: Path, site: Site, server_place: "ServerPlace", monkeypatch: pytest.MonkeyPatch
) -> Config:
    monkeypatch.setenv("NEWS_LEDGER", server_place.url)
    config = configured_for(tmp_path, site)
    set_ledger(config.path, "NEWS_LEDGER")
    return load(config.path)


@pytest.fixture
def on_elasticsearch(
    tmp_path: Path,
    site: Site,
    elasticsearch_server: "Server",
    connection: "Elasticsearch",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Config]:
    from tests import elastic

    for name, value in elasticsearch_server.environment.items():
        monkeypatch.setenv(name, value)
    with elastic.fresh_alias(connection) as alias:
        section = f'[index]\nbackend = "elasticsearch"\nurl = "{elasticsearch_server.url}"\nalias = "{alias}"'
        yield configured_for(tmp_path, site, more=section)


def texts(config: Config) -> dict[str, list[str]]:
    with closing(indexes.reader(config)) as reader:
        return {
            "/" + each.url.split("/", 3)[3]: [*filter(None, [each.lead]), *each.body]
            for each in reader.scan(Query(text=""))
        }


def collected(config: Config, site: Site) -> None:
    """Collect the stories, of which a page is found before its article is known; then delete one with its pages."""
    both = site.routes["/feed"]
    site.routes["/feed"] = rss(site.url + STORIES[2].path(2))
    run(config)
    assert list(texts(config)) == [STORIES[2].path(2)]
    site.routes["/feed"] = both
    run(config)
    whole = {story.path(1): story.whole() for story in STORIES}
    assert texts(config) == whole
    begun = len(site.hits)
    assert run(config).crawl.due == 0
    assert not [hit for hit in site.hits[begun:] if hit.path.startswith("/news")]
    reindex(config)
    rebuild(config)
    assert texts(config) == whole
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        counts = {name: number for name, number in capture_table.counts(conn).items() if number}
    assert counts == {"indexed": 4, "part": 7}
    assert delete(config, DeleteRequest(which=(site.url + STORIES[1].path(3),), reason="asked"))
    del whole[STORIES[1].path(1)]
    assert texts(config) == whole
    assert [f"{each.part}: {each.text}" for each in examine(config) if not each.ok] == []


def test_with_the_ledger_in_postgresql(on_postgresql: Config, site: Site) -> None:
    collected(on_postgresql, site)


def test_with_the_index_in_elasticsearch(on_elasticsearch: Config, site: Site) -> None:
    collected(on_elasticsearch, site)
