"""A new index that was left half-filled, by a kill or an error, and is gone on with."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from sqlalchemy import update

from articles.errors import StorageError
from articles.urls import article_id
from broadsheet.newsroom import Newsroom
from index.elastic import generations
from pipeline import batches, indexes
from pipeline.configuration.config import Config
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete
from pipeline.importing.warc_files import ImportOptions, import_files
from pipeline.maintenance import new_index
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.refilling import fillers, rounds, slice_filling
from pipeline.run import now, run
from pipeline.status import status
from store.half_filled import HalfFilled, Slice
from store.ledger.capture_table import CAPTURES
from store.ledger.database import Ledger
from store.records import Outcome
from tests.loopback import ROOT
from tests.test_pipeline_new_index import articles
from tests.warcs import address, html, http, record

# Slices and batches of few captures; killed by SIGKILL once so many more articles are in than before.
KILLED = """
import os, pickle, signal, sys
from pipeline import batches
from pipeline.maintenance import new_index
from pipeline.refilling import rounds
from store.half_filled import HalfFilled

if __name__ == "__main__":
    rounds._SLICE, rounds._LITTLE, batches._AT_ONCE = 3, 0, 2
    config = pickle.loads(bytes.fromhex(sys.argv[1]))
    before = HalfFilled.told(new_index.beside(config))
    limit = (before.added if before else 0) + int(sys.argv[2])

    def progress(so_far):
        if so_far.articles >= limit:
            os.kill(os.getpid(), signal.SIGKILL)

    new_index.reindex(config, progress, tell=lambda text: print(text, flush=True))
"""


def killed(config: Config, after: int) -> str:
    """What a rebuild said that was killed after so many articles."""
    given = pickle.dumps(config).hex()
    path = config.path.with_name("killed.py")
    path.write_text(KILLED, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(path), given, str(after)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices and batches of few captures."""
    monkeypatch.setattr(rounds, "_SLICE", 3)
    monkeypatch.setattr(rounds, "_LITTLE", 0)
    monkeypatch.setattr(batches, "_AT_ONCE", 2)


