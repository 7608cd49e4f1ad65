"""robots.txt by RFC 9309: asked before anything else of an origin, once a process, with one answer for all who wait."""

import asyncio
from collections.abc import Awaitable, Callable

from protego import Protego

from articles.urls import origin
from crawlers.fetching.answers import Answer, FetchError, ask_again_at, target
from crawlers.fetching.robots_text import robots_text
from store.records import FetchReason

_MAX_REDIRECTS = 5
# The page itself could not be had either, for the same reason, which says more.
_TELLING = frozenset((FetchReason.ADDRESS, FetchReason.TLS, FetchReason.RETRY_AFTER))

Ask = Callable[[str], Awaitable[Answer]]
Rules = dict[str, "asyncio.Task[Protego | FetchError]"]
"""What was learned, or is being learned, of each origin."""


def product_token(user_agent: str) -> str:
    """The name that robots.txt files call a crawler by: `Broadsheet` of `Broadsheet/1.0 (+https://...)`."""
    return user_agent.partition("/")[0].split(" ")[0]


class Robots:
    """What each origin's robots.txt allows `user_agent`; `ask` sends one request, `delayed` is called with each Crawl-delay.

    `rules` may be shared with others of the same process.
    """

    def __init__(
        self, user_agent: str, ask: Ask, delayed: Callable[[str, float], None], rules: Rules | None = None
    ) -> None:
        self._token = product_token(user_agent)
        self._ask = ask
        self._delayed = delayed
        self._rules: Rules = {} if rules is None else rules

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
        rules = Protego.parse(robots_text(answer.body) if answer.status < 300 else "")
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
