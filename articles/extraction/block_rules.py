"""Rules for the blocks of the element that holds the text. Each names the blocks that are not text, and why.

To add a rule: write a function like the others and add it to RULES.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from articles.dom import Element, is_short
from articles.extraction import captions, headline
from articles.extraction.blocks import Block
from articles.extraction.element_names import Kind
from articles.model import Rule
from articles.text import FULL_STOPS, count_words, key

_LONGEST_META = 160  # characters; a longer block is text despite such a name
_LINKED_BLOCK = 0.8  # share of its characters in links
_LINKED_LIST = 0.6
_FULL_STOP = re.compile(rf"[{FULL_STOPS}:：]\W*$")  # not ? and !, which are common in links
_FEWEST_WORDS = 6
_ABOVE_TITLE = 600  # characters of prose; a heading further down with the title is a teaser
_LONG = 80  # characters; a paragraph as long can be a repetition
_SHORT = 40  # characters; the longest date or section between links
_NEAR = 6  # blocks
_MOST_FOR_CAPTIONS = 2000  # blocks that are searched
_POST = re.compile(
    r"(?:instagram|tiktok|fb|facebook|threads|bluesky|reddit)-(?:media|embed|post|video)"
)  # all of it a link
_LISTS = ("ul", "ol", "dl")

Marked = tuple[Block, Kind]
Blocks = Sequence[Marked]
Verdict = Rule | None  # the rule that cuts a block; None for text
Verdicts = Sequence[Verdict]
# Takes the blocks, the verdicts so far (one per block) and the article's title; yields indices of blocks and their verdicts.
BlockRule = Callable[[Blocks, Verdicts, str], Iterator[tuple[int, Verdict]]]


def apply(blocks: Blocks, title: str) -> list[Verdict]:
    """Runs all rules in order, each on what the earlier ones left; one verdict per block."""
    verdicts: list[Verdict] = [None] * len(blocks)
    for rule in RULES:
        for index, verdict in list(rule(blocks, verdicts, title)):
            verdicts[index] = verdict
    return verdicts


def above_title(blocks: Blocks, _verdicts: Verdicts, title: str) -> Iterator[tuple[int, Verdict]]:
    """The headline and everything above it. Needs the title; gives above_title, repeated_headline."""
    wanted, prose = key(title), 0
    for index, (block, kind) in enumerate(blocks):
        if block.kind == "heading" and headline.says(block, wanted):
            yield from ((above, Rule.ABOVE_TITLE) for above in range(index))
            yield index, Rule.REPEATED_HEADLINE
            return
        if block.kind == "text" and not kind and block.linked < len(block.text) / 2:
            prose += len(block.text)
        if prose > _ABOVE_TITLE:
            return


def first_heading(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """An h1 above all text, in other words than the title. Needs above_title; gives repeated_headline."""
    first = next(((at, block) for at, (block, kind) in enumerate(blocks) if not kind), None)
    if first and first[1].level == 1 and Rule.REPEATED_HEADLINE not in verdicts:
        yield first[0], Rule.REPEATED_HEADLINE


def named(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """Blocks whose element is named as no text, except long ones named meta. Gives every rule of articles.extraction.element_names, and aside."""
    for index, (block, kind) in _left(blocks, verdicts):
        if kind and (kind is not Rule.META or len(block.text) < _LONGEST_META):
            yield index, kind


def code(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """JSON left in the text by a script. Gives code."""
    for index, (block, kind) in _left(blocks, verdicts):
        if not kind and block.text[0] in "{[" and '":' in block.text:
            yield index, Rule.CODE


def linked(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """Items of lists made of links, and blocks that are links, except whole sentences. Gives links."""
    lists = _linked_lists(blocks)
    for index, (block, kind) in _left(blocks, verdicts):
        if not kind and (_list_of(block.element) in lists if block.kind == "item" else _is_link(block)):
            yield index, Rule.LINKS


def repeated(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """An exact copy of an earlier paragraph, made for machines. Gives repeated."""
    seen: set[str] = set()
    for index, (block, _) in _left(blocks, verdicts):
        if len(block.text) < _LONG:
            continue
        if block.kind == "text" and block.text in seen:
            yield index, Rule.REPEATED
        else:
            seen.add(block.text)


def captioned(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """Captions, recognized right below a picture, unless most blocks of their tag and class are elsewhere. Gives caption."""
    below: dict[Element, tuple[str, str]] = {}
    kinds: dict[tuple[str, str], int] = {}
    told: set[Element] = set()  # by their own words, which say nothing of the next paragraph
    for block, _ in blocks[:_MOST_FOR_CAPTIONS]:
        if block.kind == "text":
            look = block.element.tag, block.element.get("class") or ""
            kinds[look] = kinds.get(look, 0) + 1
            above = block.element.getprevious()
            continued = (
                above in below and below[above] == look and above not in told and len(block.text) <= _LONG
            )
            if continued or captions.picture_of(block.element, block.text) is not None:
                below[block.element] = look
                if not look[1] and captions.says_so(block.text):
                    told.add(block.element)
    many = Counter(below.values())
    found = {element for element, look in below.items() if look[0] == "p" or 2 * many[look] >= kinds[look]}
    for index, (block, _) in _left(blocks, verdicts):
        if block.element in found:
            yield index, Rule.CAPTION


def subheading(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """A linked heading right above a sibling paragraph is text, such as a title in a list of books. Needs links, takes them back."""
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


def item_title(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """A bold link between a picture and a paragraph is the title of an item, if there are two or more. Needs links, takes them back."""
    titles = [
        at
        for at in range(len(blocks) - 1)
        if verdicts[at] is Rule.LINKS
        and _is_bold(blocks[at][0].element)
        and _names_a_picture(blocks, verdicts, at)
    ]
    if len(titles) > 1:
        yield from ((at, None) for at in titles)


def heading_of_links(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """A heading right above links is cut with them. Needs links; gives links."""
    for at, (block, _) in enumerate(blocks[:-1]):
        if block.kind == "heading" and not verdicts[at] and verdicts[at + 1] is Rule.LINKS:
            yield at, Rule.LINKS


def between_links(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """A short line between links is their date or section. Needs links; gives links."""
    for at in range(1, len(blocks) - 1):
        if (
            not verdicts[at]
            and len(blocks[at][0].text) <= _SHORT
            and verdicts[at - 1] is verdicts[at + 1] is Rule.LINKS
        ):
            yield at, Rule.LINKS


def last_heading(blocks: Blocks, verdicts: Verdicts, _title: str) -> Iterator[tuple[int, Verdict]]:
    """A heading at the end with nothing left below it, unless another is right above. Needs all other verdicts; gives last_heading."""
    headings = [(index, block.kind == "heading") for index, (block, _) in _left(blocks, verdicts)][-2:]
    if headings and headings[-1][1] and not (len(headings) > 1 and headings[0][1]):
        yield headings[-1][0], Rule.LAST_HEADING


RULES: tuple[BlockRule, ...] = (
    above_title,
    first_heading,
    named,
    code,
    linked,
    repeated,
    captioned,
    subheading,
    item_title,
    heading_of_links,
    between_links,
    last_heading,
)


def _left(blocks: Blocks, verdicts: Verdicts) -> Iterator[tuple[int, Marked]]:
    """The blocks that no rule has cut yet, with their indices."""
    return ((index, block) for index, block in enumerate(blocks) if not verdicts[index])


def _is_link(block: Block) -> bool:
    if block.linked <= _LINKED_BLOCK * len(block.text):
        return False
    sentence = (
        block.kind == "text"
        and _FULL_STOP.search(block.text)
        and count_words(block.text) >= _FEWEST_WORDS
        and next(block.element.iterancestors("li"), None) is None
        and not any(
            _POST.search(outer.get("class") or "") for outer in block.element.iterancestors("blockquote")
        )
    )
    return not sentence


def _list_of(element: Element) -> Element | None:
    return next((outer for outer in element.iterancestors(*_LISTS)), None)


def _linked_lists(blocks: Blocks) -> set[Element]:
    """The lists whose text is mostly links."""
    sizes: dict[Element, tuple[int, int]] = {}
    for block, _ in blocks:
        if block.kind == "item" and (owner := _list_of(block.element)) is not None:
            size, links = sizes.get(owner, (0, 0))
            sizes[owner] = size + len(block.text), links + block.linked
    return {owner for owner, (size, links) in sizes.items() if links > _LINKED_LIST * size}


def _is_bold(paragraph: Element) -> bool:
    return paragraph.tag == "p" and len(paragraph) == 1 and paragraph[0].tag in ("strong", "b")


def _names_a_picture(blocks: Blocks, verdicts: Verdicts, at: int) -> bool:
    """Whether a picture is right above the block, and a paragraph of text right below it."""
    element = blocks[at][0].element
    above, below = element.getprevious(), element.getnext()
    near = zip(blocks[at + 1 : at + _NEAR], verdicts[at + 1 : at + _NEAR], strict=True)
    text = [block for (block, _), rule in near if not rule]
    return (
        above is not None
        and (above.tag == "img" or next(above.iterdescendants("img"), None) is not None)
        and is_short(above, _SHORT)
        and sum(len(block.text) - 3 * block.linked for block in text if block.element is below) >= _LONG
    )
