"""A new index in the present one's place, while runs and searches go on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch

from articles.errors import LedgerError, LockedError, StorageError
from articles.model import Article
from broadsheet.newsroom import Newsroom
from index.elastic import generations
from index.embedded.local_writer import EmbeddedWriter
from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.explain import explain
from pipeline.maintenance import new_index
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.refilling import rounds
from pipeline.run import run
from pipeline.status import status
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.lock import RunLock
from store.records import Outcome, Selection
from tests import elastic

EVERY_50_MS = 0.05


def articles(config: Config) -> list[Article]:
    """All but the number of the snapshot that each was judged by."""
    return [replace(article, snapshot=0) for article in indexes.reader(config).all()]


@contextmanager
def searching(config: Config, totals: list[int]) -> Iterator[None]:
    """Searches for everything that has a word in it, every 50 ms, from another thread; a failed one fails the test."""
    done = threading.Event()
    failed: list[Exception] = []

    def search() -> None:
        reader = indexes.reader(config)
        while not done.wait(EVERY_50_MS):
            try:
                totals.append(reader.search(Query(text="from:2000-01-01")).total)
            except Exception as error:  # noqa: BLE001  any failed search is what must not be
                failed.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    assert failed == []


@pytest.mark.parametrize("split", ["never", "month"])
def test_a_run_and_searches_go_on_meanwhile(
    split: str,
    in_elasticsearch: Config,
    config: Config,
    newsroom: Newsroom,
    connection: Elasticsearch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The run adds, replaces and folds articles while the first of the archive's are in the new index already."""
    monkeypatch.setattr(rounds, "_LITTLE", 0)
    section = in_elasticsearch.index.model_copy(update={"split": split})
    in_elasticsearch = in_elasticsearch.model_copy(update={"index": section})
    run(in_elasticsearch, ("one", "two"))
    before = elastic.behind(connection, in_elasticsearch.index.alias)
    first = indexes.reader(in_elasticsearch).count()
    reports = []

    def run_once(_: int) -> None:
        if not reports:
            newsroom.publish_update()
            reports.append(run(in_elasticsearch))

    totals: list[int] = []
    with searching(in_elasticsearch, totals):
        done = new_index.reindex(in_elasticsearch, run_once)
    assert reports[0].outcomes["indexed"] > 5
    assert elastic.behind(connection, in_elasticsearch.index.alias) != before
    assert not connection.indices.exists(index=before[0])
    found = articles(in_elasticsearch)
    assert done == new_index.Reindexed(articles=len(found), changed=0, rejected=0)
    assert len(found) == status(in_elasticsearch)["captures"]["indexed"]
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)
    assert set(totals) <= set(range(first, len(found) + 1)), "an article was gone, or there twice, for a time"
    rebuild(config)
    assert found == articles(config), "what the archive gives"


def test_what_todays_rules_make_otherwise_is_written_down(crawled: Config) -> None:
    before = articles(crawled)
    ledger = Ledger.open(crawled.ledger)
    with ledger.transaction() as conn:
        settled = capture_table.settled(conn, Selection(), 100)
        stale = next(one for one in settled if one.outcome is Outcome.INDEXED)
        listed = next(one for one in settled if one.reason == "list_page")
        table = capture_table.CAPTURES
        conn.execute(table.update().where(table.c.id == stale.id).values(content_hash="of older rules"))
        by_older_rules = {"outcome": Outcome.INDEXED, "reason": "", "content_hash": "of older rules"}
        conn.execute(table.update().where(table.c.id == listed.id).values(by_older_rules))
    ledger.close()
    done = new_index.reindex(crawled)
    assert done == new_index.Reindexed(articles=len(before), changed=1, rejected=1)
    assert articles(crawled) == before
    assert "list_page" in next(step.what for step in explain(crawled, listed.url) if step.step == "rejected")
    assert all(finding.ok for finding in examine(crawled)), examine(crawled)
    assert new_index.reindex(crawled) == new_index.Reindexed(articles=len(before), changed=0, rejected=0)


def test_an_article_whose_page_is_damaged_stays(crawled: Config) -> None:
    before = articles(crawled)
    (segment,) = crawled.archive.glob("*.warc.gz")
    with segment.open("r+b") as file:
        offset = int(before[0].archive.rpartition(":")[2]) + 200
        file.seek(offset)
        file.write(b"\0" * 20)
    assert new_index.reindex(crawled) == new_index.Reindexed(articles=len(before), changed=0, rejected=0)
    assert articles(crawled) == before


def test_a_lost_index_is_filled_anew(in_elasticsearch: Config, connection: Elasticsearch) -> None:
    run(in_elasticsearch)
    before = articles(in_elasticsearch)
    generations.drop(connection, in_elasticsearch.index.alias)
    new_index.reindex(in_elasticsearch)
    assert articles(in_elasticsearch) == before


def test_one_that_fails_leaves_the_present_index(in_elasticsearch: Config, connection: Elasticsearch) -> None:
    run(in_elasticsearch)
    alias = in_elasticsearch.index.alias
    before = list(connection.indices.get(index=f"{alias}-v*").body)

    def fail(_: int) -> None:
        raise StorageError("no room")

    with pytest.raises(StorageError, match="no room"):
        new_index.reindex(in_elasticsearch, fail)
    assert list(connection.indices.get(index=f"{alias}-v*").body) == before
    assert all(finding.ok for finding in examine(in_elasticsearch)), examine(in_elasticsearch)


def test_what_a_killed_one_has_left_is_not_filled_on(crawled: Config) -> None:
    before = articles(crawled)
    left = EmbeddedWriter(crawled.folder / "rebuild" / "index")
    left.add([replace(before[0], id="0" * 32, url="https://gone.example/")])
    left.close()
    new_index.reindex(crawled)
    assert articles(crawled) == before


def test_who_else_rebuilds_or_writes_the_embedded_index_is_locked_out(
    config: Config, crawled: Config
) -> None:
    with pytest.raises(LedgerError, match="broadsheet run"):
        new_index.reindex(config)
    with RunLock(crawled.folder), pytest.raises(LockedError, match="another run"):
        new_index.reindex(crawled)
    with RunLock(crawled.folder, "rebuild"):
        with pytest.raises(LockedError, match="another rebuild"):
            new_index.reindex(crawled)
        with pytest.raises(LockedError, match="another rebuild"):
            rebuild(crawled)
