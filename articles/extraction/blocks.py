"""Split a tree into blocks of text in reading order: paragraphs, headings, list items, table rows, code."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

from articles.dom import INLINE, Element, is_inline, is_short
from articles.extraction.element_names import Kind, kind_of
from articles.model import Rule
from articles.text import SENTENCE_END, tidy

BlockKind = Literal["text", "heading", "item", "row", "code"]

# fmt: off
_SILENT = frozenset((
    "script", "style", "noscript", "template", "svg", "iframe", "select", "picture", "video", "audio", "canvas", "map", "object",
    "embed", "menu", "input", "textarea", "legend", "head", "title", "rp", "rt", "math", "progress", "datalist", "button", "label",
))
# fmt: on
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ASIDE = frozenset(("aside", "nav", "footer", "dialog", "form"))
_ROLES = frozenset(
    ("complementary", "navigation", "dialog", "alertdialog", "contentinfo", "search", "menu", "banner")
)
_STATED = frozenset(
    (
        "headline",
        "author",
        "publisher",
        "datePublished",
        "dateModified",
        "url",
        "image",
        "logo",
        "keywords",
        "name",
    )
)
_COMMENT = re.compile(r"schema\.org/(?:User)?Comments?$")
_UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LONGEST_CELL = 300  # characters; longer cells mean that the table is the page's layout
_PARAGRAPH = 80  # characters; a shorter one may be a date or a label
_FURNITURE = ("h1", "h2", "h3", "h4", "h5", "h6", "li", "img", "button", "form", "table", "time")
_LESS_THAN_TEXT = re.compile(r"author|by-?line|copyright|disclaimer|licen[cs]e|credit", re.IGNORECASE)
_ABOVE_TEXT = re.compile(
    r"updat|publi|date|meta|tags?\b|stamp", re.IGNORECASE
)  # such a name is true of a first line
_LINKED = 0.3  # most of a paragraph's characters that are in links
_MAY_BE_TEXT = frozenset((Rule.RELATED, Rule.META))
_MAY_BE_PARAGRAPH = frozenset((Rule.SHARE, Rule.COMMENTS, Rule.NAVIGATION, Rule.PROMOTION))
_IN_FIGURE = frozenset(("table", "blockquote", "pre", "p", "ul", "ol"))


Run = tuple[str, Element | None]  # a piece of raw text, and the link that it stands in


class Block(NamedTuple):
    """One block. `linked` is the number of characters in links, `level` that of a heading (0 otherwise).

    `runs` is its raw text in pieces, if it has links and is no row.
    """

    kind: BlockKind
    text: str
    linked: int
    level: int
    element: Element
    runs: tuple[Run, ...] = ()


class _Walk:
    """The state of one walk: the blocks found, and the text of the current one."""

    __slots__ = ("blocks", "linked", "links", "pieces")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pieces: list[str] = []
        self.links: dict[int, Element] = {}  # of those pieces that stand in one
        self.linked = 0

    def add(self, text: str | None, link: Element | None) -> None:
        if text:
            if self.pieces or not text.isspace():
                if link is not None:
                    self.links[len(self.pieces)] = link
                self.pieces.append(text)
            if link is not None:
                self.linked += len(text)

    def close(self, kind: BlockKind, level: int, element: Element) -> None:
        if not self.pieces:
            return
        text = tidy("".join(self.pieces))
        runs = (
            tuple((piece, self.links.get(at)) for at, piece in enumerate(self.pieces)) if self.links else ()
        )
        self.pieces.clear()
        self.links.clear()
        if text:
            self.blocks.append(Block(kind, text, min(self.linked, len(text)), level, element, runs))
            self.linked = 0


def read(root: Element) -> list[Block]:
    """All blocks inside an element."""
    walk = _Walk()
    _visit(walk, root, "text", 0, root, None)
    walk.close("text", 0, root)
    return walk.blocks


def _visit(
    walk: _Walk, element: Element, kind: BlockKind, level: int, block: Element, link: Element | None
) -> None:
    tag = element.tag
    inline = is_inline(element)
    if tag in _SILENT and not (
        tag not in INLINE and (inline or (tag == "button" and (level or _left_open(element))))
    ):
        return
    if inline:
        walk.add(" " if tag == "button" else "", link)
        link = element if link is None and _leads_away(element) else link
        walk.add(element.text, link)
        for child in element:
            _visit(walk, child, kind, level, block, link)
            walk.add(child.tail, link)
        return
    walk.close(kind, level, block)
    if tag in ("br", "hr") or (tag == "figure" and not _holds_text(element)):
        return
    if tag == "table" and _is_data(element):
        _rows(walk, element)
        return
    kind, level = _opened(element, tag, kind, level)
    walk.add(element.text, link)
    for child in element:
        _visit(walk, child, kind, level, element, link)
        walk.add(child.tail, link)
    walk.close(kind, level, element)


def _leads_away(element: Element) -> bool:
    return element.tag == "a" and not element.get("href", "#").startswith("#")


def _opened(element: Element, tag: str, kind: BlockKind, level: int) -> tuple[BlockKind, int]:
    """The kind and level of a block element's text, by its tag and its parent's kind."""
    if tag in _HEADINGS and kind != "item":
        return "heading", _HEADINGS[tag]
    if tag in ("li", "dd"):
        return ("text" if _lays_out(element) else "item"), level
    if tag == "pre":
        return "code", level
    return ("text" if tag in ("table", "blockquote", "article", "section") else kind), level


def kind(element: Element) -> Kind:
    """What an element is according to its tag, role, class or id."""
    if element.tag in _ASIDE:
        return Rule.ASIDE
    attributes = element.attrib
    if not attributes:
        return ""
    if attributes.get("role") in _ROLES:
        return Rule.ASIDE
    if "hidden" in attributes or _UNSEEN.search(attributes.get("style", "")):
        return Rule.HIDDEN
    if stated := _stated(attributes.get("itemprop", ""), attributes.get("itemtype", "")):
        return stated
    # A heading's id is its own text, as an anchor: a chapter on social networks is not a row of share buttons.
    return kind_of(attributes.get("class"), None if element.tag in _HEADINGS else attributes.get("id"))


def _stated(name: str, type_: str) -> Kind:
    """What schema.org's names say that an element is."""
    if name in _STATED:
        return Rule.META
    return Rule.COMMENTS if name == "comment" or _COMMENT.search(type_) else ""


