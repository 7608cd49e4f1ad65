"""An index for each month of first sight: an article is in exactly one, whatever was written before, and everything else is as with one index."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch, NotFoundError
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.errors import SearchIndexError
from articles.model import Article
from index.backend_record import Place
from index.backends import BACKENDS
from index.documents import milliseconds, older_id
from index.elastic import generations, whereabouts
from index.elastic.bulk import Bulk, upsert
from index.elastic.cluster_reader import ElasticReader
from index.elastic.cluster_writer import ElasticWriter
from index.elastic.expunging import erase
from index.elastic.generations import Generation
from index.elastic.stored import document
from index.patience import Patience
from index.query import Query
from tests import elastic
from tests.elastic import BY_MONTH, WHOLE
from tests.index_contract import SHARED, IndexContract, NewIndex, OpenIndex, Worth, article

SHORT = Patience(seconds=0.3)


def in_month(month: int, day: int = 5) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def story(key: str, month: int = 11, fetched: int = 0) -> Article:
    """An article first seen in this month; `fetched` tells captures of it apart, in their order."""
    at = in_month(12).replace(second=fetched)
    return article(key, title=f"Story {key}", first_seen_at=in_month(month), fetched_at=at)


@pytest.fixture(scope="module")
def connection(elasticsearch_server: elastic.Server) -> Iterator[Elasticsearch]:
    with closing(elasticsearch_server.connect()) as client:
        yield client


@pytest.fixture(scope="module")
def new_index(connection: Elasticsearch) -> Iterator[NewIndex]:
    """Of two months, in one of which nothing was first seen."""
    with ExitStack() as stack:

        def new() -> OpenIndex:
            alias = stack.enter_context(elastic.fresh_alias(connection))
            generations.create(connection, alias, BY_MONTH, in_month(10))
            return OpenIndex(
                ElasticWriter(connection, alias, SHORT),
                ElasticReader(connection, alias),
                lambda: ElasticReader(connection, alias),
                lambda time: ElasticReader(connection, alias, lambda: time),
            )

        yield new


@pytest.fixture
def alias(connection: Elasticsearch) -> Iterator[str]:
    """An alias that names the index of November."""
    with elastic.fresh_alias(connection) as name:
        elastic.create(connection, name, BY_MONTH)
        yield name


@pytest.fixture
def writer(connection: Elasticsearch, alias: str) -> ElasticWriter:
    return ElasticWriter(connection, alias, SHORT)


class TestElasticByMonth(IndexContract):
    """The contract, over several indices."""

    WORTH = Worth(title=1.61, lead=2.03, exact=9.8)


def held(connection: Elasticsearch, alias: str) -> dict[str, list[str]]:
    """The months (as 11) in which each article is, by its title."""
    found = connection.search(index=alias, size=1_000, source=["title"])["hits"]["hits"]
    months: dict[str, list[str]] = {}
    for hit in found:
        months.setdefault(hit["_source"]["title"], []).append(hit["_index"][-2:])
    return {title: sorted(each) for title, each in sorted(months.items())}


def test_an_article_is_kept_in_the_month_in_which_it_was_first_seen(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    (november,) = elastic.behind(connection, alias)
    writer.add([story("a", 11), story("b", 9), story("c", 10), replace(story("a", 11), source="x")])
    assert held(connection, alias) == {"Story a": ["11"], "Story b": ["09"], "Story c": ["10"]}
    base = november.removesuffix("-2026.11")
    assert elastic.behind(connection, alias) == tuple(f"{base}-2026.{month}" for month in ("09", "10", "11"))
    made = [connection.indices.get(index=name).body[name] for name in elastic.behind(connection, alias)]
    assert made[0]["mappings"] == made[1]["mappings"] == made[2]["mappings"]
    assert elastic.check(connection, alias, BY_MONTH) == []
    reader = ElasticReader(connection, alias)
    assert {each.id for each in reader.all()} == {story(key).id for key in "abc"}
    assert reader.get(story("b").id) == story("b", 9)
    assert reader.get_many([story(key).id for key in "acx"]).keys() == {story(key).id for key in "ac"}


def test_a_month_of_utc_counts() -> None:
    months = Generation("articles-v8-000001", ("articles-v8-000001-2026.11",))
    evening = datetime.fromisoformat("2026-10-31T23:30:00-05:00")
    assert months.of_month(evening) == "articles-v8-000001-2026.11"


def test_an_article_moves_with_its_first_sight(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    writer.add([story("a", 11), story("b", 11)])
    for month in (9, 8):
        (ack,) = writer.add([story("a", month)])
        assert ack.status == "indexed"
        assert held(connection, alias) == {"Story a": [f"{month:02}"], "Story b": ["11"]}
    writer.add([story("a", 8, fetched=1)])
    assert held(connection, alias)["Story a"] == ["08"]


def test_no_search_misses_an_article_that_moves(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    many = [story(f"number {number}", 12) for number in range(50)]
    writer.add(many)
    reader, totals, done = ElasticReader(connection, alias), [], threading.Event()

    def search() -> None:
        while not done.is_set():
            totals.append(reader.search(Query(text="story")).total)

    searching = threading.Thread(target=search)
    searching.start()
    try:
        for month in (11, 10, 9, 8):
            writer.add([replace(each, first_seen_at=in_month(month)) for each in many])
    finally:
        done.set()
        searching.join()
    assert min(totals) == len(many)
    assert max(totals) <= 2 * len(many)
    assert reader.search(Query(text="story")).total == len(many)


def test_an_older_capture_is_superseded_although_its_month_has_no_newer_one(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    writer.add([story("a", 11, fetched=9)])
    assert [ack.status for ack in writer.add([story("a", 9, fetched=1)])] == ["superseded"]
    assert [ack.status for ack in writer.add([story("a", 8, 9), story("a", 7, 1)])] == [
        "indexed",
        "superseded",
    ]
    assert held(connection, alias) == {"Story a": ["08"]}


def test_what_is_refused_stays_where_it_is(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    writer.add([story("a", 11)])
    poisoned = replace(story("a", 9), word_count=1 << 40)
    assert [ack.status for ack in writer.add([poisoned])] == ["refused"]
    assert held(connection, alias) == {"Story a": ["11"]}


def put(connection: Elasticsearch, name: str, one: Article) -> None:
    """As a process leaves it that is killed in between."""
    action = upsert(one.id, milliseconds(one.fetched_at), document(one), name)
    Bulk(connection, name, SHORT, require_alias=False).send([action])


def test_what_a_killed_move_has_left_is_moved_again(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    writer.add([story("a", 11), story("b", 9)])
    (september,) = (name for name in elastic.behind(connection, alias) if name.endswith("09"))
    put(connection, september, story("a", 9))
    assert held(connection, alias)["Story a"] == ["09", "11"]
    present = ElasticReader(connection, alias).get_many([story("a").id])
    assert present[story("a").id].first_seen_at == in_month(11), "that its first sight is to be moved is seen"
    writer.add([story("a", 9)])
    assert held(connection, alias)["Story a"] == ["09"]
    put(connection, september, story("c", 9))
    put(connection, elastic.behind(connection, alias)[-1], story("c", 11))
    writer.delete([story("c").id])
    assert "Story c" not in held(connection, alias)


def test_a_deletion_finds_its_article_in_any_month(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    older = replace(story("b", 9), id=older_id(story("b").id, in_month(9)), fetched_at=in_month(9))
    writer.add([story("a", 8), story("b", 9), older])
    writer.delete([story("a").id, older.id, "0" * 32, "no id"])
    assert held(connection, alias) == {"Story b": ["09"]}
    assert [ack.status for ack in writer.add([older])] == ["indexed"], "an older version may come back"
    assert erase(connection, alias, [story("b").id, older.id], Patience(seconds=60)) == []
    assert held(connection, alias) == {}
    for name in elastic.behind(connection, alias):
        docs = connection.indices.stats(index=name, metric="docs").body["_all"]["total"]["docs"]
        assert (docs["count"], docs["deleted"]) == (0, 0)


WRITES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(8, 12), st.integers(0, 3)), min_size=1, max_size=4
)


@settings(suppress_health_check=SHARED, max_examples=20)
@given(batches=st.lists(WRITES, min_size=1, max_size=5))
def test_whatever_is_written_each_article_is_in_one_month(
    connection: Elasticsearch,
    alias: str,
    writer: ElasticWriter,
    batches: list[list[tuple[str, int, int]]],
) -> None:
    """In the month of the newest capture, as in one index that newest capture is kept."""
    example = uuid4().hex
    newest: dict[str, tuple[int, int]] = {}
    for batch in batches:
        acks = writer.add([story(f"{example} {key}", month, fetched) for key, month, fetched in batch])
        for (key, month, fetched), ack in zip(batch, acks, strict=True):
            late = fetched < newest.get(key, (0, 0))[0]
            assert ack.status == ("superseded" if late else "indexed")
            if not late:
                newest[key] = (fetched, month)
        wanted = {f"Story {example} {key}": [f"{month:02}"] for key, (_, month) in newest.items()}
        found = held(connection, alias)
        assert {title: each for title, each in found.items() if example in title} == wanted


# Templates


def test_a_month_is_not_opened_without_the_templates(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    connection.indices.delete_index_template(name=alias)
    with pytest.raises(SearchIndexError, match="broadsheet index create"):
        writer.add([story("a", 7)])
    assert [name[-2:] for name in elastic.behind(connection, alias)] == ["11"]
    generations.bring_in_line(connection, alias, BY_MONTH, elastic.NOW)
    writer.add([story("a", 7)])
    assert held(connection, alias) == {"Story a": ["07"]}


def test_a_write_to_an_index_that_is_not_there_makes_none(connection: Elasticsearch, alias: str) -> None:
    with pytest.raises(NotFoundError):
        connection.index(index=f"{alias}-v8-000001-2026.01", document={})


def test_settings_count_for_the_next_index_and_replicas_for_those_that_are_there(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    wanted = replace(BY_MONTH, shards=2, replicas=0)
    assert "broadsheet index create" in elastic.check(connection, alias, wanted)[0]
    writer.add([story("a", 10)])
    generations.bring_in_line(connection, alias, wanted, elastic.NOW)
    writer.add([story("b", 9)])
    found = connection.indices.get_settings(index=alias).body
    assert [
        (each["settings"]["index"]["number_of_shards"], each["settings"]["index"]["number_of_replicas"])
        for _, each in sorted(found.items())
    ] == [("2", "0"), ("1", "0"), ("1", "0")]
    assert elastic.check(connection, alias, wanted) == []
    generations.bring_in_line(connection, alias, replace(wanted, replicas="auto"), elastic.NOW)
    assert elastic.check(connection, alias, replace(wanted, replicas="auto")) == []


def test_what_is_split_otherwise_than_configured_is_said(connection: Elasticsearch, alias: str) -> None:
    (said,) = elastic.check(connection, alias, WHOLE)
    assert "has an index for each month" in said
    assert "broadsheet index rebuild" in said
    with elastic.fresh_alias(connection) as other:
        elastic.create(connection, other, WHOLE)
        (said,) = elastic.check(connection, other, BY_MONTH)
        assert "is one index" in said
        (said,) = elastic.check(connection, other, replace(WHOLE, shards=3))
        assert "has 1 shards, and [index] shards is 3" in said


def test_a_month_that_the_alias_does_not_name_is_said(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    writer.add([story("a", 10)])
    left = elastic.behind(connection, alias)[0]
    connection.indices.delete_alias(index=left, name=alias)
    (said,) = elastic.check(connection, alias, BY_MONTH)
    assert f"nothing in `{left}` is found" in said


def test_an_alias_of_two_generations_is_refused(connection: Elasticsearch, alias: str) -> None:
    other = elastic.make(connection, alias, BY_MONTH)
    connection.indices.put_alias(index=other.names[0], name=alias)
    with pytest.raises(SearchIndexError, match="has several indices"):
        generations.published(connection, alias)


def test_scores_are_those_of_one_index(
    connection: Elasticsearch, elasticsearch_server: elastic.Server, tmp_path: Path
) -> None:
    """In November, which has just begun, a word is no rarer than in October, where all articles have it."""
    every = [replace(story(str(n), 10), body=(f"Harbour number {n}",)) for n in range(12)]
    every += [replace(story("x", 11), body=("Harbour of late",)), replace(story("y", 11), body=("A ferry",))]
    scores = []
    for sharding in (WHOLE, BY_MONTH):
        with elastic.fresh_alias(connection) as alias:
            elastic.create(connection, alias, sharding)
            ElasticWriter(connection, alias, SHORT).add(every)
            place = Place(
                folder=tmp_path,
                url=elasticsearch_server.url,
                alias=alias,
                allow_plain_http=True,
                patience=0.3,
                sharding=sharding,
                pipeline="",
                environment=elasticsearch_server.environment,
            )
            with closing(BACKENDS["elasticsearch"].reader(place)) as reader:
                found = reader.search(Query(text="harbour", limit=20))
            scores.append({hit.article.id: hit.score for hit in found})
    assert scores[1] == pytest.approx(scores[0], rel=1e-4)


def test_a_generation_replaces_one_that_is_split_otherwise(
    connection: Elasticsearch, alias: str, writer: ElasticWriter
) -> None:
    """And back; the writer that was opened before writes where the alias leads."""
    writer.add([story("a", 10), story("b", 11)])
    for sharding in (WHOLE, BY_MONTH):
        fresh = elastic.make(connection, alias, sharding)
        filling = ElasticWriter(connection, alias, SHORT, base=fresh.base)
        filling.add(list(ElasticReader(connection, alias).all()))
        filling.add([replace(story("b", 11), first_seen_at=in_month(9))])
        filling.make_searchable()
        assert ElasticReader(connection, fresh.pattern).count() == 2
        before = elastic.behind(connection, alias)
        generations.publish(connection, alias, fresh.base)
        assert not any(connection.indices.exists(index=name) for name in before)
        assert elastic.check(connection, alias, sharding) == []
        writer.add([story("c", 8)])
        writer.delete([story("c").id])
    assert held(connection, alias) == {"Story a": ["10"], "Story b": ["09"]}


def test_a_generation_that_is_given_up_is_gone_with_all_of_its_months(
    connection: Elasticsearch, alias: str
) -> None:
    before = elastic.behind(connection, alias)
    fresh = elastic.make(connection, alias, BY_MONTH)
    ElasticWriter(connection, alias, SHORT, base=fresh.base).add([story("a", 10), story("b", 9)])
    generations.abandon(connection, alias, fresh.base)
    assert generations.indices(connection, alias) == list(before)
    generations.abandon(connection, alias, before[0].removesuffix("-2026.11"))
    assert generations.indices(connection, alias) == list(before), "the present one is not given up"


# Ingest pipelines


@pytest.fixture
def pipeline(connection: Elasticsearch, alias: str) -> Iterator[str]:
    """Counts the letters of a title into a field of the operator's own, and drops what is titled so."""
    name = f"{alias}@custom"
    fields = {"properties": {"letters": {"type": "integer"}}}
    connection.cluster.put_component_template(name=name, template={"mappings": fields})
    count = {"script": {"source": "ctx.letters = ctx.title.length()"}}
    connection.ingest.put_pipeline(id=alias, processors=[{"drop": {"if": "ctx.title == 'Story z'"}}, count])
    try:
        yield alias
    finally:
        generations.drop(connection, alias)
        connection.cluster.delete_component_template(name=name)
        connection.options(ignore_status=404).ingest.delete_pipeline(id=alias)


