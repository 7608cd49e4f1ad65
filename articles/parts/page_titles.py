"""Whether two titles are those of pages of one article: equal but for the number of the page, or with much in common."""

import re

from articles.parts import page_labels
from articles.text import tokens

_COUNT = re.compile(r"\(?\d{1,2}\s?(?:/|／|of|von|de|sur|di|van|av|af|z|из)\s?\d{1,2}\)?", re.IGNORECASE)
_PARTS = re.compile(r"\s+[|–—-]\s+|\s*[:：]\s+|\s*[(（）)]\s*")
_SHARED = 0.6  # of the words of the shorter title
_FEWEST = 2  # words


def are_of_one(one: str, other: str) -> bool:
    """Whether they are titles of one article."""
    first, second = _words(one), _words(other)
    shorter = min(len(first), len(second))
    if first == second or not shorter:
        return True
    shared = len(first & second)
    return shared >= _SHARED * shorter and (shared >= _FEWEST or shared == shorter)


def _words(title: str) -> frozenset[str]:
    """The words of a title without the parts of it that count pages."""
    parts = [part for part in _PARTS.split(_COUNT.sub(" ", title)) if page_labels.number_of(part) is None]
    return frozenset(tokens(" ".join(parts)))
