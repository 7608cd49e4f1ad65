"""Reading an HTTP answer: its body without content encoding, where it redirects, how long to wait. Pure."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import ada_url

from articles.urls import masked
from store.records import FetchReason

ACCEPT_ENCODING = "gzip, deflate"

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_BUSY = frozenset((429, 503))
_LONGEST_PAUSE = timedelta(days=1)  # a Unix time for seconds, a known slip, would mean decades
GZIP = b"\x1f\x8b"  # how it begins
WBITS_GZIP = zlib.MAX_WBITS + 16


class FetchError(Exception):
    """A request that left nothing to keep.

    `detail` is for the reader; `retry_at` is when the server said that it may be asked again.
    """

    def __init__(self, reason: FetchReason, detail: str, retry_at: datetime | None = None) -> None:
        super().__init__(f"{reason}: {masked(detail)}")
        self.reason = reason
        self.detail = masked(detail)
        self.retry_at = retry_at


Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to one request, or to the last of a chain of `redirects` (the URLs that redirected).

    `headers` are as sent, names lower-cased; `body` has no content encoding; `at` is when it was complete, UTC.
    """

    url: str
    redirects: tuple[str, ...] = ()
    status: int
    headers: Headers
    body: bytes
    at: datetime


def header(headers: Sequence[tuple[str, str]], name: str) -> str:
    """The first value of the header, "" without one."""
    return next((value for key, value in headers if key == name), "")


def decoded(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its content encoding, at most `limit` bytes.

    Raises FetchError: too_large, cut (the compressed stream has no end), encoding (unasked for, or damaged).
    """
    for name in reversed([name.strip().lower() for name in encoding.split(",")]):
        if name in ("", "identity") or not body:
            continue
        if name == "deflate":
            body = _inflated(body, zlib.MAX_WBITS if _is_zlib(body) else -zlib.MAX_WBITS, limit)
        elif name in ("gzip", "x-gzip"):
            body = _inflated(body, WBITS_GZIP, limit)
        else:
            raise FetchError(FetchReason.ENCODING, f"content encoding {name[:40]!r}, which was not asked for")
    if len(body) > limit:
        raise FetchError(FetchReason.TOO_LARGE, f"more than {limit} bytes")
    return body


def _is_zlib(body: bytes) -> bool:
    """Whether it has a zlib header (RFC 1950), as "deflate" should have; some servers leave it out."""
    return body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0


def _inflated(body: bytes, wbits: int, limit: int) -> bytes:
    try:
        plain, whole = inflated(body, wbits, limit)
    except zlib.error as error:
        raise FetchError(FetchReason.ENCODING, f"damaged compressed body: {error}") from error
    if len(plain) > limit:
        raise FetchError(FetchReason.TOO_LARGE, f"more than {limit} bytes when decompressed")
    if not whole:
        raise FetchError(FetchReason.CUT, "the compressed body has no end")
    return plain


def inflated(body: bytes, wbits: int, limit: int) -> tuple[bytes, bool]:
    """What a compressed body holds, and whether that is all of it; one byte more than `limit` at most.

    `wbits` are zlib's. A gzip body may have several members. Raises zlib.error for a damaged one.
    """
    plain = bytearray()
    while body:
        inflater = zlib.decompressobj(wbits)
        plain += inflater.decompress(body, limit + 1 - len(plain))
        if len(plain) > limit or not inflater.eof:
            return bytes(plain), False
        body = inflater.unused_data if inflater.unused_data.startswith(GZIP) else b""
    return bytes(plain), True


def target(answer: Answer) -> str:
    """Where the answer redirects to, without fragment; "" when it does not. Raises FetchError (redirect)."""
    sent = header(answer.headers, "location").strip().encode("latin-1")
    if answer.status not in _REDIRECTS or not sent:
        return ""
    location = sent.decode("utf-8", "replace")
    try:
        parsed = ada_url.URL(location, answer.url)
    except ValueError as error:
        raise FetchError(FetchReason.REDIRECT, f"redirects to no URL: {_shown(location)}") from error
    if parsed.protocol not in ("http:", "https:"):
        raise FetchError(FetchReason.REDIRECT, f"redirects away from http: {_shown(location)}")
    parsed.username = parsed.password = parsed.hash = ""
    return parsed.href


def _shown(location: str) -> str:
    return repr(masked(location[:4000])[:200])


def wait_asked(answer: Answer) -> float | None:
    """Seconds that a busy server (429, 503) asks to be left alone: 0 when it does not say how long.

    None for every other answer. Retry-After is a number of seconds or a date (RFC 9110, 10.2.3).
    """
    if answer.status not in _BUSY:
        return None
    value = header(answer.headers, "retry-after").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - answer.at).total_seconds())


def ask_again_at(answer: Answer) -> datetime | None:
    """When a busy server said that it may be asked again, a day later at most; None if it did not say."""
    wait = wait_asked(answer)
    return answer.at + min(timedelta(seconds=wait), _LONGEST_PAUSE) if wait else None
