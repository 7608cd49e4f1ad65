"""Articles taken out of Elasticsearch so that nothing of them is left in the files of the index, as far as a client can tell.

The server marks a document as deleted, and drops it when the segment that it lies in is merged. A merge is asked for, of every
segment with such a document; it keeps what another copy of the shard may still need, which the server finds out twice a minute.
"""

from collections.abc import Sequence

from elasticsearch import Elasticsearch

from index.documents import ID
from index.elastic.bulk import Bulk, deletion
from index.elastic.generations import indices
from index.elastic.server_errors import explained
from index.elastic.whereabouts import homes
from index.patience import Patience

_ALLOWED = (
    "index.merge.policy.expunge_deletes_allowed"  # percent that a merge of deletions leaves; 10 by default
)


def erase(client: Elasticsearch, alias: str, ids: Sequence[str], patience: Patience) -> list[str]:
    """Remove these articles from every index of the alias, and have what was removed merged away. What is left, in sentences.

    Raises IndexUnavailableError, SearchIndexError.
    """
    with explained(alias):
        names = indices(client, alias)
    if not names:
        return []
    everywhere = f"{alias}-v*"
    there = homes(client, everywhere, [one for one in ids if ID.fullmatch(one)])
    Bulk(client, everywhere, patience, require_alias=False).send(
        deletion(one, name) for one, copies in there.items() for name in copies if name in names
    )
    left = []
    for name in names:
        _allow(client, name, 0)
        try:
            number = _expunged(client, name, patience)
        finally:
            _allow(client, name, None)
        if number:
            left.append(
                f"Elasticsearch still has {number} deleted documents in the files of {name}, until it merges these: "
                "`broadsheet index rebuild` makes a new index without them"
            )
    return left


def _expunged(client: Elasticsearch, name: str, patience: Patience) -> int:
    """Merge until no deleted document is left, or patience ends; how many are left."""
    pauses = patience.pauses()
    while True:
        with explained(name):
            client.indices.flush(index=name, force=True, wait_if_ongoing=True)
            client.indices.forcemerge(index=name, only_expunge_deletes=True)
            client.indices.refresh(index=name)
            shards = client.indices.stats(index=name, metric="docs").body["_all"]["total"]
        number = int(shards["docs"]["deleted"])
        pause = next(pauses, None) if number else None
        if pause is None:
            return number
        patience.sleep(pause)


def _allow(client: Elasticsearch, name: str, share: int | None) -> None:
    """Set which share of deletions a merge may leave; None: as it was."""
    with explained(name):
        client.indices.put_settings(index=name, settings={_ALLOWED: share})
