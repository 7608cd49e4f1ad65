"""Feeds read: the bytes of an RSS, Atom or JSON feed to `FeedEntry` records.

Pure, but not to be trusted with time: half a megabyte of attributes keeps feedparser busy for a minute, so a
crawl reads feeds in a killable worker (`read`).
"""

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import struct_time
from typing import Any

import feedparser
import lxml.html
import msgspec
from lxml import etree

from articles.errors import FeedError, UrlError
from articles.metadata.dates import iso
from articles.model import FeedEntry
from articles.urls import canonical
from crawlers.fetching.answers import GZIP, WBITS_GZIP, inflated

MAX_BYTES = 20_000_000
"""The most bytes that a gzipped feed may decode to."""

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_MAX_TITLE, _MAX_SUMMARY, _MAX_NAME, _MAX_NAMES, _MAX_LANGUAGE = 1_000, 5_000, 200, 50, 20

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""", re.ASCII)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# What XML 1.0 forbids, as characters and as references: for one of these feedparser loses the whole feed.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_PROLOGUE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[#\w]")
_BLOCK = re.compile(r"<(?=/?(?:p|div|br|li|ul|ol|tr|td|h[1-6]|blockquote|fig\w+|section)\b)", re.IGNORECASE)
_MAILBOX = re.compile(r"^\S+@\S+ \((.+)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed's title and entries, each URL once. `dropped` counts the entries left out, by reason."""

    title: str
    entries: tuple[FeedEntry, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedBody:
    """The arguments of `parse`, to be sent to a worker process."""

    url: str
    source: str
    body: bytes
    now: datetime
    headers: tuple[tuple[str, str], ...]
    base: str


def read(feed: FeedBody) -> ParsedFeed | str:
    """`parse` for a worker process: a feed that cannot be read is answered by the error's message."""
    try:
        return parse(feed.body, feed.url, feed.source, feed.now, feed.headers, feed.base)
    except FeedError as error:
        return str(error)


def parse(
    body: bytes,
    url: str,
    source: str,
    now: datetime,
    headers: Sequence[tuple[str, str]] = (),
    base: str = "",
) -> ParsedFeed:
    """The entries of the feed at `url`, as it stood at `now`.

    Relative links count from `base`, which is where the feed was after redirects (`url` without any). Dates
    before 1990 or more than a day after `now` are taken for none. Raises FeedError for what is no feed.
    """
    text = _text(_inflated(body, url), headers)
    start = _beginning(text)
    if not start:
        raise FeedError(f"{url} is empty, where a feed was expected")
    if start.startswith(("<!doctype html", "<html")):
        raise FeedError(f"{url} is a web page (HTML), where a feed was expected")
    base = base or url
    title, language, found = (_json_feed if start[0] == "{" else _xml_feed)(text, url, base)
    itself = canonical(base)  # what an empty link resolves to
    entries: dict[str, FeedEntry] = {}
    dropped: Counter[str] = Counter()
    for link, fields in found:
        try:
            page = canonical(link, base)
        except UrlError:
            dropped["bad link"] += 1
            continue
        if page == itself:
            dropped["no link"] += 1
        elif page in entries:
            dropped["repeated"] += 1
        else:
            entries[page] = _entry(fields, page, source, url, language, now)
    return ParsedFeed(
        title=_plain(title)[:_MAX_TITLE], entries=tuple(entries.values()), dropped=dict(dropped)
    )


def _beginning(text: str) -> str:
    """The first characters that are no white space, declaration or comment, in lower case."""
    place = 0
    while found := _PROLOGUE.match(text, place):
        place = found.end()
    return text[place : place + 50].lower()


def _inflated(body: bytes, url: str) -> bytes:
    if not body.startswith(GZIP):
        return body
    try:
        plain, _ = inflated(body, WBITS_GZIP, MAX_BYTES)
    except zlib.error as error:
        raise FeedError(f"{url} is damaged gzip: {error}") from error
    if len(plain) > MAX_BYTES:
        raise FeedError(f"{url} decodes to more than {MAX_BYTES} bytes")
    return plain


def _text(body: bytes, headers: Sequence[tuple[str, str]]) -> str:
    """The feed as text that XML admits.

    What is valid UTF-8 is taken for it whatever the labels say, for labels are often wrong and other
    encodings hardly ever look like UTF-8; ISO-2022 (7 bits) must be declared.
    """
    sent = _CHARSET.search(" ".join(value for name, value in headers if name.lower() == "content-type"))
    declared = _DECLARED.match(body)
    labels = [declared[1].decode()] if declared else []
    labels += [sent[1]] if sent else []
    boms = [encoding for bom, encoding in _BOMS if body.startswith(bom)]
    seven_bit = [label for label in labels if label.lower().startswith("iso-2022")]
    for encoding in [*boms, *seven_bit, "utf-8", *labels]:
        with suppress(UnicodeDecodeError, LookupError):
            return _admissible(body.decode(encoding))
    return _admissible(body.decode("windows-1252", "replace"))


def _admissible(text: str) -> str:
    text = _FORBIDDEN.sub("", text.removeprefix("\ufeff"))
    return _REFERENCE.sub(_checked_reference, text)


def _checked_reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    return "" if number > 0x10FFFF or _FORBIDDEN.match(chr(number)) else match[0]


_Found = tuple[str, str, Iterable[tuple[str, dict[str, Any]]]]
"""A feed's title, its language, and of each entry the link and the raw fields."""


def _xml_feed(text: str, url: str, base: str) -> _Found:
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base}
    try:  # a stream: feedparser would try plain bytes as a file's name first
        feed = feedparser.parse(io.BytesIO(text.encode()), response_headers=headers, sanitize_html=False)
    except Exception as error:  # whatever it stumbles on is in the feed
        raise FeedError(f"{url} cannot be read as a feed: {type(error).__name__}: {error}") from error
    version = feed.get("version")
    if not version:
        raise FeedError(f"{url} is no feed; it begins with {text.lstrip()[:60]!r}")
    entries = (_xml_entry(entry, atom=version.startswith("atom")) for entry in feed["entries"])
    return feed["feed"].get("title", ""), feed["feed"].get("language", ""), entries


