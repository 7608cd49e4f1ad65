"""The meta tags of a page, by name."""

from collections.abc import Iterator
from itertools import chain

from articles.dom import Element, select
from articles.text import tidy

Meta = dict[str, list[str]]

SITE = ("og:site_name", "application-name", "publisher", "dc.publisher")

_META = select("//meta[@content]")


def meta_tags(tree: Element) -> Meta:
    """The values for each name (property, name, itemprop or http-equiv, in lower case), in page order."""
    found: Meta = {}
    for element in _META(tree):
        content = tidy(element.get("content", ""))
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = element.get(attribute)
            if name and content:
                found.setdefault(name.lower(), []).append(content)
    return found


def first(meta: Meta, names: tuple[str, ...]) -> str:
    """The first value for any of the names, in the names' order; "" if there is none."""
    return next(every(meta, names), "")


def every(meta: Meta, names: tuple[str, ...]) -> Iterator[str]:
    """All values for any of the names, in the names' order."""
    return chain.from_iterable(meta.get(name, ()) for name in names)
