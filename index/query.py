"""What a search asks for: a page of hits, and the query as nodes (index/query_language.py parses them from text)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias

from articles.errors import QueryError
from index.documents import TEXT_FIELDS
from index.tokens import tokens

MOST_HITS = 10_000  # offset + limit: what Elasticsearch sorts for one page (index.max_result_window)
Sign = Literal["<", "<=", ">", ">="]
_LAST_DAY = date.max - timedelta(days=1)  # the last one that another day follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search: `text` in the query language ("" finds every article), and which page of its hits.

    `since` (inclusive) and `until` (exclusive) are aware times and bound the article's date
    (index.documents.timestamp), to the second. By relevance, hits of a text in which nothing ranks (such as
    `source:bbc`) come newest first. `limit` is 1 or more. Raises QueryError for a page beyond the first MOST_HITS hits.
    """

    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    sort: Literal["relevance", "newest"] = "relevance"
    limit: int = 10
    offset: int = 0

    def __post_init__(self) -> None:
        if self.limit < 1 or self.offset < 0 or self.offset + self.limit > MOST_HITS:
            raise QueryError(
                f"only the first {MOST_HITS:,} hits are within reach; narrow the query", self.text, 0
            )


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase, as typed; `exact` in quotes, otherwise a word also matches by its stem."""

    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin with `text`."""

    text: str


@dataclass(frozen=True, slots=True)
class Scoped:
    """`node`, looked up in `field` only."""

    field: str
    node: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """Articles that match all of `nodes` (two or more)."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Articles that match any of `nodes` (two or more)."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Articles that do not match `node`."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class From:
    """Articles dated on `day` (UTC) or later."""

    day: date


@dataclass(frozen=True, slots=True)
class To:
    """Articles dated on `day` (UTC) or earlier."""

    day: date


@dataclass(frozen=True, slots=True)
class Compared:
    """Articles whose `field`, a number, is so in comparison with `bound`."""

    field: str
    sign: Sign
    bound: float


Node: TypeAlias = Everything | Term | Prefix | Scoped | And | Or | Not | From | To | Compared


def span(node: From | To) -> tuple[datetime | None, datetime | None]:
    """The times that `node` allows: the first one, and the one after the last; None where there is no bound."""
    if isinstance(node, From):
        return datetime.combine(node.day, time.min, UTC), None
    return None, datetime.combine(min(node.day, _LAST_DAY) + timedelta(days=1), time.min, UTC)


def ranks(node: Node, field: str = "") -> bool:
    """Whether `node` holds any word by which hits can be ranked."""
    match node:
        case Term() | Prefix():
            return field == "" or field in TEXT_FIELDS
        case Scoped(scope, inner):
            return ranks(inner, scope)
        case And(nodes) | Or(nodes):
            return any(ranks(each, field) for each in nodes)
        case _:
            return False


def ranking_words(node: Node, field: str = "") -> Iterator[tuple[str, str]]:
    """The words and phrases that raise a hit's rank, each after its text field ("" for any), as tokens with spaces between."""
    match node:
        case Term(text) if field == "" or field in TEXT_FIELDS:
            yield field, " ".join(tokens(text))
        case Scoped(scope, inner):
            yield from ranking_words(inner, scope)
        case And(nodes) | Or(nodes):
            for each in nodes:
                yield from ranking_words(each, field)
