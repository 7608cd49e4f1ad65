"""Feeds read in a process that can be killed, so that no feed can hold up or bring down a crawl."""

import logging
from dataclasses import replace

from articles.model import FeedEntry
from articles.urls import masked
from crawlers.feeds import FeedBody, ParsedFeed, read
from crawlers.fetching.answers import Answer, answered, header
from crawlers.readers.killable import KillableReader, lost_reason
from store.feed_records import FeedResult, FeedTarget
from store.records import FeedReason
from store.workers import Lost

_SECONDS = 30.0

_log = logging.getLogger(__name__)


class FeedReader:
    """Reads one feed after the other. To be closed after the last."""

    def __init__(self) -> None:
        self._reader: KillableReader[FeedBody, ParsedFeed | str] = KillableReader(read, _SECONDS)

    async def read(
        self, target: FeedTarget, answer: Answer
    ) -> tuple[FeedResult, tuple[FeedEntry, ...], dict[str, int]]:
        """A fetched feed's result for the ledger, its entries, and the entries left out, by reason.

        When the body is no feed, or reading it did not end, the result has an `error` and there are no entries.
        A feed whose parser does not end is read in a simple way. One that breaks off leaves no validators, so
        that the server cannot call the rest of it unchanged.
        """
        result = answered(target, answer)
        body = FeedBody(target.url, target.source, answer.body, answer.at, answer.headers, answer.url)
        feed = await self._reader.call(body)
        if isinstance(feed, Lost):
            lost, feed = feed, await self._reader.call(replace(body, simple=True))
            if not isinstance(feed, ParsedFeed):
                return replace(result, error=f"{lost_reason(lost)}: {lost.detail}"), (), {}
        if isinstance(feed, str):
            return replace(result, error=f"{FeedReason.NO_FEED}: {feed}"), (), {}
        if feed.simple:
            _log.warning(
                "feed %s took too long: only link, title and date of its entries were read",
                masked(target.url),
            )
        result = replace(result, entries=len(feed.entries))
        if feed.whole:
            etag, last_modified = header(answer.headers, "etag"), header(answer.headers, "last-modified")
            result = replace(result, etag=etag, last_modified=last_modified)
        else:
            _log.warning("feed %s breaks off: it will be read again whole", masked(target.url))
        return result, feed.entries, dict(feed.dropped)

    def close(self) -> None:
        """End the process."""
        self._reader.close()
