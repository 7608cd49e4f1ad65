"""Requests go through only where their site's robots.txt lets them.

Scrapy's own middleware is not used: it lets the third and later waiters for one file through unchecked (measured
with 2.19), and takes a server error as leave to fetch.
"""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from crawlers import shared
from crawlers.fetching import responses
from crawlers.fetching.answers import Answer
from crawlers.fetching.failures import explained
from crawlers.fetching.robots import Robots

_ITSELF = {"dont_obey_robotstxt": True, "dont_redirect": True, "dont_retry": True, "verbatim_url": True}


class RobotsTxtMiddleware:
    """Asks for a site's robots.txt before anything else, and keeps its Crawl-delay for the host."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        common = shared.of(crawler)
        self._hosts = common.hosts
        self._robots = Robots(crawler.settings["USER_AGENT"], self._ask, self._obey, common.rules)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises FetchError: robots, robots_unreachable, address, tls."""
        if not request.meta.get("dont_obey_robotstxt"):
            await self._robots.check(request.url)

    async def _ask(self, url: str) -> Answer:
        request = Request(url, meta=dict(_ITSELF))
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:
            raise explained(error, request) from error
        return responses.answer(response, request.meta[responses.FETCHED_AT])

    def _obey(self, site: str, crawl_delay: float) -> None:
        self._hosts.of(site).obey(crawl_delay)
