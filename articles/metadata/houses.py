"""Which of the names that a page gives as authors are those of its site, publisher or owner."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from lxml import etree

from articles.dom import Element
from articles.metadata import jsonld
from articles.metadata.metatags import SITE, Meta, every
from articles.metadata.name_words import is_house
from articles.text import key, tidy

_OWNER = ("copyright", "dc.rights", "dcterms.rightsholder", "rights")
_IMPRINT = etree.XPath("//text()[contains(., '©') and not(parent::script) and not(parent::style)]")
_HOLDER = re.compile(r"©[^©]{0,100}")
_MOST_LINES = 20


def houses(node: jsonld.Node, nodes: list[jsonld.Node], meta: Meta, url: str) -> Callable[[str], bool]:
    """Tells whether a name is the site's, its publisher's, that of an organization in its JSON-LD, or its host's."""
    stated = (*every(meta, SITE), jsonld.text(node.get("publisher")), *jsonld.organizations(nodes))
    known = {key(tidy(name)) for name in stated} - {""}
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return lambda name: key(name) in known or tidy(name).casefold().removeprefix("www.") == host


def without_owner(names: tuple[str, ...], tree: Element, meta: Meta) -> tuple[str, ...]:
    """Of several names, those that neither hold the page's copyright nor are called like a company; all if none is left."""
    if len(names) < 2:
        return names
    lines = [*every(meta, _OWNER), *(found[0] for text in _lines(tree) if (found := _HOLDER.search(text)))]
    held = " ".join(f" {key(line)} " for line in lines)
    return tuple(name for name in names if f" {key(name)} " not in held and not is_house(name)) or names


def _lines(tree: Element) -> list[str]:
    found = _IMPRINT(tree)
    return [str(text) for text in found[:_MOST_LINES]] if isinstance(found, list) else []
