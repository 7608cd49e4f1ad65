"""The writer of the embedded index: tantivy in this process, no server. One writer at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tantivy import Searcher

from articles.model import Article
from index.documents import ID, milliseconds
from index.embedded import disk
from index.protocols import Ack

_HEAP = 64_000_000  # bytes that tantivy gathers before it writes a segment


class EmbeddedWriter:
    """Adds and removes articles; makes the index if there is none.

    Raises SearchIndexError for an index that another process writes or that cannot be read, and StorageError when
    the disk cannot be written: the index is then as it was before the call, and the writer can be used again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not disk.is_there(folder):
            disk.create(folder)
        self._index = disk.open_index(folder)
        with disk.storing(folder):
            self._writer = self._index.writer(_HEAP, num_threads=1)
            # A killed commit leaves files under names that the next one, which counts from the same number, gives to its own.
            self._writer.garbage_collect_files()

    def add(self, articles: Sequence[Article]) -> list[Ack]:
        """Upsert by id in one commit, which is durable on return. An ack for each article, in order.

        One that is older by `fetched_at` (to the millisecond) than the one with its id, in the index or earlier in
        `articles`, is `superseded`; one that no document can hold (an invalid id, lone surrogates) is `refused`.
        """
        if not articles:
            return []
        newest: dict[str, int | None] = {}
        with disk.reading(self._folder):
            self._index.reload()
            searcher = self._index.searcher()
        with self._committing():
            return [self._put(article, searcher, newest) for article in articles]

    def delete(self, ids: Sequence[str]) -> None:
        """Remove these articles; an id that the index does not hold is not an error."""
        with self._committing():
            for article_id in filter(ID.fullmatch, ids):
                self._writer.delete_documents_by_term("id", article_id)

    def collect(self) -> None:
        """Remove the files that no commit needs any more, those that a killed process left too."""
        with disk.storing(self._folder):
            self._writer.garbage_collect_files()

    def close(self) -> None:
        """Wait for running merges and release the lock. The writer cannot be used after that."""
        with disk.storing(self._folder):
            self._writer.wait_merging_threads()

    def _put(self, article: Article, searcher: Searcher, newest: dict[str, int | None]) -> Ack:
        try:
            document = disk.make_document(article)
        except ValueError as error:
            return Ack(id=article.id, status="refused", detail=f"cannot be indexed: {error}")
        fetched = milliseconds(article.fetched_at)
        if article.id not in newest:
            newest[article.id] = _fetched(searcher, article.id)
        if (before := newest[article.id]) is not None and fetched < before:
            return Ack(id=article.id, status="superseded")
        self._writer.delete_documents_by_term("id", article.id)
        self._writer.add_document(document)
        newest[article.id] = fetched
        return Ack(id=article.id, status="indexed")

    @contextmanager
    def _committing(self) -> Iterator[None]:
        with disk.storing(self._folder):
            try:
                yield
                self._writer.commit()
            except BaseException:
                self._writer.rollback()
                raise


def _fetched(searcher: Searcher, article_id: str) -> int | None:
    """When the article in the index was fetched, in ms since 1970."""
    if (address := disk.address(searcher, article_id)) is None:
        return None
    fetched = searcher.fast_field_values("fetched", [address])[0]
    return None if fetched is None else int(fetched)
