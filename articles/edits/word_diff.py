"""How two versions of a text differ, word by word, for people to read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

from articles.edits.normal_form import normal
from articles.edits.seen import SeenArticle, Wording
from articles.model import Part
from articles.text import HAN_KANA

# A word with the white space behind it; of scripts without spaces, a character.
_WORD = re.compile(rf"[{HAN_KANA}]\s*|(?:(?![{HAN_KANA}])\S)+\s*")

PieceKind = Literal["same", "cut", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both versions have, as the later one sets them, or that only the earlier or the later one has."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class PartDiff:
    """A part of the article that differs. Paragraphs are divided by line feeds."""

    part: Part
    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        return marked(self.pieces)


def diff(before: SeenArticle, after: SeenArticle) -> tuple[PartDiff, ...]:
    """The parts that differ by more than how they are set, in the order of an article; times as one piece each."""
    found = [
        PartDiff(part, word_diff(old, new))
        for part, old, new in _paired(before.wording, after.wording)
        if list(map(normal, old)) != list(map(normal, new))
    ]
    times: list[Piece] = []
    for name, old, new in _times(before, after):
        if old != new:
            times += [Piece("cut", f"{name} {old}\n")] if old else []
            times += [Piece("added", f"{name} {new}\n")] if new else []
    return (*found, PartDiff("times", tuple(times))) if times else tuple(found)


def word_diff(before: Sequence[str], after: Sequence[str]) -> tuple[Piece, ...]:
    """The pieces of two lists of paragraphs. Paragraphs that both have are aligned first, then words within the others."""
    pieces: list[Piece] = []
    for op, i, j, k, m in _opcodes(list(map(normal, before)), list(map(normal, after))):
        if op == "equal":
            pieces.append(Piece("same", _text(after[k:m])))
        else:
            pieces += _words(_text(before[i:j]), _text(after[k:m]))
    return tuple(_merged(pieces))


def marked(pieces: Iterable[Piece]) -> str:
    """The text with [-what is gone-] and {+what came+}."""
    marks = {"same": ("", ""), "cut": ("[-", "-]"), "added": ("{+", "+}")}
    return "".join(_within(piece.text, *marks[piece.kind]) for piece in pieces).strip()


def _paired(before: Wording, after: Wording) -> Iterator[tuple[Part, Sequence[str], Sequence[str]]]:
    yield "title", (before.title,), (after.title,)
    yield "lead", (before.lead,), (after.lead,)
    yield "body", (*before.body, *before.notes), (*after.body, *after.notes)
    yield "captions", before.captions, after.captions


def _times(before: SeenArticle, after: SeenArticle) -> Iterator[tuple[str, str, str]]:
    for name in ("published_at", "modified_at"):
        old, new = getattr(before, name), getattr(after, name)
        yield name.removesuffix("_at"), _moment(old), _moment(new)


def _moment(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC" if time else ""


def _words(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    for op, i, j, k, m in _opcodes(list(map(normal, old)), list(map(normal, new))):
        if op == "equal":
            yield Piece("same", "".join(new[k:m]))
            continue
        if i < j:
            gone = "".join(old[i:j])
            spaced = op == "replace" and gone[-1:].isspace()
            yield Piece("cut", f"{gone.rstrip()} " if spaced else gone)
        if k < m:
            yield Piece("added", "".join(new[k:m]))


def _opcodes(before: list[str], after: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _text(paragraphs: Sequence[str]) -> str:
    return "".join(f"{' '.join(each.split())}\n" for each in paragraphs if each)


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for kind, group in groupby(pieces, key=lambda piece: piece.kind):
        if text := "".join(piece.text for piece in group):
            yield Piece(kind, text)


def _within(text: str, start: str, end: str) -> str:
    """The text between marks, the white space at its end behind them."""
    inner = text.rstrip()
    return f"{start}{inner}{end}{text[len(inner) :]}" if inner else text
