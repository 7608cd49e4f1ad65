"""The books of a crawl: what was given out to fetch, and what is known of that which does not come back.

Requests vanish from Scrapy in many ways, some of them without a call or a signal (a spider middleware that passes one
over, a callback that raises, an item pipeline that drops a page): only what was settled is sure to have come.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from twisted.python.failure import Failure

from articles.errors import UrlError
from articles.urls import host
from store.feed_records import FeedTarget
from store.records import DueUrl

Given = DueUrl | FeedTarget
_VANISHED = "its request vanished"
_PAGE = "page "


def given(request: Request) -> Given | None:
    """What the ledger gave out that this request is for."""
    found = request.cb_kwargs.get("due") or request.cb_kwargs.get("target")
    return found if isinstance(found, Given) else None


@dataclass(frozen=True, slots=True)
class _Entry:
    """What was given out, for which host, when that was asked for, and what may have become of it."""

    thing: Given
    host: str
    known_at: float
    why: str = _VANISHED


class Books:
    """Feeds and pages that were given out and are not settled, each with what may have become of it."""

    def __init__(self, crawler: Crawler) -> None:
        self._open: dict[str, _Entry] = {}
        self._of_host: defaultdict[str, set[str]] = defaultdict(set)
        self._passed_over: set[str] = set()
        crawler.signals.connect(self._request_dropped, signals.request_dropped)
        crawler.signals.connect(self._spider_error, signals.spider_error)
        crawler.signals.connect(self._item_lost, signals.item_dropped)
        crawler.signals.connect(self._item_lost, signals.item_error)

    def give_out(self, things: Iterable[Given], known_at: float) -> None:
        """These are to be fetched, by what the ledger said at that time or later."""
        for thing in things:
            key, name = _key(thing), _host(thing)
            self._open[key] = _Entry(thing, name, known_at)
            self._of_host[name].add(key)

    def known_at(self, thing: Given) -> float:
        """When it was known last that it is to be fetched; what was not given out is fetched in any case."""
        entry = self._open.get(_key(thing))
        return entry.known_at if entry else inf

    def know(self, thing: Given, at: float) -> None:
        """It is still to be fetched, by what the ledger said then."""
        key = _key(thing)
        if key in self._open:
            self._open[key] = replace(self._open[key], known_at=at)

    def of_host(self, name: str) -> Iterator[Given]:
        """What is not settled of a host."""
        return (self._open[key].thing for key in self._of_host.get(name, ()))

    def pass_over(self, thing: Given) -> None:
        """Another worker has fetched it."""
        self.settle(thing)
        self._passed_over.add(_key(thing))

    def is_passed_over(self, thing: Given) -> bool:
        """Whether another worker has fetched it."""
        return _key(thing) in self._passed_over

    def settle(self, thing: Given) -> None:
        """It came back, or is to stay due."""
        self._settle(_key(thing))

    def settle_page(self, url: str) -> None:
        """The page came, or a miss instead of it."""
        self._settle(_PAGE + url)

    def unsettled(self) -> list[tuple[Given, str]]:
        """What did not come back, and why."""
        return [(entry.thing, entry.why) for entry in self._open.values()]

    def _settle(self, key: str) -> None:
        entry = self._open.pop(key, None)
        if entry is not None:
            self._of_host[entry.host].discard(key)
            if not self._of_host[entry.host]:
                del self._of_host[entry.host]

    def _request_dropped(self, request: Request) -> None:
        self._suspect(request, "its request was dropped as a duplicate")

    def _spider_error(self, failure: Failure, response: Any) -> None:
        self._suspect(getattr(response, "request", None), f"the spider failed: {failure.getErrorMessage()}")

    def _item_lost(self, response: Any) -> None:
        self._suspect(getattr(response, "request", None), "an item pipeline dropped its page")

    def _suspect(self, request: Request | None, why: str) -> None:
        thing = given(request) if request is not None else None
        if thing is not None and _key(thing) in self._open:
            self._open[_key(thing)] = replace(self._open[_key(thing)], why=why)


def _host(thing: Given) -> str:
    """The host that it is asked of; "" for what is no URL."""
    try:
        return host(thing.url)
    except UrlError:
        return ""


def _key(thing: Given) -> str:
    match thing:
        case DueUrl():
            return _PAGE + thing.url
        case FeedTarget():
            return f"feed {thing.source} {thing.url}"
