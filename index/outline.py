"""Words in their places, as index.tokens defines them, without splitting a whole text to find a few of them.

An outline has one character for each of its text's, out of 256: a letter as searches see it if that is ASCII, a mark for any
other letter, a space for what separates words. Regular expressions find words in it, or only those that begin in some way; the
analyzer is asked once about each character.
"""

import re
from collections.abc import Collection, Iterator

from index.tokens import tokens

# Marks that `str.lower` does not change: of other letters, of those that become several (ß), of what is a word by itself (関).
_OTHER, _SEVERAL, _ALONE = range(0x80, 0xC0), "\xff", range(0xE0, 0xFF)
_LETTERS = "0-9a-z\x80-\xbf\xff"
_WORD = re.compile(f"[\xe0-\xfe]|[{_LETTERS}]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_SHORT = 1_000  # characters of UTF-8 that are never above the limit of a word


class _Plain(dict[int, str]):
    """What searches see of a character, by its code; "" for what separates words."""

    def __missing__(self, code: int) -> str:
        self[code] = seen = "".join(tokens(chr(code)))
        return seen


class _Marks(dict[int, str]):
    """What stands for a character in outlines, by its code."""

    def __missing__(self, code: int) -> str:
        seen = _PLAIN[code]
        if len(seen) != 1:
            mark = _SEVERAL if seen else " "
        elif seen.isascii():
            mark = seen
        else:
            marks = _ALONE if len(tokens(chr(code) * 2)) == 2 else _OTHER
            mark = chr(marks[ord(seen) % len(marks)])
        self[code] = mark
        return mark


_PLAIN = _Plain()
_MARKS = _Marks()


def outline(text: str) -> str:
    """The outline of a text in NFC."""
    if not text.isascii():
        text = _NOT_ASCII.sub(lambda some: some.group().translate(_MARKS), text)
    return text.lower()


def beginning(starts: Collection[str]) -> re.Pattern[str]:
    """A pattern for all words that begin with one of `starts`, and some others: it compares two letters at most."""
    if "" in starts:
        return _WORD
    seconds: dict[str, set[str]] = {_SEVERAL: {""}}
    for marks in (start[:2].translate(_MARKS) for start in starts):
        seconds.setdefault(marks[0], set()).add(marks[1:])
    alone = "".join(sorted(first for first in seconds if ord(first) in _ALONE))
    after = [
        f"(?<={first})" + ("" if "" in second else f"[{_SEVERAL}{''.join(sorted(second))}]")
        for first, second in sorted(seconds.items())
    ]
    begun = f"(?<![{_LETTERS}].)(?:{'|'.join(after)})[{_LETTERS}]*"
    either = f"(?:(?<=[{alone}])|{begun})" if alone else begun
    # With the first letters in front, the search passes over most of a text without trying anything else.
    return re.compile(f"[{''.join(sorted(seconds))}]{either}")


def words(
    text: str, outlined: str, start: int = 0, pattern: re.Pattern[str] = _WORD
) -> Iterator[tuple[str, int, int]]:
    """The words that begin there or later and fit the pattern, each from one character up to another.

    A word that began before counts from there on.
    """
    for match in pattern.finditer(outlined, start):
        word = match.group()
        begun, end = match.span()
        if not word.isascii():
            word = text[begun:end].translate(_PLAIN)
        if end - begun < _SHORT or tokens(text[begun:end]):  # otherwise, it is too long for a word
            yield word, begun, end
