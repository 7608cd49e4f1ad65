"""Runs that load into a real Elasticsearch."""

import socket
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch

from articles.errors import IndexUnavailableError, SearchIndexError
from articles.model import Article
from broadsheet.newsroom import Newsroom
from index.backend_record import Place
from index.elastic import elastic_backend, generations
from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.run import run
from pipeline.status import status
from tests import elastic


def articles(config: Config) -> list[Article]:
    """All but the number of the snapshot that each was judged by."""
    return [replace(article, snapshot=0) for article in indexes.reader(config).all()]


def test_the_same_archive_gives_the_same_articles_in_both(
    in_elasticsearch: Config, config: Config, newsroom: Newsroom
) -> None:
    run(in_elasticsearch)
    loaded = articles(in_elasticsearch)
    assert (
        len(loaded)
        == status(in_elasticsearch)["index"]["documents"]
        == status(in_elasticsearch)["captures"]["indexed"]
    )
    newsroom.publish_update()
    run(in_elasticsearch)
    assert status(in_elasticsearch)["captures"]["superseded"] == 1
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)
    loaded = articles(in_elasticsearch)
    rebuild(config)
    assert articles(config) == loaded
    for text in ("关税", "tide buoy", "title:rules OR harbour"):
        totals = {indexes.reader(each).search(Query(text=text)).total for each in (in_elasticsearch, config)}
        assert len(totals) == 1, text


def test_what_cannot_be_loaded_waits_for_the_next_run(
    in_elasticsearch: Config, connection: Elasticsearch
) -> None:
    elastic.create(connection, in_elasticsearch.index.alias)
    block = {"index.blocks.read_only_allow_delete": True}
    connection.indices.put_settings(index=in_elasticsearch.index.alias, settings=block)
    with pytest.raises(IndexUnavailableError, match="captures stay pending; the next run loads them"):
        run(in_elasticsearch)
    counts = status(in_elasticsearch)["captures"]
    assert counts["pending"] == sum(counts.values()) == 29, "the crawl went on to its end"
    connection.indices.put_settings(index=in_elasticsearch.index.alias, settings=dict.fromkeys(block))
    report = run(in_elasticsearch)
    assert report.crawl.fetched == 0
    assert status(in_elasticsearch)["captures"]["pending"] == 0
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)


def test_a_server_that_is_away_from_the_beginning_does_not_hold_up_the_crawl(
    in_elasticsearch: Config,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    away = in_elasticsearch.model_copy(
        update={"index": in_elasticsearch.index.model_copy(update={"url": nobody})}
    )
    with pytest.raises(IndexUnavailableError, match="29 captures stay pending; the next run loads them"):
        run(away)
    report = run(in_elasticsearch)
    assert report.crawl.fetched == 0
    assert status(in_elasticsearch)["captures"]["pending"] == 0
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)


def test_a_server_that_comes_back_while_the_crawl_goes_on_is_loaded_into(
    in_elasticsearch: Config, elasticsearch_server: elastic.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def connection(_: Place) -> Elasticsearch:
        nonlocal tries
        tries += 1
        return elasticsearch_server.connect() if tries > 3 else elasticsearch_server.connect(port=1)

    monkeypatch.setattr(elastic_backend, "connection", connection)
    assert run(in_elasticsearch).outcomes["indexed"] == status(in_elasticsearch)["index"]["documents"] > 0
    assert tries > 3


def test_an_index_that_is_gone_is_told_before_anything_is_crawled(
    in_elasticsearch: Config, connection: Elasticsearch, newsroom: Newsroom
) -> None:
    run(in_elasticsearch)
    newsroom.publish_update()
    generations.drop(connection, in_elasticsearch.index.alias)
    with pytest.raises(SearchIndexError, match="broadsheet index rebuild"):
        run(in_elasticsearch)
    assert not elastic.behind(connection, in_elasticsearch.index.alias)
    rebuild(in_elasticsearch)
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)


def test_a_rebuild_fills_a_new_index_and_moves_the_alias(
    in_elasticsearch: Config, connection: Elasticsearch
) -> None:
    run(in_elasticsearch)
    before = elastic.behind(connection, in_elasticsearch.index.alias)
    loaded = articles(in_elasticsearch)
    assert rebuild(in_elasticsearch).captures == 29
    assert elastic.behind(connection, in_elasticsearch.index.alias) != before
    assert articles(in_elasticsearch) == loaded
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)
