"""The reader of the embedded index: tantivy in this process, no server. Any number of readers."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tantivy import DocAddress, Searcher

from articles.model import Article
from index.documents import DAY, ID, Facet, day, milliseconds
from index.embedded import disk
from index.embedded.tantivy_query import compile_query
from index.marks import highlights
from index.protocols import Count, Hit, Hits
from index.query import Query, ranks
from index.query_language import parse
from index.ranking import WINDOW, recency

_MOST_VALUES = 65_000  # of a facet; tantivy's own limit of buckets
_SCANNED, _MOST_SCANNED = 1_000, 64_000  # addresses of articles in memory at a time: at first, at most


class EmbeddedReader:
    """Finds articles; sees each commit of a writer, in this process or another, from the next call on.

    Raises SearchIndexError for an index that is missing, damaged or of another version.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder
        self._clock = clock
        self._index = disk.open_index(folder)

    def search(self, query: Query) -> Hits:
        """The page of hits that `query` asks for; by date, their score is 0. Raises QueryError."""
        node = parse(query.text)
        newest = query.sort == "newest" or not ranks(node)
        compiled = compile_query(query, node)
        with disk.reading(self._folder):
            searcher = self._searcher()
            reranked = not newest and query.offset < WINDOW
            result = searcher.search(
                compiled,
                limit=max(WINDOW, query.offset + query.limit) if reranked else query.limit,
                offset=0 if reranked else query.offset,
                order_by_field="timestamp" if newest else None,
            )
            page = result.hits
            if reranked:
                page = self._recent_first(searcher, page)[query.offset : query.offset + query.limit]
            found = [
                (disk.article_at(searcher, address), 0.0 if newest else score) for score, address in page
            ]
            total: int = result.count  # type: ignore[attr-defined]  # tantivy's stub lacks it
        hits = [Hit(article=each, score=score, highlights=highlights(each, node)) for each, score in found]
        return Hits(total=total, hits=tuple(hits))

    def facet(self, query: Query, field: Facet, limit: int = 10) -> list[Count]:
        """The most frequent values of a field among all articles that `query` finds, the most frequent first."""
        terms = {"terms": {"field": f"facet_{field}", "size": _MOST_VALUES}}
        found = [Count(value=each["key"], articles=each["doc_count"]) for each in self._buckets(query, terms)]
        return sorted(found, key=lambda each: (-each.articles, each.value))[:limit]

    def days(self, query: Query) -> list[Count]:
        """How many of the articles that `query` finds are dated on each day (UTC, as 2026-11-24) that has any."""
        histogram = {"histogram": {"field": "dated", "interval": DAY, "min_doc_count": 1}}
        return [
            Count(value=day(each["key"]), articles=each["doc_count"])
            for each in self._buckets(query, histogram)
        ]

    def get(self, article_id: str) -> Article | None:
        """The article with this id."""
        if not ID.fullmatch(article_id):
            return None
        with disk.reading(self._folder):
            searcher = self._searcher()
            address = disk.address(searcher, article_id)
            return None if address is None else disk.article_at(searcher, address)

    def get_many(self, ids: Sequence[str]) -> dict[str, Article]:
        """Those of these articles that the index holds, by id."""
        with disk.reading(self._folder):
            searcher = self._searcher()
            found = {one: disk.address(searcher, one) for one in ids if ID.fullmatch(one)}
            return {
                one: disk.article_at(searcher, address)
                for one, address in found.items()
                if address is not None
            }

    def count(self) -> int:
        """How many articles the index holds."""
        with disk.reading(self._folder):
            return self._searcher().num_docs

    def all(self) -> Iterator[Article]:
        """Every article, sorted by id, as of the first one read; 1/256 of the ids are in memory at a time."""
        with disk.reading(self._folder):
            searcher = self._searcher()
            yield from (disk.article_at(searcher, address) for address in disk.addresses(searcher))

    def scan(self, query: Query) -> Iterator[Article]:
        """Every article that `query` finds, newest first, as of the first one read. Raises QueryError.

        Each search goes through all hits again, so that the parts grow: a million hits are 23 searches.
        """
        compiled = compile_query(query, parse(query.text))
        with disk.reading(self._folder):
            searcher = self._searcher()
            offset, size = 0, _SCANNED
            while True:
                page = searcher.search(
                    compiled, limit=size, offset=offset, order_by_field="timestamp", count=False
                ).hits
                yield from (disk.article_at(searcher, address) for _, address in page)
                if len(page) < size:
                    return
                offset, size = offset + size, min(2 * size, _MOST_SCANNED)

    def close(self) -> None:
        """There is nothing to release: files are open only while they are read."""

    def _recent_first(
        self, searcher: Searcher, hits: Sequence[tuple[float, DocAddress]]
    ) -> list[tuple[float, DocAddress]]:
        """The best hits sorted again, with something added to the scores of recent ones."""
        dates = searcher.fast_field_values("dated", [address for _, address in hits[:WINDOW]])
        now = milliseconds(self._clock())
        best = [
            (score + recency(timedelta(milliseconds=now - int(dated or 0))), address)
            for (score, address), dated in zip(hits[:WINDOW], dates, strict=True)
        ]
        return sorted(best, key=lambda hit: -hit[0]) + list(hits[WINDOW:])

    def _buckets(self, query: Query, aggregation: dict[str, Any]) -> list[dict[str, Any]]:
        compiled = compile_query(query, parse(query.text))
        with disk.reading(self._folder):
            found = self._searcher().aggregate(compiled, {"counts": aggregation})
        return list(found["counts"]["buckets"])

    def _searcher(self) -> Searcher:
        self._index.reload()
        return self._index.searcher()
