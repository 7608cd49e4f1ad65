"""Articles of the index written again because their versions were counted anew."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from articles.edits.sequence import Edits
from index.protocols import IndexReader, IndexWriter


def recount(
    reader: Callable[[], IndexReader], writer: IndexWriter, edits: Mapping[str, Edits], ids: Collection[str]
) -> list[str]:
    """Bring the edits of these articles into the index; the ids of those that it holds. In a turn of the ledger."""
    present = reader().get_many(sorted(ids)) if ids else {}
    changed = [
        replace(article, versions=edits[one].versions, changed=edits[one].changed)
        for one, article in present.items()
    ]
    if changed:
        writer.add(changed)
    return [article.id for article in changed]
