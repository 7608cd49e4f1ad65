"""The running text of an article: the blocks of its container that are text, trafilatura where no container stands out."""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, takewhile
from typing import NamedTuple

import lxml.html
from lxml import etree
from trafilatura import bare_extraction
from trafilatura.settings import Document

from articles.dom import Element, name_of
from articles.extraction import captions, container
from articles.extraction.blocks import Block
from articles.extraction.element_names import Kind
from articles.model import Removal
from articles.text import count_words, key, tidy

for _name in ("trafilatura", "htmldate", "courlan", "justext"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # their warnings are our rejections, with reasons

_STATED_WINS = 3
_RULER = re.compile(r"[-–—*•·=~#|_. ]+")  # drawn between parts of a text
_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|blockquote|table|tr|section|figure)\b", re.IGNORECASE)
_SUMMARY = 300  # characters of a removal
_LONGEST_META = 160  # longer texts under such names are text
_LONGEST_CAPTION = 700
_LINKED_BLOCK = 0.8  # of its characters, in links
_LINKED_LIST = 0.6
_FULL_STOP = re.compile(r"[.:。：।։؟۔]\W*$")
_FEWEST_WORDS = 6
_ABOVE_TITLE = 600  # characters of prose; a heading further down that says the title is a teaser
_LONG, _VERY_LONG = 80, 1000  # characters of a paragraph that can repeat one, and several
_COPIED = 3  # paragraphs in one
_NEAR = 12  # blocks
_SHORTEST_LEAD = 50  # characters
_SHORT = 40  # characters of a date or section among links
_MOST_BLOCKS = 20_000  # that trafilatura is asked about
_LOOKED_AT = 2000  # blocks, for captions
_LISTS = ("ul", "ol", "dl")

Marked = tuple[Block, Kind]


class Body(NamedTuple):
    """The running text, what was cut from its container, and captions found by their place below a picture (text, picture)."""

    paragraphs: list[str]
    removed: tuple[Removal, ...]
    standfirst: str = ""
    captions: tuple[tuple[str, Element], ...] = ()


def take(tree: Element, url: str, title: str, stated: str) -> Body:
    """Paragraphs, headings, list items and table rows in reading order. The tree is used up.

    `stated` is JSON-LD's articleBody: precise but often cut short, so it only wins when it is at least three times
    as long as what the markup gave.
    """
    root = tree.find("body")
    scope = container.find(tree if root is None else root, title)
    removed: tuple[Removal, ...] = ()
    found: list[str] = []
    pictures: list[tuple[str, Element]] = []
    if scope.container is not None:
        kept, cut = _sort(_inside(scope), title)
        found = [f"- {block.text}" if block.kind == "item" else block.text for block in kept]
        removed = tuple(_removals(cut))
        pictures = [
            (block.text, picture)
            for block, rule in cut
            if rule == "caption"
            and count_words(block.text) > 2
            and (picture := captions.picture_of(block.element, block.text)) is not None
        ]
    elif len(scope.blocks) <= _MOST_BLOCKS:
        document = bare_extraction(tree, url=url, include_comments=False, with_metadata=False)
        lines = document.text.split("\n") if isinstance(document, Document) and document.text else []
        found = [line for raw in lines if (line := tidy(raw))]
    found = [line for line in found if not _RULER.fullmatch(line)]
    spelled = _spelled_out(stated)
    if len(" ".join(spelled)) > _STATED_WINS * len(" ".join(found)):
        return Body(spelled, ())
    return Body(found, removed, _standfirst(scope, title), tuple(pictures))


def _standfirst(scope: container.Scope, title: str) -> str:
    """The one sentence or two between a headline and a container that does not hold them, "" if there is anything else."""
    wanted = key(title)
    above = [
        block
        for block, kind in zip(scope.blocks, scope.kinds, strict=True)
        if not kind or (block.level == 1 and container.says(block, wanted))
    ]
    box = scope.container
    start = next(
        (index for index, block in enumerate(above) if block.level == 1 and container.says(block, wanted)),
        None,
    )
    if start is None or box is None:
        return ""
    between = list(
        takewhile(
            lambda block: not container.within(block.element, box, {}), above[start + 1 : start + _NEAR]
        )
    )
    long = [
        block for block in between if len(block.text) >= _SHORTEST_LEAD and block.linked < len(block.text) / 3
    ]
    return (
        long[0].text
        if len(long) == 1 and len(between) < _NEAR - 1 and len(long[0].text) <= _LONGEST_CAPTION
        else ""
    )


def _inside(scope: container.Scope) -> list[Marked]:
    """The blocks of the container, without those above its headline."""
    if scope.container is None:
        return []
    known: dict[Element, bool] = {}
    return [
        (block, kind)
        for block, kind in zip(scope.blocks, scope.kinds, strict=True)
        if container.within(block.element, scope.container, known)
    ]


def _sort(inside: Sequence[Marked], title: str) -> tuple[list[Block], list[tuple[Block, str]]]:
    """What is text, and what is not, with the rule that says so; a heading goes with the links below it."""
    start = _after_title(inside, title)
    rules = ["above_title"] * (start - 1) + ["repeated_headline"] * min(start, 1)
    linked, captioned = _linked_lists(inside), _captioned(inside)
    seen: set[str] = set()
    for block, kind in inside[start:]:
        caption = "caption" if block.element in captioned else ""
        rules.append(_rule(block, kind, linked) or _repeats(block, seen) or caption)
    _keep_subheadings(inside, rules)
    _cut_with_links(inside, rules)
    kept = [at for at, rule in enumerate(rules) if not rule]
    if kept and _is_heading(inside, kept[-1]) and not (len(kept) > 1 and _is_heading(inside, kept[-2])):
        rules[kept.pop()] = "last_heading"
    cut = [(block, rule) for (block, _), rule in zip(inside, rules, strict=True) if rule]
    return [inside[at][0] for at in kept], cut


