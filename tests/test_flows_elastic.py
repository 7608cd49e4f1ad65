"""Runs that load into a real Elasticsearch."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from elasticsearch import Elasticsearch

from articles.errors import IndexUnavailableError
from broadsheet.newsroom import Newsroom
from flows import indexes
from flows.config import Config
from flows.doctor import examine
from flows.rebuild import rebuild
from flows.run import run
from flows.status import status
from index import elastic_layout
from index.query import Query
from tests import elastic


@pytest.fixture
def connection(elasticsearch_server: elastic.Server) -> Iterator[Elasticsearch]:
    with closing(elasticsearch_server.connect()) as client:
        yield client


@pytest.fixture
def there(
    config: Config,
    elasticsearch_server: elastic.Server,
    connection: Elasticsearch,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Config]:
    """The configuration, with Elasticsearch as its index."""
    for name, value in elasticsearch_server.environment.items():
        monkeypatch.setenv(name, value)
    with elastic.fresh_alias(connection) as alias:
        section = {
            "backend": "elasticsearch",
            "url": elasticsearch_server.url,
            "alias": alias,
            "patience": 0.5,
        }
        yield config.model_copy(update={"index": config.index.model_copy(update=section)})


def test_the_same_archive_gives_the_same_articles_in_both(
    there: Config, config: Config, newsroom: Newsroom
) -> None:
    run(there)
    loaded = list(indexes.reader(there).all())
    assert len(loaded) == status(there)["index"]["documents"] == status(there)["captures"]["indexed"]
    newsroom.publish_update()
    run(there)
    assert status(there)["captures"]["superseded"] == 1
    assert all(finding.ok for finding in examine(there)), examine(there)
    loaded = list(indexes.reader(there).all())
    rebuild(config)
    assert list(indexes.reader(config).all()) == loaded
    for text in ("关税", "tide buoy", "title:rules OR harbour"):
        totals = {indexes.reader(each).search(Query(text=text)).total for each in (there, config)}
        assert len(totals) == 1, text


def test_what_cannot_be_loaded_waits_for_the_next_run(there: Config, connection: Elasticsearch) -> None:
    elastic_layout.create(connection, there.index.alias)
    block = {"index.blocks.read_only_allow_delete": True}
    connection.indices.put_settings(index=there.index.alias, settings=block)
    with pytest.raises(IndexUnavailableError, match="captures stay pending; the next run loads them"):
        run(there)
    counts = status(there)["captures"]
    assert counts["pending"] == sum(counts.values()) == 23, "the crawl went on to its end"
    connection.indices.put_settings(index=there.index.alias, settings=dict.fromkeys(block))
    report = run(there)
    assert report.crawl.fetched == 0
    assert status(there)["captures"]["pending"] == 0
    assert all(finding.ok for finding in examine(there)), examine(there)


def test_a_rebuild_fills_a_new_index_and_moves_the_alias(there: Config, connection: Elasticsearch) -> None:
    run(there)
    before = elastic_layout.current(connection, there.index.alias)
    loaded = list(indexes.reader(there).all())
    assert rebuild(there).captures == 23
    assert elastic_layout.current(connection, there.index.alias) != before
    assert list(indexes.reader(there).all()) == loaded
    assert all(finding.ok for finding in examine(there)), examine(there)
