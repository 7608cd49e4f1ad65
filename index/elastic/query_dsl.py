"""From a query's nodes to Elasticsearch's query DSL.

There are two parts: `filter` decides what is found, as on the embedded index; `should` decides the order, by all the
words of the query together, exact and stemmed, with more weight on title and lead.
"""

from datetime import datetime
from typing import Any

from index.documents import DEFAULT_FIELDS, TEXT_FIELDS, milliseconds
from index.elastic.mapping import TEXTS
from index.query import (
    And,
    Compared,
    Everything,
    From,
    Node,
    Not,
    Or,
    Prefix,
    Query,
    Scoped,
    Sign,
    Term,
    To,
    ranking_words,
    span,
)
from index.tokens import keyword, tokens

Dsl = dict[str, Any]

_WEIGHTED = [f"{name}^{weight:g}" for name, weight in DEFAULT_FIELDS.items()]
_HEADS = [each for each in _WEIGHTED if not each.startswith("body")]
_SIGNS: dict[Sign, str] = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_NOTHING: Dsl = {"match_none": {}}
# Shape and weights: the best of about thirty shapes in a known-item test on 100,000 articles.
_ALL_EXACT, _ALL_STEMMED, _SLOP = 3.0, 2.0, 2


def compile_query(query: Query, node: Node) -> Dsl:
    """`node` is the parsed text of `query`."""
    filters = [_found(node, "")]
    if query.since is not None or query.until is not None:
        filters.append(_dates(query.since, query.until))
    return {"bool": {"filter": filters, "should": _ranking(node)}}


def _found(node: Node, field: str) -> Dsl:
    match node:
        case Everything():
            return {"match_all": {}}
        case Term(text, exact):
            return _term(text, field, exact=exact)
        case Prefix(text):
            return _prefix(text, field)
        case Scoped(scope, inner):
            return _found(inner, scope)
        case And() | Or() | Not():
            return _joined(node, field)
        case From() | To() | Compared():
            return _compared(node)


def _joined(node: And | Or | Not, field: str) -> Dsl:
    if isinstance(node, Not):
        return {"bool": {"must_not": [_found(node.node, field)]}}
    found = [_found(each, field) for each in node.nodes]
    return _any(found) if isinstance(node, Or) else {"bool": {"filter": found}}


def _term(text: str, field: str, *, exact: bool) -> Dsl:
    if field and field not in TEXT_FIELDS:
        return {"term": {f"exact.{field}": keyword(text)}}
    words = tokens(text)
    names = [TEXTS[field]] if field else list(DEFAULT_FIELDS)
    found = [_words(words, name) for name in names]
    if not (field or exact) and len(words) == 1:
        found.append({"multi_match": {"query": text, "fields": ["stem.*"]}})
    return _any(found)


def _words(words: list[str], name: str) -> Dsl:
    if len(words) == 1:
        return {"term": {name: words[0]}}
    return {"match_phrase": {name: " ".join(words)}}


def _prefix(text: str, field: str) -> Dsl:
    if field and field not in TEXT_FIELDS:
        return {"prefix": {f"exact.{field}": keyword(text)}}
    names = [TEXTS[field]] if field else list(DEFAULT_FIELDS)
    return _any([{"prefix": {name: tokens(text)[0]}} for name in names])


def _any(found: list[Dsl]) -> Dsl:
    return found[0] if len(found) == 1 else {"bool": {"should": found, "minimum_should_match": 1}}


def _ranking(node: Node) -> list[Dsl]:
    """Optional clauses that add to a hit's score."""
    wanted = list(ranking_words(node))
    clauses = [
        {"match": {TEXTS[field]: {"query": text, "boost": DEFAULT_FIELDS.get(field, 1.0)}}}
        for field, text in wanted
        if field
    ]
    words = " ".join(text for field, text in wanted if not field)
    if not words:
        return clauses
    return [
        *clauses,
        {"combined_fields": {"query": words, "fields": _WEIGHTED, "operator": "and", "boost": _ALL_EXACT}},
        {"multi_match": {"query": words, "fields": ["stem.*"], "operator": "and", "boost": _ALL_STEMMED}},
        {"multi_match": {"query": words, "fields": _WEIGHTED, "type": "most_fields"}},
        {"multi_match": {"query": words, "fields": _HEADS, "type": "phrase", "slop": _SLOP}},
    ]


def _compared(node: From | To | Compared) -> Dsl:
    if isinstance(node, Compared):
        return {"range": {node.field: {_SIGNS[node.sign]: node.bound}}}
    return _dates(*span(node))


def _dates(since: datetime | None, until: datetime | None) -> Dsl:
    """From `since`, inclusive, to `until`, exclusive."""
    bounds = {"gte": since, "lt": until}
    within = {name: milliseconds(bound) for name, bound in bounds.items() if bound is not None}
    return {"range": {"@timestamp": within | {"format": "epoch_millis"}}}
