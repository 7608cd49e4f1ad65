"""A simple reading of XML feeds, for those that keep feedparser busy for too long: link, title and date alone.

Each entry is parsed on its own, so that what is odd in one costs that one alone.
"""

import re
import time
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from articles.errors import FeedError
from crawlers.feeds.feed_dates import plain_moment
from crawlers.feeds.feed_text import beginning
from crawlers.feeds.raw_feeds import ENTRY, RawEntry, RawFeed, finished
from crawlers.feeds.xml_feeds import CDATA_OR_COMMENT, mended

_CPU_SECONDS = 5.0
_LONGEST_TEXT = 10_000
# After a first error libxml2 drops XML's own entities, but not references to their characters.
_DROPPED = re.compile(CDATA_OR_COMMENT + r"|&(amp|lt|gt|quot|apos);|<(?![A-Za-z_/!?])", re.DOTALL)
_KEPT = {"amp": "&#38;", "lt": "&#60;", "gt": "&#62;", "quot": "&#34;", "apos": "&#39;"}
_DATES = ("published", "pubdate", "issued", "date", "updated", "modified")  # the first counts


def read_simply(text: str, url: str) -> RawFeed:
    """The feed, as far as five seconds of computing go. Raises FeedError for what is none."""
    text, whole = finished(_DROPPED.sub(_kept, mended(text)), beginning(text))
    starts = [start.start() for start in ENTRY.finditer(text) if not start[1]]
    head = _parsed(text[: starts[0]]) if starts else None
    base = (head.base or "") if head is not None else ""
    entries: list[RawEntry] = []
    until = time.process_time() + _CPU_SECONDS
    for start, end in pairwise(chain(starts, [len(text)])):
        if time.process_time() > until:
            whole = False
            break
        if (element := _parsed(text[start:end])) is not None:
            entries.append(_entry(element, base))
    if not any(entry.link for entry in entries):
        raise FeedError(f"{url} cannot be read as a feed, also in a simple way")
    titles = _texts(head, "title") if head is not None else iter(())
    return RawFeed(title=next(titles, ""), language="", entries=entries, whole=whole)


def _kept(match: re.Match[str]) -> str:
    return "&#60;" if match[0] == "<" else _KEPT.get(match[1], match[0])


def _parsed(text: str) -> Any:
    """The element that the text begins with, whatever is wrong in it; None if there is none."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None


def _entry(element: Any, base: str) -> RawEntry:
    links = [
        link.get("href") or link.text or ""
        for link in _named(element, "link")
        if link.get("rel", "alternate") == "alternate"
    ]
    guids = [guid.text or "" for guid in _named(element, "guid") if guid.get("isPermaLink", "true") == "true"]
    about = [str(value) for name, value in element.items() if _local(name) in ("about", "href")]  # RDF, CDF
    link = next((link.strip() for link in (*links, *guids, *about) if link.strip()), "")
    base = urljoin(base, element.base or "")
    dates = (plain_moment(text) for name in _DATES for text in _texts(element, name))
    return RawEntry(
        link=urljoin(base, link) if base and link else link,
        title=next(_texts(element, "title"), ""),
        published=next(filter(None, dates), None),
    )


def _texts(element: Any, name: str) -> Iterator[str]:
    return ((found.text or "")[:_LONGEST_TEXT] for found in _named(element, name))


def _named(element: Any, name: str) -> Iterator[Any]:
    return (found for found in element.iter(etree.Element) if _local(found.tag) == name)


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2].lower()
