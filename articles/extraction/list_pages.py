"""Front pages, sections and search results: pages of links to articles that are not articles themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from articles.dom import Element, select, test, text_of
from articles.extraction import blocks
from articles.model import Rule
from articles.text import SENTENCE_END, count_words, key

_HEADINGS = select("//*[self::h2 or self::h3 or self::h4][.//a[@href] or ancestor::a[@href]]")
_LINKS = select("//a[@href]")
_TEASER = select("(. | ancestor::a)/following-sibling::*[1]")
_HOLDS_HEADLINE = test(".//h1 or .//main")
_MARGINS = (Rule.ASIDE, Rule.SIDEBAR, Rule.COMMENTS)
_FEWEST_HEADINGS = 10
_FEWEST_LISTED = 3
_LONG_PARAGRAPH = 120  # characters
_LINKED_SHARE = 0.3
_RATIO = 3
# Prose right below the headline, by which a page is an article whatever else is on it; if what else includes many teasers in
# its text, it takes more, because a section has an introduction.
_TEXT = (2, 40)  # paragraphs, or words
_TEXT_ABOVE_TEASERS = (3, 65)
_FEWEST_WORDS = 10  # for a line without a full stop to be running text


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The links of a page outside its margins and comments."""

    headings: int  # headings that are links or contain one
    texts: frozenset[str]  # of links and of teasers below linked headings, with four words or more; as keys
    characters: int  # of all links


NONE = Links(headings=0, texts=frozenset(), characters=0)


def links(tree: Element) -> Links:
    """The links of a page; call this before anything is cut."""
    known: dict[Element, bool] = {}
    headings = [heading for heading in _HEADINGS(tree) if not _in_margin(heading, known)]
    teasers = [text_of(teaser) for heading in headings for teaser in _TEASER(heading)]
    every = [(text_of(link), link) for link in _LINKS(tree)]
    return Links(
        headings=len(headings),
        texts=frozenset(
            key(text) for text in (*(text for text, _ in every), *teasers) if count_words(text) >= 4
        ),
        characters=sum(len(text) for text, link in every if not _in_margin(link, known)),
    )


def _in_margin(element: Element, known: dict[Element, bool]) -> bool:
    """Whether it is in comments or a margin; `known` caches the result for the elements around it."""
    path: list[Element] = []
    at: Element | None = element
    while at is not None and at not in known:
        path.append(at)
        at = at.getparent()
    found = at is not None and known[at]
    for inner in reversed(path):
        found = found or (blocks.kind(inner) in _MARGINS and not _HOLDS_HEADLINE(inner))
        known[inner] = found
    return found


def is_running_text(found: Links, lines: Sequence[str]) -> bool:
    """Whether any line is a sentence, or as long as one, and neither a link nor a teaser."""
    return any(
        count_words(line) >= (3 if SENTENCE_END.search(line) else _FEWEST_WORDS)
        and not _is_listed(found, line)
        for line in lines
    )


def evidence(found: Links, body: Sequence[str], below: Sequence[str] = ()) -> str:
    """The evidence that the page is a list; "" if it looks like an article.

    Without running text, a list has three or more linked lines or headings. With running text, a list has ten or more
    linked headings, more than long paragraphs; and either 30 % of its lines are links and teasers, or it has over three
    linked headings per long paragraph and over three times as many characters in links as in its text. It has no more than
    an introduction in `below`, the prose right below its headline.
    """
    listed = sum(_is_listed(found, line) for line in body)
    said = f"{found.headings} linked headings; {listed} of {len(body)} lines of its text are links or teasers"
    if not is_running_text(found, body) and max(listed, found.headings) >= _FEWEST_LISTED:
        return said
    long = sum(len(line) > _LONG_PARAGRAPH for line in body)
    if found.headings < _FEWEST_HEADINGS or found.headings <= long:
        return ""
    text = [line for line in below if not _is_listed(found, line)]
    if listed >= _LINKED_SHARE * len(body):
        return "" if _is_text(text, _TEXT_ABOVE_TEASERS) else said
    outweighed = found.headings > _RATIO * long and found.characters > _RATIO * sum(map(len, body))
    return said if outweighed and not _is_text(text, _TEXT) else ""


def _is_text(below: Sequence[str], least: tuple[int, int]) -> bool:
    paragraphs, words = least
    return len(below) >= paragraphs or sum(map(count_words, below)) >= words


def _is_listed(found: Links, line: str) -> bool:
    """Whether a link or teaser makes up most of the line."""
    spelled = key(line)
    return spelled in found.texts or any(
        len(text) > len(spelled) / 2 and text in spelled for text in found.texts
    )
