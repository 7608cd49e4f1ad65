"""Runs that load into a real Elasticsearch."""

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


def test_the_same_archive_gives_the_same_articles_in_both(
    in_elasticsearch: Config, config: Config, newsroom: Newsroom
) -> None:
    run(in_elasticsearch)
    loaded = list(indexes.reader(in_elasticsearch).all())
    assert (
        len(loaded)
        == status(in_elasticsearch)["index"]["documents"]
        == status(in_elasticsearch)["captures"]["indexed"]
    )
    newsroom.publish_update()
    run(in_elasticsearch)
    assert status(in_elasticsearch)["captures"]["superseded"] == 1
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)
    loaded = list(indexes.reader(in_elasticsearch).all())
    rebuild(config)
    assert list(indexes.reader(config).all()) == loaded
    for text in ("关税", "tide buoy", "title:rules OR harbour"):
        totals = {indexes.reader(each).search(Query(text=text)).total for each in (in_elasticsearch, config)}
        assert len(totals) == 1, text


def test_what_cannot_be_loaded_waits_for_the_next_run(
    in_elasticsearch: Config, connection: Elasticsearch
) -> None:
    elastic_layout.create(connection, in_elasticsearch.index.alias)
    block = {"index.blocks.read_only_allow_delete": True}
    connection.indices.put_settings(index=in_elasticsearch.index.alias, settings=block)
    with pytest.raises(IndexUnavailableError, match="captures stay pending; the next run loads them"):
        run(in_elasticsearch)
    counts = status(in_elasticsearch)["captures"]
    assert counts["pending"] == sum(counts.values()) == 23, "the crawl went on to its end"
    connection.indices.put_settings(index=in_elasticsearch.index.alias, settings=dict.fromkeys(block))
    report = run(in_elasticsearch)
    assert report.crawl.fetched == 0
    assert status(in_elasticsearch)["captures"]["pending"] == 0
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)


def test_a_rebuild_fills_a_new_index_and_moves_the_alias(
    in_elasticsearch: Config, connection: Elasticsearch
) -> None:
    run(in_elasticsearch)
    before = elastic_layout.current(connection, in_elasticsearch.index.alias)
    loaded = list(indexes.reader(in_elasticsearch).all())
    assert rebuild(in_elasticsearch).captures == 23
    assert elastic_layout.current(connection, in_elasticsearch.index.alias) != before
    assert list(indexes.reader(in_elasticsearch).all()) == loaded
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)
