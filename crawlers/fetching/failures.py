"""Why a request failed: the exceptions of Scrapy, Twisted and OpenSSL as the reasons of the ledger."""

from OpenSSL import SSL
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.python.failure import Failure
from twisted.web._newclient import ConnectionAborted
from twisted.web.client import ResponseFailed

from articles.urls import host
from crawlers.fetching.addresses import REFUSED
from crawlers.fetching.answers import FetchError
from crawlers.fetching.handler import MAX_HEAD
from store.records import FetchReason

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


def failed(failure: Failure) -> tuple[Request, BaseException]:
    """The request that an errback is called for, and its exception."""
    request: Request = vars(failure)["request"]  # Scrapy puts it there
    return request, failure.value or RuntimeError("a failure without an exception")


def explained(error: BaseException, request: Request) -> FetchError:
    """The failure of a request, for the ledger and for its reader."""
    if isinstance(error, FetchError):
        return error
    if isinstance(error, IgnoreRequest):
        return FetchError(FetchReason.ERROR, f"a middleware refused it: {error}")
    if isinstance(error, _FAILURES):
        return FetchError(*_reason(error, request))
    return FetchError(FetchReason.ERROR, f"{type(error).__name__}: {error}")


def _reason(error: Exception, request: Request) -> tuple[FetchReason, str]:
    name = host(request.url)
    reason, detail = FetchReason.CONNECTION, "; ".join(_causes(error)) or str(error) or type(error).__name__
    match error:
        case CannotResolveHostError() if name in REFUSED:
            reason, detail = FetchReason.ADDRESS, f"{name} resolves to no public address"
        case CannotResolveHostError():
            reason, detail = FetchReason.DNS, f"{name} cannot be resolved"
        case DownloadTimeoutError():
            reason = FetchReason.TIMEOUT
        case DownloadCancelledError():
            reason, detail = FetchReason.TOO_LARGE, f"more than {request.meta['download_maxsize']} bytes"
        case ResponseDataLossError():
            reason, detail = FetchReason.CUT, "the connection ended before the body was complete"
        case DownloadFailedError() if _has(error, ConnectionAborted):
            reason, detail = FetchReason.TOO_LARGE, f"more than {MAX_HEAD} bytes of headers"
        case DownloadFailedError() if _has(error, SSL.Error, VerificationError):
            reason = FetchReason.TLS
    return reason, detail


def _causes(error: Exception) -> list[str]:
    cause = error.__cause__
    return [str(reason.value) for reason in cause.reasons] if isinstance(cause, ResponseFailed) else []


def _has(error: DownloadFailedError, *kinds: type[Exception]) -> bool:
    cause = error.__cause__
    return isinstance(cause, ResponseFailed) and any(reason.check(*kinds) for reason in cause.reasons)
