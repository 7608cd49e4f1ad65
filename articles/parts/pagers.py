"""Where on a page the links to other pages stand: at a text, or at something else that has pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from articles.dom import Element, test, text_of
from articles.extraction import blocks
from articles.extraction.blocks import Block
from articles.model import Removal, Rule
from articles.text import SENTENCE_END, count_words

_ELSEWHERE = (Rule.COMMENTS, Rule.RELATED, Rule.SIDEBAR, Rule.PROMOTION, Rule.NEWSLETTER, Rule.CONSENT)
_LONGEST_PAGER = 1_500  # characters
_BESIDE = 60  # characters in a pager that are in none of its links
_PROSE = 12  # words of a paragraph; less if it is a sentence
_SENTENCE = 5  # words
_LOOKED_AT = 1_500  # characters above a pager
_PROSE_SHARE = 0.6
_NEAR = 6  # paragraphs and headlines above a pager
_FEWEST_LISTED = 2
_HEADLINE = 4  # words
_COMMENTS = 200  # characters; less is a number of comments, or a link to them
_ALL_AROUND = test(".//h1 or .//main")
_NUMBERS = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The blocks of a page, where in it everything stands, and the links in question."""

    order: dict[Element, int]
    found: Sequence[Block]
    links: frozenset[Element]

    @classmethod
    def of(cls, tree: Element, links: Sequence[Element]) -> "Surroundings":
        """Of these links on a page that nothing was cut from."""
        return cls({each: at for at, each in enumerate(tree.iter())}, blocks.read(tree), frozenset(links))

    def pager(self, link: Element) -> Element:
        """The box around a link and those like it."""
        box, most = link, 1
        for outer in link.iterancestors():
            if outer.tag in ("body", "main", "article") or len(text_of(outer)) > _LONGEST_PAGER:
                break
            inside = sum(each in self.links for each in outer.iterdescendants("a"))
            if inside > most or box is link:
                box, most = outer, inside
        return box

    def is_pager(self, box: Element) -> bool:
        """Whether a box around links to pages holds little else than links."""
        linked = sum(len(text_of(each)) for each in box.iterdescendants("a"))
        return len(text_of(box)) - linked <= _BESIDE

    def states(self, link: Element, number: int) -> bool:
        """Whether the pager around a link also has this number."""
        return any(int(each) == number for each in _NUMBERS.findall(text_of(self.pager(link))))

    def is_of_comments(self, link: Element) -> bool:
        """Whether a link is among readers' comments, or below them."""
        if link.tag == "link":
            return False
        if any(blocks.kind(outer) is Rule.COMMENTS for outer in self._boxes(link)):
            return True
        return "comment" in link.get("href", "").partition("#")[2] or any(
            blocks.kind(each) is Rule.COMMENTS and len(text_of(each)) > _COMMENTS
            for box in self._boxes(link)
            for each in box.itersiblings(preceding=True)
        )

    def is_by_the_text(self, link: Element) -> bool:
        """Whether prose stands above a link's pager, rather than headlines that are links or a catalogue; or nothing at all."""
        box = self.pager(link)
        if any(blocks.kind(outer) in _ELSEWHERE for outer in self._boxes(box) if outer is not box):
            return False
        above = [block for block in self.found if self.order[block.element] < self.order[box]]
        near = [kind for block in reversed(above) if (kind := _kind(block))][:_NEAR]
        listed = near.count("headline")
        return (listed < _FEWEST_LISTED or listed < near.count("prose")) and _is_prose(above)

    @staticmethod
    def _boxes(element: Element) -> list[Element]:
        """An element and those around it, up to what is around the headline."""
        found: list[Element] = []
        for each in (element, *element.iterancestors()):
            if each.tag in ("body", "main", "article") or _ALL_AROUND(each):
                break
            found.append(each)
        return found


def _kind(block: Block) -> str:
    """What a block is: a headline that is a link, prose, or nothing that tells."""
    words = count_words(block.text)
    if 2 * block.linked > len(block.text):
        return "headline" if words >= _HEADLINE else ""
    is_prose = words >= _PROSE or (words >= _SENTENCE and SENTENCE_END.search(block.text))
    return "prose" if is_prose and block.kind in ("text", "item") else ""


def _is_prose(above: Sequence[Block]) -> bool:
    """Whether much of what stands right above is prose, apart from links."""
    prose = rest = 0
    for block in reversed(above):
        size = len(block.text) - block.linked
        prose, rest = (prose + size, rest) if _kind(block) == "prose" else (prose, rest + size)
        if prose + rest >= _LOOKED_AT:
            break
    return prose >= _PROSE_SHARE * (prose + rest)


def cut(boxes: Sequence[Element]) -> tuple[Removal, ...]:
    """Take pagers out of a page."""
    removed = tuple(
        Removal(text=text, rule=Rule.NAVIGATION, place="block", evidence="links to pages of the article")
        for box in boxes
        if (text := text_of(box))
    )
    for box in boxes:
        box.drop_tree()
    return removed
