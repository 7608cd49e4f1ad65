"""Runs that load into a real Elasticsearch."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from elasticsearch import Elasticsearch

from articles.errors import IndexUnavailableError, SearchIndexError
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


def test_a_server_that_is_away_from_the_beginning_does_not_hold_up_the_crawl(there: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    away = there.model_copy(update={"index": there.index.model_copy(update={"url": nobody})})
    with pytest.raises(IndexUnavailableError, match="23 captures stay pending; the next run loads them"):
        run(away)
    report = run(there)
    assert report.crawl.fetched == 0
    assert status(there)["captures"]["pending"] == 0
    assert all(finding.ok for finding in examine(there)), examine(there)


def test_a_server_that_comes_back_while_the_crawl_goes_on_is_loaded_into(
    there: Config, elasticsearch_server: elastic.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def connection(config: Config) -> Elasticsearch:
        nonlocal tries
        tries += 1
        return elasticsearch_server.connect() if tries > 3 else elasticsearch_server.connect(port=1)

    monkeypatch.setattr(indexes, "connection", connection)
    assert run(there).outcomes["indexed"] == status(there)["index"]["documents"] > 0
    assert tries > 3


def test_an_index_that_is_gone_is_told_before_anything_is_crawled(
    there: Config, connection: Elasticsearch, newsroom: Newsroom
) -> None:
    run(there)
    newsroom.publish_update()
    elastic_layout.drop(connection, there.index.alias)
    with pytest.raises(SearchIndexError, match="broadsheet rebuild"):
        run(there)
    assert not elastic_layout.current(connection, there.index.alias)
    rebuild(there)
    assert all(finding.ok for finding in examine(there)), examine(there)


def test_a_rebuild_fills_a_new_index_and_moves_the_alias(there: Config, connection: Elasticsearch) -> None:
    run(there)
    before = elastic_layout.current(connection, there.index.alias)
    loaded = list(indexes.reader(there).all())
    assert rebuild(there).captures == 23
    assert elastic_layout.current(connection, there.index.alias) != before
    assert list(indexes.reader(there).all()) == loaded
    assert all(finding.ok for finding in examine(there)), examine(there)
