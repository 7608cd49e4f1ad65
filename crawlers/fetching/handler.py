"""Scrapy's HTTP handler with a limit that it lacks (a head without end would fill the memory), without its haste.

And with a parser that takes what browsers take. Twisted's fails at the first slip in a head, and the page is lost; its private
names that are used for this stand in tests/test_crawlers_handler.py, which fails if a release changes them.
"""

import re

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, ResponseDataLossError
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol
from twisted.web._newclient import Request as TwistedRequest
from twisted.web.http import _ChunkedTransferDecoder
from twisted.web.iweb import IResponse

from articles.errors import CrawlError
from articles.urls import host
from crawlers.failing import crawl_failed
from crawlers.fetching import codings
from crawlers.fetching.addresses import UNRESOLVED
from crawlers.fetching.connections import SparingPool, out_of_files
from crawlers.fetching.hosts import StoppedError
from crawlers.fetching.recorded import HEADER_NAME, STATUS_LINE
from crawlers.fetching.responses import ENOUGH

MAX_HEAD = 256 * 1024
"""The most bytes of a status line and headers; browsers and servers draw the line at about as much."""

MAX_LINE = MAX_HEAD // 2
"""The most bytes of one line of them."""

_OUT_OF_FILES = (
    "too many open files: no connection can be opened. Raise the limit (`ulimit -n`, LimitNOFILE of systemd), "
    "or lower [crawl] concurrency_total"
)
_LENGTH = re.compile(rb"[\d,\s]*\d")


class CappedHandler(HTTP11DownloadHandler):
    """Aborts the connection of an answer whose head is longer than MAX_HEAD; asks nothing twice by itself."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor  # installed by Scrapy before its handlers are made

        most = self._pool.maxPersistentPerHost
        self._pool = SparingPool(reactor)  # type: ignore[no-untyped-call]
        self._pool.maxPersistentPerHost = most
        self._pool._factory = _CappedFactory  # noqa: SLF001  as Scrapy sets its own

    async def download_request(self, request: Request) -> Response:
        """The answer, or one of Scrapy's download errors; StoppedError where this process cannot open a connection.

        A body that is shorter than its Content-Length is cut, unless it is compressed and its end was reached: some
        servers state the length before compression.
        """
        request.meta["download_fail_on_dataloss"] = False
        try:
            response = await super().download_request(request)
        except (OSError, ConnectError, CannotResolveHostError) as error:
            if not out_of_files(error) and host(request.url) not in UNRESOLVED:
                raise
            self._crawler.signals.send_catch_log(crawl_failed, error=CrawlError(_OUT_OF_FILES))
            raise StoppedError from error
        limit = request.meta.get(ENOUGH) or request.meta.get("download_maxsize", 0)
        if "dataloss" in response.flags and not _has_its_end(response, limit):
            raise ResponseDataLossError
        return response


def _has_its_end(response: Response, limit: int) -> bool:
    encoding = (response.headers.get(b"Content-Encoding") or b"").decode("latin-1")
    decoder = codings.decoder(encoding.rpartition(",")[2].strip().lower(), forgiving=False)
    if not decoder or not response.headers.get(b"Content-Length"):
        return False
    try:
        return bool(response.body) and decoder(response.body, limit)[1]
    except codings.DAMAGE:
        return False


class _CappedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802  Twisted's name
        return _CappedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _CappedProtocol(_LenientHTTP11ClientProtocol):
    _in_head = False
    _received = 0

    def request(self, request: TwistedRequest) -> Deferred[IResponse]:
        self._in_head, self._received = True, 0
        answered = super().request(request)
        assert self._parser is not None
        self._parser.__class__ = _TolerantParser  # as Scrapy does with its own, which has set it just now
        return answered.addCallback(self._leave_head)

    def _leave_head(self, response: IResponse) -> IResponse:
        self._in_head = False
        return response

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        self._received += len(data)
        if self._in_head and self._received > MAX_HEAD:
            self.abort()  # type: ignore[no-untyped-call]
        else:
            super().dataReceived(data)  # type: ignore[no-untyped-call]


class _TolerantChunks(_ChunkedTransferDecoder):
    """Blanks around a chunk's size, anything as its extension, and lines that end without CR are no fault."""

    def _dataReceived_CHUNK_LENGTH(self) -> bool:  # noqa: N802  Twisted's name
        end = self._buffer.find(b"\n")
        if end >= 0:
            self._buffer[: end + 1] = self._buffer[:end].partition(b";")[0].strip() + b"\r\n"
            self._start = 0
        return super()._dataReceived_CHUNK_LENGTH()

    def _dataReceived_CRLF(self) -> bool:  # noqa: N802  Twisted's name
        self._add_cr()
        return super()._dataReceived_CRLF()

    def _dataReceived_TRAILER(self) -> bool:  # noqa: N802  Twisted's name
        self._add_cr()
        return super()._dataReceived_TRAILER()

    def _add_cr(self) -> None:
        if self._buffer.startswith(b"\n"):
            self._buffer[:0] = b"\r"


class _TolerantParser(_LenientHTTPClientParser):
    """Passes over lines of a head that are no header, as browsers do. May have no state: it takes another class's place."""

    MAX_LENGTH = MAX_LINE
    _transferDecoders = {b"chunked": _TolerantChunks}  # noqa: N815, RUF012  Twisted's name and type

    def lineReceived(self, line: bytes) -> None:  # noqa: N802  Twisted's name
        if self.state == STATUS and not line.strip():
            return
        if self.state == HEADER and self._partialHeader is None and line[:1] in {b" ", b"\t"}:
            return  # it continues no header
        super().lineReceived(line)

    def statusReceived(self, status: bytes) -> None:  # noqa: N802  Twisted's name
        if found := STATUS_LINE.match(status):
            status = b"HTTP/%b %b %b" % (found[1] or b"1.0", found[2], found[3])
        super().statusReceived(status)  # type: ignore[no-untyped-call]

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802  Twisted's name
        name = name.rstrip(b" \t")
        if not HEADER_NAME.fullmatch(name) or (
            name.lower() == b"content-length" and not _LENGTH.fullmatch(value)
        ):
            return
        if name.lower() == b"transfer-encoding":
            if b"chunked" not in value.lower().replace(b",", b" ").split():
                return  # identity, or none that is known
            value = b"chunked"
        super().headerReceived(name, value)  # type: ignore[no-untyped-call]
