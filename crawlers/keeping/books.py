"""The books of a crawl: what was given out to fetch, and what is known of that which does not come back.

Requests vanish from Scrapy in many ways, some of them without a call or a signal (a spider middleware that passes one
over, a callback that raises, an item pipeline that drops a page): only what was settled is sure to have come.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
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
    """What was given out, when that was asked for, and what may have become of it."""

    thing: Given
    known_at: float
    why: str = _VANISHED

    @property
    def host(self) -> str:
        try:
            return host(self.thing.url)
        except UrlError:
            return ""


class Books:
    """Feeds and pages that were given out and are not settled, each with what may have become of it."""

    def __init__(self, crawler: Crawler) -> None:
        self._open: dict[str, _Entry] = {}
        crawler.signals.connect(self._request_dropped, signals.request_dropped)
        crawler.signals.connect(self._spider_error, signals.spider_error)
        crawler.signals.connect(self._item_lost, signals.item_dropped)
        crawler.signals.connect(self._item_lost, signals.item_error)

    def give_out(self, things: Iterable[Given], known_at: float) -> None:
        """These are to be fetched, by what the ledger said at that time or later."""
        self._open.update((_key(thing), _Entry(thing, known_at)) for thing in things)

    def is_open(self, thing: Given) -> bool:
        """Whether it is not settled yet."""
        return _key(thing) in self._open

    def known_at(self, thing: Given) -> float:
        """When it was known last that it is to be fetched."""
        entry = self._open.get(_key(thing))
        return entry.known_at if entry else 0.0

    def know(self, thing: Given, at: float) -> None:
        """It is still to be fetched, by what the ledger said then."""
        key = _key(thing)
        if key in self._open:
            self._open[key] = replace(self._open[key], known_at=at)

    def of_host(self, name: str) -> Iterator[Given]:
        """What is not settled of a host."""
        return (entry.thing for entry in self._open.values() if entry.host == name)

    def settle(self, thing: Given) -> None:
        """It came back, or is to stay due."""
        self._open.pop(_key(thing), None)

    def settle_page(self, url: str) -> None:
        """The page came, or a miss instead of it."""
        self._open.pop(_PAGE + url, None)

    def unsettled(self) -> list[tuple[Given, str]]:
        """What did not come back, and why."""
        return [(entry.thing, entry.why) for entry in self._open.values()]

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


def _key(thing: Given) -> str:
    match thing:
        case DueUrl():
            return _PAGE + thing.url
        case FeedTarget():
            return f"feed {thing.source} {thing.url}"
