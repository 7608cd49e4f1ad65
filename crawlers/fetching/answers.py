"""Reading an HTTP answer: its body without content encoding, where it redirects, how long to wait. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import ada_url

from articles.urls import masked
from crawlers.fetching import codings
from store.feed_records import FeedResult, FeedTarget
from store.records import FetchReason

ACCEPT_ENCODING = codings.ACCEPTED

REDIRECTS = frozenset((301, 302, 303, 307, 308))
BUSY = frozenset((429, 503))
_NOT_ASCII = re.compile(r"[\x80-\xff]")
_TEN_YEARS = 10 * 365 * 86400
_MOST_DIGITS = 20
_LONGEST = 999_999_999.0
_LONGEST_BELIEVED = 86_400.0
_NO_END = "the compressed body has no end"


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

    `headers` are as sent, names lower-cased; `body` has no content encoding; `at` is when it was complete, UTC. `moved_to`
    is the address that only permanent redirects led to, "" where there were none, or others.
    """

    url: str
    redirects: tuple[str, ...] = ()
    status: int
    headers: Headers
    body: bytes
    at: datetime
    moved_to: str = ""


def answered(target: FeedTarget, answer: Answer) -> FeedResult:
    """What the ledger notes of a list's answer before it is read."""
    return FeedResult(
        source=target.source,
        url=target.url,
        at=answer.at,
        status=answer.status,
        moved_to=answer.moved_to,
    )


def header(headers: Sequence[tuple[str, str]], name: str) -> str:
    """The first value of the header, "" without one."""
    return next((value for key, value in headers if key == name), "")


def decoded(body: bytes, encoding: str, limit: int, *, forgiving: bool = False) -> bytes:
    """The body without its content encoding, at most `limit` bytes.

    A name that is no coding (`none`, `utf-8`) stands for none, as in browsers. So does `forgiving` what browsers do with
    gzip and deflate: the data may end without their checksum, or with a slip in it.
    Raises FetchError: too_large, cut (the compressed stream has no end), encoding (one that cannot be read, or damaged).
    """
    for decoder in _decoders(encoding, forgiving=forgiving):
        body, whole = _unpacked(body, decoder, limit)
        if len(body) > limit:
            raise FetchError(FetchReason.TOO_LARGE, f"more than {limit} bytes when decompressed")
        if not whole:
            raise FetchError(FetchReason.CUT, _NO_END)
    if len(body) > limit:
        raise FetchError(FetchReason.TOO_LARGE, f"more than {limit} bytes")
    return body


def beginning(body: bytes, encoding: str, enough: int, *, whole: bool) -> bytes:
    """The first `enough` bytes of a body without its content encoding, all of a shorter one; forgiving, as `decoded` can be.

    `whole` is whether all of the body was waited for. Raises FetchError: cut, encoding.
    """
    for decoder in _decoders(encoding, forgiving=True):
        body, ended = _unpacked(body, decoder, enough)
        if whole and not ended and len(body) <= enough:
            raise FetchError(FetchReason.CUT, _NO_END)
        whole = whole and ended
    return body[:enough]


def _decoders(encoding: str, *, forgiving: bool) -> Iterator[codings.Decoder]:
    """The last coding first. Raises FetchError (encoding) for one that cannot be read."""
    for name in reversed([name.partition(";")[0].strip().lower() for name in encoding.split(",")]):
        if name in codings.UNREADABLE:
            raise FetchError(FetchReason.ENCODING, f"content encoding {name!r}, which was not asked for")
        if decoder := codings.decoder(name, forgiving=forgiving):
            yield decoder


def _unpacked(body: bytes, decoder: codings.Decoder, limit: int) -> codings.Unpacked:
    """An empty body stays so. Raises FetchError (encoding)."""
    try:
        return decoder(body, limit) if body else (body, True)
    except codings.DAMAGE as error:
        raise FetchError(FetchReason.ENCODING, f"damaged compressed body: {error}") from error


def target(answer: Answer) -> str:
    """Where the answer redirects to, without fragment; "" when it does not. Raises FetchError (redirect)."""
    location = sent(answer.headers, "location")
    return resolved(location, answer.url) if answer.status in REDIRECTS and location else ""


def sent(headers: Headers, name: str) -> str:
    """A URL, or what holds one, as sent in the header: its bytes, in whatever encoding, percent-encoded as they are.

    So do browsers.
    """
    value = header(headers, name).strip(" \t\r\n")  # not \xa0, the second byte of à
    return _NOT_ASCII.sub(lambda found: f"%{ord(found[0]):02X}", value)


def resolved(location: str, base: str) -> str:
    """The URL that `location` stands for on a page at `base`, without credentials and fragment.

    Raises FetchError (redirect).
    """
    try:
        parsed = ada_url.URL(location, base)
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

    None for every other answer. Retry-After is a number of seconds or a date (RFC 9110, 10.2.3); some servers send the
    moment as a Unix time instead, in seconds or milliseconds. How much of it is believed, retry_at says.
    """
    if answer.status not in BUSY:
        return None
    value = header(answer.headers, "retry-after").strip()
    if value.isascii() and value.isdigit():
        return _seconds(int(value[:_MOST_DIGITS]), answer.at.timestamp())
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - answer.at).total_seconds())


def _seconds(number: int, now: float) -> float:
    """The wait that a number stands for. More than ten years of seconds are a moment, if it is within ten years of now."""
    if number <= _TEN_YEARS:
        return float(number)
    moments = (moment for moment in (number, number / 1000) if abs(moment - now) < _TEN_YEARS)
    return max(0.0, next(moments, now + _LONGEST) - now)


def retry_at(at: datetime, wait: float) -> datetime:
    """When to ask a server again that, at `at`, asked to be left alone for `wait` seconds: after a day at most."""
    return at + timedelta(seconds=min(wait, _LONGEST_BELIEVED))


def ask_again_at(answer: Answer) -> datetime | None:
    """When a busy server said that it may be asked again, a day later at most; None if it did not say."""
    wait = wait_asked(answer)
    return retry_at(answer.at, wait) if wait else None
