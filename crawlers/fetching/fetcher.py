"""Fetching one URL with Scrapy's downloader, by the rules: address guard, robots, politeness, limits, retries."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from OpenSSL import SSL
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web._newclient import ConnectionAborted
from twisted.web.client import ResponseFailed

from articles.errors import UrlError
from articles.urls import host, refuse_unfetchable
from crawlers.fetching.addresses import Guard
from crawlers.fetching.answers import (
    ACCEPT_ENCODING,
    Answer,
    FetchError,
    decoded,
    header,
    retry_at,
    target,
    wait_asked,
)
from crawlers.fetching.handler import MAX_HEAD
from crawlers.fetching.hosts import Host, Hosts
from crawlers.fetching.robots import Robots
from crawlers.plan import CrawlSettings
from store.records import FetchReason

_SILENCE = 10
"""Requests in a row without an answer after which a host is left alone for the rest of the run."""

_FAILURES = (
    CannotResolveHostError,
    ConnectError,
    ConnectionClosed,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

_log = logging.getLogger(__name__)

Download = Callable[[Request], Awaitable[Response]]


class Fetcher:
    """Fetches URLs politely. `download` sends one request; `clock` tells the time, aware UTC."""

    def __init__(
        self, download: Download, settings: CrawlSettings, guard: Guard, clock: Callable[[], datetime]
    ) -> None:
        self._download = download
        self._settings = settings
        self._guard = guard
        self._clock = clock
        self._hosts = Hosts(settings)
        self._robots = Robots(settings.user_agent, self._ask_robots, self._obey)

    async def fetch(self, url: str, max_bytes: int, conditions: Mapping[str, str]) -> Answer | FetchError:
        """The answer to `url`, redirects followed, each hop under its own host's rules, or why there is none.

        `conditions` are request headers (If-None-Match and the like).
        """
        try:
            refuse_unfetchable(url)
            return await self._follow(url, max_bytes, conditions)
        except UrlError as error:
            return FetchError(FetchReason.URL, str(error))
        except FetchError as failure:
            return failure
        except Exception as error:  # noqa: BLE001  no page, however strange, ends the crawl of the others
            _log.exception("fetching %s", url)
            return FetchError(FetchReason.ERROR, f"{type(error).__name__}: {error}")

    async def _follow(self, url: str, max_bytes: int, conditions: Mapping[str, str]) -> Answer:
        chain: list[str] = []
        while True:
            await self._robots.check(url)
            answer = await self._persist(url, max_bytes, conditions)
            following = target(answer)
            if not following:
                return replace(answer, redirects=tuple(chain))
            chain.append(url)
            if following in chain:
                raise FetchError(FetchReason.REDIRECT, f"redirects in a circle: {following}")
            if len(chain) > self._settings.max_redirects:
                raise FetchError(FetchReason.REDIRECT, f"more than {self._settings.max_redirects} redirects")
            url = following

    async def _persist(self, url: str, max_bytes: int, conditions: Mapping[str, str]) -> Answer:
        """Ask again after a failure that may pass, and when a busy server names a wait within limits."""
        place = self._hosts.of(url)
        attempt = 0
        while True:
            attempt += 1
            last = attempt >= self._settings.max_attempts
            try:
                answer = await self._ask(url, max_bytes, conditions)
            except FetchError as failure:
                if last or not failure.reason.passing:
                    raise
                place.pause(place.retry_pause(attempt))
                continue
            if not self._back_off(place, answer) or last:
                return answer

    def _back_off(self, place: Host, answer: Answer) -> bool:
        """Whether the server is busy, but not for too long. The host is paused, or closed for this run."""
        wait = wait_asked(answer)
        if wait is None:
            return False
        if wait > self._settings.max_retry_after:
            detail = f"HTTP {answer.status}, to be left alone for {wait:.0f} s"
            place.closed = FetchError(FetchReason.RETRY_AFTER, detail, retry_at(answer.at, wait))
            return False
        place.pause(max(wait, place.slow_down()))
        return True

    async def _ask(self, url: str, max_bytes: int, conditions: Mapping[str, str]) -> Answer:
        """One request, once the host may be asked."""
        place = self._hosts.of(url)
        async with place.turn():
            if place.closed:
                raise place.closed
            try:
                answer = await self._send(url, max_bytes, conditions)
            except FetchError as failure:
                place.unanswered += failure.reason.passing
                if place.unanswered >= _SILENCE:
                    place.closed = FetchError(
                        FetchReason.SILENT, f"{_SILENCE} requests in a row without answer, last {failure}"
                    )
                raise
        place.unanswered = 0
        return answer

    async def _send(self, url: str, max_bytes: int, conditions: Mapping[str, str]) -> Answer:
        name = host(url)
        if not self._guard.admits_host(name):
            raise FetchError(FetchReason.ADDRESS, f"{name} is not a public address")
        request = Request(
            url,
            headers={
                "User-Agent": self._settings.user_agent,
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "Accept-Language": "*",
                "Accept-Encoding": ACCEPT_ENCODING,
                **conditions,
            },
            meta={
                "verbatim_url": True,
                "download_timeout": self._settings.timeout,
                "download_maxsize": max_bytes,
            },
        )
        try:
            response = await self._download(request)
        except _FAILURES as error:
            if name in self._guard.refused:
                raise FetchError(FetchReason.ADDRESS, f"{name} resolves to no public address") from error
            raise _explained(error, name, max_bytes) from error
        return self._answer(url, response, max_bytes)

    def _answer(self, url: str, response: Response, max_bytes: int) -> Answer:
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        )
        return Answer(
            url=url,
            status=response.status,
            headers=headers,
            body=decoded(response.body, header(headers, "content-encoding"), max_bytes, forgiving=True),
            at=self._clock(),
        )

    async def _ask_robots(self, url: str) -> Answer:
        return await self._ask(url, self._settings.max_bytes, {})

    def _obey(self, site: str, crawl_delay: float) -> None:
        self._hosts.of(site).obey(crawl_delay)


def _explained(error: Exception, name: str, max_bytes: int) -> FetchError:
    reason, detail = FetchReason.CONNECTION, "; ".join(_causes(error)) or str(error) or type(error).__name__
    match error:
        case CannotResolveHostError():
            reason, detail = FetchReason.DNS, f"{name} cannot be resolved"
        case DownloadTimeoutError():
            reason = FetchReason.TIMEOUT
        case DownloadCancelledError():
            reason, detail = FetchReason.TOO_LARGE, f"more than {max_bytes} bytes"
        case ResponseDataLossError():
            reason, detail = FetchReason.CUT, "the connection ended before the body was complete"
        case DownloadFailedError() if _has(error, ConnectionAborted):
            reason, detail = FetchReason.TOO_LARGE, f"more than {MAX_HEAD} bytes of headers"
        case DownloadFailedError() if _has(error, SSL.Error, VerificationError):
            reason = FetchReason.TLS
    return FetchError(reason, detail)


def _causes(error: Exception) -> list[str]:
    cause = error.__cause__
    return [str(reason.value) for reason in cause.reasons] if isinstance(cause, ResponseFailed) else []


def _has(error: DownloadFailedError, *kinds: type[Exception]) -> bool:
    cause = error.__cause__
    return isinstance(cause, ResponseFailed) and any(reason.check(*kinds) for reason in cause.reasons)
