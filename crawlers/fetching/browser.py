"""A browser for pages whose text is put there by scripts: Chromium without a network of its own.

What a page asks for is fetched by the caller, under the same rules as everything else: robots.txt, the host's turn, address
guard, limits. The browser's own connections lead nowhere, so that nothing can go past those rules.
"""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from articles.errors import BrowserError

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Route

NAMES = ("chromium", "chromium-browser", "google-chrome")
_NO_NETWORK = (
    "--proxy-server=socks5://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_WANTED = frozenset(("script", "xhr", "fetch"))
_CLOSING = 5.0  # seconds for a page to close, before the whole browser goes


@dataclass(frozen=True, slots=True)
class Loaded:
    """An answer for the browser; `headers` by name, none of which speaks of encodings or connections."""

    status: int
    headers: Mapping[str, str]
    body: bytes


_EMPTY = Loaded(200, {"Content-Type": "text/html"}, b"")

Load = Callable[[str], Awaitable[Loaded | None]]
"""Fetches a URL for a page; None where it cannot be had."""


def executable() -> str:
    """The path of the system's Chromium. Raises BrowserError, which says what to install."""
    if find_spec("playwright") is None:
        raise BrowserError("`render` needs Playwright: install broadsheet[browser]")
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise BrowserError(
        "`render` needs Chromium, and there is none on PATH: install your system's package for it"
    )


class Renderer:
    """One browser, started when it is first needed; a page at a time."""

    def __init__(self, path: str, user_agent: str) -> None:
        self._path = path
        self._user_agent = user_agent
        self._turn = asyncio.Lock()
        self._stack: AsyncExitStack | None = None
        self._browser: Browser | None = None

    async def render(self, url: str, document: Loaded, load: Load, seconds: float) -> str:
        """The page as HTML, once its scripts ask for nothing more, or as it is after that many seconds.

        Raises TimeoutError for a page that cannot be read by then, BrowserError for a browser that does not start or ends.
        """
        from playwright.async_api import Error

        async with self._turn:
            running = await self._started()
            try:
                async with asyncio.timeout(seconds + _CLOSING):
                    return await self._rendered(running, url, document, load, seconds)
            except TimeoutError:
                await self._end()  # a script that never pauses keeps its page from closing
                raise
            except Error as error:
                await self._end()
                raise BrowserError(f"the browser gave up: {error.message.splitlines()[0]}") from error

    async def close(self) -> None:
        """End the browser."""
        async with self._turn:
            await self._end()

    async def _rendered(
        self, browser: "Browser", url: str, document: Loaded, load: Load, seconds: float
    ) -> str:
        context = await browser.new_context(
            user_agent=self._user_agent, service_workers="block", accept_downloads=False
        )
        page = await context.new_page()
        requests = _Requests(page, document, load)
        await context.route("**/*", requests.answer)
        await context.route_web_socket("**/*", lambda socket: socket.close())
        await _settle(page, url, seconds)
        html = await _content(page)
        await context.close()
        return html

    async def _started(self) -> "Browser":
        from playwright.async_api import Error, async_playwright

        if self._browser is not None and self._browser.is_connected():
            return self._browser
        await self._end()
        self._stack = AsyncExitStack()
        try:
            driver = await self._stack.enter_async_context(async_playwright())
            self._browser = await driver.chromium.launch(
                executable_path=self._path,
                args=list(_NO_NETWORK),
                chromium_sandbox=os.geteuid() != 0,  # Chromium has none for root
            )
        except Error as error:
            raise BrowserError(f"{self._path} does not start: {error.message.splitlines()[0]}") from error
        return self._browser

    async def _end(self) -> None:
        stack, self._stack, self._browser = self._stack, None, None
        if stack is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSING):
                    await stack.aclose()


async def _settle(page: "Page", url: str, seconds: float) -> None:
    """Wait until the page's scripts ask for nothing more, at most so long."""
    from playwright.async_api import Error

    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    with suppress(Error):  # it took too long, or a script led elsewhere, where nobody follows
        await page.goto(url, wait_until="domcontentloaded", timeout=seconds * 1000)
    with suppress(Error):
        await page.wait_for_load_state("networkidle", timeout=max(until - clock(), 0.1) * 1000)


async def _content(page: "Page") -> str:
    """The page as it is. Raises BrowserError for one that never came to be."""
    from playwright.async_api import Error

    if not page.url.startswith("http"):
        raise BrowserError("the browser did not take the page")
    try:
        return await page.content()
    except Error:  # it was about to go elsewhere
        await page.wait_for_load_state("domcontentloaded")
        return await page.content()


class _Requests:
    """The requests of one page: its document is there already, its scripts and their data are loaded, all else is refused."""

    def __init__(self, page: "Page", document: Loaded, load: Load) -> None:
        self._page = page
        self._document: Loaded | None = document
        self._load = load

    async def answer(self, route: "Route") -> None:
        request = route.request
        loaded: Loaded | None = None
        if request.is_navigation_request():
            if request.frame == self._page.main_frame:
                loaded, self._document = self._document, None
            else:
                loaded = _EMPTY  # a frame that is refused keeps its page from coming to rest
        elif request.resource_type in _WANTED and request.method == "GET":
            loaded = await self._load(request.url)
        if loaded is None:
            await route.abort(
                "aborted"
            )  # by any other word, the browser's own page of errors takes the page's place
        else:
            await route.fulfill(status=loaded.status, headers=dict(loaded.headers), body=loaded.body)
