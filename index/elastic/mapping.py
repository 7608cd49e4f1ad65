"""The index of articles, or of their older versions, in Elasticsearch: its fields, how text is analysed, and the indices of the alias.

An alias names the one index that is searched and written. Its indices are called `<alias>-v<VERSION>-<number>`; a
rebuild fills the next one, and then moves the alias in one step. Searchable are the fields of the article itself and
four that the loader adds: `@timestamp`, `article_id`, `exact` (keywords in one spelling) and `stem` (by language).
"""

import re
from contextlib import suppress
from typing import Any

from elastic_transport import ObjectApiResponse
from elasticsearch import Elasticsearch, NotFoundError

from articles.errors import SearchIndexError
from index.documents import KEYWORD_FIELDS
from index.elastic.server_errors import explained
from index.elastic.shape import strange
from index.stems import ELASTIC
from index.tokens import LONGEST, PLAIN, UNSPACED

VERSION = 9  # of the fields, of the analysis, and of what a document holds
_LONGEST_KEYWORD = 8_191  # characters; Lucene takes 32,766 bytes

_REMEDY = "`broadsheet index rebuild` makes a new index from the archive"
_OTHER_LAYOUT = f"`{{}}` is not of layout {VERSION}, which this version writes: {_REMEDY}"

# The text fields: their names in the query language, and in a document.
TEXTS = {
    "title": "title",
    "lead": "lead",
    "body": "body",
    "caption": "images.caption",
    "author": "authors.words",
    "note": "notes",
    "removed": "removed.text",
}


def _analysis() -> dict[str, Any]:
    """index.tokens in Elasticsearch's parts; NFC is done by the loader."""
    unspaced = re.sub(r"\\u\{([0-9A-F]{4})\}", r"\\u\1", re.sub(r"\\p\{(\w+)\}", r"\\p{Is\1}", UNSPACED))
    words = rf"[{unspaced}]|[\p{{L}}\p{{M}}\p{{N}}&&[^{unspaced}]]+"
    stemmers = {name: {"type": "stemmer", "language": name} for name in set(ELASTIC.values())}
    return {
        "char_filter": {
            "plain": {"type": "mapping", "mappings": [f"{chr(a)} => {chr(b)}" for a, b in PLAIN.items()]}
        },
        "tokenizer": {"words": {"type": "pattern", "pattern": words, "group": 0}},
        "filter": {"sensible": {"type": "length", "max": LONGEST}} | stemmers,
        "analyzer": {"words": _analyzer("asciifolding", "lowercase")}
        | {f"stem_{name}": _analyzer("lowercase", name, "asciifolding") for name in stemmers},
    }


def _analyzer(*filters: str) -> dict[str, Any]:
    return {"char_filter": ["plain"], "tokenizer": "words", "filter": ["sensible", *filters]}


def _mappings() -> dict[str, Any]:
    keyword = {"type": "keyword", "ignore_above": _LONGEST_KEYWORD}
    text = {"type": "text", "analyzer": "words"}
    date = {"type": "date"}
    stems = {
        code: {"type": "text", "analyzer": f"stem_{stemmer}"} for code, stemmer in sorted(ELASTIC.items())
    }
    kept = keyword | {"index": False, "doc_values": False}
    return {
        "dynamic": "strict",
        "_meta": {"broadsheet": VERSION},
        "properties": {
            "@timestamp": date,
            "id": keyword,
            "article_id": keyword,
            "url": keyword,
            "canonical_url": keyword,
            "source": keyword,
            "site_name": keyword,
            "title": text,
            "lead": text,
            "body": text,
            "authors": keyword | {"fields": {"words": text}},
            **dict.fromkeys(("published_at", "modified_at", "first_seen_at", "fetched_at"), date),
            "language": keyword,
            "section": keyword,
            "tags": keyword,
            "lead_image": keyword,
            "published_on": date,
            "published_from": keyword,
            "access": keyword,
            "rights": keyword,
            "notes": text,
            "images": {"properties": {"url": keyword, "caption": text, "credit": keyword, "status": keyword}},
            "removed": {"properties": {"text": text, "rule": keyword, "place": keyword, "evidence": keyword}},
            "story_id": keyword,
            "word_count": {"type": "integer"},
            "extractor": keyword,
            "confidence": {"type": "float"},
            "rules": {"type": "integer"},
            "snapshot": {"type": "integer"},
            "versions": {"type": "integer"},
            "changed": keyword,
            **dict.fromkeys(("site_rules", "site_matched", "site_failed"), kept),
            "content_hash": kept,
            "archive": kept,
            "exact": {"properties": dict.fromkeys(KEYWORD_FIELDS, keyword)},
            "stem": {"properties": stems},
        },
    }


def _template() -> dict[str, Any]:
    settings = {
        "codec": "best_compression",  # a third smaller; loading is no slower
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        # For an index with @timestamp the server by default merges as for logs, with up to 32 segments of one size, and a
        # search looks every word up in each. The floor is Lucene's default.
        "merge.policy": {"type": "tiered", "floor_segment": "16mb"},
        "analysis": _analysis(),
    }
    return {"settings": {"index": settings}, "mappings": _mappings()}


def current(client: Elasticsearch, alias: str) -> str:
    """The name of the alias's index, "" if there is none. Raises SearchIndexError if the name is not an alias of one index."""
    with explained(alias):
        try:
            # Not with HEAD: its refusals give no reason.
            names = sorted(client.indices.get_alias(name=alias).body)
        except NotFoundError:
            if client.indices.exists(index=alias):
                raise SearchIndexError(
                    f"`{alias}` is an index, not an alias: choose another [index] alias"
                ) from None
            return ""
    if len(names) > 1:
        raise SearchIndexError(f"the alias `{alias}` has several indices ({', '.join(names)})")
    return str(names[0])


