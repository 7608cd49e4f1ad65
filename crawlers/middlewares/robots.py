"""robots.txt by RFC 9309: asked before anything else of an origin, once a crawl, with one answer for all who wait.

Scrapy's own middleware is not used: it lets the third and later waiters for one file through unchecked (measured
with 2.19), and takes a server error as leave to fetch.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler

from articles.urls import origin
from crawlers.fetching import responses
from crawlers.fetching.answers import Answer, FetchError, ask_again_at, target
from crawlers.fetching.failures import explained
from crawlers.middlewares.politeness import PolitenessMiddleware
from store.records import FetchReason

_MAX_BYTES = 500 * 1024
_MAX_REDIRECTS = 5
# The page itself could not be had either, for the same reason, which says more.
_TELLING = frozenset((FetchReason.ADDRESS, FetchReason.TLS, FetchReason.RETRY_AFTER))
_ITSELF = {"dont_obey_robotstxt": True, "dont_redirect": True, "dont_retry": True, "verbatim_url": True}

Ask = Callable[[str], Awaitable[Answer]]


def product_token(user_agent: str) -> str:
    """The name that robots.txt files call a crawler by: `Broadsheet` of `Broadsheet/1.0 (+https://...)`."""
    return user_agent.partition("/")[0].split(" ")[0]


class RobotsMiddleware:
    """Lets requests through that their site's robots.txt allows, and tells the host's Crawl-delay to the politeness middleware."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._robots = Robots(crawler.settings["USER_AGENT"], self._ask, self._obey)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises FetchError: robots, robots_unreachable, address, tls, retry_after."""
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
        politeness = self._crawler.get_downloader_middleware(PolitenessMiddleware)
        if politeness is not None:
            politeness.hosts.of(site).obey(crawl_delay)


class Robots:
    """What each origin's robots.txt allows `user_agent`; `ask` sends one request, `delayed` is called with each Crawl-delay."""

    def __init__(self, user_agent: str, ask: Ask, delayed: Callable[[str, float], None]) -> None:
        self._token = product_token(user_agent)
        self._ask = ask
        self._delayed = delayed
        self._rules: dict[str, asyncio.Task[Protego | FetchError]] = {}

    async def check(self, url: str) -> None:
        """Return if `url` may be fetched. Raises FetchError: robots, robots_unreachable, address, tls, retry_after."""
        site = origin(url)
        if site not in self._rules:
            self._rules[site] = asyncio.create_task(self._learn(site))
        rules = await self._rules[site]
        if isinstance(rules, FetchError):
            raise FetchError(rules.reason, rules.detail, rules.retry_at)
        if not rules.can_fetch(url, self._token):
            raise FetchError(FetchReason.ROBOTS, f"{site}/robots.txt disallows it for {self._token}")

    async def _learn(self, site: str) -> Protego | FetchError:
        try:
            answer = await self._fetch(f"{site}/robots.txt")
        except FetchError as failure:
            if failure.reason in _TELLING:
                return failure
            return FetchError(FetchReason.ROBOTS_UNREACHABLE, str(failure))
        if answer.status >= 500 or answer.status == 429:
            detail = f"HTTP {answer.status} for {answer.url}"
            return FetchError(FetchReason.ROBOTS_UNREACHABLE, detail, ask_again_at(answer))
        body = answer.body[:_MAX_BYTES] if answer.status < 300 else b""
        rules = Protego.parse(body.decode("utf-8-sig", "replace"))
        if delay := rules.crawl_delay(self._token):
            self._delayed(site, delay)
        return rules

    async def _fetch(self, url: str) -> Answer:
        """The first answer that is no redirect, or the last of too many, which counts as none (2.3.1.2)."""
        answer = await self._ask(url)
        for _ in range(_MAX_REDIRECTS):
            if not (url := target(answer)):
                break
            answer = await self._ask(url)
        return answer
