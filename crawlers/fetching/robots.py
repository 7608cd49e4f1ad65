"""robots.txt by RFC 9309: known before anything else of an origin is asked for, with one answer for all who wait.

A file counts for a day, in later crawls too. It is asked for again before that where it would refuse something by the word
of an earlier crawl: what a site allows now is fetched at once, and what it forbids now is noticed within the day. Where it
is to be read, so is tdmrep.json. What these reserve is told, not acted on here.

Where a file says something else than the last time, it is told what that means for what is asked for: by the first address
that is asked for after it was read, and of what it refuses at any time after that.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from protego import Protego

from articles.model import Right
from articles.urls import origin
from crawlers.fetching import tdmrep
from crawlers.fetching.answers import Answer, FetchError, ask_again_at, target
from crawlers.fetching.robots_text import robots_text
from store.ledger.watch.robots_table import KEPT, REMEMBERED, Meaning, RobotsChange, RobotsFile
from store.records import FetchReason

AI_CRAWLERS = (
    *("GPTBot", "ClaudeBot", "anthropic-ai", "CCBot", "Google-Extended", "Applebot-Extended"),
    *("meta-externalagent", "Bytespider", "cohere-ai", "Amazonbot"),
)
"""The names that robots.txt files call crawlers by which gather texts to train AI with."""

_NAMED = re.compile("^User-agent: ([^\\s*]+)", re.MULTILINE)
_MAX_REDIRECTS = 5
# The page itself could not be had either, for the same reason, which says more.
_TELLING = frozenset((FetchReason.ADDRESS, FetchReason.TLS, FetchReason.RETRY_AFTER))

Ask = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class _Learned:
    """The rules of a file, or why there are none; when that was asked (aware UTC), and whether by this crawl.

    `file` is what they were read from, `before` the rules that it had before it changed, if that is known. `apart` are the
    AI_CRAWLERS that it may tell apart.
    """

    rules: Protego | FetchError
    at: datetime
    asked: bool
    file: RobotsFile | None = None
    before: Protego | None = None
    apart: tuple[str, ...] = AI_CRAWLERS


Rules = dict[str, "asyncio.Future[_Learned]"]
"""What was learned, or is being learned, from each file, by its URL."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """What crawls hand on: `find` gives the file that an earlier one kept from a URL, be it old; `keep` takes what one learned,
    None for a file that could not be had, `note` what a change of a file means. `now` tells the time, aware UTC."""

    find: Callable[[str], RobotsFile | None] = lambda _: None
    keep: Callable[[str, RobotsFile | None], None] = lambda *_: None
    note: Callable[[RobotsChange], None] = lambda _: None
    now: Callable[[], datetime] = _now


def product_token(user_agent: str) -> str:
    """The name that robots.txt files call a crawler by: `Broadsheet` of `Broadsheet/1.0 (+https://...)`."""
    return user_agent.partition("/")[0].split(" ")[0]


class Robots:
    """What each origin's robots.txt allows `user_agent`; `ask` sends one request, `delayed` is called with each Crawl-delay.

    `rules` may be shared with others of the same process, and `kept` is shared with crawls before and after it. With `mining`,
    what is reserved from it is asked for as well.
    """

    def __init__(
        self,
        user_agent: str,
        ask: Ask,
        delayed: Callable[[str, float], None],
        rules: Rules | None = None,
        kept: Kept | None = None,
        *,
        mining: bool = False,
    ) -> None:
        self._token = product_token(user_agent)
        self._ask = ask
        self._delayed = delayed
        self._rules: Rules = {} if rules is None else rules
        self._kept = kept or Kept()
        self._mining = mining
        self._noted: set[RobotsChange] = set()

    async def check(self, url: str) -> tuple[Right, ...]:
        """Return if `url` may be fetched, and what its site reserves for it.

        Raises FetchError: robots, robots_unreachable (which tdmrep.json may be, too), address, tls, retry_after.
        """
        site = origin(url)
        file = f"{site}/robots.txt"
        learned = await self._learned(file)
        if not learned.asked and not self._allows(learned, url):
            learned = await self._learned(file, afresh=True)
        rules = _rules(learned)
        for change in self._changes(learned, rules, url):
            if change not in self._noted:
                self._noted.add(change)
                self._kept.note(change)
        if not rules.can_fetch(url, self._token):
            raise FetchError(FetchReason.ROBOTS, f"{file} disallows it for {self._token}")
        reserved: list[Right] = []
        if self._mining:
            mining = _rules(await self._learned(f"{site}{tdmrep.PATH}"))
            reserved += [] if mining.can_fetch(url, self._token) else ["tdm-reservation"]
        if _reserves(rules, url, learned.apart):
            reserved.append("robots-noai")
        return tuple(reserved)

    def _changes(self, learned: _Learned, rules: Protego, url: str) -> Iterator[RobotsChange]:
        """What the last change of a file means for an address that is asked for now.

        That it is refused counts whenever the file changed; the rest only in the crawl that found it changed.
        """
        if learned.before is None or learned.file is None or learned.file.changed_at is None:
            return
        change = RobotsChange(site=origin(url), at=learned.file.changed_at, meaning=Meaning.REFUSED)
        was, now = (each.can_fetch(url, self._token) for each in (learned.before, rules))
        if was and not now:
            yield change
        if not learned.asked or learned.at != change.at:
            return
        if now and not was:
            yield replace(change, meaning=Meaning.ALLOWED)
        elif now and _reserves(rules, url) != _reserves(learned.before, url):
            yield replace(change, meaning=Meaning.RESERVED if _reserves(rules, url) else Meaning.FREE)
        pauses = [each.crawl_delay(self._token) for each in (learned.before, rules)]
        if pauses[0] != pauses[1]:
            earlier, present = (f"{each:g} s" if each else "no pause" for each in pauses)
            detail = f"{present} between requests, {earlier} before"
            yield replace(change, meaning=Meaning.DELAY, detail=detail)

    def _allows(self, learned: _Learned, url: str) -> bool:
        return isinstance(learned.rules, Protego) and learned.rules.can_fetch(url, self._token)

    async def _learned(self, url: str, *, afresh: bool = False) -> _Learned:
        """What is known from a file; asked for if that is too old, or `afresh` and not asked for by this crawl."""
        known, before = self._rules.get(url), self._kept.find(url)
        if known is not None and known.done():
            learned = known.result()
            if not self._counts(learned.at) or (afresh and not learned.asked):
                afresh, known, before = True, None, learned.file or before
        if known is None and before is not None and not afresh and before.counts(self._kept.now()):
            known = asyncio.get_running_loop().create_future()
            known.set_result(self._read(before, asked=False))
            self._rules[url] = known
        elif known is None:
            known = self._rules[url] = asyncio.create_task(self._learn(url, before))
        return await known

    async def _learn(self, url: str, before: RobotsFile | None) -> _Learned:
        """`before` is what was learned from it the last time."""
        asked = await self._asked(url)
        if isinstance(asked, FetchError):
            self._kept.keep(url, None)
            return _Learned(asked, self._kept.now(), asked=True)
        file = _compared(asked, before)
        self._kept.keep(url, file)
        return self._read(file, asked=True)

    def _counts(self, at: datetime) -> bool:
        """Whether what was said then still does."""
        return self._kept.now() - at < KEPT

    def _read(self, file: RobotsFile, *, asked: bool) -> _Learned:
        before = None if file.before is None else Protego.parse(file.before)
        return _Learned(self._parsed(file), file.fetched_at, asked, file, before, told_apart(file.text))

    def _parsed(self, file: RobotsFile) -> Protego:
        rules = Protego.parse(file.text)
        if delay := rules.crawl_delay(self._token):
            self._delayed(origin(file.url), delay)
        return rules

    async def _asked(self, url: str) -> RobotsFile | FetchError:
        try:
            answer = await self._fetch(url)
        except FetchError as failure:
            if failure.reason in _TELLING:
                return failure
            return FetchError(FetchReason.ROBOTS_UNREACHABLE, str(failure))
        if answer.status >= 500 or answer.status == 429:
            detail = f"HTTP {answer.status} for {answer.url}"
            return FetchError(FetchReason.ROBOTS_UNREACHABLE, detail, ask_again_at(answer))
        body = answer.body if answer.status < 300 else b""
        text = tdmrep.as_robots(body) if url.endswith(tdmrep.PATH) else robots_text(body)
        return RobotsFile(url=url, fetched_at=answer.at, status=answer.status, text=text)

    async def _fetch(self, url: str) -> Answer:
        """The first answer that is no redirect, or the last of too many, which counts as none (2.3.1.2)."""
        answer = await self._ask(url)
        for _ in range(_MAX_REDIRECTS):
            if not (url := target(answer)):
                break
            answer = await self._ask(url)
        return answer


def _compared(file: RobotsFile, before: RobotsFile | None) -> RobotsFile:
    """The file with what it said before, if it is known to have changed, now or of late."""
    if before is None:
        return file
    if before.text != file.text:
        return replace(file, before=before.text, changed_at=file.fetched_at)
    if before.changed_at is None or file.fetched_at - before.changed_at >= REMEMBERED:
        return file
    return replace(file, before=before.before, changed_at=before.changed_at)


def told_apart(text: str) -> tuple[str, ...]:
    """Of AI_CRAWLERS those for which a file has rules of their own, named by the beginning of their names at least, and one of the others.

    Each page is asked for by the rules of all of them, and few files name any. `text` is that of `robots_text`.
    """
    named = tuple(each.lower() for each in _NAMED.findall(text))
    own = [name for name in AI_CRAWLERS if name.lower().startswith(named)]
    others = [name for name in AI_CRAWLERS if name not in own]
    return (*own, *others[:1])


def _reserves(rules: Protego, url: str, crawlers: tuple[str, ...] = AI_CRAWLERS) -> bool:
    """Whether an address is reserved from crawlers that gather texts to train AI with."""
    return not all(rules.can_fetch(url, name) for name in crawlers)


def _rules(learned: _Learned) -> Protego:
    if isinstance(learned.rules, FetchError):
        raise FetchError(learned.rules.reason, learned.rules.detail, learned.rules.retry_at)
    return learned.rules
