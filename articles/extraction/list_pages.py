"""Front pages, sections and search results: pages of links to articles that are not articles themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from articles.dom import Element, select, text_of
from articles.text import SENTENCE_END, count_words, key

_HEADINGS = select("//*[self::h2 or self::h3 or self::h4][.//a[@href] or ancestor::a[@href]]")
_LINKS = select("//a[@href]")
_TEASER = select("(. | ancestor::a)/following-sibling::*[1]")
_FEWEST_HEADINGS = 10
_FEWEST_LISTED = 3
_LONG_PARAGRAPH = 120  # characters
_LINKED_SHARE = 0.3
_RATIO = 3
_FEWEST_WORDS = 10  # for a line without a full stop to be running text


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The links of a whole page."""

    headings: int  # headings that are links or contain one
    texts: frozenset[str]  # of links and of teasers below linked headings, with four words or more; as keys
    characters: int  # of all links


NONE = Links(headings=0, texts=frozenset(), characters=0)


def links(tree: Element) -> Links:
    """The links of a page; call this before anything is cut."""
    headings = _HEADINGS(tree)
    teasers = [text_of(teaser) for heading in headings for teaser in _TEASER(heading)]
    texts = [text_of(link) for link in _LINKS(tree)]
    return Links(
        headings=len(headings),
        texts=frozenset(key(text) for text in (*texts, *teasers) if count_words(text) >= 4),
        characters=sum(map(len, texts)),
    )


def is_running_text(found: Links, lines: Sequence[str]) -> bool:
    """Whether any line is a sentence, or as long as one, and neither a link nor a teaser."""
    return any(
        count_words(line) >= (3 if SENTENCE_END.search(line) else _FEWEST_WORDS)
        and not _is_listed(found, line)
        for line in lines
    )


def evidence(found: Links, body: Sequence[str]) -> str:
    """The evidence that the page is a list; "" if it looks like an article.

    Without running text, a list has three or more linked lines or headings. With running text, a list has ten or more
    linked headings, more than long paragraphs; and either 30 % of its lines are links and teasers, or it has over three
    linked headings per long paragraph and over three times as many characters in links as in its text.
    """
    listed = sum(_is_listed(found, line) for line in body)
    said = f"{found.headings} linked headings; {listed} of {len(body)} lines of its text are links or teasers"
    if not is_running_text(found, body) and max(listed, found.headings) >= _FEWEST_LISTED:
        return said
    long = sum(len(line) > _LONG_PARAGRAPH for line in body)
    if found.headings < _FEWEST_HEADINGS or found.headings <= long:
        return ""
    outweighed = found.headings > _RATIO * long and found.characters > _RATIO * sum(map(len, body))
    return said if outweighed or listed >= _LINKED_SHARE * len(body) else ""


def _is_listed(found: Links, line: str) -> bool:
    """Whether a link or teaser makes up most of the line."""
    spelled = key(line)
    return spelled in found.texts or any(
        len(text) > len(spelled) / 2 and text in spelled for text in found.texts
    )
