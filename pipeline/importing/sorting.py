"""What becomes of a record of a WARC file: a page to import, or why it is passed over. Pure."""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from articles import media_type
from articles.errors import UrlError
from articles.html import refuse_other_types
from articles.model import FeedEntry, Page
from articles.urls import article_id, canonical, host
from crawlers.fetching.answers import FetchError, Headers, header
from crawlers.fetching.recorded import plain, split
from store.archive.foreign import ForeignRecord, UnreadableRecord
from store.records import FetchReason


class RecordFate(StrEnum):
    """What became of a record; it has exactly one."""

    IMPORTED = "imported"
    KNOWN = "known"
    NOT_HTML = "not_html"
    NOT_200 = "not_200"
    OTHER_HOST = "other_host"
    OTHER_DATE = "other_date"
    OTHER_LANGUAGE = "other_language"
    OTHER_SCHEME = "other_scheme"
    TOO_LARGE = "too_large"
    DELETED = "deleted"
    UNREADABLE = "unreadable"
    WARCINFO = "warcinfo"
    REQUEST = "request"
    METADATA = "metadata"
    REVISIT = "revisit"
    OTHER_RECORD = "other_record"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPages:
    """Which pages to import: of these hosts and their subdomains, in these languages, fetched from `since` to before `until`.

    What is empty or None leaves none out; the `deleted` addresses (ids) are. A record dated after `latest` is unreadable. `limit` is the size of a page in
    bytes, `source_of` gives the source of a URL.
    """

    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    deleted: Container[str] = frozenset()
    latest: datetime
    limit: int
    source_of: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Why a record is not imported; `detail` is for people, "" where the fate says it all."""

    fate: RecordFate
    detail: str = ""


_OTHER_KINDS = {
    fate.value: fate
    for fate in (RecordFate.WARCINFO, RecordFate.REQUEST, RecordFate.METADATA, RecordFate.REVISIT)
}
_HTML = ("", "text/html", "application/xhtml+xml", "application/xhtml")
_HEAD = 262_144  # bytes of a recorded block beyond those of its page: the HTTP head, and the sizes of chunks
_START = 65_536
_STATED_LANGUAGE = (
    re.compile(rb"<html\b[^>]*?\s(?:xml:)?lang\s*=\s*[\"']?([a-z]{2,3})(?![a-z])", re.IGNORECASE),
    re.compile(
        rb"<meta\b[^>]*?og:locale[\"']?\s[^>]*?content\s*=\s*[\"']?([a-z]{2,3})(?![a-z])", re.IGNORECASE
    ),
)
_CLOCKS_DIFFER = timedelta(days=1)


def most_of_block(limit: int) -> int:
    """How many bytes of a block are needed to read a page of `limit` bytes, or to see that it is larger."""
    return limit + limit // 10 + _HEAD


def sort(record: ForeignRecord | UnreadableRecord, wanted: WantedPages) -> Page | PassedOver:
    """The page of a record, or why it has none that is wanted."""
    if isinstance(record, UnreadableRecord):
        return PassedOver(RecordFate.UNREADABLE, record.why)
    if record.kind != "response":
        return PassedOver(_OTHER_KINDS.get(record.kind, RecordFate.OTHER_RECORD))
    try:
        return _of_response(record, wanted)
    except UrlError as error:
        return PassedOver(RecordFate.OTHER_SCHEME, str(error))
    except FetchError as error:
        fate = RecordFate.TOO_LARGE if error.reason is FetchReason.TOO_LARGE else RecordFate.UNREADABLE
        return PassedOver(fate, f"{record.headers.get('warc-target-uri', '')}: {error}")


def _of_response(record: ForeignRecord, wanted: WantedPages) -> Page | PassedOver:
    """Raises UrlError for an address that is not http(s), FetchError for an answer that cannot be read."""
    url = canonical(record.headers.get("warc-target-uri", "").strip("<>"))
    date = record.headers.get("warc-date", "")
    at = _date(date)
    if at is None or at > wanted.latest + _CLOCKS_DIFFER:
        return PassedOver(RecordFate.UNREADABLE, f"{url}: its date is {date[:40]!r}")
    if article_id(url) in wanted.deleted:
        return PassedOver(RecordFate.DELETED)
    if wanted.hosts and not any(_is_of(host(url), name) for name in wanted.hosts):
        return PassedOver(RecordFate.OTHER_HOST)
    if (wanted.since and at < wanted.since) or (wanted.until and at >= wanted.until):
        return PassedOver(RecordFate.OTHER_DATE)
    return _page(record, url, at, wanted)


def _page(record: ForeignRecord, url: str, at: datetime, wanted: WantedPages) -> Page | PassedOver:
    status, headers, body = split(record.block)
    if status != 200:
        return PassedOver(RecordFate.NOT_200)
    stated = ", ".join(value for name, value in headers if name == "content-type")
    if media_type.essence(stated) not in _HTML:
        return PassedOver(RecordFate.NOT_HTML)
    if len(record.block) < record.length:
        raise FetchError(FetchReason.TOO_LARGE, f"{record.length} bytes")
    if record.headers.get("warc-truncated", ""):
        raise FetchError(FetchReason.CUT, "was cut when it was recorded")
    page = Page(
        url=url,
        final_url=url,
        status=status,
        headers=headers,
        body=plain(headers, body, wanted.limit),
        fetched_at=at,
        entry=FeedEntry(url=url, source=wanted.source_of(url)),
    )
    other = refuse_other_types(page)
    if other is not None and other.reason == "not_html":
        return PassedOver(RecordFate.NOT_HTML)
    if wanted.languages and language(headers, page.body) not in wanted.languages:
        return PassedOver(RecordFate.OTHER_LANGUAGE)
    return page


def language(headers: Headers, body: bytes) -> str:
    """The code of the language that a page states: its html tag, else og:locale, else the header; "" if none does."""
    start = body[:_START].replace(b"\0", b"")
    found = next(filter(None, (pattern.search(start) for pattern in _STATED_LANGUAGE)), None)
    stated = found[1].decode() if found else header(headers, "content-language")
    return re.split(r"[-_,;\s]", stated.strip(), maxsplit=1)[0].lower()


def _date(text: str) -> datetime | None:
    """A WARC-Date, in UTC; None for what is none."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_of(name: str, wanted: str) -> bool:
    return name == wanted or name.endswith(f".{wanted}")
