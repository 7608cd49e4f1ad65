"""Feeds read: the bytes of a feed in any format to `FeedEntry` records.

Pure, but not to be trusted with time: half a megabyte of attributes keeps feedparser busy for a minute, so a
crawl reads feeds in a killable worker (`read`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from articles.errors import FeedError, UrlError
from articles.model import FeedEntry
from articles.urls import canonical, host
from crawlers.feeds.cpu_time import OvertimeError, cpu_limit
from crawlers.feeds.entry_texts import MAX_LANGUAGE, MAX_TITLE, credible, names, plain
from crawlers.feeds.feed_text import beginning, decoded, unzipped
from crawlers.feeds.json_feeds import read_json
from crawlers.feeds.raw_feeds import RawEntry, tidied_link
from crawlers.feeds.simple_reading import read_simply
from crawlers.feeds.xml_feeds import read_xml

_CPU_SECONDS = 10.0
_MAX_SUMMARY = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed's title and entries, each URL once. `dropped` counts the entries left out, by reason.

    `whole` is False where the document breaks off: more entries may have been meant. `simple` is True where
    reading it took too long, so that only link, title and date of each entry were read.
    """

    title: str
    entries: tuple[FeedEntry, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)
    whole: bool = True
    simple: bool = False


@dataclass(frozen=True, slots=True)
class FeedBody:
    """The arguments of `parse`, to be sent to a worker process."""

    url: str
    source: str
    body: bytes
    now: datetime
    headers: tuple[tuple[str, str], ...]
    base: str
    simple: bool = False


def read(feed: FeedBody) -> ParsedFeed | str:
    """`parse` for a worker process, in its main thread: a feed that cannot be read is answered by the error's message.

    A feed that takes more than ten seconds of computing is read in the simple way.
    """
    try:
        if not feed.simple:
            try:
                with cpu_limit(_CPU_SECONDS):
                    return _parsed(feed)
            except OvertimeError:
                pass
        return _parsed(replace(feed, simple=True))
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
    return _parsed(FeedBody(url, source, body, now, tuple(headers), base))


def _parsed(feed: FeedBody) -> ParsedFeed:
    body, unzipped_whole = unzipped(feed.body, feed.url)
    text = decoded(body, feed.headers)
    place = beginning(text)
    start = text[place : place + 50].lower()
    if not start:
        raise FeedError(f"{feed.url} is empty, where a feed was expected")
    if start.startswith(("<!doctype html", "<html")):
        raise FeedError(f"{feed.url} is a web page (HTML), where a feed was expected")
    reader = read_json if start[0] == "{" else read_simply if feed.simple else read_xml
    raw = reader(text, feed.url)
    base = feed.base or feed.url
    itself, site = canonical(base), host(base)  # an empty link resolves to the feed itself
    entries: dict[str, FeedEntry] = {}
    dropped: Counter[str] = Counter()
    for entry in raw.entries:
        try:
            page = canonical(tidied_link(entry.link, site), base)
        except UrlError:
            dropped["bad link"] += 1
            continue
        if page == itself:
            dropped["no link"] += 1
        elif page in entries:
            dropped["repeated"] += 1
        else:
            entries[page] = _entry(entry, page, feed, raw.language)
    return ParsedFeed(
        title=plain(raw.title, MAX_TITLE),
        entries=tuple(entries.values()),
        dropped=dict(dropped),
        whole=raw.whole and unzipped_whole,
        simple=feed.simple,
    )


def _entry(entry: RawEntry, page: str, feed: FeedBody, language: str) -> FeedEntry:
    return FeedEntry(
        url=page,
        source=feed.source,
        feed=feed.url,
        title=plain(entry.title, MAX_TITLE),
        summary=plain(entry.summary, _MAX_SUMMARY),
        authors=names(entry.authors),
        tags=names(entry.tags),
        language=plain(entry.language or language, MAX_LANGUAGE),
        published_at=credible(entry.published, feed.now),
        updated_at=credible(entry.updated, feed.now),
    )
