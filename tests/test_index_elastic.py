"""The index in Elasticsearch: the contract of every index on a real server, and what only a server can suffer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from elasticsearch import Elasticsearch

from articles.errors import ConfigError, IndexUnavailableError, QueryError, SearchIndexError
from articles.model import Image, Removal
from index.elastic import generations, mapping
from index.elastic.bulk import Bulk, upsert
from index.elastic.client import connect
from index.elastic.cluster_reader import ElasticReader
from index.elastic.cluster_writer import ElasticWriter
from index.elastic.stored import document
from index.patience import Patience
from index.query import Query
from index.stems import ELASTIC
from index.tokens import tokens
from tests import elastic
from tests.index_contract import LIBRARY, NOON, IndexContract, NewIndex, OpenIndex, Worth, article

SHORT = Patience(seconds=0.3)
NOT_INDEXED = {
    "content_hash",
    "archive",
    "markup",
    "site_rules",
    "site_matched",
    "site_failed",
    "further_pages",
}
CUT = Removal(text="Subscribe", rule="newsletter", place="tail")
MANY = [article(f"number {number}", title=f"Number {number}") for number in range(1_000)]


@pytest.fixture(scope="module")
def connection(elasticsearch_server: elastic.Server) -> Iterator[Elasticsearch]:
    with closing(elasticsearch_server.connect()) as client:
        yield client


@pytest.fixture(scope="module")
def new_index(elasticsearch_server: elastic.Server, connection: Elasticsearch) -> Iterator[NewIndex]:
    """Written and read with the keys that the documents recommend, where the server has security."""
    with ExitStack() as stack:
        load, search = (
            stack.enter_context(closing(elasticsearch_server.with_key(connection, privileges)))
            for privileges in (elastic.LOAD, elastic.SEARCH)
        )

        def new() -> OpenIndex:
            alias = stack.enter_context(elastic.fresh_alias(connection))
            elastic.create(connection, alias)
            return OpenIndex(
                ElasticWriter(load, alias, SHORT),
                ElasticReader(search, alias),
                lambda: ElasticReader(search, alias),
                lambda time: ElasticReader(search, alias, lambda: time),
            )

        yield new


@pytest.fixture
def alias(connection: Elasticsearch) -> Iterator[str]:
    """An empty index behind an alias."""
    with elastic.fresh_alias(connection) as name:
        elastic.create(connection, name)
        yield name


class TestElastic(IndexContract):
    """The contract, on a server, which takes the words of all fields together: the weights add up to less."""

    WORTH = Worth(title=1.61, lead=2.03, exact=9.8)


# What the server takes, and what it refuses


def test_words_are_cut_as_the_definition_says(connection: Elasticsearch, alias: str) -> None:
    texts = [text for each in LIBRARY.values() for text in (each.title, each.lead, *each.body) if text]
    for text in (
        *texts,
        "½ ﬁne Ｆｕｌｌ snake_case ʼa می\u200cخواهم 1,000.5 हिन्दी İI ΟΔΟΣ",
        "x" * 3_999 + " " + "x" * 4_001,
    ):
        if len(text) < 20_000:
            found = connection.indices.analyze(index=alias, analyzer="words", text=text)["tokens"]
            assert [each["token"] for each in found] == tokens(text), text


@pytest.mark.parametrize("language", sorted(ELASTIC))
def test_every_language_has_its_stemmer(connection: Elasticsearch, alias: str, language: str) -> None:
    found = connection.indices.analyze(index=alias, field=f"stem.{language}", text="Running running")[
        "tokens"
    ]
    assert len({each["token"] for each in found}) == 1


def test_one_poisoned_in_a_thousand_is_refused_with_its_cause(connection: Elasticsearch, alias: str) -> None:
    poisoned = replace(MANY[500], word_count=1 << 40)  # the mapping has 32 bits for it
    acks = ElasticWriter(connection, alias, SHORT).add([*MANY[:500], poisoned, *MANY[501:]])
    assert [ack.id for ack in acks if ack.status != "indexed"] == [poisoned.id]
    assert "word_count" in acks[500].detail
    assert ElasticReader(connection, alias).count() == 999


def test_an_item_that_spoils_its_request_is_found_and_refused_alone(
    connection: Elasticsearch, alias: str
) -> None:
    actions = [upsert(each.id, 1, document(each)) for each in MANY[:200]]
    actions[77] = upsert(MANY[77].id, -1, document(MANY[77]))
    acks = Bulk(connection, alias, SHORT, require_alias=True).send(actions)
    assert [place for place, ack in enumerate(acks) if ack.status == "refused"] == [77]
    assert {ack.status for ack in acks} == {"indexed", "refused"}
    assert "version" in acks[77].detail


def test_what_an_article_does_not_say_is_in_no_field(connection: Elasticsearch, alias: str) -> None:
    """So that `exists`, and what Kibana counts, are right."""
    bare = article("bare", images=(Image(url="", caption="A crane"),), removed=(CUT,))
    whole = replace(
        LIBRARY["steel"],
        lead_image="https://img.example/1.jpg",
        modified_at=NOON,
        published_on=NOON.date(),
        published_from="meta",
        rights=("noai",),
        images=(Image(url="https://img.example/1.jpg", caption="A crane", credit="N. Olsen"),),
        removed=(replace(CUT, evidence="subscribe"),),
    )
    ElasticWriter(connection, alias, SHORT).add([bare, whole])
    properties = mapping.mappings()["properties"]
    fields = [name for name in properties if name not in {"images", "removed", "exact", "stem", *NOT_INDEXED}]
    nested = [
        f"{name}.{key}" for name in ("images", "removed", "exact") for key in properties[name]["properties"]
    ]
    holding = {}
    for field in [*fields, *nested, "stem.en"]:
        found = connection.search(index=alias, query={"exists": {"field": field}})["hits"]["hits"]
        holding[field] = {hit["_id"] for hit in found}
    assert {field for field, ids in holding.items() if whole.id not in ids} == set()
    assert {field for field, ids in holding.items() if bare.id in ids} == {
        *(
            "@timestamp",
            "id",
            "article_id",
            "url",
            "canonical_url",
            "source",
            "first_seen_at",
            "fetched_at",
            "access",
        ),
        *("word_count", "confidence", "rules", "snapshot", "versions"),
        *("images.caption", "images.status", "removed.text", "removed.rule", "removed.place"),
        *("exact.source", "exact.site", "exact.access", "exact.url", "exact.article_id", "exact.id"),
    }
    reader = ElasticReader(connection, alias)
    assert [reader.get(each.id) for each in (bare, whole)] == [bare, whole]


# A server that takes nothing for a while


@contextmanager
def blocked(connection: Elasticsearch, alias: str, block: str) -> Iterator[None]:
    connection.indices.put_settings(index=alias, settings={f"index.blocks.{block}": True})
    try:
        yield
    finally:
        connection.indices.put_settings(index=alias, settings={f"index.blocks.{block}": None})


@pytest.mark.parametrize("block", ["read_only_allow_delete", "write"])
def test_a_full_or_read_only_index_is_waited_for_and_then_said(
    connection: Elasticsearch, alias: str, block: str
) -> None:
    writer = ElasticWriter(connection, alias, SHORT)
    with blocked(connection, alias, block), pytest.raises(IndexUnavailableError, match="cluster_block"):
        writer.add(MANY[:10])
    assert {ack.status for ack in writer.add(MANY[:10])} == {"indexed"}


def test_a_block_that_is_lifted_in_time_costs_nothing(connection: Elasticsearch, alias: str) -> None:
    with blocked(connection, alias, "read_only_allow_delete"):
        lift = {"index.blocks.read_only_allow_delete": None}
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 3:
                connection.indices.put_settings(index=alias, settings=lift)

        patience = Patience(seconds=60, monotonic=lambda: 0.0, sleep=sleep, random=lambda: 1.0)
        acks = ElasticWriter(connection, alias, patience).add(MANY[:10])
    assert {ack.status for ack in acks} == {"indexed"}
    assert pauses == [0.5, 1.0, 2.0]


def test_answers_that_never_arrive_are_asked_for_again(
    elasticsearch_server: elastic.Server, connection: Elasticsearch, alias: str
) -> None:
    if elasticsearch_server.environment:
        pytest.skip("the proxy does not speak TLS")
    with closing(elastic.CuttingProxy(urlsplit(elasticsearch_server.url).port or 0, cuts=3)) as proxy:
        with closing(elasticsearch_server.connect(proxy.port)) as client:
            acks = ElasticWriter(client, alias, Patience(seconds=30)).add(MANY)
        assert proxy.cuts == 0
    assert {ack.status for ack in acks} == {"indexed"}
    assert list(ElasticReader(connection, alias).all()) == sorted(MANY, key=lambda each: each.id)


def test_a_server_that_is_not_there_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with closing(connect(f"http://127.0.0.1:{port}", {})) as client:
        with pytest.raises(IndexUnavailableError, match="cannot be reached"):
            ElasticWriter(client, "articles", SHORT).add(MANY[:1])
        with pytest.raises(IndexUnavailableError, match="cannot be reached"):
            ElasticReader(client, "articles").search(Query())


def test_a_missing_index_is_said_at_once_and_not_made_by_accident(connection: Elasticsearch) -> None:
    with elastic.fresh_alias(connection) as name:
        patience = Patience(seconds=60, sleep=lambda _: pytest.fail("waiting mends nothing"))
        with pytest.raises(SearchIndexError, match="broadsheet index create"):
            ElasticWriter(connection, name, patience).add(MANY[:1])
        for read in (
            lambda: ElasticReader(connection, name).count(),
            lambda: ElasticReader(connection, name).get("0" * 32),
        ):
            with pytest.raises(SearchIndexError, match="broadsheet index create"):
                read()
        assert not connection.indices.exists(index=name)


def test_a_wrong_password_is_said_at_once(elasticsearch_server: elastic.Server) -> None:
    if not elasticsearch_server.environment:
        pytest.skip("this server asks for none")
    wrong = {**elasticsearch_server.environment, "BROADSHEET_ELASTICSEARCH_PASSWORD": "wrong"}
    with (
        closing(connect(elasticsearch_server.url, wrong)) as client,
        pytest.raises(SearchIndexError, match="API_KEY"),
    ):
        ElasticWriter(client, "articles").add(MANY[:1])


def test_an_alias_that_nothing_is_written_through_is_said_and_no_article_refused(
    connection: Elasticsearch, alias: str
) -> None:
    add = {
        "index": elastic.behind(connection, alias)[0],
        "alias": alias,
        "is_write_index": False,
    }
    connection.indices.update_aliases(actions=[{"add": add}])
    with pytest.raises(SearchIndexError, match="is_write_index"):
        ElasticWriter(connection, alias, SHORT).add(MANY[:3])
    assert "is_write_index" in elastic.check(connection, alias)[0]
    connection.indices.update_aliases(actions=[{"add": add | {"is_write_index": True}}])
    assert {ack.status for ack in ElasticWriter(connection, alias, SHORT).add(MANY[:3])} == {"indexed"}


def test_a_client_that_the_server_does_not_understand_is_told_what_to_install(
    connection: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a client of 9.x hears from a server 8.19, here as version 6 of any."""
    spoken = r"application/vnd.elasticsearch+\g<1>; compatible-with=6"
    monkeypatch.setattr("elasticsearch._sync.client._base._COMPAT_MIMETYPE_SUB", spoken)
    for ask in (
        lambda: elastic.create(connection, "test-other"),
        lambda: elastic.check(connection, "test-other"),
        lambda: generations.drop(connection, "test-other"),
        lambda: ElasticReader(connection, "test-other").count(),
        lambda: ElasticWriter(connection, "test-other", SHORT).add(MANY[:1]),
    ):
        with pytest.raises(SearchIndexError, match="elasticsearch<9"):
            ask()


