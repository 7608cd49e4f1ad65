"""Requests go through only where their site's robots.txt lets them.

Scrapy's own middleware is not used: it lets the third and later waiters for one file through unchecked (measured
with 2.19), and takes a server error as leave to fetch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload

from crawlers import shared
from crawlers.clock import clock
from crawlers.fetching import responses
from crawlers.fetching.answers import Answer
from crawlers.fetching.failures import explained
from crawlers.fetching.hosts import StoppedError
from crawlers.fetching.robots import Kept, Robots
from crawlers.fetching.robots_text import MAX_BYTES

_ITSELF = {
    "dont_obey_robotstxt": True,
    "dont_redirect": True,
    "dont_retry": True,
    "verbatim_url": True,
    "download_maxsize": 0,  # of a file of any size, the first bytes count
    responses.ENOUGH: MAX_BYTES + 1,  # one more shows that a line was cut
}
_RECEIVED = "received"


class RobotsTxtMiddleware:
    """Goes by a site's robots.txt, which is asked for before anything else if it is not known.

    Keeps its Crawl-delay for the host, and what it reserves for the page.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._under_way = 0
        common = shared.of(crawler)
        self._hosts = common.hosts
        store = common.store
        kept = Kept(store.robots, store.keep_robots, store.note_robots, clock(crawler))
        mining = crawler.settings.getbool("READ_TDMREP")
        self._robots = Robots(
            crawler.settings["USER_AGENT"], self._ask, self._obey, common.rules, kept, mining=mining
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises FetchError: robots, robots_unreachable, address, tls."""
        if not request.meta.get("dont_obey_robotstxt"):
            request.meta[responses.RESERVED] = await self._robots.check(request.url)

    async def _ask(self, url: str) -> Answer:
        request = Request(url, meta=dict(_ITSELF))
        try:
            with self._counting():
                response = await self._crawler.engine.download_async(request)
        except StoppedError:
            raise
        except Exception as error:
            raise explained(error, request) from error
        return responses.answer(response, request.meta[responses.FETCHED_AT])

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Count the bytes of files while any is under way: for every part of every page, it would cost too much."""
        if not self._under_way:
            self._crawler.signals.connect(self._bytes_received, signals.bytes_received)
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._crawler.signals.disconnect(self._bytes_received, signals.bytes_received)

    def _bytes_received(self, data: bytes, request: Request) -> None:
        """Raises StopDownload once there is enough of a file."""
        if enough := request.meta.get(responses.ENOUGH):
            received = request.meta[_RECEIVED] = request.meta.get(_RECEIVED, 0) + len(data)
            if received > enough:
                raise StopDownload(fail=False)

    def _obey(self, site: str, crawl_delay: float) -> None:
        self._hosts.of(site).obey(crawl_delay)
