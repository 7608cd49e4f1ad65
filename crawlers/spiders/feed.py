"""The way into a site by its feeds: each is fetched and read, and what it lists is fetched if it is due."""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from articles.errors import UrlError
from articles.model import FeedEntry, Page
from articles.urls import masked, refuse_unfetchable
from crawlers.clock import clock
from crawlers.feed_reader import FeedReader
from crawlers.fetching import responses
from crawlers.fetching.answers import FetchError
from crawlers.fetching.failures import explained, failed
from crawlers.fetching.hosts import StoppedError
from crawlers.pipelines import NOT_MODIFIED, StorePipeline
from crawlers.plan import SourceFeeds
from crawlers.progress import Progress
from store.records import DueUrl, FeedReason, FeedResult, FeedTarget, FetchReason, Miss

_ARGUMENT = "feed"

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
        self._sources = (*sources, SourceFeeds(name=_ARGUMENT, feeds=named)) if named else sources
        self._pages = pages
        self._reader: FeedReader | None = None

    async def start(self) -> AsyncIterator[Any]:
        """The feeds, then what is due without them."""
        store, progress = self._store, Progress.of(self.crawler)
        sources = [(source.name, source.feeds) for source in self._sources]
        targets = await store.targets(sources)
        progress.count(feeds=len(targets))
        for target in targets:
            async for request in self._feed(target):
                yield request
        due = await store.queued(self._pages, [name for name, _ in sources])
        progress.count(due=len(due))
        for each in due:
            yield self._page(each)

    async def _feed(self, target: FeedTarget) -> AsyncIterator[Request]:
        """The request for a feed; none for what is no URL, which is noted as a failure."""
        try:
            refuse_unfetchable(target.url)
        except UrlError as error:
            failure = FetchError(FetchReason.URL, str(error))
            async for request in self._listed(target, self._failed(target, failure), ()):
                yield request
            return
        conditions = {"If-None-Match": target.etag, "If-Modified-Since": target.last_modified}
        yield Request(
            target.url,
            callback=self.parse,
            errback=self.feed_failed,
            headers={name: value for name, value in conditions.items() if value},
            cb_kwargs={"target": target},
            meta={"verbatim_url": True, "download_maxsize": self.settings.getint("MAX_FEED_BYTES")},
            dont_filter=True,
        )

    def _page(self, due: DueUrl) -> Request:
        return Request(
            due.url,
            callback=self.parse_page,
            errback=self.page_failed,
            cb_kwargs={"due": due},
            meta={"verbatim_url": True},
            dont_filter=True,
        )

    async def parse(self, response: Response, target: FeedTarget) -> AsyncIterator[Any]:
        """Read a feed; requests for the pages that are due."""
        answer = responses.answer(response, response.meta[responses.FETCHED_AT])
        result = FeedResult(source=target.source, url=target.url, at=answer.at, status=answer.status)
        entries: tuple[FeedEntry, ...] = ()
        if answer.status == NOT_MODIFIED and (target.etag or target.last_modified):
            result = replace(result, etag=target.etag, last_modified=target.last_modified)
        elif not 200 <= answer.status < 300:
            result = replace(result, error=f"{FeedReason.HTTP} {answer.status}")
        else:
            self._reader = self._reader or FeedReader()
            result, entries, dropped = await self._reader.read(target, answer)
            if dropped:
                _log.warning("feed %s: entries left out: %s", target.url, dropped)
        async for request in self._listed(target, result, entries):
            yield request

    async def feed_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Note why a feed could not be had; requests for its pages that are due from earlier."""
        request, error = failed(failure)
        target: FeedTarget = request.cb_kwargs["target"]
        if not isinstance(error, StoppedError):
            result = self._failed(target, _noted(error, request))
            async for each in self._listed(target, result, ()):
                yield each

    def _failed(self, target: FeedTarget, error: FetchError) -> FeedResult:
        at = clock(self.crawler)()
        return FeedResult(source=target.source, url=target.url, at=at, status=0, error=str(error))

    async def _listed(
        self, target: FeedTarget, result: FeedResult, entries: tuple[FeedEntry, ...]
    ) -> AsyncIterator[Request]:
        discovery = await self._store.feed(target, result, entries)
        Progress.of(self.crawler).count(due=len(discovery.due))
        for due in discovery.due:
            yield self._page(due)

    def parse_page(self, response: Response, due: DueUrl) -> Iterator[Page]:
        """A page, as it came."""
        yield responses.page(response, due.entry)

    def page_failed(self, failure: Failure) -> Iterator[Miss]:
        """Why a page could not be had."""
        request, error = failed(failure)
        due: DueUrl = request.cb_kwargs["due"]
        if isinstance(error, StoppedError):
            self._store.not_asked(due)
        else:
            yield self._miss(due, _noted(error, request))

    def _miss(self, due: DueUrl, error: FetchError) -> Miss:
        return Miss(
            url=due.url,
            at=clock(self.crawler)(),
            state=error.reason.state,
            reason=error.reason,
            detail=error.detail,
            retry_at=error.retry_at,
        )

    @property
    def _store(self) -> StorePipeline:
        store = self.crawler.get_item_pipeline(StorePipeline)
        if store is None:
            raise TypeError(f"ITEM_PIPELINES must hold {StorePipeline.__qualname__}")
        return store

    def closed(self, reason: str) -> None:  # noqa: ARG002  Scrapy's signature
        """Called by Scrapy at the end."""
        if self._reader is not None:
            self._reader.close()


def _noted(error: BaseException, request: Request) -> FetchError:
    """The failure of a request; what nobody foresaw is logged whole."""
    failure = explained(error, request)
    if failure.reason is FetchReason.ERROR:
        _log.error("fetching %s", masked(request.url), exc_info=error)
    return failure
