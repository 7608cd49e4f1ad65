"""Boilerplate known by its wording: the patterns of boilerplate.toml, matched line by line."""

import re
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from articles.text import count_words

Where = Literal["any", "head", "tail"]

_LONGEST_LINE = 700  # characters; keeps every match short, whatever a page holds


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of boilerplate.toml; the file explains the fields."""

    rule: str
    language: str
    where: Where
    words: int
    literals: tuple[str, ...]
    regex: str
    example: str


def match(line: str, where: Where) -> Pattern | None:
    """The first pattern that describes the line; `where` is the line's part of the article ("any" for its middle)."""
    if len(line) > _LONGEST_LINE:
        return None
    words, lower = count_words(line), line.lower()
    for literal, pattern, regex in _index():
        if (
            literal in lower
            and words <= pattern.words
            and pattern.where in ("any", where)
            and regex.search(line)
        ):
            return pattern
    return None


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns, in the file's order."""
    text = files("articles").joinpath("boilerplate.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[Literal["pattern"], tuple[Pattern, ...]])["pattern"]


@cache
def _index() -> tuple[tuple[str, Pattern, re.Pattern[str]], ...]:
    """Looking for literals first saves nearly all of the regular expressions."""
    compiled = ((pattern, re.compile(pattern.regex, re.IGNORECASE)) for pattern in patterns())
    return tuple((literal, pattern, regex) for pattern, regex in compiled for literal in pattern.literals)
