"""The articles of several pages as one.

What every page repeats (title, standfirst, byline, a notice at the end, a caption) stands once. A page that has nearly all of
the others is taken in their place; one that another holds already adds nothing, so that a part given twice counts once.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from articles.content_hash import content_hash
from articles.model import Access, Article, Image, Place, Removal, Rule
from articles.parts import page_labels, page_titles
from articles.parts.page_addresses import in_order
from articles.structure.markup import ITEM, Markup
from articles.text import count_words, key

_EDGE = 6  # lines at the beginning or the end of a page that may be those of every page
_NEARLY = 0.9  # of the characters of a text
_LONGEST_POINTER = 20  # words of a line that leads to the next page
_NO_WORDS = re.compile(r"[\W\d]*")
_LONGEST_COUNT = 4  # words: `Page 2 of 5`
Each = TypeVar("Each")
_STRICTEST: tuple[Access, ...] = ("free", "metered", "paywalled")


class _Line(NamedTuple):
    text: str
    mark: Markup | None = None

    @property
    def key(self) -> str:
        return key(self.text.removeprefix(ITEM))


def joined(first: Article, rest: Sequence[Article]) -> Article:
    """One article of those of its pages, `rest` in reading order; with the metadata of the first, and hashed anew.

    What looks like another article is left out, with a removal (`other_article`) that says so. The `further_pages` are those
    that any of the pages names.
    """
    whole = first
    for part in rest:
        if part.url == first.url:
            continue
        if why := apart(whole, part):
            whole = replace(whole, removed=_with(whole.removed, (_left_out(part, why),)))
        elif _holds(whole, part):
            whole = _credited(whole, part)
        elif _holds(part, whole):
            whole = _credited(replace(whole, lead=part.lead, body=part.body, markup=part.markup), part)
        else:
            whole = _credited(_appended(whole, part), part)
    words = count_words("\n".join((whole.lead, *whole.body)))
    whole = replace(whole, word_count=words)
    return replace(whole, content_hash=content_hash(whole))


def apart(first: Article, part: Article) -> str:
    """Why an article is no part of another although that names its page; "" if it may be one.

    It has another title, and neither calls that other page its canonical one nor has its time of publication.
    """
    if page_titles.are_of_one(first.title, part.title):
        return ""
    if part.canonical_url in (first.url, first.canonical_url):
        return ""
    if part.url in first.further_pages and part.published_at and part.published_at == first.published_at:
        return ""
    return "another title"


def _left_out(part: Article, why: str) -> Removal:
    return Removal(text=part.title, rule=Rule.OTHER_ARTICLE, place="block", evidence=f"{why}: {part.url}")


def _holds(one: Article, other: Article) -> bool:
    """Whether one has nearly all of the other's text."""
    there = {line.key for line in _lines(one)} | {key(one.lead), key(one.title)}
    sizes = [(len(line.text), line.key in there) for line in _lines(other)]
    return sum(size for size, held in sizes if held) >= _NEARLY * sum(size for size, _ in sizes)


def _lines(article: Article) -> list[_Line]:
    marks = {mark.at: mark for mark in article.markup}
    return [_Line(text, marks.get(at)) for at, text in enumerate(article.body)]


def _appended(whole: Article, part: Article) -> Article:
    """The text of a further page below that of those before it, without what both begin or end with."""
    above, below = _lines(whole), _lines(part)
    if part.lead and not _is_repeated(key(part.lead), _heads(whole, above)):
        below.insert(0, _Line(part.lead))
    below, heads = _without_head(below, _heads(whole, above))
    below, pager = _without_tail(below, lambda line: _counts(line.text))
    ends = {line.key for line in below[-_EDGE:]}
    above, tails = _without_tail(
        above, lambda line: line.key in ends or _leads_on(line) or _counts(line.text)
    )
    lines = above + below
    return replace(
        whole,
        body=tuple(line.text for line in lines),
        markup=tuple(replace(line.mark, at=at) for at, line in enumerate(lines) if line.mark),
        removed=_with(whole.removed, _cut(heads, "head", part), _cut((*tails, *pager), "tail", part)),
    )


def _heads(whole: Article, lines: Sequence[_Line]) -> set[str]:
    """What a further page may begin with that was there before: the head of the article, and the end of the page before."""
    said = (whole.title, whole.lead, *whole.authors)
    return {*map(key, said), *(line.key for line in (*lines[:_EDGE], *lines[-_EDGE:]))} - {""}


def _is_repeated(spelled: str, heads: Iterable[str]) -> bool:
    return any(spelled in head for head in heads)


def _without_head(lines: list[_Line], heads: set[str]) -> tuple[list[_Line], list[_Line]]:
    """The lines without those that begin the page and are known, and these."""
    at = 0
    while at < len(lines) and (lines[at].key in heads or not lines[at].key or _counts(lines[at].text)):
        at += 1
    return lines[at:], lines[:at]


def _without_tail(lines: list[_Line], is_tail: Callable[[_Line], bool]) -> tuple[list[_Line], list[_Line]]:
    """The lines without those of this kind that end the page, and these."""
    end = len(lines)
    while end and is_tail(lines[end - 1]):
        end -= 1
    return lines[:end], lines[end:]


def _counts(text: str) -> bool:
    """Whether a line is a pager, or what is left of one."""
    return _NO_WORDS.fullmatch(text) is not None or (
        page_labels.names_a_page(text) and count_words(text) <= _LONGEST_COUNT
    )


def _leads_on(line: _Line) -> bool:
    """Whether a line only says that there is a next page."""
    short = count_words(line.text) <= _LONGEST_POINTER
    return short and (
        page_labels.names_a_page(line.text) or (page_labels.is_next(line.text) and not line.mark)
    )


def _cut(lines: Sequence[_Line], place: Place, part: Article) -> tuple[Removal, ...]:
    return tuple(
        Removal(text=line.text, rule=Rule.REPEATED, place=place, evidence=f"joined with {part.url}")
        for line in lines
        if line.text
    )


def _credited(whole: Article, part: Article) -> Article:
    """The article with what a part brings besides its text."""
    named = in_order((*whole.further_pages, *part.further_pages), (whole.url, whole.canonical_url))
    return replace(
        whole,
        authors=whole.authors or part.authors,
        images=(*whole.images, *(each for each in part.images if not _is_there(each, whole.images))),
        removed=_with(whole.removed, part.removed),
        notes=_with(whole.notes, part.notes),
        rights=_with(whole.rights, part.rights),
        access=max(whole.access, part.access, key=_STRICTEST.index),
        confidence=min(whole.confidence, part.confidence),
        rules=min(whole.rules, part.rules),
        site_matched=tuple(sorted({*whole.site_matched, *part.site_matched})),
        site_failed=_with(whole.site_failed, part.site_failed),
        further_pages=named,
    )


def _is_there(image: Image, images: Sequence[Image]) -> bool:
    return any(
        key(image.caption) == key(each.caption) if image.caption else image.url == each.url for each in images
    )


def _with(found: tuple[Each, ...], *more: tuple[Each, ...]) -> tuple[Each, ...]:
    """All of them, each once, in order."""
    return tuple(dict.fromkeys((*found, *(each for group in more for each in group))))
