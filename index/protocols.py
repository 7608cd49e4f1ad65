"""The two protocols of an index: a writer of articles, and a reader that searches them.

Each backend implements both, and the contract suite (tests/index_contract.py) is run over each.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from articles.display import byline, link, printable, safe_html, table
from articles.model import Article
from index.documents import Facet
from index.marks import END, START
from index.query import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """What became of one article: it is indexed, the index has a newer version, or it was refused for good."""

    id: str
    status: Literal["indexed", "superseded", "refused"]
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A found article.

    `highlights` are fragments of its title, lead and body. Matches are between START and END of index.marks; the rest
    is the page's text, not escaped.
    """

    article: Article
    score: float
    highlights: tuple[str, ...]

    def snippets(self, start: str = "", end: str = "") -> tuple[str, ...]:
        """The highlights with each match between `start` and `end`."""
        return tuple(text.replace(START, start).replace(END, end) for text in self.highlights)

    def __repr__(self) -> str:
        return f"<Hit {self.score:.2f} {self.article!r}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """One page of hits and how many there are in total. Its length and its items are those of the page."""

    total: int
    hits: tuple[Hit, ...]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, place: int) -> Hit:
        return self.hits[place]

    def __repr__(self) -> str:
        return f"<Hits {len(self.hits)} of {self.total}>"

    def __str__(self) -> str:
        return printable("\n".join((f"{self.total} found", *map(_line, self.hits))))

    def _repr_html_(self) -> str:
        rows = [
            (link(hit.article.url, hit.article.title), safe_html(byline(hit.article)), _marked(hit))
            for hit in self.hits
        ]
        return f"<p>{self.total} found</p>{table(('title', 'from', 'found'), rows)}"


def _line(hit: Hit) -> str:
    return f"{hit.article.title} ({byline(hit.article)})"


def _marked(hit: Hit) -> str:
    tags = {START: "<mark>", END: "</mark>"}
    parts = re.split(f"([{START}{END}])", "\n".join(hit.highlights))
    return "".join(tags.get(part) or safe_html(part) for part in parts).replace("\n", "<br>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of the found articles have this value, or are dated on this day."""

    value: str
    articles: int


class IndexWriter(Protocol):
    """Adds and removes articles. Raises SearchIndexError when the index cannot be written."""

    def add(self, articles: Sequence[Article]) -> list[Ack]:
        """Upsert by id; on return, what it acknowledges is durable and searchable.

        An article older (by `fetched_at`) than the one in the index is `superseded`.
        """

    def delete(self, ids: Sequence[str]) -> None:
        """Remove these articles; an id that the index does not hold is not an error."""

    def close(self) -> None:
        """Release the index; nothing acknowledged is lost."""


class IndexReader(Protocol):
    """Finds articles. Raises SearchIndexError when the index is missing or damaged."""

    def search(self, query: Query) -> Hits:
        """The page of hits that `query` asks for."""

    def facet(self, query: Query, field: Facet, limit: int = 10) -> list[Count]:
        """The most frequent values of a field among all articles that `query` finds, the most frequent first."""

    def days(self, query: Query) -> list[Count]:
        """How many of the articles that `query` finds are dated on each day (UTC, as 2026-11-24) that has any."""

    def get(self, article_id: str) -> Article | None:
        """The article with this id."""

    def get_many(self, ids: Sequence[str]) -> dict[str, Article]:
        """Those of these articles that the index holds, by id."""

    def count(self) -> int:
        """How many articles the index holds."""

    def all(self) -> Iterator[Article]:
        """Every article, sorted by id, as of the first one read."""

    def scan(self, query: Query) -> Iterator[Article]:
        """Every article that `query` finds, newest first, as of the first one read; its `limit`, `offset` and `sort` are ignored."""

    def close(self) -> None:
        """Release the index."""
