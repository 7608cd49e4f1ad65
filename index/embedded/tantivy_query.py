"""From a query's nodes to tantivy's queries."""

import re
from collections.abc import Iterator
from datetime import datetime

from tantivy import FieldType, Occur
from tantivy import Query as Compiled

from index.documents import DEFAULT_FIELDS, TEXT_FIELDS
from index.embedded.disk import SCHEMA, STEMMERS, in_range
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
    Term,
    To,
    ranking_words,
    span,
)
from index.stems import analyzer
from index.tokens import keyword, plain, tokens

_SLOP = 2
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def compile_query(query: Query, node: Node) -> Compiled:
    """`node` is the parsed text of `query`."""
    compiled = Compiled.boolean_query(
        [(Occur.Must, _compile(node, "")), *((Occur.Should, each) for each in _phrases(node))]
    )
    if query.since is None and query.until is None:
        return compiled
    dates = _dates(query.since, query.until)
    return Compiled.boolean_query([(Occur.Must, compiled), (Occur.Must, dates)])


def _phrases(node: Node) -> Iterator[Compiled]:
    """All the words in a row, in title or lead: this raises a hit's rank."""
    words = [word for field, text in ranking_words(node) if not field for word in text.split()]
    if len(words) > 1:
        for name, weight in DEFAULT_FIELDS.items():
            if name != "body":
                phrase = Compiled.phrase_query(SCHEMA, name, list(words), slop=_SLOP)
                yield Compiled.boost_query(phrase, weight)


def _compile(node: Node, field: str) -> Compiled:
    match node:
        case Everything():
            return Compiled.all_query()
        case Term(text, exact):
            found = _in_fields(text, field, prefix=False)
            return found if field or exact else _or_stemmed(found, text)
        case Prefix(text):
            return _in_fields(text, field, prefix=True)
        case Scoped(scope, inner):
            return _compile(inner, scope)
        case And() | Or() | Not():
            return _joined(node, field)
        case From() | To() | Compared():
            return _compared(node)


def _joined(node: And | Or | Not, field: str) -> Compiled:
    if isinstance(node, Or):
        return Compiled.boolean_query([(Occur.Should, _compile(each, field)) for each in node.nodes])
    return _all_of(node.nodes if isinstance(node, And) else (node,), field)


def _all_of(nodes: tuple[Node, ...], field: str) -> Compiled:
    clauses = [
        (Occur.MustNot, _compile(each.node, field))
        if isinstance(each, Not)
        else (Occur.Must, _compile(each, field))
        for each in nodes
    ]
    if all(occur == Occur.MustNot for occur, _ in clauses):  # on their own, these would find nothing
        clauses.append((Occur.Must, _filter(Compiled.all_query())))
    return Compiled.boolean_query(clauses)


def _in_fields(text: str, field: str, *, prefix: bool) -> Compiled:
    if field and field not in TEXT_FIELDS:
        return _filter(_words([keyword(text)], field, prefix=prefix))
    words = tokens(text)
    if field:
        return _words(words, field, prefix=prefix)
    found = [
        Compiled.boost_query(_words(words, name, prefix=prefix), weight)
        for name, weight in DEFAULT_FIELDS.items()
    ]
    return Compiled.boolean_query([(Occur.Should, each) for each in found])


def _or_stemmed(exact: Compiled, text: str) -> Compiled:
    """A single word also by its stem, in each language's own field."""
    if len(tokens(text)) != 1:
        return exact
    found = [
        Compiled.term_query(SCHEMA, f"stem_{stemmer}", words[0], index_option="freq")
        for stemmer in STEMMERS
        if (words := analyzer(stemmer).analyze(plain(text)))
    ]
    return Compiled.boolean_query([(Occur.Should, each) for each in (exact, *found)])


def _words(words: list[str], field: str, *, prefix: bool) -> Compiled:
    if prefix:
        return Compiled.regex_query(SCHEMA, field, _SPECIAL.sub(r"\\\g<0>", words[0]) + ".*")
    if len(words) > 1:
        return Compiled.phrase_query(SCHEMA, field, list(words))
    return Compiled.term_query(SCHEMA, field, words[0])


def _dates(since: datetime | None, until: datetime | None) -> Compiled:
    """From `since`, inclusive, to `until`, exclusive."""
    return _filter(
        Compiled.range_query(
            SCHEMA,
            "timestamp",
            FieldType.Date,
            lower_bound=in_range(since) if since else None,
            upper_bound=in_range(until) if until else None,
            include_upper=until is None,
        )
    )


def _compared(node: From | To | Compared) -> Compiled:
    if not isinstance(node, Compared):
        return _dates(*span(node))
    below, inclusive = node.sign.startswith("<"), node.sign.endswith("=")
    return _filter(
        Compiled.range_query(
            SCHEMA,
            node.field,
            FieldType.Float,
            lower_bound=None if below else node.bound,
            upper_bound=node.bound if below else None,
            include_lower=below or inclusive,
            include_upper=inclusive or not below,
        )
    )


def _filter(query: Compiled) -> Compiled:
    """Narrows a search without changing the order of its hits."""
    return Compiled.const_score_query(query, 0.0)
