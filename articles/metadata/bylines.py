"""Find an article's own byline in its page, and none of the stories that the page also lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from lxml import etree

from articles.dom import INLINE, Element, is_short, select, test, text_of
from articles.metadata import authors
from articles.metadata.name_words import is_full, is_house, is_job
from articles.text import key, tidy
from articles.urls import absolute

_LONGEST = 150  # characters of a byline
_LONGEST_CARD = 400  # of a teaser with its byline
_PROSE = 80  # from this length on a paragraph is one of the text
_CARD_DEPTH = 6  # elements from a byline up to its teaser
_MOST = 200
_FEW = 4
_OTHERS = (
    "[not(ancestor::aside or ancestor::nav or ancestor::footer or ancestor::*[contains(@class, 'omment')])]"
)
_MAY_BE_MARKED = select("//*[@class or @rel='author' or @itemprop='author' or @itemprop='creator']")
_MARKED_NAME = re.compile("author(?:-n|__n|N)ame|byline(?:-|__)name")
_MAY_BE_LOOSE = select(
    "//a[@class or @href] |"
    " //*[self::div or self::p or self::span or self::address or self::li or self::strong][@class or @href]"
)
_LOOSE_NAME = re.compile("[Aa]uthor|[Bb][Yy]line")
_LOOSE_TARGET = re.compile("/auth?or/")
_PROFILES = select(
    "//a[contains(@href, '/author') or contains(@href, '/people/') or contains(@href, '/staff/') or contains(@href, '/contributor')"
    " or contains(@href, '/profile') or contains(@href, '/journalist') or contains(@href, '/reporter') or contains(@href, '/writer')"
    f" or contains(@href, '/columnist') or contains(@href, '/auteur') or contains(@href, '/autores/')]{_OTHERS}"
)
_WITH_TEXT = select("//*[text()][not(self::script or self::style)]")
_OWN = test(f"self::*{_OTHERS}")
_LANDMARKS = select(
    "//h1 | //p[not(contains(translate(@class, 'ABY', 'aby'), 'author') or contains(translate(@class, 'BY', 'by'), 'byline'))]"
)
_NAME_WITHIN = select(".//*[@itemprop='name'][@content]")
_ALL = select("//*")  # iter() ends early in some broken trees
_LINKS = select(".//a[@href]")
_SAID = re.compile(
    r"(?:(?:by|von|par|por|door|av|af|przez)\b|(?:written|posted|words|story|text|article|reported) by\b|(?:escrito|publicado) por\b|"
    r"(?:автор|autor(?:in)?|tekst|texte?)(?=\s*:))\s*:?",
    re.IGNORECASE,
)
_NO_STORY = re.compile(
    r"^(?:#|mailto:|javascript:|tel:)|/(?:authors?|aut[eo]u?re?s?|autor(?:en|es)?|profiles?|people|persons?|staff|team|writers?|contributors?|reporters?|"
    r"journalist\w*|columnists?|users?|members?|by|redakt\w+|bio|about|(?:[\w-]+-)?(?:tags?|categor\w*|kategori\w*|topics?)|"
    r"sections?|theme[ns]?|rubri\w+|temas?|cdn-cgi)(?:/|$|\?)|/@|//(?:www\.)?(?:x|twitter|facebook|instagram|linkedin|threads|bsky)\.",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"testimonial|bookmark|related|recommend|popular|trending|most-?(?:read|viewed)|newsletter|sidebar|carousel|latest|river|read-?(?:more|next)|"
    r"more-?(?:stories|news|from|on)|quote",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Landmarks:
    """The headline, the first paragraph below it, everything that contains one of them, and the page's address."""

    heading: Element | None
    prose: Element | None
    around: frozenset[Element]
    url: str


def names(tree: Element, title: str, url: str) -> Iterator[tuple[str, ...]]:
    """The names in bylines that are marked as such, then in what is called like one, then in what reads like one.

    Of each, those between headline and text come first, then the nearest above, then those below. Lazy, as it is slow.
    """
    marks = _landmarks(tree, title, url)
    order: dict[Element, int] = {}
    for found in (_marked, _loose):
        places = _sorted(tree, list(islice(found(tree), _MOST)), marks, order)
        for group in places:
            if named := _names([line for element in group for line in _lines(element)]):
                yield named
                break
    between, _, _ = _sorted(tree, _PROFILES(tree)[:_MOST], marks, order)
    yield tuple(filter(is_full, _names([line for element in between[:_FEW] for line in _lines(element)])))
    between, _, below = _sorted(tree, list(islice(_told(tree), _MOST)), marks, order)
    yield tuple(
        filter(is_full, _names([line for element in (between + below)[:1] for line in _lines(element)]))
    )


def _marked(tree: Element) -> Iterator[Element]:
    for element in _MAY_BE_MARKED(tree):
        stated = element.get("rel") == "author" or element.get("itemprop") in ("author", "creator")
        if (stated or _MARKED_NAME.search(element.get("class", ""))) and _OWN(element):
            yield element


