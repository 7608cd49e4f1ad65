"""The language that a search is written in.

    climate "sea level"             both, the second as a phrase; in any of title, lead and body
    flood OR fire NOT insurance     AND binds tighter than OR; in lower case these are words
    -insurance                      the same as NOT insurance
    title:merkel author:"o'neill"   these words in this field
    tag:(politics OR "world news")  keyword fields (index.documents) are compared as a whole
    govern*                         words that begin with these letters, two or more
    from:2026-11-01 to:2026-11-30   days in UTC, both inclusive
    confidence<0.7                  a number, compared by <, <=, > or >=
    versions>1 changed:title        articles that were edited, and in what

A word alone also finds its other forms (`tariff` finds tariffs) in articles whose language can be stemmed; in
quotes or with a field it is exact. Case, accents and punctuation make no difference. A word of several tokens (`F-35`, 关税) is a phrase; one
without any letter or digit (`&`, `-`) is ignored. `?` and `/` are plain characters.
"""

import re
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, cast

from articles.errors import QueryError
from index.documents import COMPARISONS, FIELDS, NUMBER_FIELDS, TEXT_FIELDS
from index.query import And, Compared, Everything, From, Node, Not, Or, Prefix, Scoped, Sign, Term, To
from index.tokens import keyword, tokens

if TYPE_CHECKING:
    from lark import Lark, Token, Tree


LONGEST = 1_000  # characters
MOST_TERMS = 64
MOST_PREFIXES = 5  # each may match thousands of words
DEEPEST = 20  # groups within groups
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_DATES = ("from", "to")
_COMPARED = re.compile(r"(\w+)\s*([<>]=?)\s*(\d+(?:\.\d+)?|\.\d+)?(.*)", re.ASCII)
_QUOTES = str.maketrans("“”„‟", '""""')
# Syntax of other query languages, which would be misread silently.
_FOREIGN = re.compile(r"(?P<AND>^&&$)|(?P<OR>^\|\|$)|(?P<NOT>^!(?=\w))|(?P<weight>[~^][\d.]*$)")
_FOREIGN_HELP = {
    "AND": "write AND, or nothing, instead of “&&”",
    "OR": "write OR instead of “||”",
    "NOT": "write NOT or “-” instead of “!”",
    "weight": "“~” and “^” (inexact matches, weights) are not supported; leave them out",
}
_UNEXPECTED_HELP = {
    "_RPAR": "this “)” closes nothing, or there is nothing before it",
    "_AND": "AND stands between two words or groups; in lower case it is a word",
    "_OR": "OR stands between two words or groups; in lower case it is a word",
    "_NOT": "NOT stands once, before a word or a group; in lower case it is a word",
    "$END": "the query ends where a word is expected",
}


def parse(text: str) -> Node:
    """The query that `text` expresses. Raises only QueryError, with the position of the mistake."""
    if len(text) > LONGEST:
        raise QueryError(f"a query has at most {LONGEST:,} characters, this one {len(text):,}", text, LONGEST)
    if control := _CONTROL.search(text):
        raise QueryError("a control character is in the query; remove it", text, control.start())
    if not text.strip():
        return Everything()
    node = _Builder(text).build(_tree(text), "", 0)
    if node is None:
        raise QueryError("the query has no letter or digit to search for", text, 0)
    return node


@cache
def _parser() -> "Lark":
    from lark import Lark  # takes 50 ms, which a process that only writes can save

    return Lark.open("grammar.lark", rel_to=__file__, parser="lalr", lexer="basic")


