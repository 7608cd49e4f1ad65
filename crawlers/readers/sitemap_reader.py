"""Sitemaps read in a process that can be killed."""

import logging
from dataclasses import replace

from articles.urls import masked
from crawlers.fetching.answers import Answer, answered, header
from crawlers.readers.killable import KillableReader, lost_reason
from crawlers.readers.sitemap_pages import SitemapPages, SitemapTask, read_pages
from crawlers.sitemaps import SitemapBody
from store.feed_records import FeedResult, FeedTarget
from store.records import FeedReason
from store.workers import Lost

_SECONDS = 40.0
_NOTHING = SitemapPages((), (), {}, True)

_log = logging.getLogger(__name__)


class SitemapReader:
    """Reads one sitemap after the other. To be closed after the last."""

    def __init__(self) -> None:
        self._reader: KillableReader[SitemapTask, SitemapPages | str] = KillableReader(read_pages, _SECONDS)

    async def read(
        self,
        target: FeedTarget,
        answer: Answer,
        hosts: tuple[str, ...],
        known: tuple[str, ...],
        site: str = "",
    ) -> tuple[FeedResult, SitemapPages]:
        """A fetched sitemap's result for the ledger, and what it lists; `hosts`, `known` and `site` are as in `SitemapTask`.

        When the body is no sitemap, or reading it did not end, the result has an `error`. One that breaks off, or lists
        further sitemaps, leaves no validators: these may change while it does not.
        """
        result = answered(target, answer)
        body = SitemapBody(
            target.url, target.source, answer.body, answer.at, answer.headers, answer.url, hosts, site
        )
        found = await self._reader.call(SitemapTask(body, known))
        if isinstance(found, Lost):
            return replace(result, error=f"{lost_reason(found)}: {found.detail}"), _NOTHING
        if isinstance(found, str):
            return replace(result, error=f"{FeedReason.NO_SITEMAP}: {found}"), _NOTHING
        result = replace(result, entries=len(found.entries))
        if not found.whole:
            _log.warning("sitemap %s breaks off, or is too long: it was read in part", masked(target.url))
        elif not found.sitemaps:
            etag, last_modified = header(answer.headers, "etag"), header(answer.headers, "last-modified")
            result = replace(result, etag=etag, last_modified=last_modified)
        return result, found

    def close(self) -> None:
        """End the process."""
        self._reader.close()