def test_a_shard_on_no_node_is_not_passed_over(connection: Elasticsearch, alias: str) -> None:
    reader = ElasticReader(connection, alias)
    ElasticWriter(connection, alias, SHORT).add(MANY[:3])
    lost = f"{alias}-v{mapping.VERSION}-000002"
    connection.indices.create(
        index=lost,
        settings={"index.routing.allocation.require._name": "nobody"},
        wait_for_active_shards=0,
    )
    connection.indices.put_alias(index=lost, name=alias)
    for read in (
        lambda: reader.search(Query()),
        lambda: reader.facet(Query(), "source"),
        reader.count,
    ):
        with pytest.raises(IndexUnavailableError, match="1 of 2 shards failed"):
            read()
    with pytest.raises(IndexUnavailableError, match="missing shards"):
        list(reader.all())
    with pytest.raises(IndexUnavailableError, match="all shards failed"):
        ElasticReader(connection, lost).get_many([MANY[0].id])


# Hostile queries


@pytest.mark.parametrize(
    "text",
    ["(" * 3_000 + "a" + ")" * 3_000, "word " * 5_000, "*a *b", '"unbalanced', "a\x00b", "x" * 1_000_000],
    ids=["parentheses", "words", "wildcards", "quote", "control", "megabyte"],
)
def test_a_hostile_query_is_refused_here_and_the_server_lives(
    connection: Elasticsearch, alias: str, text: str
) -> None:
    reader = ElasticReader(connection, alias)
    with pytest.raises(QueryError) as raised:
        reader.search(Query(text=text))
    assert 0 <= raised.value.position <= len(text)
    assert reader.count() == 0


