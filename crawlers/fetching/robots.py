"""robots.txt by RFC 9309: asked before anything else of an origin, once a process, with one answer for all who wait.

Where it is to be read, so is tdmrep.json. What these reserve is told, not acted on here.
"""

import asyncio
from collections.abc import Awaitable, Callable

from protego import Protego

from articles.model import Right
from articles.urls import origin
from crawlers.fetching import tdmrep
from crawlers.fetching.answers import Answer, FetchError, ask_again_at, target
from crawlers.fetching.robots_text import robots_text
from store.records import FetchReason

AI_CRAWLERS = (
    *("GPTBot", "ClaudeBot", "anthropic-ai", "CCBot", "Google-Extended", "Applebot-Extended"),
    *("meta-externalagent", "Bytespider", "cohere-ai", "Amazonbot"),
)
"""The names that robots.txt files call crawlers by which gather texts to train AI with."""

_MAX_REDIRECTS = 5
# The page itself could not be had either, for the same reason, which says more.
_TELLING = frozenset((FetchReason.ADDRESS, FetchReason.TLS, FetchReason.RETRY_AFTER))

Ask = Callable[[str], Awaitable[Answer]]
Rules = dict[str, "asyncio.Task[Protego | FetchError]"]
"""What was learned, or is being learned, from each file, by its URL."""


def product_token(user_agent: str) -> str:
    """The name that robots.txt files call a crawler by: `Broadsheet` of `Broadsheet/1.0 (+https://...)`."""
    return user_agent.partition("/")[0].split(" ")[0]


class Robots:
    """What each origin's robots.txt allows `user_agent`; `ask` sends one request, `delayed` is called with each Crawl-delay.

    `rules` may be shared with others of the same process. With `mining`, what is reserved from it is asked for as well.
    """

    def __init__(
        self,
        user_agent: str,
        ask: Ask,
        delayed: Callable[[str, float], None],
        rules: Rules | None = None,
        *,
        mining: bool = False,
    ) -> None:
        self._token = product_token(user_agent)
        self._ask = ask
        self._delayed = delayed
        self._rules: Rules = {} if rules is None else rules
        self._mining = mining

    async def check(self, url: str) -> tuple[Right, ...]:
        """Return if `url` may be fetched, and what its site reserves for it.

        Raises FetchError: robots, robots_unreachable (which tdmrep.json may be, too), address, tls, retry_after.
        """
        site = origin(url)
        rules = await self._of(f"{site}/robots.txt")
        if not rules.can_fetch(url, self._token):
            raise FetchError(FetchReason.ROBOTS, f"{site}/robots.txt disallows it for {self._token}")
        reserved: list[Right] = []
        if self._mining and not (await self._of(f"{site}{tdmrep.PATH}")).can_fetch(url, self._token):
            reserved.append("tdm-reservation")
        if not all(rules.can_fetch(url, name) for name in AI_CRAWLERS):
            reserved.append("robots-noai")
        return tuple(reserved)

    async def _of(self, file: str) -> Protego:
        """What the file at this URL says, which is asked for once."""
        if file not in self._rules:
            self._rules[file] = asyncio.create_task(self._learn(file))
        rules = await self._rules[file]
        if isinstance(rules, FetchError):
            raise FetchError(rules.reason, rules.detail, rules.retry_at)
        return rules

    async def _learn(self, file: str) -> Protego | FetchError:
        try:
            answer = await self._fetch(file)
        except FetchError as failure:
            if failure.reason in _TELLING:
                return failure
            return FetchError(FetchReason.ROBOTS_UNREACHABLE, str(failure))
        if answer.status >= 500 or answer.status == 429:
            detail = f"HTTP {answer.status} for {answer.url}"
            return FetchError(FetchReason.ROBOTS_UNREACHABLE, detail, ask_again_at(answer))
        body = answer.body if answer.status < 300 else b""
        if file.endswith(tdmrep.PATH):
            return tdmrep.reservations(body)
        rules = Protego.parse(robots_text(body))
        if delay := rules.crawl_delay(self._token):
            self._delayed(origin(file), delay)
        return rules

    async def _fetch(self, url: str) -> Answer:
        """The first answer that is no redirect, or the last of too many, which counts as none (2.3.1.2)."""
        answer = await self._ask(url)
        for _ in range(_MAX_REDIRECTS):
            if not (url := target(answer)):
                break
            answer = await self._ask(url)
        return answer