def _tree(text: str) -> "Tree[Token] | Token":
    from lark import UnexpectedCharacters, UnexpectedToken

    quoted = text.translate(_QUOTES)
    try:
        return _parser().parse(quoted)
    except UnexpectedCharacters as error:
        raise QueryError("this quotation mark has no partner", text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        token: Token = error.token
        if token.type == "$END" and (opened := _unclosed(quoted)) is not None:
            raise QueryError("this “(” is not closed", text, opened) from None
        place = len(text) if token.type == "$END" else token.start_pos or 0
        message = _UNEXPECTED_HELP.get(token.type, f"“{token}” cannot stand here; put it in quotes")
        raise QueryError(message, text, place) from None


def _unclosed(text: str) -> int | None:
    opened: list[int] = []
    for token in _parser().lex(text):
        if token.type == "LPAR":
            opened.append(token.start_pos or 0)
        elif token.type == "_RPAR":
            opened.pop()
    return opened[-1] if opened else None


class _Builder:
    """Turns one parse tree into nodes. A part with nothing to search for becomes None and is left out."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._terms = 0
        self._prefixes = 0

    def build(self, tree: "Tree[Token] | Token", field: str, depth: int) -> Node | None:
        if isinstance(tree, str):
            return self._term(tree, field)
        *before, last = tree.children
        match tree.data:
            case "all":
                return _joined(And, [self.build(child, field, depth) for child in tree.children])
            case "any":
                return _joined(Or, [self.build(child, field, depth) for child in tree.children])
            case "negation":
                node = self.build(last, field, depth)
                return Not(node) if node else None
            case "group":
                if depth == DEEPEST:
                    raise self._error(f"groups are nested at most {DEEPEST} deep", tree)
                return self.build(last, field, depth + 1)
            case _:
                return self._scoped(before[0], last, depth)

    def _scoped(self, name: "Tree[Token] | Token", value: "Tree[Token] | Token", depth: int) -> Node | None:
        field = str(name).removesuffix(":").lower()
        if field in _DATES:
            return self._date(field, value)
        if field in NUMBER_FIELDS:
            raise self._error(f"compare “{field}” with a number, such as {COMPARISONS[field]}", name)
        if field not in FIELDS:
            nearest = get_close_matches(field, (*FIELDS, *_DATES, *NUMBER_FIELDS), n=1, cutoff=0)[0]
            hint = f"did you mean “{nearest}”? To search for the words, put them in quotes"
            raise self._error(f"there is no field “{field}”; {hint}", name)
        node = self.build(value, field, depth)
        return Scoped(field, node) if node else None

    def _date(self, field: str, value: "Tree[Token] | Token") -> Node:
        try:
            day = date.fromisoformat(_unquoted(value) if isinstance(value, str) else "")
        except ValueError:
            hint = f"“{field}:” takes a date, such as {field}:2026-11-30"
            raise self._error(hint, value) from None
        return From(day) if field == "from" else To(day)

    def _term(self, token: "Token", field: str) -> Node | None:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise self._error(f"a query has at most {MOST_TERMS} words and phrases", token)
        if token.type == "COMPARED":
            return self._compared(token, field)
        if token.type == "WORD":
            self._refuse_foreign(token)
            if "*" in token:
                return self._prefix(token, field)
        typed = _unquoted(token)
        return Term(typed, exact=token.type == "PHRASE") if _words(typed, field) else None

    def _compared(self, token: "Token", scope: str) -> Compared:
        name, sign, number, rest = _COMPARED.fullmatch(token).groups()  # type: ignore[union-attr]  # as in the grammar
        if scope:
            raise self._error(
                f"“{name}” cannot stand in “{scope}:”; put it in quotes to search for the words", token
            )
        if number is None or rest:
            example = COMPARISONS[name.lower()]
            raise self._error(f"compare “{name.lower()}” with a number, such as {example}", token)
        return Compared(name.lower(), cast("Sign", sign), float(number))

    def _refuse_foreign(self, word: "Token") -> None:
        if word.endswith(":") and word[:-1] in (*FIELDS, *_DATES):
            raise self._error(f"write the value right after “{word}”, without a space", word, len(word))
        if found := _FOREIGN.search(word):
            raise self._error(_FOREIGN_HELP[found.lastgroup or ""], word, found.start())

    def _prefix(self, word: "Token", field: str) -> Prefix:
        stem, star = word[:-1], word.index("*")
        words = _words(stem, field)
        if star != len(stem) or len(words) != 1 or len(words[0]) < 2:
            raise self._error("a * ends a word of two letters or more; in quotes it is plain", word, star)
        self._prefixes += 1
        if self._prefixes > MOST_PREFIXES:
            raise self._error(f"a query has at most {MOST_PREFIXES} words with a *", word, star)
        return Prefix(stem)

    def _error(self, message: str, at: "Tree[Token] | Token", offset: int = 0) -> QueryError:
        token = at if isinstance(at, str) else next(at.scan_values(lambda _: True))
        return QueryError(message, self._text, (token.start_pos or 0) + offset)


def _joined(kind: type[And] | type[Or], nodes: list[Node | None]) -> Node | None:
    kept = tuple(node for node in nodes if node)
    return kind(kept) if len(kept) > 1 else kept[0] if kept else None


def _unquoted(token: "Token") -> str:
    return token[1:-1] if token.type == "PHRASE" else str(token)


def _words(typed: str, field: str) -> list[str]:
    """The words that the index would look up."""
    if field == "" or field in TEXT_FIELDS:
        return tokens(typed)
    return [word] if (word := keyword(typed)) else []
