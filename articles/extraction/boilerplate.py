"""Boilerplate recognized by its wording: the patterns of boilerplate.toml, matched line by line."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from articles.text import count_words, key

Where = Literal["any", "head", "tail"]

_LONGEST_LINE = 700  # characters; bounds the time of a match for any page


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of boilerplate.toml; the file explains the fields."""

    rule: str
    language: str
    where: Where
    words: int
    literals: tuple[str, ...]
    regex: str
    example: str
    us: str = ""


Known = tuple[str, Pattern, re.Pattern[str]]  # a literal, its pattern, and the compiled regex


def relevant(lines: Iterable[str]) -> tuple[Known, ...]:
    """The patterns with a literal in a line short enough for them: only a few, so that each line is matched against few."""
    counted = [(count_words(line), _lower(line)) for line in lines if len(line) <= _LONGEST_LINE]
    texts = {most: "\n".join(line for words, line in counted if words <= most) for most in _limits()}
    return tuple(known for known in _index() if known[0] in texts[known[1].words])


def match(line: str, where: Where, among: Sequence[Known] | None = None) -> Pattern | None:
    """The first pattern that matches the line; `where` is the line's part of the article ("any" for its middle).

    `among` is the patterns `relevant` to the whole text (default: all).
    """
    if len(line) > _LONGEST_LINE:
        return None
    lower = _lower(line)
    for literal, pattern, regex in _index() if among is None else among:
        if (
            literal in lower
            and pattern.where in ("any", where)
            and count_words(line) <= pattern.words
            and regex.search(line)
        ):
            return pattern
    return None


def speaks_of(site: Sequence[str], text: str) -> bool:
    """Whether a text has one of the site's names, in any grammatical case: all its words, each up to its ending."""
    lower = _lower(text)
    return any(
        stems and all(stem in lower for stem in stems)
        for name in site
        for stems in [[word[: max(3, len(word) - 2)] for word in key(_lower(name)).split() if len(word) > 2]]
    )


def says_us(pattern: Pattern, line: str) -> bool:
    """Whether the line says that it is about the publisher itself, or need not because the whole wording does."""
    return not pattern.us or re.search(pattern.us, line, re.IGNORECASE) is not None


def _lower(text: str) -> str:
    """Lower case, with Turkish dotted and dotless i as one letter, as case-insensitive regexes treat them."""
    return text.lower().replace("i\u0307", "i").replace("ı", "i")


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns, in the file's order."""
    text = files("articles.extraction").joinpath("boilerplate.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[Literal["pattern"], tuple[Pattern, ...]])["pattern"]


@cache
def _limits() -> frozenset[int]:
    return frozenset(pattern.words for pattern in patterns())


@cache
def _index() -> tuple[Known, ...]:
    """Patterns by literal: looking for literals first saves nearly all regex searches."""
    compiled = ((pattern, re.compile(pattern.regex, re.IGNORECASE)) for pattern in patterns())
    return tuple(
        (_lower(literal), pattern, regex) for pattern, regex in compiled for literal in pattern.literals
    )
