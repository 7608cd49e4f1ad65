"""trafilatura's text of a tree, with the characters that it would drop."""

import logging
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from itertools import chain, islice

from articles.dom import Element
from articles.text import tidy

for _name in ("trafilatura", "htmldate", "courlan", "justext"):
    # what they would warn about becomes a rejection with its reason
    logging.getLogger(_name).setLevel(logging.CRITICAL)

# What lxml reads and refuses to write.
_UNWRITABLE = dict.fromkeys(
    (*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
)
# Letters that hardly a page has, to stand for others: Linear A and cuneiform, which every form of Unicode leaves as they are.
_RARE = (*range(0x10600, 0x10737), *range(0x12000, 0x1239A))


def read(tree: Element, url: str, *, thorough: bool = False) -> list[str]:
    """The lines of trafilatura's text, "" for none; `thorough` favours recall. The tree stays as it is.

    trafilatura drops what Python calls unprintable: the zero-width joiners and non-joiners that spell Persian and Indic
    words, and the tags and joiners of emoji. So letters that the page lacks stand for them meanwhile.
    """
    from trafilatura import bare_extraction  # .2 s, and few pages need it
    from trafilatura.settings import Document

    letters = _stand_ins(tree)
    document = bare_extraction(
        _replaced(tree, letters) if letters else tree,
        url=url,
        include_comments=False,
        with_metadata=False,
        favor_recall=thorough,
    )
    text = document.text if isinstance(document, Document) and document.text else ""
    text = text.translate({letter: char for char, letter in letters.items()})
    return [line for raw in text.split("\n") if (line := tidy(raw))]


def _stand_ins(tree: Element) -> dict[int, int]:
    """For each character that trafilatura drops and tidy keeps a letter that is not on the page."""
    there = set(chain.from_iterable(_texts(tree)))
    lost = sorted(char for char in there if unicodedata.category(char) == "Cf" and tidy(char))
    free = (letter for letter in _RARE if chr(letter) not in there)
    return dict(zip(map(ord, lost), islice(free, len(lost)), strict=False))


def _texts(tree: Element) -> Iterator[str]:
    return (str(text) for text in tree.itertext() if not text.isascii())


def _replaced(tree: Element, letters: dict[int, int]) -> Element:
    """A copy of the tree with these characters replaced, without what cannot be written."""
    copy, table = deepcopy(tree), _UNWRITABLE | letters
    for element in copy.iter():
        if element.text and not element.text.isascii():
            element.text = element.text.translate(table)
        if element.tail and not element.tail.isascii():
            element.tail = element.tail.translate(table)
    return copy
