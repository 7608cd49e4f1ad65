"""The standfirst: the sentence or two between the headline and the text."""

import re
from functools import lru_cache

from articles.dom import Element, select, text_of
from articles.metadata.statements import Metadata
from articles.text import count_words, key

_NAMED = re.compile(
    r"(?:^|[\s_-])(?:stand-?first|sub-?title|sub-?head(?:line|ing)?|dek|deck|article-(?:lead|intro|summary|description)|"
    r"chapo|chapeau|vorspann|entradilla|bajada|copete|ingress|manchet|sommario|occhiello|sapo|perex|zajawka|bigode|"
    r"linha-fina)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CANDIDATES = select("//p | //div | //h2 | //h3 | //section | //span | //header")
_BLOCKS = select(".//p | .//h2 | .//h1 | .//li | .//br")
_SHORTEST, _LONGEST = 5, 700  # words, characters
_START = 15
_COMPARED = 60
_PARAGRAPH = 80
_WHOLE = 0.6


def take(tree: Element, meta: Metadata) -> str:
    """Cuts the standfirst from the tree and returns it; "" if the page has none.

    It is the page's description, visible in an element that is named as a standfirst or is apart from the text.
    A description that is only in the head, or is one of the text's paragraphs, is not a standfirst.
    """
    described = key(meta.description)
    if not described or described == key(meta.title):
        return ""
    for element in _CANDIDATES(tree):
        named = _is_named(f"{element.get('class') or ''} {element.get('itemprop') or ''}")
        if not (named or _begins(element, described)) or _is_aside(element) or len(_BLOCKS(element)) > 2:
            continue
        text = text_of(element)
        if len(text) > _LONGEST or count_words(text) < _SHORTEST:
            continue
        spelled = key(text)
        if _same(spelled, described) and (named or _stands_apart(element, len(spelled) / len(described))):
            element.drop_tree()
            return text
    return ""


@lru_cache(maxsize=10_000)
def _is_named(marks: str) -> bool:
    return _NAMED.search(_CAPITAL.sub("-", marks)) is not None


def _is_aside(element: Element) -> bool:
    return next(element.iterancestors("aside", "footer", "li"), None) is not None


def _begins(element: Element, described: str) -> bool:
    text = element.text
    if not text or text.isspace():
        return False
    start = key(text[: 4 * _START])[:_START]
    return bool(start) and described.startswith(start)


def _same(spelled: str, described: str) -> bool:
    """Whether one contains the start of the other, since either is often cut short."""
    return spelled[:_COMPARED] in described or described[:_COMPARED] in spelled


def _stands_apart(element: Element, share: float) -> bool:
    """Whether the element has most of the description and is not one of several similar paragraphs."""
    parent = element.getparent()
    if parent is None or element.tag == "span" or share < _WHOLE:
        return False
    kind = element.tag, element.get("class")
    alike = (
        other
        for other in parent
        if (other.tag, other.get("class")) == kind or other.tag == element.tag == "p"
    )
    return sum(len(other.text_content()) > _PARAGRAPH for other in alike) <= 2
