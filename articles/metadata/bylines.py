"""Find an article's own byline in its page, and none of the stories that the page also lists."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from articles.dom import INLINE, Element, is_short, select
from articles.metadata import authors
from articles.metadata.byline_places import LONGEST, places
from articles.metadata.byline_words import announced, announces, is_announcement
from articles.metadata.name_words import is_full, is_house, is_job, is_spelled_as_name
from articles.text import key, tidy

_MOST = 200
_FEW = 4
_MAY_BE_MARKED = select(
    "//@class/parent::* | //@rel[. = 'author']/parent::* | //@itemprop[. = 'author' or . = 'creator']/parent::*"
)
_MARKED_NAME = re.compile("author(?:-n|__n|N)ame|byline(?:-|__)name")
_MAY_BE_LOOSE = select("//a | //div | //p | //span | //address | //li | //strong | //em")
_LOOSE_NAME = re.compile("[Aa]uthor|[Bb][Yy]line")
_LOOSE_TARGET = re.compile("/auth?ors?/|/autor(?:en|es|i|zy)?/|/auteurs?/")
_PROFILES = select(
    "//a/@href[contains(., '/author') or contains(., '/people/') or contains(., '/staff/') or contains(., '/contributor')"
    " or contains(., '/profile') or contains(., '/journalist') or contains(., '/reporter') or contains(., '/writer')"
    " or contains(., '/columnist') or contains(., '/auteur') or contains(., '/autor') or contains(., '/person/')"
    " or contains(., '/team/') or contains(., '-team/')]/parent::*"
)
_WITH_TEXT = select("//*[text()][not(self::script or self::style)]")
_NAME_WITHIN = select(".//*[@itemprop='name'][@content]")
_BEHIND = re.compile(r"\s*[|·•,(–—]|\s+(?=\d)")
_IN_PICTURE = frozenset(("figure", "figcaption", "picture"))
_REPORTER = re.compile(r"(?<![가-힣])([가-힣]{2,4})\s?(?:기자|특파원|논설위원)(?![가-힣])")


def names(tree: Element, title: str, url: str) -> Iterator[tuple[str, ...]]:
    """The names in bylines that are marked as such, then in what is called like one, then in what reads like one.

    Of each, those between headline and text come first, then the nearest above, then those below. Lazy, as it is slow.
    """
    known = places(tree, title, url)
    remote: list[tuple[list[Element], ...]] = []
    for found in (_marked, _loose):
        between, lower, *others = known.sorted(list(islice(found(tree), _MOST)))
        remote.append(tuple(others))
        yield _first(between, lower)
    linked, lower, _, _ = known.sorted(_PROFILES(tree)[:_MOST])
    yield tuple(filter(is_full, _first((linked or lower)[:_FEW])))
    between, lower, _, below = known.sorted(list(islice(_told(tree), _MOST)))
    yield next(filter(None, map(_told_names, between + lower)), ())
    for away in remote:
        yield _first(*away)
    yield tuple(name for element in below[:1] for name in _told_names(element) if is_full(name))


def _first(*groups: list[Element]) -> tuple[str, ...]:
    """The names in the first group that has some."""
    return next(filter(None, (_names([line for e in group for line in _lines(e)]) for group in groups)), ())


def _marked(tree: Element) -> Iterator[Element]:
    for element in _MAY_BE_MARKED(tree):
        stated = element.get("rel") == "author" or element.get("itemprop") in ("author", "creator")
        if stated or _MARKED_NAME.search(element.get("class", "")):
            yield element


def _loose(tree: Element) -> Iterator[Element]:
    for element in _MAY_BE_LOOSE(tree):
        called = _LOOSE_NAME.search(element.get("class", "")) or _LOOSE_TARGET.search(element.get("href", ""))
        if called and not any(outer.tag in _IN_PICTURE for outer in islice(element.iterancestors(), 4)):
            yield element


def _told(tree: Element) -> Iterator[Element]:
    """The elements that begin with "By", and those that call one a reporter."""
    for element in _WITH_TEXT(tree):
        start = (element.text or "").strip()
        if (start and (is_announcement(start) or announces(f"{start} -"))) or any(
            word in text for text in _own_texts(element) for word in ("기자", "특파원")
        ):
            yield element


def _own_texts(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield child.tail or ""


def _told_names(element: Element) -> tuple[str, ...]:
    """The names behind "By", also in the next block; a single word only if nothing but a date follows."""
    lines = _lines(element)
    if called := _REPORTER.findall(" ".join(lines)):
        return authors.distinct(called)
    told = _told_text(element, lines)
    found = _names([told])
    if full := tuple(name for name in found if is_full(name) and is_spelled_as_name(name)):
        return full
    alone = _BEHIND.split(told, maxsplit=1)[0].strip()
    is_one = len(alone.split()) == 1 or is_spelled_as_name(alone)
    return found[:1] if found and is_one and key(found[0]) == key(alone) else ()


def _told_text(element: Element, lines: list[str]) -> str:
    outer: Element | None = element
    while outer is not None and is_announcement(" ".join(lines)):
        after, outer = outer.getnext(), outer.getparent()
        lines = _lines(outer) if outer is not None else []
        if not lines:
            return " ".join(_lines(after)[:1]) if after is not None else ""
    if lines and is_announcement(lines[0]):
        return " ".join(lines[1:2])
    return announced(lines[0]) if lines else ""


def _names(lines: list[str]) -> tuple[str, ...]:
    """The names in lines; none that adds words to another ("Politics Anna Lund"), no house, job or initials beside one."""
    found = authors.names(
        [
            announced(line) or line
            for line in lines
            if not (is_announcement(line) or is_job(line.partition(",")[0]))
        ]
    )
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
    if not is_short(element, LONGEST):
        return []
    stated = element.get("content") or next((e.get("content", "") for e in _NAME_WITHIN(element)), "")
    text = stated or "".join(_pieces(element))
    return [line for each in text.split("\n") if (line := tidy(each))] if len(stated) <= LONGEST else []


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
