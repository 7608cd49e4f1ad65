"""Pieces of XML parsed whatever is wrong in them, each on its own, and found by the local names of their elements."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from crawlers.feeds.xml_feeds import CDATA_OR_COMMENT, mended

# After a first error libxml2 drops XML's own entities, but not references to their characters.
_DROPPED = re.compile(CDATA_OR_COMMENT + r"|&(amp|lt|gt|quot|apos);|<(?![A-Za-z_/!?])", re.DOTALL)
_KEPT = {"amp": "&#38;", "lt": "&#60;", "gt": "&#62;", "quot": "&#34;", "apos": "&#39;"}

_PARSER = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)


def first_element(text: str) -> Any:
    """The element that the text begins with; None if there is none. Nothing outside the text is read."""
    try:
        return etree.fromstring(_DROPPED.sub(_kept, mended(text)).encode(), _PARSER)
    except etree.XMLSyntaxError:
        return None


def named(element: Any, name: str) -> Iterator[Any]:
    """The elements in it of this name, in whatever case and namespace."""
    return (found for found in element.iter(etree.Element) if local_name(found.tag) == name)


def local_name(name: str) -> str:
    """The name of a tag or attribute in lower case, without namespace or prefix."""
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _kept(match: re.Match[str]) -> str:
    return "&#60;" if match[0] == "<" else _KEPT.get(match[1], match[0])
