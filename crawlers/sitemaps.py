"""Sitemaps read: the bytes of a sitemap, an index of sitemaps, or a feed used as one. Pure, for a killable worker (`read`).

Each entry is parsed on its own: what is odd in one costs that one alone, and no tree of the whole is ever built.
"""

import re
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import chain, pairwise
from typing import Any

from protego import Protego

from articles.errors import FeedError, UrlError
from articles.model import FeedEntry
from articles.urls import canonical, host, same_site
from crawlers.feeds import FeedBody
from crawlers.feeds import read as read_feed
from crawlers.feeds.entry_texts import MAX_LANGUAGE, MAX_TITLE, credible, names, plain
from crawlers.feeds.feed_dates import moment, moment_or_day
from crawlers.feeds.feed_text import beginning, decoded
from crawlers.feeds.raw_feeds import finished, tidied_link
from crawlers.feeds.recovering import first_element, local_name
from crawlers.fetching.codings import GZIP, WBITS_GZIP, inflated

MAX_BYTES = 50 * 1024 * 1024
MOST_ENTRIES = 50_000
"""The limits of the protocol (sitemaps.org), for the decompressed sitemap."""

_PIECE = re.compile(r"<(/?)(?:[A-Za-z][\w.-]*:)?(?:url|sitemap)(?=[\s/>])", re.IGNORECASE)
_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ROOTS = ("urlset", "sitemapindex")
_FEEDS = ("rss", "feed", "rdf", "channel")
_MEDIA = ("image", "video")  # their titles and dates are not the article's
_SHARED_BY = 10
_CPU_SECONDS = 12.0  # the largest sitemap that is allowed takes half of it
_FOREIGN = "another site"


