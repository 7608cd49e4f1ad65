"""Older versions of articles in their index: with both backends those of the ledger, whatever happens in between."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from articles.model import Article, Page
from articles.urls import article_id
from index.documents import older_id
from index.elastic.mapping import VERSION
from index.query import Query
from pipeline import indexes
from pipeline.batches import Cleaners, cleaners
from pipeline.configuration.config import Config, load
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete
from pipeline.maintenance import new_index
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.renaming import rename
from pipeline.refilling import rounds
from tests.collected_pages import MORNING, archived, clock, collected, configured, loaded
from tests.desk import STORIES, WIRE
from tests.edited_pages import HOME, TITLE, page, versions

SHORTER = WIRE[:-1]
KRAIT: tuple[Page, ...] = (
    page("krait", 0),
    page("krait", 1, footer="<p>1,204 views</p>"),
    page("krait", 2, title=f"{TITLE} missiles"),
    page("krait", 3, title=f"{TITLE} missiles", body=SHORTER),
    page("krait", 4),
)
OTHER = page("other", 0, title="Bakers and a senator in the news of the day", body=STORIES["en"])
ID = article_id(f"{HOME}/krait")


class KilledError(Exception): ...


def killed(*_: object) -> None:
    raise KilledError


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cleaners]:
    """The cleaner, started once for all tests here."""
    with cleaners(configured(tmp_path_factory.mktemp("cleaner"))) as pool:
        yield pool


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configured(tmp_path / "folder")


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def anywhere(request: pytest.FixtureRequest, config: Config) -> Config:
    """A configuration with each kind of index."""
    if request.param == "embedded":
        return config
    found: Config = request.getfixturevalue("in_elasticsearch")
    return found


def older(config: Config) -> list[Article]:
    with closing(indexes.reader(config, older=True)) as reader:
        return list(reader.all())


def as_in_ledger(config: Config) -> None:
    """The index of older versions holds those of the ledger, and `doctor` finds nothing."""
    known = [each for name in ("krait", "other") for each in versions(config, name)[:-1]]
    found = {each.id: each for each in older(config)}
    assert found.keys() == {older_id(each.article_id, each.seen.at) for each in known}
    for each in known:
        held = found[older_id(each.article_id, each.seen.at)]
        wording = each.seen.wording
        assert (held.versions, held.changed, held.fetched_at) == (each.number, each.changed, each.seen.at)
        assert (held.title, held.lead, held.body) == (wording.title, wording.lead, wording.body)
        assert (held.source, held.url, held.language) == ("post", f"{HOME}/krait", "en")
    assert all(finding.ok for finding in examine(config)), examine(config)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 2, 1, 3, 0)], ids=["in order", "in none"])
def test_they_are_those_of_the_ledger_after_each_run(
    anywhere: Config, pool: Cleaners, order: tuple[int, ...]
) -> None:
    collected(anywhere, pool, [OTHER])
    as_in_ledger(anywhere)
    for number in order:
        collected(anywhere, pool, [KRAIT[number]])
        as_in_ledger(anywhere)
    assert [each.versions for each in older(anywhere)] == [1, 2, 3]
    with closing(indexes.reader(anywhere, older=True)) as reader:
        (hit,) = reader.search(Query(text=f"article_id:{ID} title:missiles versions>2")).hits
    assert hit.article.changed == ("body",)
    with closing(indexes.reader(anywhere)) as reader:
        assert reader.search(Query(text="title:missiles")).total == 0, "the newest has the first title again"


def test_they_come_again_with_a_rebuild(anywhere: Config, pool: Cleaners) -> None:
    collected(anywhere, pool, [OTHER, KRAIT[3]], [KRAIT[0], KRAIT[4]], [KRAIT[2]], [KRAIT[1]])
    as_in_ledger(anywhere)
    before = [replace(each, archive="") for each in older(anywhere)]
    new_index.reindex(anywhere)
    as_in_ledger(anywhere)
    anywhere.ledger.unlink()
    rebuild(anywhere)
    as_in_ledger(anywhere)
    assert [replace(each, archive="") for each in older(anywhere)] == before


def test_they_go_with_their_article(anywhere: Config, pool: Cleaners) -> None:
    collected(anywhere, pool, [OTHER], KRAIT[:3], KRAIT[3:])
    assert len(older(anywhere)) == 3
    assert delete(anywhere, DeleteRequest(which=(f"{HOME}/krait",), reason="asked for"))
    assert older(anywhere) == []
    as_in_ledger(anywhere)


def test_also_one_that_only_a_killed_run_has_written(
    anywhere: Config, pool: Cleaners, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected(anywhere, pool, [OTHER, KRAIT[0]])
    archived(anywhere, [KRAIT[2]])
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.settling._record", killed)
        with pytest.raises(KilledError):
            loaded(anywhere, pool)
    assert len(versions(anywhere, "krait")) == len(older(anywhere)) == 1
    assert delete(anywhere, DeleteRequest(which=(f"{HOME}/krait",), reason="asked for"))
    assert older(anywhere) == []


def test_a_kill_between_index_and_ledger_changes_nothing(
    anywhere: Config, pool: Cleaners, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected(anywhere, pool, [OTHER, KRAIT[0], KRAIT[3]])
    archived(anywhere, [KRAIT[2], KRAIT[4]])
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.settling._record", killed)
        with pytest.raises(KilledError):
            loaded(anywhere, pool)
    assert [each.versions for each in older(anywhere)] == [1, 2, 3], "the index has them already"
    assert len(versions(anywhere, "krait")) == 2
    loaded(anywhere, pool)
    as_in_ledger(anywhere)


def test_a_renamed_source_has_them_under_its_new_name(config: Config, pool: Cleaners) -> None:
    text = config.path.read_text("utf-8")
    config.path.write_text(f'{text}\n[[sources]]\nname = "post"\nfeeds = ["{HOME}/feed"]\n', "utf-8")
    config = load(config.path)
    collected(config, pool, [OTHER], *([each] for each in KRAIT))
    rename(config, "post", "herald")
    assert [each.source for each in older(config)] == ["herald"] * 3
    before = older(config)
    new_index.reindex(config)
    assert older(config) == before


def test_what_a_run_supersedes_while_the_index_is_filled_anew_is_in_it(
    in_elasticsearch: Config, connection: Elasticsearch, pool: Cleaners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "_LITTLE", 0)
    collected(in_elasticsearch, pool, [OTHER, KRAIT[0]], [KRAIT[3]])
    runs = []

    def run_once(_: int) -> None:
        if not runs:
            runs.append(1)
            collected(in_elasticsearch, pool, [KRAIT[2], KRAIT[4]])

    new_index.reindex(in_elasticsearch, run_once, lambda: clock() + timedelta(days=1))
    as_in_ledger(in_elasticsearch)
    assert len(older(in_elasticsearch)) == 3
    alias = f"{in_elasticsearch.index.alias}-versions"
    (name,) = connection.indices.get_alias(name=alias).body
    assert name == f"{alias}-v{VERSION}-000002"
    document = connection.get(index=alias, id=older_id(ID, MORNING))["_source"]
    assert (document["article_id"], document["versions"]) == (ID, 1)
