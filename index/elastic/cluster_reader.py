"""The reader of the index in Elasticsearch: for more articles than one machine can search, and for Kibana."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from elasticsearch import Elasticsearch

from articles.errors import IndexUnavailableError
from articles.model import Article
from index.documents import ID, Facet, day
from index.elastic.query_dsl import Dsl, compile_query
from index.elastic.server_errors import explained
from index.elastic.stored import ADDED, article_of
from index.marks import highlights
from index.protocols import Count, Hit, Hits
from index.query import Query, ranks
from index.query_language import parse
from index.ranking import PIVOT, WEIGHT, WINDOW

_TIMEOUT = "5s"  # of a search; the query's own limits keep it far below
_PAGE = 500  # documents
_KEPT = "2m"  # how long a point in time lives between two pages


class ElasticReader:
    """Finds articles; sees what a writer acknowledged from the next call on.

    Raises SearchIndexError for an index that is missing or not open to this key, and IndexUnavailableError for a server
    that does not answer, answers only from a part of the index, or takes too long.
    """

    def __init__(
        self,
        client: Elasticsearch,
        alias: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        before: Callable[[], None] = lambda: None,
        *,
        spread: bool = False,
    ) -> None:
        """`before` is called before anything is asked, to make it searchable. An index that is `spread` has several shards.

        Each of these knows only how rare a word is among its own articles: for scores that can be compared, all are asked for that
        first. Otherwise a month that has just begun takes every word for rare.
        """
        self._client = client
        self._alias = alias
        self._clock = clock
        self._before = before
        self._spread = spread

    def search(self, query: Query) -> Hits:
        """The page of hits that `query` asks for; by date, their score is 0. Raises QueryError."""
        node = parse(query.text)
        newest = query.sort == "newest" or not ranks(node)
        order: Dsl = {"sort": [{"@timestamp": "desc"}, {"id": "asc"}]} if newest else self._recent_first()
        with self._asking():
            found = self._client.search(
                index=self._alias,
                query=compile_query(query, node),
                size=query.limit,
                from_=query.offset,
                track_total_hits=True,
                source_excludes=list(ADDED),
                timeout=_TIMEOUT,
                search_type="dfs_query_then_fetch" if self._spread and not newest else None,
                **order,
            )
        _in_time(found["timed_out"])
        hits = [(article_of(hit["_source"]), hit["_score"] or 0.0) for hit in found["hits"]["hits"]]
        return Hits(
            total=found["hits"]["total"]["value"],
            hits=tuple(
                Hit(article=each, score=score, highlights=highlights(each, node)) for each, score in hits
            ),
        )

    def facet(self, query: Query, field: Facet, limit: int = 10) -> list[Count]:
        """The most frequent values of a field among all articles that `query` finds, the most frequent first."""
        name = "authors" if field == "author" else field
        terms = {"terms": {"field": name, "size": limit}}
        return [Count(value=each["key"], articles=each["doc_count"]) for each in self._buckets(query, terms)]

    def days(self, query: Query) -> list[Count]:
        """How many of the articles that `query` finds are dated on each day (UTC, as 2026-11-24) that has any."""
        histogram = {
            "date_histogram": {"field": "@timestamp", "calendar_interval": "day", "min_doc_count": 1}
        }
        return [
            Count(value=day(each["key"]), articles=each["doc_count"])
            for each in self._buckets(query, histogram)
        ]

    def get(self, article_id: str) -> Article | None:
        """The article with this id."""
        return self.get_many([article_id]).get(article_id)

    def get_many(self, ids: Sequence[str]) -> dict[str, Article]:
        """Those of these articles that the index holds, by id."""
        wanted = list(filter(ID.fullmatch, ids))
        found: dict[str, Article] = {}
        for start in range(0, len(wanted), _PAGE):
            with self._asking():
                hits = self._client.search(
                    index=self._alias,
                    query={"ids": {"values": wanted[start : start + _PAGE]}},
                    size=2 * _PAGE,
                    # Of two copies, which an interrupted move to an earlier month has left, the one that was to go.
                    sort=[{"first_seen_at": "asc"}],
                    source_excludes=list(ADDED),
                )["hits"]["hits"]
            found |= {hit["_id"]: article_of(hit["_source"]) for hit in hits}
        return found

    def count(self) -> int:
        """How many articles the index holds."""
        with self._asking():
            return int(self._client.count(index=self._alias)["count"])

    def all(self) -> Iterator[Article]:
        """Every article, sorted by id, as of the first one read."""
        return self._each({"match_all": {}}, [{"id": "asc"}])

    def scan(self, query: Query) -> Iterator[Article]:
        """Every article that `query` finds, newest first, as of the first one read. Raises QueryError."""
        compiled = compile_query(query, parse(query.text))
        return self._each(compiled, [{"@timestamp": "desc"}, {"id": "asc"}])

    def close(self) -> None:
        """Release the connections."""
        self._client.close()

    def _each(self, query: Dsl, sort: list[Dsl]) -> Iterator[Article]:
        with self._point_in_time() as pit:
            after: list[Any] | None = None
            while True:
                with self._asking():
                    page = self._client.search(
                        pit={"id": pit, "keep_alive": _KEPT},
                        query=query,
                        sort=sort,
                        search_after=after,
                        size=_PAGE,
                        track_total_hits=False,
                        source_excludes=list(ADDED),
                    )["hits"]["hits"]
                yield from (article_of(hit["_source"]) for hit in page)
                if len(page) < _PAGE:
                    return
                after = page[-1]["sort"]

    def _buckets(self, query: Query, aggregation: Dsl) -> list[Dsl]:
        with self._asking():
            found = self._client.search(
                index=self._alias,
                query=compile_query(query, parse(query.text)),
                size=0,
                timeout=_TIMEOUT,
                aggs={"counts": aggregation},
            )
        _in_time(found["timed_out"])
        return list(found["aggregations"]["counts"]["buckets"])

    @contextmanager
    def _point_in_time(self) -> Iterator[str]:
        with self._asking():
            pit = self._client.open_point_in_time(index=self._alias, keep_alive=_KEPT)["id"]
        try:
            yield pit
        finally:
            with explained(self._alias):
                self._client.close_point_in_time(id=pit)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self._before()
        with explained(self._alias):
            yield

    def _recent_first(self) -> Dsl:
        """The best hits sorted again, with something added to the scores of recent ones."""
        feature = {
            "field": "@timestamp",
            "origin": self._clock().isoformat(),
            "pivot": f"{PIVOT.days}d",
            "boost": WEIGHT,
        }
        return {"rescore": {"window_size": WINDOW, "query": {"rescore_query": {"distance_feature": feature}}}}


def _in_time(timed_out: bool) -> None:
    if timed_out:
        raise IndexUnavailableError(f"the search took longer than {_TIMEOUT}; narrow the query, or try again")
