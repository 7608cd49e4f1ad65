"""The markup of the lines of a text, by the blocks of the page that they are."""

from collections.abc import Sequence
from dataclasses import replace

from articles.dom import Element
from articles.extraction.blocks import Block
from articles.model import TextOrigin
from articles.structure import links
from articles.structure.markup import ITEM, Markup, ParagraphKind

_LAYOUT = 0.8  # share of a text in one quotation: it is all of the text, moved in
_MOST_DIGITS = 9  # of an item's number, as in Markdown
_KINDS: dict[str, ParagraphKind] = {"heading": "heading", "row": "row", "code": "preformatted"}


class _Lists:
    """Where in nested lists the lines are, as they come."""

    def __init__(self) -> None:
        self._around: list[int] = []  # how many lists are around the items that are open
        self._last: Element | None = None
        self._numbers: dict[Element, int] = {}

    def leave(self) -> None:
        self._around.clear()
        self._last = None

    def enter(self, at: int, block: Block | None) -> Markup:
        """The markup of an item; of a further paragraph of the item before, if it is that."""
        item = None if block is None else _nearest(block.element, "li", "dd")
        if item is not None and item is self._last:
            return Markup(at=at, level=len(self._around))
        self._last = item
        around = 1 if item is None else sum(1 for _ in item.iterancestors("ul", "ol", "dl"))
        while self._around and self._around[-1] > around:
            self._around.pop()
        if not self._around or self._around[-1] < around:
            self._around.append(around)
        return Markup(at=at, kind="item", level=len(self._around), number=self._number(item))

    def _number(self, item: Element | None) -> int | None:
        owner = None if item is None else item.getparent()
        if item is None or owner is None or owner.tag != "ol":
            return None
        if item not in self._numbers:
            number = _whole(owner.get("start"), 1)
            for each in owner.iterchildren("li"):
                self._numbers[each] = number = _whole(each.get("value"), number)
                number += 1
        return self._numbers[item]


def read(
    lines: Sequence[str], blocks: Sequence[Block], base: str, page: str, origin: TextOrigin
) -> tuple[Markup, ...]:
    """The markup of lines: each is what the next block with its text is.

    `base` is what links are relative to, `page` the page's address. A line without a block is plain; if it is of
    trafilatura's text, it may be an item or a row, as its first characters say.
    """
    by_signs = origin == "trafilatura"
    found = _matched(lines, blocks)
    quotes = _quotes([block for block in found if block is not None])
    lists = _Lists()
    markup: list[Markup] = []
    for at, (line, block) in enumerate(zip(lines, found, strict=True)):
        if _is_item(line, block, by_signs=by_signs):
            mark = lists.enter(at, block)
        else:
            lists.leave()
            mark = _plain(at, line, block, quotes, by_signs=by_signs)
        there = links.read(block, base, page) if block is not None and block.linked else ()
        if there or mark != Markup(at=at):
            markup.append(replace(mark, links=there))
    return tuple(markup)


def _matched(lines: Sequence[str], blocks: Sequence[Block]) -> list[Block | None]:
    wanted = {text for line in lines for text in (line, line.removeprefix(ITEM))}
    waiting: dict[str, list[Block]] = {}
    for block in reversed(blocks):
        if block.text in wanted:
            waiting.setdefault(block.text, []).append(block)
    found: list[Block | None] = []
    for line in lines:
        same = waiting.get(line) or waiting.get(line.removeprefix(ITEM))
        found.append(same.pop() if same else None)
    return found


def _is_item(line: str, block: Block | None, *, by_signs: bool) -> bool:
    if block is None:
        return by_signs and line.startswith(ITEM)
    return block.kind == "item" or line != block.text


def _plain(at: int, line: str, block: Block | None, quotes: set[Element], *, by_signs: bool) -> Markup:
    """The markup of what is no item, without its links."""
    if block is None:
        is_row = by_signs and line.startswith("| ") and line.endswith(" |")
        return Markup(at=at, kind="row" if is_row else "paragraph")
    if block.kind == "text":
        return Markup(at=at, kind="quote" if _nearest(block.element, "blockquote") in quotes else "paragraph")
    return Markup(at=at, kind=_KINDS[block.kind], level=block.level if block.kind == "heading" else 0)


def _quotes(found: Sequence[Block]) -> set[Element]:
    """The quotations, apart from one that holds the whole text."""
    sizes: dict[Element, int] = {}
    for block in found:
        if (quote := _nearest(block.element, "blockquote")) is not None:
            sizes[quote] = sizes.get(quote, 0) + len(block.text)
    whole = sum(len(block.text) for block in found)
    return {quote for quote, size in sizes.items() if size <= _LAYOUT * whole}


def _nearest(element: Element, *tags: str) -> Element | None:
    if element.tag in tags:
        return element
    return next(element.iterancestors(*tags), None)


def _whole(stated: str | None, otherwise: int) -> int:
    """The number that an attribute states."""
    text = (stated or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else otherwise
