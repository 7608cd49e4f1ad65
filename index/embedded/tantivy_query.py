"""From a query's nodes to tantivy's queries."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from tantivy import FieldType, Occur, Schema
from tantivy import Query as Compiled

from index.documents import DEFAULT_FIELDS, TEXT_FIELDS
from index.embedded.disk import STEMMERS, in_range
from index.query import And, Everything, From, Node, Not, Or, Prefix, Query, Scoped, Term, To, asked
from index.stems import analyzer
from index.tokens import keyword, plain, tokens

_LAST_DAY = date.max - timedelta(days=1)  # the last one with a morrow
_SLOP = 2
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def compile_query(query: Query, node: Node, schema: Schema) -> Compiled:
    """`node` is the parsed text of `query`."""
    compiled = Compiled.boolean_query(
        [(Occur.Must, _compile(node, "", schema)), *((Occur.Should, each) for each in _whole(node, schema))]
    )
    if query.since is None and query.until is None:
        return compiled
    dates = _dates(query.since, query.until, schema)
    return Compiled.boolean_query([(Occur.Must, compiled), (Occur.Must, dates)])


def _whole(node: Node, schema: Schema) -> Iterator[Compiled]:
    """All the words in a row, in title or lead: a hit is the better for it."""
    words = [word for field, text in asked(node) if not field for word in text.split()]
    if len(words) > 1:
        for name, weight in DEFAULT_FIELDS.items():
            if name != "body":
                phrase = Compiled.phrase_query(schema, name, list(words), slop=_SLOP)
                yield Compiled.boost_query(phrase, weight)


def _compile(node: Node, field: str, schema: Schema) -> Compiled:
    match node:
        case Everything():
            return Compiled.all_query()
        case Term(text, exact):
            found = _in_fields(text, field, schema, prefix=False)
            return found if field or exact else _or_stemmed(found, text, schema)
        case Prefix(text):
            return _in_fields(text, field, schema, prefix=True)
        case Scoped(scope, inner):
            return _compile(inner, scope, schema)
        case And() | Or() | Not():
            return _joined(node, field, schema)
        case From() | To():
            return _days(node, schema)


def _joined(node: And | Or | Not, field: str, schema: Schema) -> Compiled:
    if isinstance(node, Or):
        return Compiled.boolean_query([(Occur.Should, _compile(each, field, schema)) for each in node.nodes])
    return _all_of(node.nodes if isinstance(node, And) else (node,), field, schema)


def _all_of(nodes: tuple[Node, ...], field: str, schema: Schema) -> Compiled:
    clauses = [
        (Occur.MustNot, _compile(each.node, field, schema))
        if isinstance(each, Not)
        else (Occur.Must, _compile(each, field, schema))
        for each in nodes
    ]
    if all(occur == Occur.MustNot for occur, _ in clauses):  # alone, these would find nothing
        clauses.append((Occur.Must, _filter(Compiled.all_query())))
    return Compiled.boolean_query(clauses)


def _in_fields(text: str, field: str, schema: Schema, *, prefix: bool) -> Compiled:
    if field and field not in TEXT_FIELDS:
        return _filter(_words([keyword(text)], field, schema, prefix=prefix))
    words = tokens(text)
    if field:
        return _words(words, field, schema, prefix=prefix)
    found = [
        Compiled.boost_query(_words(words, name, schema, prefix=prefix), weight)
        for name, weight in DEFAULT_FIELDS.items()
    ]
    return Compiled.boolean_query([(Occur.Should, each) for each in found])


def _or_stemmed(exact: Compiled, text: str, schema: Schema) -> Compiled:
    """A single word also by its stem, in each language's own field."""
    if len(tokens(text)) != 1:
        return exact
    found = [
        Compiled.term_query(schema, f"stem_{stemmer}", words[0], index_option="freq")
        for stemmer in STEMMERS
        if (words := analyzer(stemmer).analyze(plain(text)))
    ]
    return Compiled.boolean_query([(Occur.Should, each) for each in (exact, *found)])


def _words(words: list[str], field: str, schema: Schema, *, prefix: bool) -> Compiled:
    if prefix:
        return Compiled.regex_query(schema, field, _SPECIAL.sub(r"\\\g<0>", words[0]) + ".*")
    if len(words) > 1:
        return Compiled.phrase_query(schema, field, list(words))
    return Compiled.term_query(schema, field, words[0])


def _days(node: From | To, schema: Schema) -> Compiled:
    if isinstance(node, From):
        return _dates(datetime.combine(node.day, time.min, UTC), None, schema)
    morrow = min(node.day, _LAST_DAY) + timedelta(days=1)
    return _dates(None, datetime.combine(morrow, time.min, UTC), schema)


def _dates(since: datetime | None, until: datetime | None, schema: Schema) -> Compiled:
    """From `since` up to and without `until`."""
    return _filter(
        Compiled.range_query(
            schema,
            "timestamp",
            FieldType.Date,
            lower_bound=in_range(since) if since else None,
            upper_bound=in_range(until) if until else None,
            include_upper=until is None,
        )
    )


def _filter(query: Compiled) -> Compiled:
    """What narrows a search without saying which hit is the better one."""
    return Compiled.const_score_query(query, 0.0)