def test_the_most_that_a_query_may_ask_is_answered(connection: Elasticsearch, alias: str) -> None:
    reader = ElasticReader(connection, alias)
    deep = "(" * 19 + "sea OR -(ab* title:cd*)" + ")" * 19
    many = " OR ".join(f"w{number}" for number in range(64))
    assert [reader.search(Query(text=text)).total for text in (deep, many)] == [0, 0]


# Layout


def test_an_index_is_made_once_and_found_sound(connection: Elasticsearch, alias: str) -> None:
    (index,) = elastic.create(connection, alias).names
    assert elastic.behind(connection, alias) == (index,)
    assert elastic.check(connection, alias) == []
    with blocked(connection, alias, "write"):
        assert "takes no writes" in elastic.check(connection, alias)[0]
    connection.indices.put_mapping(index=index, properties={"shares": {"type": "long"}})
    assert "shares" in elastic.check(connection, alias)[0]
    assert generations.drop(connection, alias) == [index]
    assert "broadsheet index create" in elastic.check(connection, alias)[0]


def test_an_index_of_another_layout_is_not_written_to(connection: Elasticsearch, alias: str) -> None:
    (index,) = elastic.create(connection, alias).names
    connection.indices.put_mapping(index=index, meta={"broadsheet": mapping.VERSION - 1})
    with pytest.raises(SearchIndexError, match="broadsheet index rebuild"):
        elastic.create(connection, alias)
    assert "is not of layout" in elastic.check(connection, alias)[0]


