"""Scrapy's HTTP handler with a limit that it lacks (a head without end would fill the memory), without its haste."""

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HTTP11ClientProtocol, Request
from twisted.web.iweb import IResponse

MAX_HEAD = 256 * 1024
"""The most bytes of a status line and headers; browsers and servers draw the line at about as much."""


class CappedHandler(HTTP11DownloadHandler):
    """Aborts the connection of an answer whose head is longer than MAX_HEAD; asks nothing twice by itself."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _CappedFactory  # noqa: SLF001  as Scrapy sets its own
        self._pool.retryAutomatically = False  # it would ask again at once, without a pause


class _CappedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802  Twisted's name
        return _CappedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _CappedProtocol(_LenientHTTP11ClientProtocol):
    _in_head = False
    _received = 0

    def request(self, request: Request) -> Deferred[IResponse]:
        self._in_head, self._received = True, 0
        return super().request(request).addCallback(self._leave_head)

    def _leave_head(self, response: IResponse) -> IResponse:
        self._in_head = False
        return response

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        self._received += len(data)
        if self._in_head and self._received > MAX_HEAD:
            self.abort()  # type: ignore[no-untyped-call]
        else:
            super().dataReceived(data)  # type: ignore[no-untyped-call]
