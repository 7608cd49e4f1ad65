"""Pages of a source with `render` are given to a browser, and become what its scripts make of them."""

import asyncio
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, Response

from articles.errors import BrowserError
from crawlers.fetching.answers import FetchError
from crawlers.fetching.browser import Loaded, Renderer, executable
from store.records import FetchReason

RENDERED = "X-Crawler-Rendered"
_MOST = 100  # requests of one page
_AT_ONCE = 4
_OF_THE_BODY = frozenset(
    ("content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie")
)


class RenderingMiddleware:
    """Renders articles' pages (not feeds) that came as HTML with status 200.

    What a page asks for counts against DOWNLOAD_MAXSIZE, and is fetched as all other requests are.
    """

    def __init__(self, crawler: Crawler, renderer: Renderer) -> None:
        self._crawler = crawler
        self._renderer = renderer
        self._seconds = crawler.settings.getfloat("RENDER_TIMEOUT")
        self._limit = crawler.settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("RENDER"):
            raise NotConfigured
        middleware = cls(crawler, Renderer(executable(), crawler.settings["USER_AGENT"]))
        crawler.signals.connect(middleware._spider_closed, signals.spider_closed)
        return middleware

    async def process_response(self, request: Request, response: Response) -> Response:
        """Raises FetchError: timeout, too_large, error."""
        if "due" not in request.cb_kwargs or response.status != 200 or not isinstance(response, HtmlResponse):
            return response
        document = Loaded(
            200, {"Content-Type": "text/html; charset=utf-8"}, response.text.encode("utf-8", "replace")
        )
        try:
            html = await self._renderer.render(
                response.url,
                document,
                _Loading(self._crawler, self._limit, self._seconds).load,
                self._seconds,
            )
        except TimeoutError as error:
            raise FetchError(FetchReason.TIMEOUT, f"not rendered within {self._seconds:.0f} s") from error
        except BrowserError as error:
            raise FetchError(FetchReason.ERROR, str(error)) from error
        body = html.encode("utf-8", "replace")
        if len(body) > self._limit:
            raise FetchError(FetchReason.TOO_LARGE, f"more than {self._limit} bytes when rendered")
        rendered = response.replace(body=body, encoding="utf-8")
        rendered.headers["Content-Type"] = "text/html; charset=utf-8"
        rendered.headers[RENDERED] = "1"
        return rendered

    async def _spider_closed(self) -> None:
        await self._renderer.close()


class _Loading:
    """What one page asks for: so many requests and bytes, for so many seconds from the first on; none is left waiting after that."""

    def __init__(self, crawler: Crawler, limit: int, seconds: float) -> None:
        self._crawler = crawler
        self._left = limit
        self._requests = 0
        self._under_way = asyncio.Semaphore(_AT_ONCE)
        self._clock = asyncio.get_running_loop().time
        self._seconds = seconds
        self._until: float | None = None

    async def load(self, url: str) -> Loaded | None:
        self._requests += 1
        self._until = self._until or self._clock() + self._seconds
        if self._requests > _MOST:
            return None
        async with self._under_way:
            response = await self._fetched(url, self._until - self._clock())
        if response is None:
            return None
        self._left -= len(response.body)
        headers = {
            name.decode("latin-1"): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
            if name.decode("latin-1").lower() not in _OF_THE_BODY
        }
        return Loaded(response.status, headers, response.body)

    async def _fetched(self, url: str, seconds: float) -> Response | None:
        if seconds <= 0 or self._left <= 0:
            return None
        seconds = min(seconds, self._crawler.settings.getfloat("DOWNLOAD_TIMEOUT"))
        limits = {"download_maxsize": self._left, "download_timeout": seconds, "dont_retry": True}
        request = Request(url, meta={"verbatim_url": True, **limits}, dont_filter=True)
        try:
            return await self._crawler.engine.download_async(request)
        except Exception:  # noqa: BLE001  whatever keeps a script away: the page goes without it
            return None