def _xml_entry(entry: Any, *, atom: bool) -> tuple[str, dict[str, Any]]:
    """Outside Atom only a date after the publication says that the article changed, for feedparser takes
    dc:date for `updated` (and answers `published` where there is none, unless asked as a dict).
    """
    published, updated = entry.get("published_parsed"), dict.get(entry, "updated_parsed")
    if not atom and (not published or not updated or updated <= published):
        published, updated = published or updated, None
    return entry.get("feedburner_origlink") or entry.get("link", ""), {
        "title": entry.get("title"),
        "summary": entry.get("summary"),
        "authors": [author.get("name") for author in entry.get("authors", [])],
        "tags": [tag.get("label") or tag.get("term") for tag in entry.get("tags", [])],
        "published": _from_struct(published),
        "updated": _from_struct(updated),
    }


def _json_feed(text: str, url: str, _: str) -> _Found:
    try:
        feed = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FeedError(f"{url} is damaged JSON: {error}") from error
    if not str(feed.get("version")).startswith("https://jsonfeed.org/version/"):
        raise FeedError(f"{url} is JSON, but no JSON Feed: it names no jsonfeed.org version")
    items = feed.get("items")
    entries = (
        [_json_entry(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    )
    return str(feed.get("title") or ""), str(feed.get("language") or ""), entries


def _json_entry(item: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    authors, tags = item.get("authors") or [item.get("author")], item.get("tags")
    return str(item.get("url") or item.get("external_url") or item.get("id") or ""), {
        "title": item.get("title"),
        "summary": item.get("summary"),
        "authors": [a.get("name") for a in authors if isinstance(a, dict)]
        if isinstance(authors, list)
        else [],
        "tags": tags if isinstance(tags, list) else [],
        "published": _from_iso(item.get("date_published")),
        "updated": _from_iso(item.get("date_modified")),
        "language": item.get("language"),
    }


def _entry(
    fields: dict[str, Any], page: str, source: str, feed: str, language: str, now: datetime
) -> FeedEntry:
    return FeedEntry(
        url=page,
        source=source,
        feed=feed,
        title=_plain(fields["title"])[:_MAX_TITLE],
        summary=_plain(fields["summary"])[:_MAX_SUMMARY],
        authors=_names(fields["authors"]),
        tags=_names(fields["tags"]),
        language=_plain(fields.get("language") or language)[:_MAX_LANGUAGE],
        published_at=_credible(fields["published"], now),
        updated_at=_credible(fields["updated"], now),
    )


def _names(values: Sequence[Any]) -> tuple[str, ...]:
    names = (_MAILBOX.sub(r"\1", _plain(value))[:_MAX_NAME] for value in values[:_MAX_NAMES])
    return tuple(dict.fromkeys(name for name in names if name))


def _plain(value: Any) -> str:
    """Markup resolved to its text, white space to single blanks; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    if _MARKUP.search(value):
        value = _BLOCK.sub(" <", value)
        tree: Any = lxml.html.fromstring(f"<div>{value}</div>")
        etree.strip_elements(tree, "script", "style", with_tail=False)
        value = tree.text_content()
    return " ".join(_FORBIDDEN.sub("", value).split())


def _credible(date: datetime | None, now: datetime) -> datetime | None:
    return date if date and _EARLIEST <= date <= now + timedelta(days=1) else None


def _from_struct(value: struct_time | None) -> datetime | None:
    with suppress(ValueError, TypeError):
        return datetime(*value[:6], tzinfo=UTC) if value else None
    return None


def _from_iso(value: Any) -> datetime | None:
    with suppress(ValueError, OverflowError):
        return iso(value.strip()) if isinstance(value, str) else None
    return None
