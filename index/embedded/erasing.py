"""Articles taken out of the embedded index so that nothing of them is left in its files.

tantivy marks a document as deleted, and keeps what it holds until the segment that it lies in is merged, which cannot be asked
for from Python. So the other documents of such a segment are written again, in the same commit that deletes them: a segment
in which nothing lives goes, with its files.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from articles.errors import SearchIndexError
from articles.model import Article
from index.embedded import disk
from index.embedded.local_writer import EmbeddedWriter

_AT_ONCE = 5_000  # articles of one commit: each has the rest of the segment looked through, and others merged
_MOST = 20  # times that segments are emptied: a commit leaves the last segment that it began to empty


def erase(folder: Path, ids: Sequence[str]) -> None:
    """Remove these articles, with what is left of all that was removed or replaced before.

    A kill leaves an index with all other articles; the next call goes on. Raises SearchIndexError, StorageError.
    """
    with closing(EmbeddedWriter(folder)) as writer:
        writer.delete(ids)
    for _ in range(_MOST):
        worn = _worn(folder)
        with closing(EmbeddedWriter(folder)) as writer:
            articles = _living(folder, worn)
            while some := list(islice(articles, _AT_ONCE)):
                writer.add(some)
            writer.collect()
        if not worn:
            return
    raise SearchIndexError(
        f"the index in {folder} still holds what was deleted from it: `broadsheet index rebuild` makes a new one"
    )


def _worn(folder: Path) -> set[int]:
    """The segments in which documents are marked as deleted, by their places in the list of all."""
    with disk.reading(folder):
        segments = json.loads((folder / "meta.json").read_text("utf-8"))["segments"]
    return {place for place, segment in enumerate(segments) if segment["deletes"]}


def _living(folder: Path, worn: set[int]) -> Iterator[Article]:
    """The articles in these segments, which a searcher counts as the list does."""
    if not worn:
        return
    index = disk.open_index(folder)
    with disk.reading(folder):
        index.reload()
        searcher = index.searcher()
        for address in disk.addresses(searcher):
            if address.segment_ord in worn:
                yield disk.article_at(searcher, address)