@pytest.mark.parametrize("sharding", [WHOLE, BY_MONTH], ids=["one", "months"])
def test_articles_go_through_the_pipeline(
    connection: Elasticsearch, pipeline: str, alias: str, sharding: elastic.Sharding
) -> None:
    fresh = elastic.make(connection, alias, sharding)
    generations.publish(connection, alias, fresh.base)
    assert elastic.check(connection, alias, sharding) == [], (
        "an operator's own fields are none of our business"
    )
    writer = ElasticWriter(connection, alias, SHORT, pipeline=pipeline)
    acks: Sequence[object] = [(ack.status, ack.detail) for ack in writer.add([story("a"), story("z")])]
    assert acks == [("indexed", ""), ("refused", "dropped by the ingest pipeline")]
    (hit,) = connection.search(index=alias)["hits"]["hits"]
    assert hit["_source"]["letters"] == len("Story a")
    assert list(ElasticReader(connection, alias).all()) == [story("a")]
    connection.ingest.delete_pipeline(id=pipeline)
    with pytest.raises(SearchIndexError, match=f"no ingest pipeline `{pipeline}`"):
        writer.add([story("b")])


# Pure


def test_the_copies_that_an_article_leaves() -> None:
    found = {"a": {"x": 1, "y": 2}, "b": {"x": 1}, "c": {}}
    assert list(whereabouts.strays(found, {"a": "y", "b": "x", "c": "z"})) == [("a", "x", 1)]
    assert whereabouts.is_elsewhere({"x": 3}, "y", 2)
    assert not whereabouts.is_elsewhere({"x": 3}, "y", 3)
    assert not whereabouts.is_elsewhere({"x": 3}, "x", 2)
