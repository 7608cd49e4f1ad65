"""Answers that are not Elasticsearch's: the index counts as away, whatever was asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from elasticsearch import Elasticsearch

from articles.errors import IndexUnavailableError, SearchIndexError
from index.backend_record import Sharding
from index.elastic import generations, index_templates, mapping
from index.elastic.client import connect
from index.elastic.cluster_reader import ElasticReader
from index.elastic.cluster_writer import ElasticWriter
from index.patience import Patience
from index.query import Query
from tests import elastic
from tests.elastic import LOGIN, STRANGE, Answer, Front, named, page
from tests.index_contract import article

ONE, TWO = article("one", title="One"), article("two", title="Two")
HASTY = Patience(seconds=0)
ALIASED = named('{"articles-v8-000001": {"aliases": {"articles": {"is_write_index": true}}}}')
Ask = Callable[[Elasticsearch, str], Any]
REQUESTS: dict[str, Ask] = {
    "add": lambda client, alias: ElasticWriter(client, alias, HASTY).add([ONE, TWO]),
    "delete": lambda client, alias: ElasticWriter(client, alias, HASTY).delete([ONE.id]),
    "search": lambda client, alias: ElasticReader(client, alias).search(Query(text="one")),
    "newest": lambda client, alias: ElasticReader(client, alias).search(Query(sort="newest")),
    "facet": lambda client, alias: ElasticReader(client, alias).facet(Query(), "source"),
    "days": lambda client, alias: ElasticReader(client, alias).days(Query()),
    "get": lambda client, alias: ElasticReader(client, alias).get(ONE.id),
    "get_many": lambda client, alias: ElasticReader(client, alias).get_many([ONE.id]),
    "count": lambda client, alias: ElasticReader(client, alias).count(),
    "all": lambda client, alias: list(ElasticReader(client, alias).all()),
    "published": generations.published,
    "make": elastic.make,
    "create": elastic.create,
    "check": elastic.check,
    "drop": generations.drop,
}


@pytest.fixture
def front() -> Iterator[Front]:
    with closing(Front(lambda _: None)) as opened:
        yield opened


@pytest.fixture
def client(front: Front) -> Iterator[Elasticsearch]:
    with closing(connect(front.url, {})) as opened:
        yield opened


@pytest.mark.parametrize("answer", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("ask", REQUESTS.values(), ids=REQUESTS)
def test_whatever_else_answers_is_an_index_that_is_away(
    front: Front, client: Elasticsearch, ask: Ask, answer: Answer
) -> None:
    front.instead = lambda _: answer
    with pytest.raises(IndexUnavailableError) as raised:
        ask(client, "articles")
    assert front.asked
    assert str(raised.value).startswith(f"{front.url} answered with ")
    assert "proxy" in str(raised.value)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (LOGIN, "answered with text/html, not as Elasticsearch"),
        (page("gone", 502), "answered with status 502 and text/html, not"),
        (STRANGE["gateway"], "application/json without the header X-Elastic-Product"),
        (named('{"count": "many"}'), "JSON of another shape (Expected `int`, got `str` - at `$.count`)"),
        (Answer(b"", {"Content-Type": "\x1b[31mred"}), "answered with no content type"),
    ],
)
def test_the_message_says_what_answered(
    front: Front, client: Elasticsearch, answer: Answer, said: str
) -> None:
    front.instead = lambda _: answer
    with pytest.raises(IndexUnavailableError) as raised:
        ElasticReader(client, "articles").count()
    assert said in str(raised.value)


def items(*ids: str, **more: object) -> Answer:
    """The answer to a bulk that says of these ids that they are in."""
    found = [{"index": {"_id": one, "status": 201} | more} for one in ids]
    return named(json.dumps({"errors": False, "items": found}))


@pytest.mark.parametrize(
    "answer",
    [
        items(ONE.id),
        items(TWO.id, ONE.id),
        items(ONE.id, TWO.id, TWO.id),
        items(ONE.id, ONE.id),
        named('{"errors": true, "items": []}'),
        named('{"errors": false, "items": [{}, {}]}'),
        named('{"errors": false, "items": [1, 2]}'),
    ],
)
def test_a_bulk_is_asked_again_until_each_document_has_its_own_answer(
    front: Front, client: Elasticsearch, answer: Answer
) -> None:
    refreshed = named('{"_shards": {}}')
    answers = [ALIASED, answer, LOGIN, answer, items(ONE.id, TWO.id), refreshed]
    front.instead = answers.__getitem__
    patience = Patience(seconds=60, monotonic=lambda: 0.0, sleep=lambda _: None)
    acks = ElasticWriter(client, "articles", patience).add([ONE, TWO])
    assert [(ack.id, ack.status) for ack in acks] == [(ONE.id, "indexed"), (TWO.id, "indexed")]
    assert len(front.asked) == len(answers)


def test_a_refusal_of_credentials_says_how_to_set_them_even_if_it_is_a_proxys(
    front: Front, client: Elasticsearch
) -> None:
    front.instead = lambda _: page("<h1>401</h1>", 401)
    for ask in REQUESTS.values():
        with pytest.raises(SearchIndexError, match="BROADSHEET_ELASTICSEARCH_API_KEY") as raised:
            ask(client, "articles")
        assert "<h1>" not in str(raised.value)


def test_a_proxy_that_takes_small_requests_only_is_sent_small_ones(
    front: Front, client: Elasticsearch
) -> None:
    answers = [ALIASED, page("too large", 413), items(ONE.id), items(TWO.id), named('{"_shards": {}}')]
    front.instead = answers.__getitem__
    acks = ElasticWriter(client, "articles", HASTY).add([ONE, TWO])
    assert [ack.status for ack in acks] == ["indexed", "indexed"]


def test_a_document_of_another_program_is_damage_not_a_server_that_is_away(
    front: Front, client: Elasticsearch
) -> None:
    hit = {"_id": ONE.id, "_score": None, "_source": {"title": "x"}}
    found = {"timed_out": False, "_shards": {}, "hits": FOUND | {"hits": [hit]}}
    front.instead = lambda _: named(json.dumps(found))
    with pytest.raises(SearchIndexError, match="broadsheet index rebuild") as raised:
        ElasticReader(client, "articles").get(ONE.id)
    assert not isinstance(raised.value, IndexUnavailableError)


# Of a part of the index. Recorded from an alias of two indices, one of which had its only shard on no node or could not count

SHARDS = {"total": 2, "successful": 1, "skipped": 0, "failed": 1}
NOWHERE = {"type": "no_shard_available_action_exception", "reason": None}
UNCOUNTABLE = {
    "type": "illegal_argument_exception",
    "reason": "Fielddata is disabled on [source] in [rec-c].\nPlease use a keyword field instead.",
}


def partial(reason: object, **more: object) -> Answer:
    failures = [{"shard": 0, "index": "rec-b", "node": None, "reason": reason}]
    return named(json.dumps({"timed_out": False, "_shards": SHARDS | {"failures": failures}} | more))


FOUND = {"total": {"value": 1, "relation": "eq"}, "max_score": None, "hits": []}
SOME_HITS = partial(NOWHERE, hits=FOUND)
SOME_BUCKETS = partial(UNCOUNTABLE, hits=FOUND, aggregations={"counts": {"buckets": []}})
POINT = named(json.dumps({"id": "p8e6BAIFcmVjLWEW", "_shards": SHARDS}))
UNREFRESHED = replace(named(json.dumps({"_shards": SHARDS})), status=500)
CLOSED = named('{"succeeded": true, "num_freed": 1}')


@pytest.mark.parametrize(
    ("request_name", "answers", "first_cause"),
    [
        ("search", [SOME_HITS], "no_shard_available_action_exception"),
        ("newest", [SOME_HITS], "no_shard_available_action_exception"),
        ("facet", [SOME_BUCKETS], "illegal_argument_exception: Fielddata is disabled on [source]"),
        ("days", [SOME_BUCKETS], "illegal_argument_exception: Fielddata is disabled on [source]"),
        ("get_many", [SOME_HITS], "no_shard_available_action_exception"),
        ("count", [partial(NOWHERE, count=1)], "no_shard_available_action_exception"),
        ("all", [POINT, SOME_HITS, CLOSED], "no_shard_available_action_exception"),
        ("search", [named(json.dumps({"timed_out": False, "_shards": SHARDS, "hits": FOUND}))], "no reason"),
        ("delete", [ALIASED, items(ONE.id), named(json.dumps({"_shards": SHARDS}))], "no reason"),
        ("add", [ALIASED, items(ONE.id, TWO.id), UNREFRESHED], "no reason"),
    ],
)
def test_shards_that_failed_are_an_error_with_its_first_cause(
    front: Front, client: Elasticsearch, request_name: str, answers: list[Answer], first_cause: str
) -> None:
    front.instead = answers.__getitem__
    with pytest.raises(IndexUnavailableError, match="1 of 2 shards failed") as raised:
        REQUESTS[request_name](client, "articles")
    assert f"({first_cause}" in str(raised.value)
    assert "None" not in str(raised.value)
    assert str(raised.value).isprintable()
    assert len(front.asked) == len(answers)


# A server that manages lifecycles, which the one of the tests does not: what it answers is from Elastic's manual

NO_LIFECYCLES = replace(
    named('{"error": "no handler found for uri [/_ilm/policy/articles] and method [GET]"}'), status=400
)
NO_POLICY = replace(named('{"error": {"type": "resource_not_found_exception", "reason": ""}}'), status=404)
POLICY = named('{"articles": {"version": 3, "policy": {"phases": {}}}}')
DONE = named('{"acknowledged": true}')
REFUSED = replace(named('{"error": {"type": "security_exception", "reason": "is unauthorized"}}'), status=403)


@pytest.mark.parametrize(
    ("split", "answers", "installs", "names_it"),
    [
        (elastic.BY_MONTH, [NO_LIFECYCLES], False, False),
        (elastic.BY_MONTH, [NO_POLICY, DONE], True, True),
        (elastic.BY_MONTH, [POLICY], False, True),
        (elastic.WHOLE, [], False, False),
    ],
    ids=["without lifecycles", "new", "an operator's", "one index"],
)
def test_a_policy_is_installed_where_the_server_has_any_and_never_overwritten(
    front: Front,
    client: Elasticsearch,
    split: Sharding,
    answers: list[Answer],
    installs: bool,
    names_it: bool,
) -> None:
    front.instead = [*answers, DONE, DONE, DONE].__getitem__
    index_templates.put(client, "articles", split)
    assert len(front.asked) == len(answers) + 3
    assert ("PUT /_ilm/policy/articles" in front.asked) == installs
    settings = front.sent[front.asked.index("PUT /_component_template/articles%40settings")]
    assert (b'"lifecycle.name":"articles"' in settings) == names_it


def test_a_key_that_may_not_see_policies_is_said(front: Front, client: Elasticsearch) -> None:
    front.instead = lambda _: REFUSED
    with pytest.raises(SearchIndexError, match=r"is unauthorized.*privileges"):
        elastic.make(client, "articles", elastic.BY_MONTH)


# In the middle, before a real server


def publish(client: Elasticsearch, alias: str) -> None:
    generations.publish(client, alias, f"{alias}-v{mapping.VERSION}-000002")


def disturb(front: Front, place: int) -> None:
    """Let the answer to the request at `place` from here on be another's; one to HEAD has no body to look at."""
    front.asked.clear()

    def instead(number: int) -> Answer | None:
        wrong = LOGIN if front.asked[number].startswith("HEAD ") else STRANGE["signed, names"]
        return wrong if number == place else None

    front.instead = instead


@pytest.mark.parametrize("ask", [*REQUESTS.values(), publish], ids=[*REQUESTS, "publish"])
def test_each_request_of_an_operation_in_turn_may_get_a_strange_answer(
    elasticsearch_server: elastic.Server,
    connection: Elasticsearch,
    front: Front,
    client: Elasticsearch,
    ask: Ask,
) -> None:
    if elasticsearch_server.environment:
        pytest.skip("the proxy does not speak TLS")
    front.target = urlsplit(elasticsearch_server.url).port or 0
    for place in range(100):
        with elastic.fresh_alias(connection) as alias:
            if ask is not elastic.create:
                elastic.create(connection, alias)
                ElasticWriter(connection, alias).add([ONE, TWO])
            if ask is publish:
                elastic.make(connection, alias)
            disturb(front, place)
            try:
                ask(client, alias)
            except IndexUnavailableError as error:
                assert "not as Elasticsearch" in str(error)
            else:
                assert 0 < len(front.asked) <= place, front.asked
                return
    pytest.fail("it never ended")
