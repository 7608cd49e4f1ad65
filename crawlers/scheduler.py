"""The scheduler: a lane for each host, so that requests which wait for a slow host hold up no other."""

from collections import defaultdict, deque
from typing import Self

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.dupefilters import BaseDupeFilter
from scrapy.utils.misc import build_from_crawler, load_object

from articles.errors import UrlError
from articles.urls import host


class LaneScheduler(BaseScheduler):
    """Gives out the requests of a lane in order, at most `concurrency` of them at a time; `left` makes room for the next.

    A redirect or a further attempt goes first in its lane: what was begun is ended before the next page is begun.
    """

    def __init__(self, concurrency: int, seen: BaseDupeFilter) -> None:
        self._concurrency = concurrency
        self._seen = seen
        self._lanes: defaultdict[str, deque[Request]] = defaultdict(deque)
        self._ready: dict[str, None] = {}  # lanes with a request and room, in order
        self._given: dict[Request, str] = {}
        self._under_way: defaultdict[str, int] = defaultdict(int)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        filters = load_object(crawler.settings["DUPEFILTER_CLASS"])
        return cls(
            crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"), build_from_crawler(filters, crawler)
        )

    def open(self, spider: Spider) -> None:  # noqa: ARG002  Scrapy's signature
        self._seen.open()

    def close(self, reason: str) -> None:
        self._seen.close(reason)

    def has_pending_requests(self) -> bool:
        return any(self._lanes.values())

    def waiting(self) -> set[Request]:
        """The requests that were not given out yet."""
        return {request for lane in self._lanes.values() for request in lane}

    def gave_out(self, request: Request) -> bool:
        """Whether a request was given out here, and is under way."""
        return request in self._given

    def is_busy(self, name: str) -> bool:
        """Whether a host has requests that wait or are under way."""
        return name in self._lanes or name in self._under_way

    def enqueue_request(self, request: Request) -> bool:
        if not request.dont_filter and self._seen.request_seen(request):
            return False
        name = _lane(request.url)
        lane = self._lanes[name]
        if "redirect_times" in request.meta or "retry_times" in request.meta:
            lane.appendleft(request)
        else:
            lane.append(request)
        self._look_at(name)
        return True

    def next_request(self) -> Request | None:
        if not self._ready:
            return None
        name = next(iter(self._ready))
        request = self._lanes[name].popleft()
        self._given[request] = name
        self._under_way[name] += 1
        self._look_at(name)
        return request

    def left(self, request: Request) -> None:
        """The downloader is done with a request. One that was not given out here (a robots.txt) changes nothing."""
        name = self._given.pop(request, None)
        if name is not None:
            self._under_way[name] -= 1
            self._look_at(name)

    def _look_at(self, name: str) -> None:
        if self._lanes[name] and self._under_way[name] < self._concurrency:
            self._ready.setdefault(name)
            return
        self._ready.pop(name, None)
        if not (self._lanes[name] or self._under_way[name]):
            del self._lanes[name], self._under_way[name]


def _lane(url: str) -> str:
    """The URL's host; "" for what is no URL, which fails without anybody being asked."""
    try:
        return host(url)
    except UrlError:
        return ""
