"""Galleries without a name: boxes whose parts are numbered, `1/20`, in whatever language, or lists of credited
pictures."""

import re
from collections.abc import Sequence

from articles.credits import split_credit
from articles.dom import Element
from articles.extraction.blocks import Block
from articles.text import SENTENCE_END

_NUMBERED = re.compile(
    r"\W*(?:[^\W\d]{2,12}\W{1,2})?\d{1,3}\s?(?:/|of|von|de|sur|di|van|av|af|z|из|／)\s?(?P<all>\d{1,3})\W*",
    re.IGNORECASE,
)
_LONGEST = 24  # characters: `Picture 3 of 20`
_LONGEST_TITLE = 60  # of a gallery
_FEWEST = 3
_FEWEST_PICTURES = 4  # of a list without numbers


def boxes(found: Sequence[Block]) -> list[Element]:
    """The smallest elements around three or more blocks that are a number of the same whole, such as `3/20`, with a title
    beside them; and the lists of pictures.
    """
    numbered: dict[str, list[Element]] = {}
    for block in found:
        if len(block.text) < _LONGEST and (match := _NUMBERED.fullmatch(block.text)):
            numbered.setdefault(match["all"], []).append(block.element)
    around = [
        box for parts in numbered.values() if len(parts) >= _FEWEST and (box := _around(parts)) is not None
    ]
    return [_with_title(box) for box in [*around, *_of_pictures(found)]]


def _around(parts: Sequence[Element]) -> Element | None:
    """The innermost element around all."""
    around = [{*part.iterancestors()} for part in parts[1:]]
    return next((outer for outer in parts[0].iterancestors() if all(outer in each for each in around)), None)


def _with_title(box: Element) -> Element:
    """The element around it, if that holds nothing else but a short title."""
    outer = box.getparent()
    if outer is None or outer.tag in ("body", "main", "article"):
        return box
    beside = [text for child in outer if child is not box and (text := child.text_content().strip())]
    is_title = len(beside) == 1 and len(beside[0]) <= _LONGEST_TITLE and not SENTENCE_END.search(beside[0])
    return outer if is_title else box


def _of_pictures(found: Sequence[Block]) -> list[Element]:
    """Lists of four or more items that are each a picture with one text, if half of the texts end in a credit."""
    lists: dict[Element, dict[Element, list[str]]] = {}
    for block in found:
        if block.kind == "item" and (item := _item(block.element)) is not None:
            outer = item.getparent()
            if outer is not None:
                lists.setdefault(outer, {}).setdefault(item, []).append(block.text)
    return [
        outer
        for outer, items in lists.items()
        if len(items) >= _FEWEST_PICTURES
        and all(len(texts) == 1 for texts in items.values())
        and all(next(item.iterdescendants("img"), None) is not None for item in items)
        and 2 * sum(bool(split_credit(texts[0])[1]) for texts in items.values()) >= len(items)
    ]


def _item(element: Element) -> Element | None:
    return element if element.tag == "li" else next(element.iterancestors("li"), None)
