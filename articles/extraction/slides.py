"""Galleries without a name: boxes whose parts are numbered, `1/20`, `2/20`, in whatever language."""

import re
from collections.abc import Sequence

from articles.dom import Element
from articles.extraction.blocks import Block

_NUMBERED = re.compile(
    r"\W*(?:[^\W\d]{2,12}\W{1,2})?\d{1,3}\s?(?:/|of|von|de|sur|di|van|av|af|z|из|／)\s?(?P<all>\d{1,3})\W*",
    re.IGNORECASE,
)
_LONGEST = 24  # characters: `Picture 3 of 20`
_FEWEST = 3


def boxes(found: Sequence[Block]) -> list[Element]:
    """The smallest elements around three or more blocks that are a number of the same whole, such as `3/20`."""
    numbered: dict[str, list[Element]] = {}
    for block in found:
        if len(block.text) < _LONGEST and (match := _NUMBERED.fullmatch(block.text)):
            numbered.setdefault(match["all"], []).append(block.element)
    return [
        box for parts in numbered.values() if len(parts) >= _FEWEST and (box := _around(parts)) is not None
    ]


def _around(parts: Sequence[Element]) -> Element | None:
    """The innermost element around all."""
    around = [{*part.iterancestors()} for part in parts[1:]]
    return next((outer for outer in parts[0].iterancestors() if all(outer in each for each in around)), None)
