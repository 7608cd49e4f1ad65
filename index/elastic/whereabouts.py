"""Where articles are that are kept by month, and where they go.

Versions count within one index, so that nothing but this keeps an article from being in two: before a batch is written, the indices are
asked where its articles are; what is written to another month is then removed from there. First it is added and searchable, then
the copy is removed: for some milliseconds a search may find it twice, but never not at all.
"""

from collections.abc import Iterator, Mapping, Sequence

from elasticsearch import Elasticsearch

from index.elastic.server_errors import explained

_IDS = 500  # of one request
_COPIES = 10_000  # the most that a server gives; an article is in one index, and in two after a kill

Homes = Mapping[str, int]
"""The version of an article, by the index that has it."""


def homes(client: Elasticsearch, pattern: str, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Which indices have these articles; those that none has are left out. Raises SearchIndexError."""
    found: dict[str, dict[str, int]] = {}
    with explained(pattern):
        client.indices.refresh(index=pattern)  # what a killed process has written
        for start in range(0, len(ids), _IDS):
            answer = client.search(
                index=pattern,
                query={"ids": {"values": ids[start : start + _IDS]}},
                size=_COPIES,
                version=True,
                source=False,
            )
            for hit in answer["hits"]["hits"]:
                found.setdefault(hit["_id"], {})[hit["_index"]] = hit["_version"]
    return found


def is_elsewhere(there: Homes, index: str, version: int) -> bool:
    """Whether a newer version is in another index, which cannot refuse this one itself."""
    return any(other > version for name, other in there.items() if name != index)


def strays(found: Mapping[str, Homes], now_in: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    """The copies to be removed once articles (by id) are in these indices: id, index and version of each."""
    for one, index in now_in.items():
        for name, version in found.get(one, {}).items():
            if name != index:
                yield one, name, version
