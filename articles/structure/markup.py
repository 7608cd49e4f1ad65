"""The markup that is kept beside the body of an article, and the body as blocks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

ParagraphKind = Literal["paragraph", "heading", "item", "quote", "row", "preformatted"]

ITEM = "- "  # what the body begins an item with
_BAR = " | "
_EDGE = len("| ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link in a text: its characters from `start` up to `end`, and the absolute http(s) URL that it leads to."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """What the paragraph in place `at` of a body (from 0) is; one that is plain and has no links has none.

    `level` is a heading's (1 to 6), or the depth of an item (from 1) and of what else belongs to that item; 0 otherwise.
    `number` is that of an item in an ordered list. The text that links are places in lacks the mark of an item.
    """

    at: int
    kind: ParagraphKind = "paragraph"
    level: int = 0
    number: int | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """A paragraph of an article: its text, without the mark of an item, and what it is; see Markup."""

    kind: ParagraphKind
    text: str
    level: int = 0
    number: int | None = None
    links: tuple[Link, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts of a row's cells; () for another kind."""
        return tuple(self.text[start:end] for start, end in cell_places(self)) if self.kind == "row" else ()


def blocks(body: Sequence[str], markup: Sequence[Markup]) -> tuple[TextBlock, ...]:
    """The paragraphs of a body with their markup, one block for each."""
    marked = {each.at: each for each in markup}
    return tuple(_block(text, marked.get(at)) for at, text in enumerate(body))


def _block(text: str, mark: Markup | None) -> TextBlock:
    if mark is None:
        return TextBlock(kind="paragraph", text=text)
    in_list = mark.level > 0 and mark.kind != "heading"
    return TextBlock(
        kind=mark.kind,
        text=text.removeprefix(ITEM) if in_list else text,
        level=mark.level,
        number=mark.number,
        links=mark.links,
    )


def left(markup: Sequence[Markup], before: Sequence[str], after: Sequence[str]) -> tuple[Markup, ...]:
    """The markup of what is left of a body, in its order, after some of its paragraphs were cut."""
    if len(before) == len(after):
        return tuple(markup)
    places: dict[int, int] = {}
    for at, text in enumerate(before):
        if len(places) < len(after) and text == after[len(places)]:
            places[at] = len(places)
    return tuple(replace(each, at=places[each.at]) for each in markup if each.at in places)


def cell_places(row: TextBlock) -> tuple[tuple[int, int], ...]:
    """Where each cell of a row begins and ends in its text. A cell that holds a bar between blanks counts as two."""
    text = row.text
    if not (text.startswith(_BAR[1:]) and text.endswith(_BAR[:-1]) and len(text) > _EDGE):
        return ((0, len(text)),)
    places: list[tuple[int, int]] = []
    start = _EDGE
    for cell in text[_EDGE:-_EDGE].split(_BAR):
        places.append((start, start + len(cell)))
        start += len(cell) + len(_BAR)
    return tuple(places)
