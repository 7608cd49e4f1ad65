"""The journal in Elasticsearch: what each run did, and how each source was at its end, as documents next to the articles' index.

Its alias is `<alias>-health`, its index `<alias>-health-v<VERSION>-<number>`. Fields are those of the Elastic Common Schema, and under
`broadsheet` our own. A document may be sent twice.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from articles.errors import SearchIndexError
from index.documents import milliseconds
from index.elastic.bulk import Bulk, upsert
from index.elastic.generations import indices, published
from index.elastic.mapping import differing
from index.elastic.server_errors import explained
from index.patience import Patience

VERSION = 1
_KEYWORD = {"type": "keyword", "ignore_above": 8_191}
_DATE = {"type": "date"}
_NUMBER = {"type": "integer"}
_REAL = {"type": "float"}
_OF_RUN = ("feeds", "feeds_failed", "fetched", "indexed", "rejected", "pending", "sources", "troubled")
FIELDS: Mapping[str, Any] = {
    "@timestamp": _DATE,
    "message": {"type": "text"},
    "event": {
        "properties": {
            **dict.fromkeys(("kind", "category", "type", "dataset", "action", "outcome", "reason"), _KEYWORD),
            "start": _DATE,
            "end": _DATE,
            "duration": {"type": "long"},  # nanoseconds
        }
    },
    "url": {"properties": {"domain": _KEYWORD}},
    "broadsheet": {
        "properties": {
            "source": _KEYWORD,
            "verdict": _KEYWORD,
            "gravity": _NUMBER,
            **dict.fromkeys(("since", "asked_at", "new_at"), _DATE),
            **dict.fromkeys(("week", "failures"), _NUMBER),
            **dict.fromkeys(("usual", "rejected", "delay"), _REAL),  # delay in seconds
            "conditions": _KEYWORD,
            "run": {"properties": dict.fromkeys(_OF_RUN, _NUMBER)},
        }
    },
}


def alias_of(articles: str) -> str:
    """The journal's alias, next to that of the articles."""
    return f"{articles}-health"


def create(client: Elasticsearch, articles: str) -> str:
    """Make the journal's templates and index if there is none; returns the index's name. Raises SearchIndexError."""
    alias = alias_of(articles)
    if there := published(client, alias):
        return there.names[0]
    fields = f"{alias}-v{VERSION}"
    with explained(alias):
        client.cluster.put_component_template(
            name=fields, template=_template(), version=VERSION, meta={"managed_by": "broadsheet"}
        )
        client.indices.put_index_template(
            name=alias, index_patterns=[f"{alias}-v*"], composed_of=[fields], priority=300, version=VERSION
        )
        name = f"{fields}-000001"
        client.indices.create(index=name, aliases={alias: {"is_write_index": True}})
    return name


def check(client: Elasticsearch, articles: str) -> list[str]:
    """What is wrong with the journal, one sentence each."""
    alias = alias_of(articles)
    there = published(client, alias)
    if there is None:
        return [
            f"there is no journal with the alias `{alias}`: `broadsheet index create` makes one, and so does the next run"
        ]
    name = there.names[0]
    with explained(alias):
        found = client.indices.get_mapping(index=name).body[name]["mappings"].get("properties", {})
    if fields := differing(dict(FIELDS), found):
        return [
            f"fields of `{name}` are not mapped as they should be ({', '.join(fields)}): delete the index, and the next run makes it again"
        ]
    return []


def drop(client: Elasticsearch, articles: str) -> list[str]:
    """Delete the journal and its templates; returns the names of its indices."""
    alias = alias_of(articles)
    with explained(alias):
        names = indices(client, alias)
        if names:
            client.indices.delete(index=",".join(names))
        if client.indices.exists_index_template(name=alias):
            client.indices.delete_index_template(name=alias)
        if client.cluster.exists_component_template(name=f"{alias}-v{VERSION}"):
            client.cluster.delete_component_template(name=f"{alias}-v{VERSION}")
    return names


def write(
    client: Elasticsearch,
    articles: str,
    documents: Mapping[str, Mapping[str, object]],
    at: datetime,
    patience: Patience,
) -> None:
    """Write these documents, by id, in the journal, which is made if there is none. Raises SearchIndexError."""
    create(client, articles)
    bulk = Bulk(client, alias_of(articles), patience, require_alias=True)
    actions = (upsert(name, milliseconds(at), msgspec.json.encode(each)) for name, each in documents.items())
    refused = [ack for ack in bulk.send(actions) if ack.status == "refused"]
    if refused:
        raise SearchIndexError(
            f"Elasticsearch refused {len(refused)} of {len(documents)} documents of the journal "
            f"`{alias_of(articles)}`, such as {refused[0].id}: {refused[0].detail}"
        )


def trim(client: Elasticsearch, articles: str, before: datetime) -> int:
    """Delete what is older; returns the number of documents. Raises SearchIndexError."""
    alias = alias_of(articles)
    if published(client, alias) is None:
        return 0
    old = {"range": {"@timestamp": {"lt": before.isoformat()}}}
    with explained(alias):
        answer = client.delete_by_query(index=alias, query=old, conflicts="proceed")
    return int(answer["deleted"])


def _template() -> dict[str, Any]:
    settings = {"codec": "best_compression", "number_of_shards": 1, "auto_expand_replicas": "0-1"}
    return {"settings": {"index": settings}, "mappings": {"dynamic": "strict", "properties": FIELDS}}
