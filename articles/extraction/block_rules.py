"""Rules for the blocks of the element that holds the text. Each says which blocks are not text, and why.

To add a rule: write one function like the others and name it in RULES.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from articles.dom import Element
from articles.extraction import captions, container
from articles.extraction.blocks import Block
from articles.extraction.element_names import Kind
from articles.model import Rule
from articles.text import FULL_STOPS, count_words, key

_LONGEST_META = 160  # longer texts under such names are text
_LINKED_BLOCK = 0.8  # of its characters, in links
_LINKED_LIST = 0.6
_FULL_STOP = re.compile(rf"[{FULL_STOPS}:：]\W*$")  # questions and exclamations are what links say
_FEWEST_WORDS = 6
_ABOVE_TITLE = 600  # characters of prose; a heading further down that says the title is a teaser
_LONG = 80  # characters of a paragraph that can repeat one
_SHORT = 40  # characters of a date or section among links
_LOOKED_AT = 2000  # blocks, for captions
_LISTS = ("ul", "ol", "dl")

Marked = tuple[Block, Kind]
Blocks = Sequence[Marked]
Verdict = Rule | None  # the rule that cuts a block; None for text
Verdicts = Sequence[Verdict]
# Of the blocks, the verdicts so far (one a block) and the article's title to the index of a block and its verdict.
BlockRule = Callable[[Blocks, Verdicts, str], Iterator[tuple[int, Verdict]]]


def apply(blocks: Blocks, title: str) -> list[Verdict]:
    """Runs all rules in order, each on what the ones before it left; one verdict a block."""
    verdicts: list[Verdict] = [None] * len(blocks)
    for rule in RULES:
        for index, verdict in list(rule(blocks, verdicts, title)):
            verdicts[index] = verdict
    return verdicts


def above_title(blocks: Blocks, _verdicts: Verdicts, title: str) -> Iterator[tuple[int, Verdict]]:
    """The headline, and what stands above it. Needs the title; gives above_title, repeated_headline."""
    wanted, prose = key(title), 0
    for index, (block, kind) in enumerate(blocks):
        if block.kind == "heading" and container.says(block, wanted):
            yield from ((above, Rule.ABOVE_TITLE) for above in range(index))
            yield index, Rule.REPEATED_HEADLINE
            return
        if block.kind == "text" and not kind and block.linked < len(block.text) / 2:
            prose += len(block.text)
        if prose > _ABOVE_TITLE:
            return


def named(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """What its element is named, unless a long text is called meta. Gives every rule of articles.extraction.element_names, and aside."""
    for index, (block, kind) in _left(blocks, verdicts):
        if kind and (kind is not Rule.META or len(block.text) < _LONGEST_META):
            yield index, kind


def code(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """JSON that a script left in the text. Gives code."""
    for index, (block, kind) in _left(blocks, verdicts):
        if not kind and block.text[0] in "{[" and '":' in block.text:
            yield index, Rule.CODE


def linked(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """Items of lists that are made of links, and blocks that are links, whole sentences aside. Gives links."""
    lists = _linked_lists(blocks)
    for index, (block, kind) in _left(blocks, verdicts):
        if not kind and (_list_of(block.element) in lists if block.kind == "item" else _is_link(block)):
            yield index, Rule.LINKS


def repeated(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """A paragraph that stood above, word for word: a copy for machines. Gives repeated."""
    seen: set[str] = set()
    for index, (block, _) in _left(blocks, verdicts):
        if len(block.text) < _LONG:
            continue
        if block.kind == "text" and block.text in seen:
            yield index, Rule.REPEATED
        else:
            seen.add(block.text)


def captioned(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """Captions known by their place right below a picture, unless most of their kind (tag and class) stand elsewhere. Gives caption."""
    below: dict[Element, tuple[str, str]] = {}
    kinds: dict[tuple[str, str], int] = {}
    for block, _ in blocks[:_LOOKED_AT]:
        if block.kind == "text":
            look = block.element.tag, block.element.get("class") or ""
            kinds[look] = kinds.get(look, 0) + 1
            above = block.element.getprevious()
            continued = above in below and below[above] == look and len(block.text) <= _LONG
            if continued or captions.picture_of(block.element, block.text) is not None:
                below[block.element] = look
    many = Counter(below.values())
    found = {element for element, look in below.items() if look[0] == "p" or 2 * many[look] >= kinds[look]}
    for index, (block, _) in _left(blocks, verdicts):
        if block.element in found:
            yield index, Rule.CAPTION


def subheading(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """A linked heading right above a paragraph that stands beside it is text: a book in a list of books, say. Needs links, takes them back."""
    for at, ((block, _), (below, _)) in enumerate(pairwise(blocks)):
        if (
            verdicts[at] is Rule.LINKS
            and not verdicts[at + 1]
            and (block.kind, below.kind) == ("heading", "text")
            and len(below.text) >= _LONG
            and below.linked < len(below.text) / 3
            and block.element.getparent() is below.element.getparent()
        ):
            yield at, None


def heading_of_links(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """The heading of a list of links goes with it. Needs links; gives links."""
    for at, (block, _) in enumerate(blocks[:-1]):
        if block.kind == "heading" and not verdicts[at] and verdicts[at + 1] is Rule.LINKS:
            yield at, Rule.LINKS


def between_links(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """A short line with links on either side is their date or section. Needs links; gives links."""
    for at in range(1, len(blocks) - 1):
        if (
            not verdicts[at]
            and len(blocks[at][0].text) <= _SHORT
            and verdicts[at - 1] is verdicts[at + 1] is Rule.LINKS
        ):
            yield at, Rule.LINKS


def last_heading(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """A heading at the end, with nothing left below it; two of them are text. Needs all other verdicts; gives last_heading."""
    headings = [(index, block.kind == "heading") for index, (block, _) in _left(blocks, verdicts)][-2:]
    if headings and headings[-1][1] and not (len(headings) > 1 and headings[0][1]):
        yield headings[-1][0], Rule.LAST_HEADING


RULES: tuple[BlockRule, ...] = (
    above_title,
    named,
    code,
    linked,
    repeated,
    captioned,
    subheading,
    heading_of_links,
    between_links,
    last_heading,
)


def _left(blocks: Blocks, verdicts: Verdicts) -> Iterator[tuple[int, Marked]]:
    """The blocks that no rule has cut so far, with their indices."""
    return ((index, block) for index, block in enumerate(blocks) if not verdicts[index])


def _is_link(block: Block) -> bool:
    sentence = (
        block.kind == "text"
        and _FULL_STOP.search(block.text)
        and count_words(block.text) >= _FEWEST_WORDS
        and next(block.element.iterancestors("li"), None) is None
    )
    return block.linked > _LINKED_BLOCK * len(block.text) and not sentence


def _list_of(element: Element) -> Element | None:
    return next((outer for outer in element.iterancestors(*_LISTS)), None)


def _linked_lists(blocks: Blocks) -> set[Element]:
    """The lists that are made of links."""
    sizes: dict[Element, tuple[int, int]] = {}
    for block, _ in blocks:
        if block.kind == "item" and (owner := _list_of(block.element)) is not None:
            size, links = sizes.get(owner, (0, 0))
            sizes[owner] = size + len(block.text), links + block.linked
    return {owner for owner, (size, links) in sizes.items() if links > _LINKED_LIST * size}
