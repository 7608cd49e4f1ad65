"""Feeds read: the bytes of an RSS, Atom or JSON feed to `FeedEntry` records. `parse` is the entry, `read` the same for a worker."""

from crawlers.feeds.feed_parser import FeedBody, ParsedFeed, parse, read
from crawlers.feeds.feed_text import MAX_BYTES

__all__ = ["MAX_BYTES", "FeedBody", "ParsedFeed", "parse", "read"]
