"""Selectors for an element that hold on other pages of its site: by its stable marks, those around it, and what stands before it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from articles.dom import Element, text_of
from articles.sites.located import SamplePage
from articles.text import count_words

_NAME = re.compile(r"-?[A-Za-z_][\w-]*")
_PREFIX = re.compile(r"[A-Za-z]{3,}[\w-]*?[-_]+(?=[^-_]*$)")
_ATTRIBUTES = (
    "role",
    "aria-label",
    "itemprop",
    "data-component",
    "data-type",
    "data-module",
    "data-testid",
    "data-name",
)
_TELLING = frozenset(
    ("aside", "nav", "footer", "form", "dialog", "details")
)  # each of which is not text by its tag alone
_PLACED = frozenset(("p", "div", "span"))  # which are too many to be told by their tags
_MOST_HEADING = 12  # words of a heading or label that stands before something
_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Marks:
    """How many of the pages have each mark: `.name`, `#name`, `[name="value"]` or `[class*="start-"]`."""

    pages: int
    counts: Counter[str]

    def stable(self, mark: str) -> bool:
        """Whether it is on several pages; all are, where there is one page."""
        return self.pages == 1 or self.counts[mark] >= max(2, self.pages // 10)


def marks(samples: Sequence[SamplePage]) -> Marks:
    """The marks of all elements of these pages."""
    counts: Counter[str] = Counter()
    for each in samples:
        counts.update({mark for element in each.tree.iter() for mark in _marks(element)})
    return Marks(len(samples), counts)


def selectors(element: Element, known: Marks) -> Iterator[str]:
    """Selectors for the element, the most telling ones first."""
    own = [mark for mark in _marks(element) if known.stable(mark)]
    tag = element.tag
    for mark in own:
        yield f"{tag}{mark}"
    if len(own) > 1:
        yield tag + "".join(mark for mark in own if mark.startswith("."))
    outer = element.getparent()
    for mark in [] if outer is None else [mark for mark in _marks(outer) if known.stable(mark)]:
        if tag not in _PLACED or own:
            yield f"{outer.tag}{mark} > {tag}{own[0] if own else ''}"
        elif tag in ("div", "span"):
            yield f"{outer.tag}{mark} > {tag}"
    for above in element.iterancestors():
        for mark in _marks(above) if tag in _TELLING or own else ():
            if above is not outer and known.stable(mark) and above.tag not in ("body", "html"):
                yield f"{above.tag}{mark} {tag}{own[0] if own else ''}"
    if tag in _TELLING or "-" in tag:
        yield tag
    yield from _placed(element)
    yield from _led(element)


def _marks(element: Element) -> Iterator[str]:
    attributes = element.attrib
    if not attributes:
        return
    if (name := attributes.get("id", "")) and _NAME.fullmatch(name):
        yield f"#{name}"
    names = attributes.get("class", "").split()
    yield from (f".{name}" for name in names if _NAME.fullmatch(name))
    for name in _ATTRIBUTES:
        value = attributes.get(name, "")
        if value and len(value) <= _LONGEST_VALUE and '"' not in value and "\\" not in value:
            yield f'[{name}="{value}"]'
    for name in names:
        if found := _PREFIX.match(name):
            yield f'[class*="{found.group()}"]'


def _placed(element: Element) -> Iterator[str]:
    """What comes right after a heading or label, which reads the same on other pages."""
    before = element.getprevious()
    if (
        before is not None
        and 0 < count_words(label := text_of(before)) <= _MOST_HEADING
        and (quoted := _quoted(label))
    ):
        yield f"//{before.tag}[normalize-space()={quoted}]/following-sibling::*[1][self::{element.tag}]"


def _led(element: Element) -> Iterator[str]:
    """What begins with a heading or label."""
    first = next(iter(element), None)
    if (
        first is not None
        and 0 < count_words(label := text_of(first)) <= _MOST_HEADING
        and not (element.text or "").strip()
        and (quoted := _quoted(label))
        and count_words(text_of(element)) > count_words(label)
    ):
        yield f"//{element.tag}[*[1][self::{first.tag}][normalize-space()={quoted}]]"


def _quoted(text: str) -> str:
    return f'"{text}"' if '"' not in text else f"'{text}'" if "'" not in text else ""
