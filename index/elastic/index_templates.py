"""The templates from which a server makes the indices of an alias, under the names that an operator of Elasticsearch looks for.

`<alias>` is the index template. It is put together from `<alias>@mappings` and `<alias>@settings`, and from `<alias>@custom`, which is an
operator's own and need not be there. Indices by month get a lifecycle policy, `<alias>`, where the server has any.
"""

from typing import Any

from elasticsearch import ApiError, Elasticsearch

from index.backend_record import Sharding
from index.elastic.mapping import VERSION, analysis, mappings

_META = {"managed_by": "broadsheet"}
# Moves months that are over to data nodes of the warm tier, where there are any. Nothing is deleted or made read-only.
_POLICY = {
    "_meta": _META,
    "phases": {
        "hot": {"min_age": "0ms", "actions": {"set_priority": {"priority": 100}}},
        "warm": {"min_age": "60d", "actions": {"set_priority": {"priority": 50}}},
    },
}


def put(client: Elasticsearch, alias: str, sharding: Sharding) -> None:
    """Have the server make indices of the alias as this version, and the settings, want them."""
    custom = f"{alias}@custom"
    settings = _settings(sharding)
    if sharding.split == "month" and _has_lifecycles(client, alias):
        settings["lifecycle.name"] = alias
    parts = {
        # With the analysis: the server takes no template whose fields name analysers that it does not have.
        f"{alias}@mappings": {"settings": {"index": {"analysis": analysis()}}, "mappings": mappings()},
        f"{alias}@settings": {"settings": {"index": settings}},
    }
    for name, template in parts.items():
        client.cluster.put_component_template(name=name, template=template, version=VERSION, meta=_META)
    client.indices.put_index_template(
        name=alias,
        index_patterns=[f"{alias}-v*"],
        composed_of=[*parts, custom],
        ignore_missing_component_templates=[custom],
        allow_auto_create=False,  # a write to an index that is not there must not make one that nobody finds
        # `articles-v*` covers `articles-versions-v*`, too: the longer one counts
        priority=300 + len(alias),
        version=VERSION,
        meta=_META,
    )


def drop(client: Elasticsearch, alias: str) -> None:
    """Delete them; not what an operator made."""
    if client.indices.exists_index_template(name=alias):
        client.indices.delete_index_template(name=alias)
    before = [f"{alias}-v{version}" for version in range(1, 9)]  # up to layout 8 there was one with both
    for name in (f"{alias}@mappings", f"{alias}@settings", *before):
        if client.cluster.exists_component_template(name=name):
            client.cluster.delete_component_template(name=name)


def replicas(sharding: Sharding) -> dict[str, Any]:
    """The settings of an index for so many copies of each shard."""
    if sharding.replicas == "auto":
        return {"auto_expand_replicas": "0-1"}
    return {"auto_expand_replicas": "false", "number_of_replicas": sharding.replicas}


def as_many_replicas(found: dict[str, Any], sharding: Sharding) -> bool:
    """Whether the settings of an index, as the server tells them, are for so many."""
    expands = found.get("auto_expand_replicas", "false")
    if sharding.replicas == "auto":
        return bool(expands == "0-1")
    return bool(expands == "false" and found["number_of_replicas"] == str(sharding.replicas))


def _settings(sharding: Sharding) -> dict[str, Any]:
    return {
        "codec": "best_compression",  # a third smaller; loading is no slower
        "number_of_shards": sharding.shards,
        **replicas(sharding),
        # For an index with @timestamp the server by default merges as for logs, with up to 32 segments of one size, and a
        # search looks every word up in each. The floor is Lucene's default.
        "merge.policy": {"type": "tiered", "floor_segment": "16mb"},
    }


def _has_lifecycles(client: Elasticsearch, alias: str) -> bool:
    """Whether the server manages the lifecycles of indices; it then has the policy, as an operator changed it or as new."""
    try:
        client.ilm.get_lifecycle(name=alias)
    except ApiError as error:
        if error.status_code == 400:  # no such part of Elasticsearch
            return False
        if error.status_code != 404:
            raise
        client.ilm.put_lifecycle(name=alias, policy=_POLICY)
    return True
