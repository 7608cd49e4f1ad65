"""A simple reading of XML feeds, for those that keep feedparser busy for too long: link, title and date alone.

Each entry is parsed on its own, so that what is odd in one costs that one alone.
"""

import time
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any
from urllib.parse import urljoin

from articles.errors import FeedError
from crawlers.feeds.feed_dates import plain_moment
from crawlers.feeds.feed_text import beginning
from crawlers.feeds.raw_feeds import ENTRY, RawEntry, RawFeed, finished
from crawlers.feeds.recovering import first_element, local_name, named

_CPU_SECONDS = 5.0
_LONGEST_TEXT = 10_000
_DATES = ("published", "pubdate", "issued", "date", "updated", "modified")  # the first counts


def read_simply(text: str, url: str) -> RawFeed:
    """The feed, as far as five seconds of computing go. Raises FeedError for what is none."""
    text, whole = finished(text, beginning(text))
    starts = [start.start() for start in ENTRY.finditer(text) if not start[1]]
    head = first_element(text[: starts[0]]) if starts else None
    base = (head.base or "") if head is not None else ""
    entries: list[RawEntry] = []
    until = time.process_time() + _CPU_SECONDS
    for start, end in pairwise(chain(starts, [len(text)])):
        if time.process_time() > until:
            whole = False
            break
        if (element := first_element(text[start:end])) is not None:
            entries.append(_entry(element, base))
    if not any(entry.link for entry in entries):
        raise FeedError(f"{url} cannot be read as a feed, also in a simple way")
    titles = _texts(head, "title") if head is not None else iter(())
    return RawFeed(title=next(titles, ""), language="", entries=entries, whole=whole)


def _entry(element: Any, base: str) -> RawEntry:
    links = [
        link.get("href") or link.text or ""
        for link in named(element, "link")
        if link.get("rel", "alternate") == "alternate"
    ]
    guids = [guid.text or "" for guid in named(element, "guid") if guid.get("isPermaLink", "true") == "true"]
    about = [
        str(value) for name, value in element.items() if local_name(name) in ("about", "href")
    ]  # RDF, CDF
    link = next((link.strip() for link in (*links, *guids, *about) if link.strip()), "")
    base = urljoin(base, element.base or "")
    dates = (plain_moment(text) for name in _DATES for text in _texts(element, name))
    return RawEntry(
        link=urljoin(base, link) if base and link else link,
        title=next(_texts(element, "title"), ""),
        published=next(filter(None, dates), None),
    )


def _texts(element: Any, name: str) -> Iterator[str]:
    return ((found.text or "")[:_LONGEST_TEXT] for found in named(element, name))
