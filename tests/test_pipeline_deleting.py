"""What is deleted is gone, byte by byte, stays gone, and is accounted for; everything else is as it was."""

import re

import pytest

from articles.errors import ConfigError
from articles.model import to_json
from broadsheet.newsroom import Newsroom
from index.embedded.local_reader import EmbeddedReader
from index.query import Query
from pipeline.configuration.config import Config
from pipeline.deleting import finishing
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete, finish_interrupted, preview, tombstones
from pipeline.explain import explain
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.run import run
from pipeline.status import status
from store.ledger.database import Ledger
from tests.lost_index import lose_index
from tests.traces import holding


def rare_words(config: Config, article_id: str) -> list[str]:
    """Words of an article that stand in no other."""
    articles = {one.id: one for one in EmbeddedReader(config.index_folder).all()}

    def words(one: str) -> set[str]:
        return set(
            re.findall(r"[a-z]{7,}", to_json(articles[one]).decode().split('"body":')[1].split("]")[0])
        )

    others = set().union(*(words(one) for one in articles if one != article_id))
    urls = "".join(article.url for article in articles.values())
    return sorted(word for word in words(article_id) - others if word not in urls)[:12]


def others(config: Config, gone: set[str]) -> dict[str, bytes]:
    found = EmbeddedReader(config.index_folder).all()
    return {article.id: to_json(article) for article in found if article.id not in gone}


def problems(config: Config) -> list[str]:
    return [f"{finding.part}: {finding.text}" for finding in examine(config) if not finding.ok]


@pytest.fixture
def ferry(crawled: Config) -> tuple[Config, str, str]:
    """A data folder, an article in it, and its URL."""
    (hit,) = EmbeddedReader(crawled.index_folder).search(Query(text="title:ferry", limit=1)).hits
    return crawled, hit.article.id, hit.article.url


def test_a_deleted_article_is_gone_and_nothing_else(ferry: tuple[Config, str, str]) -> None:
    config, article_id, url = ferry
    words, before = rare_words(config, article_id), others(config, {article_id})
    assert len(words) > 5
    assert holding(config, words)
    sizes = {path.name: path.stat().st_size for path in config.archive.iterdir()}
    done = delete(config, DeleteRequest(which=(url,), reason="asked by the harbour"))
    assert done is not None
    assert [stone.id for stone in done.doomed.stones] == [article_id]
    assert holding(config, words) == []
    assert others(config, set()) == before
    assert {path.name: path.stat().st_size for path in config.archive.iterdir()} == sizes
    assert problems(config) == []
    counts = status(config)
    assert counts["deleted"] == {"articles": 1, "captures": 1, "under way": 0}
    assert (counts["captures"]["deleted"], counts["urls"]["deleted"]) == (1, 1)
    told = "\n".join(map(str, explain(config, url)))
    assert "asked by the harbour" in told
    assert not [word for word in words if word in told]


STEPS = (
    "indexes.erase",
    "erasure.erase",
    "blanking.blank",
    "removal.removed",
    "Ledger.scrub",
    "tombstone_table.finish",
)


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_killed_deletion_is_finished_by_whoever_comes_next(
    ferry: tuple[Config, str, str], monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    config, article_id, url = ferry
    words, before = rare_words(config, article_id), others(config, {article_id})
    owner, name = step.split(".")
    target = getattr(finishing, owner)
    original = getattr(target, name)

    def killing(*arguments: object, **more: object) -> None:
        if after:
            original(*arguments, **more)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(target, name, killing)
        with pytest.raises(Killed):
            delete(config, DeleteRequest(which=(url,), reason="asked"))
    assert tombstones(config)[0].done_at is None or (step, after) == (STEPS[-1], True)
    finish_interrupted(config)
    assert holding(config, words) == []
    assert others(config, set()) == before
    assert problems(config) == []
    assert tombstones(config)[0].done_at is not None


def test_without_consent_nothing_happens(ferry: tuple[Config, str, str]) -> None:
    config, _, url = ferry
    before = {path: path.read_bytes() for path in config.archive.iterdir()}
    assert delete(config, DeleteRequest(which=(url,), reason="asked"), lambda _: False) is None
    assert preview(config, DeleteRequest(which=(url,), reason="asked")).captures == 1
    assert {path: path.read_bytes() for path in config.archive.iterdir()} == before
    assert tombstones(config) == []


def test_a_deletion_says_why_and_what(crawled: Config) -> None:
    with pytest.raises(ConfigError, match="Say why"):
        preview(crawled, DeleteRequest(which=("abcdef12",), reason=" "))
    with pytest.raises(ConfigError, match="never discovered"):
        preview(crawled, DeleteRequest(which=("https://nowhere.example/a",), reason="asked"))
    with pytest.raises(ConfigError, match="names no article"):
        preview(crawled, DeleteRequest(which=("abcdef1234567890",), reason="asked"))


def test_a_source_and_a_query_are_deleted_as_a_whole(crawled: Config) -> None:
    of_source = {one.id for one in EmbeddedReader(crawled.index_folder).all() if one.source == "two"}
    found = delete(crawled, DeleteRequest(source="two", reason="contract ended"))
    assert found is not None
    assert of_source <= {stone.id for stone in found.doomed.stones}
    index = EmbeddedReader(crawled.index_folder)
    hits = {hit.article.id for hit in index.search(Query(text="title:tram", limit=100))}
    done = delete(crawled, DeleteRequest(query="title:tram", reason="asked"))
    assert done is not None
    assert {stone.id for stone in done.doomed.stones} == hits
    assert not (of_source | hits) & others(crawled, set()).keys()
    assert problems(crawled) == []


def test_what_was_deleted_is_neither_fetched_nor_indexed_again(config: Config, newsroom: Newsroom) -> None:
    run(config)
    (hit,) = EmbeddedReader(config.index_folder).search(Query(text="title:ferry", limit=1)).hits
    words = rare_words(config, hit.article.id)
    delete(config, DeleteRequest(which=(hit.article.id,), reason="asked"))
    before = others(config, set())
    newsroom.publish_update()
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        conn.exec_driver_sql("UPDATE feeds SET etag = '', last_modified = ''")
    report = run(config)
    assert hit.article.id not in others(config, set())
    assert holding(config, words) == []
    assert report.outcomes.get("deleted", 0) == 0
    rebuild(config)
    assert others(config, set()).keys() == before.keys() | others(config, set()).keys() - {hit.article.id}
    assert holding(config, words) == []
    assert problems(config) == []
    assert status(config)["deleted"]["articles"] == 1
    lose_index(config.index_folder)
    for path in config.folder.glob("ledger.sqlite*"):
        path.unlink()
    rebuild(config)
    assert hit.article.id not in others(config, set())
    assert status(config)["deleted"] == {"articles": 1, "captures": 1, "under way": 0}
    assert problems(config) == []
    run(config)
    assert hit.article.id not in others(config, set())
    assert holding(config, words) == []
