"""What is wrong with the indices of an alias, compared with what this version and the configuration ask for."""

from typing import Any

from elasticsearch import Elasticsearch

from index.backend_record import Sharding
from index.elastic import index_templates
from index.elastic.generations import Generation, published
from index.elastic.mapping import OTHER_LAYOUT, REMEDY, differing, is_ours, mappings
from index.elastic.server_errors import explained

_SPLIT = {"never": "is one index", "month": "has an index for each month"}


def check(client: Elasticsearch, alias: str, sharding: Sharding) -> list[str]:
    """What is wrong, one sentence each; empty if all is as this version makes it."""
    generation = published(client, alias)
    if generation is None:
        return [f"there is no index with the alias `{alias}`: `broadsheet index create` makes one"]
    with explained(alias):
        found = client.indices.get(index=generation.pattern).body
        health = client.cluster.health(index=generation.pattern).body["status"]
        own = _own_fields(client, alias)
        templates_there = bool(client.indices.exists_index_template(name=alias))
    problems = [
        problem
        for name, index in sorted(found.items())
        for problem in _of_index(name, index, alias, sharding, own)
    ]
    if health == "red":
        problems.append(
            f"`{generation.pattern}` is red: some of its shards are on no node; see the cluster's allocation"
        )
    if not templates_there:
        problems.append(f"the index template `{alias}` is missing: `broadsheet index create` puts it there")
    return [*problems, *_of_split(generation, alias, sharding, found)]


def _of_index(
    name: str, index: dict[str, Any], alias: str, sharding: Sharding, own: dict[str, Any]
) -> list[str]:
    problems = []
    if not is_ours(index["mappings"]):
        problems.append(OTHER_LAYOUT.format(name))
    elif others := differing(own | mappings()["properties"], index["mappings"].get("properties", {})):
        fields = ", ".join(others)
        problems.append(f"fields of `{name}` are not mapped as they should be ({fields}): {REMEDY}")
    settings = index["settings"]["index"]
    if blocks := [key for key, value in settings.get("blocks", {}).items() if value == "true"]:
        problems.append(
            f"`{name}` takes no writes (index.blocks: {', '.join(blocks)}): free some space or remove the block"
        )
    if alias not in index["aliases"]:
        problems.append(f"nothing in `{name}` is found, for the alias `{alias}` does not name it: {REMEDY}")
    elif index["aliases"][alias].get("is_write_index") is False:
        problems.append(f"`{alias}` takes no writes: is_write_index is false for `{name}`; set it to true")
    if not index_templates.as_many_replicas(settings, sharding):
        problems.append(
            f"`{name}` has other replicas than [index] replicas says: `broadsheet index create` changes them"
        )
    return problems


def _of_split(
    generation: Generation, alias: str, sharding: Sharding, found: dict[str, dict[str, Any]]
) -> list[str]:
    """Months may have been made with other numbers of shards: these count for the next one."""
    split = "month" if generation.monthly else "never"
    if split != sharding.split:
        return [f'`{alias}` {_SPLIT[split]}, and [index] split is "{sharding.split}": {REMEDY}']
    shards = {each["settings"]["index"]["number_of_shards"] for each in found.values()}
    if split == "never" and shards != {str(sharding.shards)}:
        return [
            f"`{alias}` has {', '.join(sorted(shards))} shards, and [index] shards is {sharding.shards}: {REMEDY}"
        ]
    return []


def _own_fields(client: Elasticsearch, alias: str) -> dict[str, Any]:
    """The fields that an operator has added."""
    name = f"{alias}@custom"
    if not client.cluster.exists_component_template(name=name):
        return {}
    (found,) = client.cluster.get_component_template(name=name).body["component_templates"]
    return dict(found["component_template"]["template"].get("mappings", {}).get("properties", {}))