def make(client: Elasticsearch, alias: str) -> str:
    """Make an empty index next to the present one, and its templates first; returns its name."""
    fields = f"{alias}-v{VERSION}"
    with explained(alias):
        client.cluster.put_component_template(
            name=fields, template=_template(), version=VERSION, meta={"managed_by": "broadsheet"}
        )
        client.indices.put_index_template(
            name=alias,
            index_patterns=[f"{alias}-v*"],
            composed_of=[fields],
            priority=300
            + len(alias),  # `articles-v*` covers `articles-versions-v*`, too: the longer one counts
            version=VERSION,
        )
        taken = [int(name.rpartition("-")[2]) for name in indices(client, alias)]
        name = f"{fields}-{max(taken, default=0) + 1:06d}"
        client.indices.create(index=name)
    return name


def publish(client: Elasticsearch, alias: str, index: str) -> None:
    """Move the alias to this index, without a gap for searches, and delete the other indices."""
    with explained(alias):
        actions: list[dict[str, Any]] = [{"add": {"index": index, "alias": alias, "is_write_index": True}}]
        before = current(client, alias)
        if before and before != index:
            actions.append({"remove": {"index": before, "alias": alias}})
        client.indices.update_aliases(actions=actions)
        others = [name for name in indices(client, alias) if name != index]
        if others:
            client.indices.delete(index=",".join(others))


def abandon(client: Elasticsearch, alias: str, index: str) -> None:
    """Delete an index that `make` made, unless the alias names it. If the server does not answer, the next `publish`
    deletes it.
    """
    with suppress(SearchIndexError), explained(alias):
        if current(client, alias) != index:
            client.indices.delete(index=index, ignore_unavailable=True)


def create(client: Elasticsearch, alias: str) -> str:
    """Make the alias's index if there is none; returns its name.

    Raises SearchIndexError if it has another layout: it would refuse every document with a field that it lacks.
    """
    name = current(client, alias)
    if not name:
        name = make(client, alias)
        publish(client, alias, name)
        return name
    with explained(alias):
        mappings = _of(name, client.indices.get_mapping(index=name))["mappings"]
    if not _is_ours(mappings):
        raise SearchIndexError(_OTHER_LAYOUT.format(name))
    return name


def check(client: Elasticsearch, alias: str) -> list[str]:
    """What is wrong with the index, one sentence each; empty if it is as this version makes it."""
    name = current(client, alias)
    if not name:
        return [f"there is no index with the alias `{alias}`: `broadsheet index create` makes one"]
    with explained(alias):
        found = _of(name, client.indices.get(index=name))
        health = client.cluster.health(index=name).body["status"]
    problems = []
    if not _is_ours(found["mappings"]):
        problems.append(_OTHER_LAYOUT.format(name))
    elif others := differing(_mappings()["properties"], found["mappings"].get("properties", {})):
        fields = ", ".join(others)
        problems.append(f"fields of `{name}` are not mapped as they should be ({fields}): {_REMEDY}")
    blocks = [key for key, value in found["settings"]["index"].get("blocks", {}).items() if value == "true"]
    if blocks:
        problems.append(
            f"`{name}` takes no writes (index.blocks: {', '.join(blocks)}): free some space or remove the block"
        )
    if found["aliases"].get(alias, {}).get("is_write_index") is False:
        problems.append(f"`{alias}` takes no writes: is_write_index is false for `{name}`; set it to true")
    if health == "red":
        problems.append(f"`{name}` is red: some of its shards are on no node; see the cluster's allocation")
    return problems


def drop(client: Elasticsearch, alias: str, newest: int = VERSION) -> list[str]:
    """Delete everything that was made for the alias, indices and templates up to a version; returns the names of the indices."""
    with explained(alias):
        names = indices(client, alias)
        if names:
            client.indices.delete(index=",".join(names))
        if client.indices.exists_index_template(name=alias):
            client.indices.delete_index_template(name=alias)
        for version in range(1, newest + 1):
            if client.cluster.exists_component_template(name=f"{alias}-v{version}"):
                client.cluster.delete_component_template(name=f"{alias}-v{version}")
    return names


def _of(name: str, answer: ObjectApiResponse[Any]) -> dict[str, Any]:
    """What an answer says about an index."""
    if name not in answer.body:
        raise strange(answer.meta, f"nothing about the index {name}")
    return dict(answer.body[name])


def _is_ours(mappings: dict[str, Any]) -> bool:
    return bool(mappings.get("_meta", {}).get("broadsheet") == VERSION)


def indices(client: Elasticsearch, alias: str) -> list[str]:
    """The names of all indices that were made for the alias, those of an unfinished rebuild too."""
    ours = re.compile(rf"{re.escape(alias)}-v\d+-\d{{6}}")
    found = client.indices.get(index=f"{alias}-v*", ignore_unavailable=True, allow_no_indices=True).body
    return sorted(name for name in found if ours.fullmatch(name))


def differing(wanted: dict[str, Any], found: dict[str, Any], prefix: str = "") -> list[str]:
    """Names of fields whose type or analyser differs, or that only one side has."""
    others: list[str] = []
    for name in sorted(wanted.keys() | found.keys()):
        ours, theirs = wanted.get(name, {}), found.get(name, {})
        if "properties" in ours and "properties" in theirs:
            others += differing(ours["properties"], theirs["properties"], f"{prefix}{name}.")
        elif any(ours.get(key) != theirs.get(key) for key in ("type", "analyzer", "fields")):
            others.append(prefix + name)
    return others