@dataclass(frozen=True, slots=True)
class ChildSitemap:
    """A sitemap that an index lists. `lastmod` is as the index states it: a moment in UTC, a day, or nothing."""

    url: str
    lastmod: datetime | date | None = None


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """A page that a sitemap lists, as a feed would, and its `lastmod`: a moment in UTC, a day, or nothing.

    The entry's `updated_at` is the lastmod (midnight of a day) if it lies after the publication, and is not the
    one that more than half of ten or more entries have: that is when the sitemap was made.
    """

    entry: FeedEntry
    lastmod: datetime | date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedSitemap:
    """What a sitemap lists, each URL once. `dropped` counts what was left out, by reason.

    `whole` is False where it breaks off, has more than the protocol allows, or takes more than twelve seconds of
    computing: more may have been meant.
    """

    sitemaps: tuple[ChildSitemap, ...]
    entries: tuple[SitemapEntry, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class SitemapBody:
    """A fetched sitemap, to be sent to a worker process.

    `base` is where it was after redirects. It may list pages of its own site, and of `hosts`. `site` is a URL of the
    site whose robots.txt names it ("" if none is known to): then that site's pages count instead of its own.
    """

    url: str
    source: str
    body: bytes
    now: datetime
    headers: tuple[tuple[str, str], ...]
    base: str
    hosts: tuple[str, ...] = ()
    site: str = ""


@dataclass(frozen=True, slots=True)
class _Listed:
    """A line or element of a sitemap, the link as written."""

    link: str
    child: bool = False
    lastmod: datetime | date | None = None
    published: datetime | None = None
    title: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()


def read(sitemap: SitemapBody) -> ParsedSitemap | str:
    """`parse` for a worker process, in its main thread: what cannot be read is answered by the error's message."""
    try:
        return parse(sitemap)
    except FeedError as error:
        return str(error)


def parse(sitemap: SitemapBody) -> ParsedSitemap:
    """What the sitemap lists: XML (also a news sitemap, or an index), RSS, Atom or plain text, each also gzipped.

    Pages of another site are left out. Raises FeedError for what is no sitemap.
    """
    text, whole = _text(sitemap)
    start = beginning(text)
    if start == len(text):
        raise FeedError(f"{sitemap.url} is empty, where a sitemap was expected")
    root = _ROOT.search(text, start)
    name = root[1].lower() if root else ""
    if text[start : start + 50].lower().startswith(("<!doctype html", "<html")):
        raise FeedError(f"{sitemap.url} is a web page (HTML), where a sitemap was expected")
    if name in _FEEDS:
        return _of_feed(sitemap)
    if text[start : start + 1] == "<":
        text, finished_whole = finished(text, start, _PIECE)
        whole = whole and finished_whole
        listed: Iterable[_Listed] = _elements(text)
    else:
        listed = _lines(text)
    found = _accepted(listed, sitemap)
    if not (found.sitemaps or found.entries or _FOREIGN in found.dropped or name in _ROOTS):
        raise FeedError(f"{sitemap.url} is no sitemap; it begins with {text.lstrip()[:60]!r}")
    return replace(found, whole=found.whole and whole)


def robots_sitemaps(text: str, url: str = "") -> tuple[str, ...]:
    """The sitemaps that the robots.txt at `url` names, each once; what is no http(s) URL is left out."""
    found: dict[str, None] = {}
    for link in filter(None, Protego.parse(text.removeprefix("\ufeff")).sitemaps):
        try:
            found[canonical(link, url)] = None
        except UrlError:
            continue
    return tuple(found)


def _text(sitemap: SitemapBody) -> tuple[str, bool]:
    """The sitemap as text, cut at MAX_BYTES, and whether that is all of it."""
    body, whole = sitemap.body, True
    if body.startswith(GZIP):
        try:
            body, whole = inflated(body, WBITS_GZIP, MAX_BYTES)
        except zlib.error as error:
            raise FeedError(f"{sitemap.url} is damaged gzip: {error}") from error
    return decoded(body[:MAX_BYTES], sitemap.headers), whole and len(body) <= MAX_BYTES


def _of_feed(sitemap: SitemapBody) -> ParsedSitemap:
    feed = read_feed(
        FeedBody(sitemap.url, sitemap.source, sitemap.body, sitemap.now, sitemap.headers, sitemap.base)
    )
    if isinstance(feed, str):
        raise FeedError(feed)
    entries = tuple(
        SitemapEntry(entry, entry.updated_at) for entry in feed.entries if _is_listed(entry.url, sitemap)
    )
    foreign = len(feed.entries) - len(entries)
    dropped = {**feed.dropped, **({_FOREIGN: foreign} if foreign else {})}
    return ParsedSitemap(sitemaps=(), entries=entries, dropped=dropped, whole=feed.whole)


def _lines(text: str) -> Iterator[_Listed]:
    lines = (match[0].strip() for match in re.finditer(r"[^\r\n]+", text))
    return (_Listed(line if _ADDRESS.fullmatch(line) else "") for line in lines if line and line[0] != "#")


def _elements(text: str) -> Iterator[_Listed]:
    starts = (piece.start() for piece in _PIECE.finditer(text) if not piece[1])
    for start, end in pairwise(chain(starts, [len(text)])):
        element = first_element(text[start:end])
        if element is not None:
            yield _listed(element)


def _listed(element: Any) -> _Listed:
    """The link and what is said of it; the first of each kind counts."""
    said: dict[str, str] = {}
    for child in element.iterchildren("*"):
        if local_name(child.tag) not in _MEDIA:
            for part in child.iter("*"):
                said.setdefault(local_name(part.tag), (part.text or "").strip())
    language = said.get("language", "")
    return _Listed(
        link=said.get("loc", ""),
        child=local_name(element.tag) == "sitemap",
        lastmod=moment_or_day(said.get("lastmod", ""), language),
        published=moment(said.get("publication_date", ""), language),
        title=said.get("title", ""),
        language=language,
        tags=tuple(tag for tag in said.get("keywords", "").split(",") if tag),
    )


def _accepted(listed: Iterable[_Listed], sitemap: SitemapBody) -> ParsedSitemap:
    base = sitemap.base or sitemap.url
    own, seen = host(base), {canonical(base)}
    sitemaps: list[ChildSitemap] = []
    entries: list[SitemapEntry] = []
    dropped: Counter[str] = Counter()
    whole, until = True, time.process_time() + _CPU_SECONDS
    for each in listed:
        if len(entries) + len(sitemaps) == MOST_ENTRIES or time.process_time() > until:
            whole = False
            break
        try:
            url = canonical(tidied_link(each.link, own), base)
        except UrlError:
            dropped["bad link"] += 1
            continue
        if not each.link:
            dropped["no link"] += 1
        elif url in seen:
            dropped["repeated"] += 1
        elif not (_is_listed(url, sitemap) or (each.child and is_of_site(url, base))):
            dropped[_FOREIGN] += 1
        else:
            seen.add(url)
            if each.child:
                sitemaps.append(ChildSitemap(url, _credible(each.lastmod, sitemap.now)))
            else:
                entries.append(_entry(each, url, sitemap))
    return ParsedSitemap(
        sitemaps=tuple(sitemaps),
        entries=_without_times_of_making(entries),
        dropped=dict(dropped),
        whole=whole,
    )


def is_of_site(url: str, site: str) -> bool:
    """Whether a URL is of the site that another one is of: the same registrable domain, or the same host. Raises UrlError."""
    return host(url).removeprefix("www.") == host(site).removeprefix("www.") or same_site(url, site)


def _is_listed(url: str, sitemap: SitemapBody) -> bool:
    """Whether the sitemap may list a page of this address."""
    return host(url) in sitemap.hosts or is_of_site(url, sitemap.site or sitemap.base or sitemap.url)


def _entry(listed: _Listed, url: str, sitemap: SitemapBody) -> SitemapEntry:
    lastmod = _credible(listed.lastmod, sitemap.now)
    published, updated = credible(listed.published, sitemap.now), _midnight(lastmod)
    entry = FeedEntry(
        url=url,
        source=sitemap.source,
        feed=sitemap.url,
        title=plain(listed.title, MAX_TITLE),
        tags=names(listed.tags),
        language=plain(listed.language, MAX_LANGUAGE),
        published_at=published,
        updated_at=None if updated and published and updated <= published else updated,
    )
    return SitemapEntry(entry, lastmod)


def _without_times_of_making(entries: list[SitemapEntry]) -> tuple[SitemapEntry, ...]:
    """The entries without an update that more than half of them share."""
    common = Counter(each.lastmod for each in entries if each.lastmod).most_common(1)
    if len(entries) < _SHARED_BY or not common or common[0][1] * 2 <= len(entries):
        return tuple(entries)
    return tuple(
        replace(each, entry=replace(each.entry, updated_at=None)) if each.lastmod == common[0][0] else each
        for each in entries
    )


def _credible(stated: datetime | date | None, now: datetime) -> datetime | date | None:
    return stated if credible(_midnight(stated), now) else None


def _midnight(stated: datetime | date | None) -> datetime | None:
    if stated is None or isinstance(stated, datetime):
        return stated
    return datetime(stated.year, stated.month, stated.day, tzinfo=UTC)
