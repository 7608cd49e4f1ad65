"""Small typed helpers for lxml trees."""

from collections.abc import Callable, Iterator
from typing import TypeAlias, cast

import lxml.html
from lxml import etree
from lxml.html import defs

from articles.text import tidy

Element: TypeAlias = lxml.html.HtmlElement

# fmt: off
INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "nobr", "output", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "samp", "slot", "small", "span", "strike", "strong",
    "sub", "sup", "time", "tt", "u", "var", "wbr",
))
# fmt: on
_IN_LINES = frozenset(("br", "img"))
_OF_HTML = defs.tags | {
    "main",
    "data",
    "dialog",
    "picture",
    "template",
    "search",
    "bdi",
    "rb",
    "rtc",
    "dt",
    "nobr",
    "slot",
}
_CONTROLS = frozenset(("button", "label"))
_SENTENCE = 40  # characters around a control that stands in one
_SILENT = frozenset(("script", "style", "noscript", "template", "svg", "rp", "rt"))


def select(path: str) -> Callable[[Element], list[Element]]:
    """Compiles an XPath that selects elements.

    libxml2 is slow in predicates: `//@class/parent::*` is faster than `//*[@class]`, and `//p | //h2` than `//*[self::p or self::h2]`.
    """
    return cast("Callable[[Element], list[Element]]", etree.XPath(path))


def test(path: str) -> Callable[[Element], bool]:
    """Compiles an XPath that is true or false for an element."""
    return cast("Callable[[Element], bool]", etree.XPath(f"boolean({path})"))


def text_of(element: Element) -> str:
    """The element's text on one line, tidied; a space between blocks, none between inline tags, no scripts."""
    return tidy("".join(_pieces(element)) if len(element) else element.text or "")


def is_inline(element: Element) -> bool:
    """Whether the element's text runs on with the text beside it.

    An element that HTML does not know (`<glossary-word>`) does if it holds no block, and text or an inline tag is next to it or
    around it; so does a button or a label with a sentence on both sides of it.
    """
    tag = element.tag
    if tag in INLINE:
        return True
    if tag in _OF_HTML:
        return tag in _CONTROLS and _is_in_a_sentence(element)
    return _is_in_a_line(element)


def is_short(element: Element, longest: int) -> bool:
    """Whether the element has at most `longest` characters; stops reading beyond that."""
    if not len(element):
        return len((element.text or "").strip()) <= longest
    size = 0
    for length in map(len, map(str.strip, element.itertext())):
        size += length
        if size > longest:
            return False
    return True


def attached(element: Element, tree: Element) -> bool:
    """Whether the element is still in the tree (given by its root), after cuts around it."""
    # not by getroottree(), which still gives the old document for an element that was cut
    return element is tree or any(outer is tree for outer in element.iterancestors())


def within(element: Element, box: Element, known: dict[Element, bool]) -> bool:
    """Whether the element is in the box, or is the box; `known` caches the result for elements on the way."""
    path: list[Element] = []
    at: Element | None = element
    while at is not None and at is not box and at not in known:
        path.append(at)
        at = at.getparent()
    found = at is not None and (at is box or known[at])
    known.update(dict.fromkeys(path, found))
    return found


def name_of(element: Element) -> str:
    """A short CSS-like name: `div#story.story__caption`."""
    identity = f"#{element.get('id')}" if element.get("id") else ""
    return tidy(
        f"{element.tag}{identity}{''.join(f'.{name}' for name in (element.get('class') or '').split()[:3])}"
    )[:100]


def _is_in_a_line(element: Element) -> bool:
    outer, before = element.getparent(), element.getprevious()
    if outer is None:
        return False
    left = outer.text if before is None else before.tail
    beside = outer.tag in INLINE or (left or "").strip() or (element.tail or "").strip()
    return bool(beside) and not any(
        inner.tag in _OF_HTML and inner.tag not in INLINE and inner.tag not in _IN_LINES
        for inner in element.iterdescendants()
    )


def _is_in_a_sentence(control: Element) -> bool:
    outer, before = control.getparent(), control.getprevious()
    if outer is None or outer.tag != "p" or len(control):
        return False
    left = (outer.text if before is None else before.tail) or ""
    beside = bool(left.strip()) and bool((control.tail or "").strip())
    return beside and not is_short(outer, _SENTENCE + len(control.text or ""))


def _pieces(element: Element) -> Iterator[str]:
    for event, node in etree.iterwalk(element, events=("start", "end")):
        block = not is_inline(node)
        if block:
            yield " "
        if event == "start" and node.text and node.tag not in _SILENT:
            yield node.text
        if event == "end" and node.tail and node is not element:
            yield node.tail