def test_an_index_where_the_alias_should_be_is_left_alone(connection: Elasticsearch) -> None:
    with elastic.fresh_alias(connection) as name:
        connection.indices.create(index=name)
        try:
            with pytest.raises(SearchIndexError, match="choose another"):
                elastic.create(connection, name)
        finally:
            connection.indices.delete(index=name)


def test_searches_go_on_while_the_alias_moves(connection: Elasticsearch, alias: str) -> None:
    writer, reader = ElasticWriter(connection, alias, SHORT), ElasticReader(connection, alias)
    writer.add(MANY)
    (before,) = elastic.behind(connection, alias)
    seen: set[int] = set()
    failed: list[Exception] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            try:
                seen.add(reader.search(Query(text="number")).total)
            except Exception as error:  # noqa: BLE001  any failed search is what must not be
                failed.append(error)

    searching = threading.Thread(target=search)
    searching.start()
    try:
        for _ in range(3):
            fresh = elastic.make(connection, alias)
            ElasticWriter(connection, alias, SHORT, base=fresh.base).add(MANY)
            generations.publish(connection, alias, fresh.base)
    finally:
        done.set()
        searching.join()
    assert failed == []
    assert seen == {len(MANY)}
    assert not connection.indices.exists(index=before)
    newer = [replace(MANY[0], fetched_at=NOON + timedelta(hours=1))]
    assert writer.add(newer)[0].status == "indexed"


# Connecting


@pytest.mark.parametrize(
    ("url", "environment", "match"),
    [
        ("ftp://search.example", {}, "http"),
        ("https://user:secret@search.example", {}, "environment"),
        ("http://search.example:9200", {}, "plain http"),
        ("https://search.example", {"BROADSHEET_ELASTICSEARCH_USERNAME": "me"}, "PASSWORD"),
        ("https://search.example", {"BROADSHEET_ELASTICSEARCH_CA": "/nowhere/ca.crt"}, "ca.crt"),
    ],
)
def test_a_wrong_connection_is_a_clear_error(url: str, environment: dict[str, str], match: str) -> None:
    with pytest.raises(ConfigError, match=match) as raised:
        connect(url, environment)
    assert "secret" not in str(raised.value)
