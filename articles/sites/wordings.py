"""Wordings with gaps: which lines read so, and where in a line they stand.

They are compared word by word, whatever case, quotation marks, punctuation, spaces or form of Unicode either has. It takes
linear time: no regular expression is made of what a user wrote.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from articles.text import ENDS, HAN_KANA, tidy, tokens

GAP = "*"
_LONGEST_GAP = 40  # words
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ‘`", "'"))
_RUN = re.compile(f"[{HAN_KANA}]|[^{HAN_KANA}]+")
_WORD = re.compile(r"\S+")
_OPENS = re.compile(rf"(?:^|[{ENDS}:;|•·–—\]\)»”\"'’])\s*[^\w\s]*$")
_CLOSES = re.compile(r"[^\w\s]*")
_OPENING = "«“„‘\"'([<-–—•·|"
_CLOSED = re.compile(rf"[{ENDS}:;|)\]»”]")


class _Word(NamedTuple):
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GappedWording:
    """The pieces of a wording, in order: its words, without those in gaps; the first and last are empty where it begins or ends in one."""

    pieces: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> int:
        """The number of words that are fixed."""
        return sum(map(len, self.pieces))

    def is_whole(self, line: str) -> bool:
        """Whether all of the line reads so."""
        said = _words(line)
        return any(start == 0 and end == len(said) for start, end in self._places(said, anchored=True))

    def within(self, line: str) -> tuple[int, int] | None:
        """Where in the line whole sentences read so: from which character to which; None if nowhere.

        Punctuation belongs to the sentence before it. A gap at an end reaches to that end of the line.
        """
        words = list(_located(line.translate(_APOSTROPHES)))
        for first, last in self._places([each.word for each in words], anchored=False):
            if first == last:
                continue
            start = 0 if not self.pieces[0] else words[first].start
            end = len(line) if not self.pieces[-1] else words[last - 1].end
            closing = _CLOSES.match(line, end)
            end = closing.end() if closing else end
            opened = not start or _OPENS.search(line, max(0, start - 8), start)
            closed = end == len(line) or _CLOSED.search(line, max(0, end - 3), end)
            if opened and closed:
                return len(line[:start].rstrip(_OPENING)), end
        return None

    def _places(self, said: list[str], *, anchored: bool) -> Iterator[tuple[int, int]]:
        """Where the words read so, as slices; anchored: only from the first word to the last."""
        if not self.words:
            return
        first, last = self.pieces[0], self.pieces[-1]
        most = self.words + _LONGEST_GAP * (len(self.pieces) - 1)
        to_the_last = anchored or not last
        starts = _found(said, first) if first and not anchored else (0,)
        for start in starts:
            end = self._end(said, start, to_the_last=to_the_last)
            if end is not None and end - start <= most:
                yield start, end

    def _end(self, said: list[str], start: int, *, to_the_last: bool) -> int | None:
        """Where what begins at that word ends; None if the words there do not read so."""
        first, *rest = self.pieces
        at = start + len(first)
        if tuple(said[start:at]) != first:
            return None
        if not rest:
            return at if not to_the_last or at == len(said) else None
        *middle, last = rest
        for piece in middle if to_the_last else rest:
            where = next(_found(said, piece, at), None)
            if where is None:
                return None
            at = where + len(piece)
        if not to_the_last:
            return at
        left = len(said) - len(last)
        return len(said) if left >= at and tuple(said[left:]) == last else None


@lru_cache(maxsize=1_000)
def wording(text: str) -> GappedWording:
    """The wording that a text with gaps states."""
    return GappedWording(tuple(tuple(_words(piece)) for piece in text.split(GAP)))


def _words(text: str) -> list[str]:
    return tokens(tidy(text).translate(_APOSTROPHES))


@lru_cache(maxsize=1_000)
def _globbed(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.split(GAP))


def is_like(address: str, pattern: str) -> bool:
    """Whether an address reads like a pattern in which `*` stands for anything, in linear time."""
    first, *rest = _globbed(pattern)
    if not rest:
        return address == first
    if not address.startswith(first):
        return False
    at = len(first)
    *middle, last = rest
    for piece in middle:
        found = address.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(address) - len(last) >= at and address.endswith(last)


def _located(line: str) -> Iterator[_Word]:
    """The words of a line with their places."""
    for run in _RUN.finditer(line):
        for part in _WORD.finditer(run.group()):
            start = run.start() + part.start()
            yield from _in_part(part.group(), start)


def _in_part(part: str, start: int) -> Iterator[_Word]:
    """The words of a part without spaces; as one place, if they cannot be told apart in it."""
    found, at = [], 0
    folded = part.casefold()
    alike = len(folded) == len(part)
    for word in tokens(part):
        where = folded.find(word, at) if alike else -1
        if where < 0:
            found.append(_Word(word, start, start + len(part)))
        else:
            found.append(_Word(word, start + where, start + where + len(word)))
            at = where + len(word)
    yield from found


def _found(said: list[str], piece: tuple[str, ...], start: int = 0) -> Iterator[int]:
    """Where the piece stands, from left to right."""
    if not piece:
        yield start
        return
    size = len(piece)
    for at in range(start, len(said) - size + 1):
        if said[at] == piece[0] and tuple(said[at : at + size]) == piece:
            yield at