def _is_heading(inside: Sequence[Marked], at: int) -> bool:
    return inside[at][0].kind == "heading"


def _keep_subheadings(inside: Sequence[Marked], rules: list[str]) -> None:
    """A linked heading right above a paragraph that stands beside it is text: a book in a list of books, say."""
    for at, ((block, _), (below, _)) in enumerate(pairwise(inside)):
        if (
            rules[at] == "links"
            and not rules[at + 1]
            and (block.kind, below.kind) == ("heading", "text")
            and len(below.text) >= _LONG
            and below.linked < len(below.text) / 3
            and block.element.getparent() is below.element.getparent()
        ):
            rules[at] = ""


def _cut_with_links(inside: Sequence[Marked], rules: list[str]) -> None:
    """The heading of a list of links goes with it, and so do short lines with links on either side: its dates and sections."""
    for at in range(len(inside)):
        if rules[at] == "links" and at and not rules[at - 1] and _is_heading(inside, at - 1):
            rules[at - 1] = "links"
    for at in range(1, len(inside) - 1):
        if not rules[at] and len(inside[at][0].text) <= _SHORT and rules[at - 1] == rules[at + 1] == "links":
            rules[at] = "links"


def _after_title(inside: Sequence[Marked], title: str) -> int:
    """The index after the heading that says the title, 0 if there is none near the top."""
    wanted, prose = key(title), 0
    for index, (block, kind) in enumerate(inside):
        if block.kind == "heading" and container.says(block, wanted):
            return index + 1
        if block.kind == "text" and not kind and block.linked < len(block.text) / 2:
            prose += len(block.text)
        if prose > _ABOVE_TITLE:
            break
    return 0


def _rule(block: Block, kind: Kind, linked: set[Element]) -> str:
    """Why a block is no text of the article, "" if it is."""
    size = len(block.text)
    if kind == "meta":
        return kind if size < _LONGEST_META else ""
    if kind == "caption":
        return kind if size < _LONGEST_CAPTION else ""
    if kind:
        return kind
    if block.text[0] in "{[" and '":' in block.text:
        return "code"
    if block.kind == "item":
        return "links" if _list_of(block.element) in linked else ""
    sentence = (
        block.kind == "text"
        and _FULL_STOP.search(block.text)
        and count_words(block.text) >= _FEWEST_WORDS
        and next(block.element.iterancestors("li"), None) is None
    )
    return "links" if block.linked > _LINKED_BLOCK * size and not sentence else ""


def _captioned(inside: Sequence[Marked]) -> set[Element]:
    """The elements right below pictures that are captions, unless most of their kind (tag and class) stand elsewhere."""
    below: dict[Element, tuple[str, str]] = {}
    kinds: dict[tuple[str, str], int] = {}
    for block, _ in inside[:_LOOKED_AT]:
        if block.kind == "text":
            look = block.element.tag, block.element.get("class") or ""
            kinds[look] = kinds.get(look, 0) + 1
            above = block.element.getprevious()
            continued = above in below and below[above] == look and len(block.text) <= _LONG
            if continued or captions.picture_of(block.element, block.text) is not None:
                below[block.element] = look
    many = Counter(below.values())
    return {element for element, look in below.items() if look[0] == "p" or 2 * many[look] >= kinds[look]}


def _repeats(block: Block, seen: set[str]) -> str:
    """A paragraph that stood above, word for word, or several of them in one: a copy for machines."""
    if len(block.text) < _LONG:
        return ""
    if (block.kind == "text" and block.text in seen) or (
        len(block.text) > _VERY_LONG and sum(text in block.text for text in seen) >= _COPIED
    ):
        return "repeated"
    seen.add(block.text)
    return ""


def _list_of(element: Element) -> Element | None:
    return next((outer for outer in element.iterancestors(*_LISTS)), None)


def _linked_lists(inside: Sequence[Marked]) -> set[Element]:
    """The lists that are made of links."""
    sizes: dict[Element, tuple[int, int]] = {}
    for block, _ in inside:
        if block.kind == "item" and (owner := _list_of(block.element)) is not None:
            size, links = sizes.get(owner, (0, 0))
            sizes[owner] = size + len(block.text), links + block.linked
    return {owner for owner, (size, links) in sizes.items() if links > _LINKED_LIST * size}


def _removals(cut: Sequence[tuple[Block, str]]) -> Iterator[Removal]:
    """One removal for neighbours under one rule."""
    for rule, group in groupby(cut, key=lambda pair: pair[1]):
        pieces = [block for block, _ in group]
        text = " ".join(piece.text for piece in pieces)[:_SUMMARY]
        yield Removal(text=text, rule=rule, place="block", evidence=name_of(pieces[0].element))


def _spelled_out(stated: str) -> list[str]:
    if "<" in stated and ">" in stated and stated.strip():
        parted = _BLOCK.sub(r"\n\g<0>", stated.encode("utf-8", "ignore").decode())
        element = lxml.html.fromstring(f"<div>{parted}</div>")
        etree.strip_elements(element, "script", "style", with_tail=False)
        stated = "".join(map(str, element.itertext()))
    return [line for raw in stated.split("\n") if (line := tidy(raw))]