def _loose(tree: Element) -> Iterator[Element]:
    for element in _MAY_BE_LOOSE(tree):
        called = _LOOSE_NAME.search(element.get("class", "")) or _LOOSE_TARGET.search(element.get("href", ""))
        if called and _OWN(element):
            yield element


def _told(tree: Element) -> Iterator[Element]:
    """The elements that begin with "By" and go on with a name, the smallest that do."""
    for element in _WITH_TEXT(tree):
        if _SAID.match((element.text or "").lstrip()) and _OWN(element):
            outer: Element | None = element
            while outer is not None and _SAID.fullmatch(" ".join(_lines(outer))):
                outer = outer.getparent()
            if outer is not None and _SAID.match(" ".join(_lines(outer))):
                yield outer


def _landmarks(tree: Element, title: str, url: str) -> _Landmarks:
    wanted = key(title)
    found = _LANDMARKS(tree)
    headings = [element for element in found if element.tag == "h1"]
    own = [
        h for h in headings if (text := key(text_of(h))) and (text in wanted or wanted in text)
    ] or headings
    heading = own[0] if own else None
    below = found[found.index(heading) + 1 :] if heading is not None else found
    prose = next((p for p in below if p.tag == "p" and not is_short(p, _PROSE)), None)
    around = {
        outer for mark in (heading, prose) if mark is not None for outer in (mark, *mark.iterancestors())
    }
    return _Landmarks(heading, prose, frozenset(around), url)


def _sorted(
    tree: Element, found: list[Element], marks: _Landmarks, order: dict[Element, int]
) -> tuple[list[Element], list[Element], list[Element]]:
    """The elements between headline and text, above the headline (nearest first), and below; not those of other stories."""
    if found and not order:
        order.update((element, at) for at, element in enumerate(_ALL(tree)))
    top = order.get(marks.heading, 0) if marks.heading is not None else 0
    text = order.get(marks.prose, len(order)) if marks.prose is not None else len(order)
    short = [element for element in found if is_short(element, _LONGEST)]
    between = [e for e in short if top < order[e] < text and not _is_card(e, marks, strict=False)]
    above = [e for e in reversed(short) if order[e] < top and not _is_card(e, marks, strict=True)]
    below = [e for e in short if order[e] > text and not _is_card(e, marks, strict=True)]
    return between, above, below


def _is_card(element: Element, marks: _Landmarks, *, strict: bool) -> bool:
    """Whether it belongs to the teaser of another story: beside a linked heading, or if strict beside any link to a page."""
    own = key(text_of(element))
    for outer in islice(chain((element,), element.iterancestors()), _CARD_DEPTH):
        if outer in marks.around or not is_short(outer, _LONGEST_CARD):
            return False
        if (
            strict
            and outer is not element
            and _ELSEWHERE.search(f"{outer.get('class', '')} {outer.get('id', '')}")
        ):
            return True
        if any(_leads_away(link, own, marks.url, strict=strict) for link in _LINKS(outer)):
            return True
    return False


def _leads_away(link: Element, own: str, url: str, *, strict: bool) -> bool:
    target = link.get("href", "")
    if _NO_STORY.search(target) or absolute(target, url).partition("#")[0] == url:
        return False
    said = key(text_of(link))
    if not said or (said in own and len(said.split()) <= 4):
        return False
    headed = any(outer.tag in ("h2", "h3", "h4") for outer in (*link.iterancestors(), *link)[:3])
    return headed or strict or len(said.split()) >= 4


def _names(lines: list[str]) -> tuple[str, ...]:
    """The names in lines; none that adds words to another ("Politics Anna Lund"), no house, job or initials beside one."""
    found = authors.names(lines)
    whole = tuple(
        name
        for name in found
        if not any(other != name and is_full(other) and key(other) in key(name) for other in found)
    )
    people = tuple(name for name in whole if not (is_house(name) or is_job(name))) or whole
    if any(map(is_full, people)):
        return tuple(name for name in people if is_full(name) or name.istitle())
    return people


def _lines(element: Element) -> list[str]:
    """Its text, parted between blocks and between links with nothing between them; none if it is long."""
    if not is_short(element, _LONGEST):
        return []
    stated = element.get("content") or next((e.get("content", "") for e in _NAME_WITHIN(element)), "")
    text = stated or "".join(_pieces(element))
    lines = [line for each in text.split("\n") if (line := tidy(each))]
    if lines and _SAID.fullmatch(lines[0]):  # "By", and the name in the next block
        lines[:2] = [" ".join(lines[:2])]
    return lines if len(stated) <= _LONGEST else []


def _pieces(element: Element) -> Iterator[str]:
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node.tag in ("script", "style", "noscript", "template", "svg"):
            continue
        if node.tag not in INLINE:
            yield "\n"
        if event == "start":
            yield node.text or ""
        elif node is not element:
            after = node.getnext()
            if after is not None and not (node.tail or "").strip():
                yield "\n" if node.tag == after.tag == "a" else " "
            elif node.tag == "a" and (node.tail or "")[:1].isalnum():
                yield " "
            yield node.tail or ""
