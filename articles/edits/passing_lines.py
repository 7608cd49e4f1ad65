"""Lines that change by themselves, without anybody editing an article: "Updated 5 minutes ago", "1,204 views", a date alone."""

import re
import tomllib
from functools import cache
from pathlib import Path

from articles.metadata.times import months
from articles.text import HAN_KANA

_WORDS = Path(__file__).with_name("passing_words.toml")
_LONGEST = 120  # characters
_LETTERS = re.compile(r"[^\W\d_]+\.?")
_NUMBER = re.compile(r"\d")
_HANGUL = r"\uac00-\ud7a3"
_TIMED = re.compile(  # a date or a time of day, which needs no word beside it
    r"\d{1,2}[:h]\d{2}\b|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]"
)


def is_passing(line: str) -> bool:
    """Whether a line, as `normal` gives it, says nothing but when a page was made or how often it was read."""
    if len(line) > _LONGEST:
        return False
    lowered = line.casefold()
    rest, marked = _marks().subn(" ", lowered)
    rest, timeless = _now().subn(" ", rest)
    if not (_NUMBER.search(rest) or timeless):
        return False
    rest = _links().sub(" ", rest)
    left = _LETTERS.findall(rest)
    named = sum(months.number(word, "") is not None for word in left)
    if named < len(left):
        return False
    return bool(marked or named or timeless or _TIMED.search(lowered))


@cache
def _vocabulary() -> dict[str, list[str]]:
    return tomllib.loads(_WORDS.read_text("utf-8"))


@cache
def _marks() -> re.Pattern[str]:
    return _any_of(_vocabulary()["marks"])


@cache
def _now() -> re.Pattern[str]:
    return _any_of(_vocabulary()["now"])


@cache
def _links() -> re.Pattern[str]:
    return _any_of(_vocabulary()["links"] + _vocabulary()["days"])


def _any_of(words: list[str]) -> re.Pattern[str]:
    """Any of these as whole words; in scripts without spaces, anywhere."""
    spaced = re.compile(rf"[{HAN_KANA}{_HANGUL}]")
    longest_first = sorted((word.casefold() for word in words), key=len, reverse=True)
    alone = "|".join(re.escape(word) for word in longest_first if not spaced.search(word))
    anywhere = "|".join(re.escape(word) for word in longest_first if spaced.search(word))
    return re.compile(rf"(?<![^\W\d_])(?:{alone})(?![^\W\d_])" + (f"|{anywhere}" if anywhere else ""))
