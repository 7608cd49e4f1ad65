"""The way into a site by its feeds: each is fetched and read, and what it lists is fetched if it is due."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from articles.errors import UrlError
from articles.model import FeedEntry
from articles.urls import refuse_unfetchable
from crawlers.clock import clock
from crawlers.feed_reader import FeedReader
from crawlers.fetching import responses
from crawlers.fetching.answers import FetchError
from crawlers.fetching.failures import failed
from crawlers.fetching.hosts import StoppedError
from crawlers.keeping.pages import NOT_MODIFIED, conditions, noted
from crawlers.pipelines import StorePipeline
from crawlers.plan import SourceFeeds
from store.records import FeedReason, FeedResult, FeedTarget, FetchReason

_GONE = 410
_HAS_ENDED = "the server says that this feed has ended (HTTP 410); take it out of broadsheet.toml"

_log = logging.getLogger(__name__)


class FeedSpider(Spider):
    """Crawls feeds, and pages that are named besides.

    On its own: `scrapy crawl feed -a url=https://example.org/feed -O pages.jsonl`, several addresses with commas between.
    `broadsheet run` gives it the sources of broadsheet.toml, and of their pages those that are due.
    """

    name = "feed"

    def __init__(
        self,
        url: str = "",
        sources: tuple[SourceFeeds, ...] = (),
        pages: tuple[FeedEntry, ...] = (),
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        named = tuple(each.strip() for each in url.split(",") if each.strip())
        self._sources = (*sources, SourceFeeds(name=self.name, feeds=named)) if named else sources
        self._pages = pages
        self._reader: FeedReader | None = None

    async def start(self) -> AsyncIterator[Any]:
        """The feeds, then what is due without them."""
        store = StorePipeline.of(self.crawler)
        sources = [(source.name, source.feeds) for source in self._sources]
        due_by = {source.name: source.due_by for source in self._sources if source.due_by}
        for target in await store.targets(sources, due_by):
            async for request in self._feed(target):
                yield request
        for due in await store.queued(self._pages, [name for name, _ in sources]):
            yield store.pages.request(due)

    async def _feed(self, target: FeedTarget) -> AsyncIterator[Request]:
        """The request for a feed; none for what is no URL, which is noted as a failure."""
        try:
            refuse_unfetchable(target.url)
        except UrlError as error:
            async for request in self._failed(target, FetchError(FetchReason.URL, str(error))):
                yield request
            return
        yield Request(
            target.url,
            callback=self.parse,
            errback=self.feed_failed,
            headers=conditions(target),
            cb_kwargs={"target": target},
            meta={"verbatim_url": True, "download_maxsize": self.settings.getint("MAX_FEED_BYTES")},
            dont_filter=True,
        )

    async def parse(self, response: Response, target: FeedTarget) -> AsyncIterator[Any]:
        """Read a feed; requests for the pages that are due."""
        answer = responses.answer(response, response.meta[responses.FETCHED_AT])
        result = FeedResult(source=target.source, url=target.url, at=answer.at, status=answer.status)
        entries: tuple[FeedEntry, ...] = ()
        if answer.status == NOT_MODIFIED and (target.etag or target.last_modified):
            result = replace(result, etag=target.etag, last_modified=target.last_modified)
        elif answer.status == _GONE:
            result = replace(result, error=f"{FeedReason.GONE}: {_HAS_ENDED}")
        elif not 200 <= answer.status < 300:
            result = replace(result, error=f"{FeedReason.HTTP} {answer.status}")
        else:
            self._reader = self._reader or FeedReader()
            result, entries, dropped = await self._reader.read(target, answer)
            if dropped:
                _log.warning("feed %s: entries left out: %s", target.url, dropped)
        result = replace(result, moved_to=responses.moved_to(response))
        async for request in self._listed(target, result, entries):
            yield request

    async def feed_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Note why a feed could not be had; requests for its pages that are due from earlier."""
        request, error = failed(failure)
        if not isinstance(error, StoppedError):
            async for each in self._failed(request.cb_kwargs["target"], noted(error, request)):
                yield each

    async def _failed(self, target: FeedTarget, error: FetchError) -> AsyncIterator[Request]:
        at = clock(self.crawler)()
        result = FeedResult(source=target.source, url=target.url, at=at, status=0, error=str(error))
        async for request in self._listed(target, result, ()):
            yield request

    async def _listed(
        self, target: FeedTarget, result: FeedResult, entries: tuple[FeedEntry, ...]
    ) -> AsyncIterator[Request]:
        store = StorePipeline.of(self.crawler)
        discovery = await store.feed(target, result, entries)
        for due in discovery.due:
            yield store.pages.request(due)

    def closed(self, reason: str) -> None:  # noqa: ARG002  Scrapy's signature
        """Called by Scrapy at the end."""
        if self._reader is not None:
            self._reader.close()