@pytest.fixture
def cleaned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The captures that a rebuild of the index has cleaned."""
    seen: list[int] = []
    clean = slice_filling.clean_in_batches

    def counting(archive: Path, ledger: Ledger, cleaners: Any, wanted: Any) -> Iterator[Any]:
        for batch in clean(archive, ledger, cleaners, wanted):
            seen.extend(capture.id for capture, _ in batch)
            yield batch

    monkeypatch.setattr(slice_filling, "clean_in_batches", counting)
    return seen


@pytest.fixture(
    params=[
        "embedded",
        *(pytest.param(one, marks=pytest.mark.elasticsearch) for one in ("elasticsearch", "by month")),
    ]
)
def collection(request: pytest.FixtureRequest, config: Config) -> Config:
    """Sources, with each kind of index."""
    if request.param == "embedded":
        return config
    found: Config = request.getfixturevalue("in_elasticsearch")
    split = "month" if request.param == "by month" else "never"
    return found.model_copy(update={"index": found.index.model_copy(update={"split": split})})


def fail_after(count: int) -> Callable[[rounds.Filled], None]:
    def fail(so_far: rounds.Filled) -> None:
        if so_far.articles >= count:
            raise StorageError("no room")

    return fail


def half_filled(config: Config, count: int = 8) -> None:
    with pytest.raises(StorageError, match="no room"):
        new_index.reindex(config, fail_after(count))


@pytest.mark.long
def test_killed_twice_with_a_run_in_between_it_gives_what_an_undisturbed_one_gives(
    collection: Config, newsroom: Newsroom, small: None
) -> None:
    run(collection)
    first = status(collection)["captures"]["indexed"]
    assert killed(collection, 6) == ""
    newsroom.publish_update()
    report = run(collection)
    assert report.outcomes["indexed"]
    assert "Going on with " in killed(collection, 6)
    left = HalfFilled.told(new_index.beside(collection))
    assert left
    assert 6 <= left.added < first
    told: list[str] = []
    done = new_index.reindex(collection, tell=told.append)
    assert f"has {left.added} of about {first} articles" in told[0]
    found = articles(collection)
    assert done == new_index.Reindexed(articles=len(found), changed=0, rejected=0)
    assert all(finding.ok for finding in examine(collection)), examine(collection)
    assert not HalfFilled.told(new_index.beside(collection))
    new_index.reindex(collection)
    assert articles(collection) == found, "of an undisturbed one"
    rebuild(collection)
    assert articles(collection) == found, "what the archive gives"


def test_one_that_failed_is_named_and_gone_on_with_or_thrown_away(
    crawled: Config, small: None, cleaned: list[int]
) -> None:
    before = articles(crawled)
    new_index.reindex(crawled)
    undisturbed = len(cleaned)
    half_filled(crawled)
    left = HalfFilled.told(new_index.beside(crawled))
    assert left
    assert 0 < left.added < len(before)
    assert articles(crawled) == before
    (named,) = [each for each in examine(crawled) if each.part == "new index"]
    assert named.ok
    assert f"{left.added} of about {len(before)} articles" in named.text
    assert status(crawled)["new_index"] == {"articles": left.added, "expected": len(before)}
    cleaned.clear()
    new_index.reindex(crawled)
    assert len(cleaned) == undisturbed - left.added
    assert articles(crawled) == before
    half_filled(crawled)
    cleaned.clear()
    new_index.reindex(crawled, restart=True)
    assert len(cleaned) == undisturbed
    half_filled(crawled)
    assert new_index.discard(crawled) == ["index", "index-versions"]
    assert "new_index" not in status(crawled)
    assert new_index.discard(crawled) == []
    assert articles(crawled) == before


def test_one_that_was_made_of_something_else_is_begun_anew(
    crawled: Config, small: None, cleaned: list[int]
) -> None:
    half_filled(crawled)
    clean = crawled.clean.model_copy(update={"extractor": "trafilatura"})
    told: list[str] = []
    new_index.reindex(crawled.model_copy(update={"clean": clean}), tell=told.append)
    assert ["other rules or settings" in each for each in told] == [True]
    by_trafilatura = {article.extractor for article in articles(crawled)}
    assert "container" not in by_trafilatura, by_trafilatura


def test_a_deletion_leaves_nothing_of_a_half_filled_one(crawled: Config, small: None) -> None:
    before = articles(crawled)
    half_filled(crawled)
    gone = before[0]
    delete(crawled, DeleteRequest(which=(gone.url,), reason="asked"))
    assert not HalfFilled.told(new_index.beside(crawled))
    new_index.reindex(crawled)
    assert article_id(gone.url) not in {article.id for article in articles(crawled)}
    assert len(articles(crawled)) == len(before) - 1


def test_what_came_otherwise_before_a_kill_is_written_down(crawled: Config, small: None) -> None:
    """The articles were cleaned by older rules, as the ledger says of all of them."""
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        older = update(CAPTURES).where(CAPTURES.c.outcome == Outcome.INDEXED)
        conn.execute(older.values(content_hash="of older rules"))
    half_filled(crawled)
    done = new_index.reindex(crawled)
    assert done.changed == done.articles == len(articles(crawled))
    assert new_index.reindex(crawled).changed == 0


def test_an_import_of_earlier_captures_in_between_moves_what_is_in_already(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changes when an article was first seen, and nothing else of it: its capture in the index stays the one that it was."""
    monkeypatch.setattr(rounds, "_LITTLE", 0)
    monkeypatch.setattr(rounds, "_SLICE", 1)
    monkeypatch.setattr(batches, "_AT_ONCE", 1)
    for name, month in (("new", 6), ("old", 2)):
        at = datetime(2025, month, 2, 12, tzinfo=UTC)
        pages = (record(http(html(number)), address(number), at) for number in (1, 2, 3))
        (tmp_path / f"{name}.warc").write_bytes(b"".join(pages))
    import_files(config, (tmp_path / "new.warc",), ImportOptions())
    half_filled(config, 2)
    import_files(config, (tmp_path / "old.warc",), ImportOptions())
    expected = articles(config)
    assert {article.first_seen_at.month for article in expected} == {2}
    new_index.reindex(config)
    assert articles(config) == expected


def test_several_processes_fill_it_side_by_side(
    in_elasticsearch: Config, small: None, monkeypatch: pytest.MonkeyPatch, cold: None
) -> None:
    """Here each has one cleaning process; what one of them cannot do is told by the first."""
    run(in_elasticsearch)
    before = articles(in_elasticsearch)
    clean = in_elasticsearch.clean.model_copy(update={"workers": 2})
    config = in_elasticsearch.model_copy(update={"clean": clean})
    monkeypatch.setattr(fillers, "CLEANERS", 1)
    assert fillers.number(config) == 2
    so_far: list[rounds.Filled] = []
    done = new_index.reindex(config, so_far.append)
    assert (done.articles, done.changed, done.rejected) == (len(before), 0, 0)
    assert so_far[-1].articles == so_far[-1].of >= len(before)
    assert articles(config) == before
    lost = config.model_copy(
        update={"index": config.index.model_copy(update={"pipeline": "gone", "patience": 0.0})}
    )
    slices = iter([Slice(1, (1,))])
    with pytest.raises(Exception, match="no ingest pipeline `gone`"):
        list(fillers.fill_side_by_side(lost, new_index.beside(lost), "x", slices, 2))


def test_half_filled_ones_without_a_file_are_named_and_thrown_away(
    in_elasticsearch: Config, connection: Elasticsearch
) -> None:
    """As a worker on another machine has left them, or whoever lost the data folder."""
    run(in_elasticsearch)
    alias = in_elasticsearch.index.alias
    place = indexes.place(in_elasticsearch)
    left = generations.make(connection, alias, place.sharding, now())
    (named,) = [each for each in examine(in_elasticsearch) if each.part == "new index"]
    assert left.base in named.text
    assert new_index.discard(in_elasticsearch) == [left.base]
    assert not connection.indices.exists(index=left.base)
