"""Kibana's query language, the part of it that our objects and recipes use, compiled as Kibana compiles it.

After @kbn/es-query: words without quotes are a `match` (any of them), quoted ones a `match_phrase`; keywords are
compared whole; `field: *` asks whether there is a value; `*` elsewhere is a wildcard, also in field names.
"""

import re
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

Dsl = dict[str, Any]

_TOKEN = re.compile(
    r"""\s*(?: (?P<mark> <=|>=|[():<>] ) | "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<word>(?:[^\s():<>"{}\\]|\\.)+) )""",
    re.VERBOSE,
)
_RANGES = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


class KqlError(ValueError):
    """What is no query, or more of the language than this knows."""


def compile_kql(text: str, fields: dict[str, str]) -> Dsl:
    """`fields` maps the names of the data view to their types."""
    return _Parser(text, fields).query()


def fields_of(text: str) -> set[str]:
    """The names of the fields that a query asks for, as they are written."""
    return {name for (kind, name), mark in pairwise(_tokens(text)) if _is_name((kind, name), mark)}


def _is_name(token: tuple[str, str], following: tuple[str, str]) -> bool:
    return token[0] == "word" and following[0] == "mark" and following[1] in {":", *_RANGES}


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if not match:
            raise KqlError(f"{text!r}: not understood from character {place} on")
        kind = str(match.lastgroup)
        value = match[kind]
        if kind == "word" and value.lower() in {"and", "or", "not"}:
            kind, value = "mark", value.lower()
        elif kind == "quoted":
            value = re.sub(r"\\(.)", r"\1", value)
        found.append((kind, value))
        place = match.end()
    return found


class _Parser:
    def __init__(self, text: str, fields: dict[str, str]) -> None:
        self._text, self._fields = text, fields
        self._tokens = _tokens(text)

    def query(self) -> Dsl:
        if not self._tokens:
            return {"match_all": {}}
        found = self._either("")
        if self._tokens:
            raise KqlError(f"{self._text!r}: not understood from {self._tokens[0][1]!r} on")
        return found

    def _either(self, field: str) -> Dsl:
        parts = [self._both(field)]
        while self._take("or"):
            parts.append(self._both(field))
        return parts[0] if len(parts) == 1 else {"bool": {"should": parts, "minimum_should_match": 1}}

    def _both(self, field: str) -> Dsl:
        parts = [self._one(field)]
        while self._take("and"):
            parts.append(self._one(field))
        return parts[0] if len(parts) == 1 else {"bool": {"filter": parts}}

    def _one(self, field: str) -> Dsl:
        if self._take("not"):
            return {"bool": {"must_not": [self._one(field)]}}
        if self._take("("):
            inner = self._either(field)
            self._need(")")
            return inner
        if not field and len(self._tokens) > 1 and _is_name(self._tokens[0], self._tokens[1]):
            return self._field()
        return self._value(field)

    def _field(self) -> Dsl:
        (_, name), (_, mark) = self._tokens[:2]
        del self._tokens[:2]
        if mark == ":":
            if self._take("("):
                inner = self._either(name)
                self._need(")")
                return inner
            return self._value(name)
        kind, bound = self._tokens.pop(0) if self._tokens else ("", "")
        if kind not in {"word", "quoted"}:
            raise KqlError(f"{self._text!r}: a value is missing after {mark}")
        return _any({"range": {each: {_RANGES[mark]: bound}}} for each in self._names(name))

    def _value(self, field: str) -> Dsl:
        if not self._tokens or self._tokens[0][0] == "mark":
            raise KqlError(f"{self._text!r}: a value is missing")
        if self._tokens[0][0] == "quoted":
            return self._is(field, self._tokens.pop(0)[1], quoted=True)
        words = []
        while self._tokens and self._tokens[0][0] == "word":
            if len(self._tokens) > 1 and _is_name(self._tokens[0], self._tokens[1]):
                raise KqlError(f"{self._text!r}: and/or is missing before {self._tokens[0][1]!r}")
            words.append(self._tokens.pop(0)[1])
        return self._is(field, " ".join(words), quoted=False)

    def _is(self, field: str, value: str, *, quoted: bool) -> Dsl:
        wildcard = not quoted and re.search(r"(?<!\\)\*", value)
        plain = value if quoted else re.sub(r"\\(.)", r"\1", value)
        if not field:
            if wildcard:
                return {"query_string": {"query": value}}
            kind = "phrase" if quoted else "best_fields"
            return {"multi_match": {"type": kind, "query": plain, "lenient": True}}
        return _any(
            _test(name, self._fields[name], plain, value if wildcard else "", quoted=quoted)
            for name in self._names(field)
        )

    def _names(self, field: str) -> list[str]:
        names = [name for name in self._fields if fnmatchcase(name, field)]
        if not names:
            raise KqlError(f"{self._text!r}: the data view has no field {field}")
        return names

    def _take(self, mark: str) -> bool:
        if self._tokens and self._tokens[0] == ("mark", mark):
            self._tokens.pop(0)
            return True
        return False

    def _need(self, mark: str) -> None:
        if not self._take(mark):
            raise KqlError(f"{self._text!r}: {mark} is missing")


def _test(field: str, kind: str, plain: str, wildcard: str, *, quoted: bool) -> Dsl:
    if wildcard == "*":
        return {"exists": {"field": field}}
    if wildcard and kind == "keyword":
        return {"wildcard": {field: {"value": wildcard}}}
    if wildcard:
        return {"query_string": {"fields": [field], "query": wildcard}}
    if kind == "date":
        return {"range": {field: {"gte": plain, "lte": plain}}}
    if kind == "keyword":
        return {"term": {field: {"value": plain}}}
    return {"match_phrase" if quoted else "match": {field: plain}}


def _any(parts: Any) -> Dsl:
    return {"bool": {"should": list(parts), "minimum_should_match": 1}}
