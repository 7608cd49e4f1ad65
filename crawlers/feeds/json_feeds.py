"""JSON Feed."""

import json
import re
from typing import Any

import msgspec

from articles.errors import FeedError
from crawlers.feeds.feed_dates import moment
from crawlers.feeds.raw_feeds import RawEntry, RawFeed

_VERSION = re.compile(r"(?:https?://)?(?:www\.)?jsonfeed\.org/version/", re.IGNORECASE)
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


def read_json(text: str, url: str) -> RawFeed:
    """The feed. Raises FeedError for what is none; one that breaks off in an item is read up to there."""
    whole = True
    try:
        feed = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        feed, whole = _up_to_its_break(text), False
        if feed is None:
            raise FeedError(f"{url} is damaged JSON: {error}") from error
    if not _VERSION.match(str(feed.get("version"))):
        raise FeedError(f"{url} is JSON, but no JSON Feed: it names no jsonfeed.org version")
    items, language = feed.get("items"), str(feed.get("language") or "")
    entries = [
        _entry(item, language)
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    ]
    return RawFeed(title=str(feed.get("title") or ""), language=language, entries=entries, whole=whole)


def _up_to_its_break(text: str) -> dict[str, Any] | None:
    """What stands before `items`, and the items that are whole."""
    start = _ITEMS.search(text)
    if start is None:
        return None
    decoder, items, place = json.JSONDecoder(), [], start.end()
    try:
        feed = msgspec.json.decode(text[:place] + "]}", type=dict[str, Any])
        while place < len(text):
            between = _BETWEEN.match(text, place)
            item, place = decoder.raw_decode(text, between.end() if between else place)
            items.append(item)
    except msgspec.DecodeError:
        return None
    except (ValueError, RecursionError):  # the item that it breaks off in
        pass
    return {**feed, "items": items}


def _entry(item: dict[str, Any], language: str) -> RawEntry:
    authors, tags = item.get("authors") or [item.get("author")], item.get("tags")
    language = str(item.get("language") or language)
    return RawEntry(
        link=str(item.get("url") or item.get("external_url") or item.get("id") or ""),
        title=item.get("title"),
        summary=item.get("summary"),
        authors=[a.get("name") for a in authors if isinstance(a, dict)] if isinstance(authors, list) else [],
        tags=tags if isinstance(tags, list) else [],
        language=language,
        published=moment(item.get("date_published"), language),
        updated=moment(item.get("date_modified"), language),
    )
