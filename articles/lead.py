"""The standfirst: the sentence or two between headline and text."""

import re

from articles.dom import Element, select, text_of
from articles.metadata import Metadata
from articles.text import count_words, key

_NAMED = re.compile(
    r"(?:^|[\s_-])(?:stand-?first|sub-?title|sub-?head(?:line|ing)?|dek|deck|article-(?:lead|intro|summary|description)|"
    r"lead|lede|intro(?:duction)?|chapo|chapeau|vorspann|entradilla|bajada|copete|ingress|manchet|sommario|occhiello|"
    r"sapo|perex|zajawka|excerpt|summary|abstract|teaser-text|bigode|linha-fina)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CANDIDATES = select(
    "//*[self::p or self::div or self::h2 or self::h3 or self::section or self::span or self::header][@class or @itemprop]"
    "[not(ancestor::aside or ancestor::footer or ancestor::li)]"
)
_BLOCKS = select(".//p | .//h2 | .//h1 | .//li")
_SHORTEST, _LONGEST = 30, 700


def take(tree: Element, meta: Metadata) -> str:
    """Cuts the standfirst out of the tree and returns it, "" if the page has none.

    It must be marked as such; a description in the head vouches for it but is no proof that it is on the page.
    """
    description = key(meta.description)
    for element in _CANDIDATES(tree):
        marks = _CAPITAL.sub("-", f"{element.get('class') or ''} {element.get('itemprop') or ''}")
        if not _NAMED.search(marks) or len(_BLOCKS(element)) > 2:
            continue
        text = text_of(element)
        if not _SHORTEST <= len(text) <= _LONGEST or count_words(text) < 5 or key(text) == key(meta.title):
            continue
        spelled = key(text)
        if description and (spelled[:60] in description or description[:60] in spelled):
            element.drop_tree()
            return text
    return ""