def is_paragraph(element: Element, named: Kind) -> bool:
    """Whether an element named as a box is a paragraph of running text: sentences with few links, between others.

    Named as a teaser or a date, it may hold paragraphs, or be the first one; else it is one without a link.
    """
    if named not in _MAY_BE_TEXT and not (
        named in _MAY_BE_PARAGRAPH and element.tag == "p" and not len(element)
    ):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _LESS_THAN_TEXT.search(names) or not _is_sentences(element):
        return False
    may_be_first = named in _MAY_BE_TEXT and element.tag == "p" and not _ABOVE_TEXT.search(names)
    return any(map(_is_sentences, _beside(element, False))) and (
        may_be_first or any(map(_is_sentences, _beside(element, True)))
    )


def _beside(element: Element, above: bool) -> Iterator[Element]:
    """The nearest sibling with text, none or one."""
    return islice((other for other in element.itersiblings(preceding=above) if not is_short(other, 0)), 1)


def _is_sentences(element: Element) -> bool:
    return (
        element.tag in ("p", "div", "section")
        and not is_short(element, _PARAGRAPH)
        and next(element.iterdescendants(*_FURNITURE), None) is None
        and sum(len(link.text_content()) for link in element.iterdescendants("a"))
        <= _LINKED * len(element.text_content())
        and SENTENCE_END.search(element.text_content().strip()) is not None
    )


def _left_open(button: Element) -> bool:
    """Whether the button was never closed, and so holds the rest of the page."""
    return next(button.iterdescendants("p", "article", "main"), None) is not None


def _lays_out(item: Element) -> bool:
    """Whether a list item is a section: a heading with paragraphs, or at least three paragraphs."""
    paragraphs = sum(1 for _ in zip(range(3), item.iterdescendants("p"), strict=False))
    return paragraphs > 2 or (paragraphs > 0 and next(item.iterdescendants(*_HEADINGS), None) is not None)


def _holds_text(figure: Element) -> bool:
    return any(child.tag in _IN_FIGURE for child in figure.iterdescendants())


def _is_data(table: Element) -> bool:
    cells = table.iterdescendants("td", "th", "table")
    return not any(cell.tag == "table" or len(cell.text_content()) > _LONGEST_CELL for cell in cells)


def _rows(walk: _Walk, table: Element) -> None:
    for row in table.iterdescendants("tr"):
        cells = [tidy("".join(text for text, _ in cell_runs(cell))) for cell in row.iterchildren("td", "th")]
        if any(cells):
            linked = sum(len(link.text_content()) for link in row.iterdescendants("a"))
            text = cells[0] if len(cells) == 1 else f"| {' | '.join(cells)} |"
            walk.blocks.append(Block("row", text, min(linked, len(text)), 0, row))


def cell_runs(cell: Element) -> Iterator[Run]:
    """The visible text of a cell in pieces."""
    around: dict[Element | None, Element | None] = {}  # the link around the children of each element
    for node in cell.iter():
        outer = around.get(node.getparent())
        link = around[node] = node if outer is None and _leads_away(node) else outer
        if node.tag not in _SILENT:
            if not is_inline(node):
                yield " ", link
            yield node.text or "", link
        if node is not cell:
            yield node.tail or "", outer
