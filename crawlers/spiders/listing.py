"""What the ways into a site have in common: a list is fetched and read, and what it names is fetched if it is due."""

import os
from abc import abstractmethod
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from articles.errors import UrlError
from articles.model import FeedEntry
from articles.urls import refuse_unfetchable
from crawlers.clock import clock
from crawlers.contracts import prepare_check
from crawlers.fetching import responses
from crawlers.fetching.answers import Answer, FetchError, answered
from crawlers.fetching.failures import failed
from crawlers.fetching.hosts import StoppedError
from crawlers.keeping.pages import NOT_MODIFIED, conditions, noted
from crawlers.pipelines import StorePipeline
from crawlers.plan import SourceFeeds
from store.feed_records import FeedResult, FeedTarget
from store.policy import Terms
from store.records import FeedReason, FetchReason

_GONE = 410
_IS_ANOTHERS = "the source `{}` has it already; take it out of one of the two in broadsheet.toml"
_HAS_ENDED = "the server says that this {kind} has ended (HTTP 410); take it out of broadsheet.toml"


class ListSpider(Spider):
    """Crawls lists of one kind, and pages that are named besides.

    `url` names lists, several with commas between; `sources` are those of broadsheet.toml.
    """

    size_limit = "MAX_FEED_BYTES"
    """The setting that limits a list's size."""
    sample: str
    """The file in crawlers/samples/ that `scrapy check` reads where no list is named."""

    def __init__(
        self,
        url: str = "",
        sources: tuple[SourceFeeds, ...] = (),
        pages: tuple[FeedEntry, ...] = (),
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        named = tuple(each.strip() for each in url.split(",") if each.strip())
        self._lists = [(source.name, self.lists_of(source)) for source in sources]
        if named:
            self._lists.append((self.name, named))
        self._claimed = {
            (source.name, url): owner for source in sources for url, owner in source.claimed.items()
        }
        self._due_by = {source.name: source.due_by for source in sources if source.due_by}
        self._pages = pages

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Called by Scrapy; it sets the variable while it checks contracts."""
        super().update_settings(settings)
        if "SCRAPY_CHECK" in os.environ:
            prepare_check(settings)

    @abstractmethod
    def lists_of(self, source: SourceFeeds) -> tuple[str, ...]:
        """The addresses of a source's lists of this kind."""

    @abstractmethod
    def read(self, target: FeedTarget, answer: Answer) -> AsyncIterator[Request]:
        """What a fetched list leads to: `_listed` with its entries."""

    async def start(self) -> AsyncIterator[Any]:
        """The lists, then what is due without them."""
        store = StorePipeline.of(self.crawler)
        for target in await store.targets(self._lists, self._due_by):
            async for request in self.fetched(target):
                yield request
        for due in await store.queued(self._pages, [name for name, _ in self._lists]):
            yield store.pages.request(due)

    async def fetched(self, target: FeedTarget) -> AsyncIterator[Request]:
        """The request for a list; none for what is no URL, or another source's, which is noted as a failure."""
        if owner := self._claimed.get((target.source, target.url)):
            async for request in self._failed(target, f"{FeedReason.CLAIMED}: {_IS_ANOTHERS.format(owner)}"):
                yield request
            return
        try:
            refuse_unfetchable(target.url)
        except UrlError as error:
            async for request in self._failed(target, str(FetchError(FetchReason.URL, str(error)))):
                yield request
            return
        yield self.request(target)

    def request(self, target: FeedTarget) -> Request:
        """The request for a list. Raises ValueError for what is no URL."""
        return Request(
            target.url,
            callback=self.parse,
            errback=self.list_failed,
            headers=conditions(target),
            cb_kwargs={"target": target},
            meta={"verbatim_url": True, "download_maxsize": self.settings.getint(self.size_limit)},
            dont_filter=True,
        )

    def first_list(self) -> FeedTarget | None:
        """The first list that was named, without what the ledger knows of it."""
        named = (FeedTarget(source=name, url=url) for name, urls in self._lists for url in urls)
        return next(named, None)

    async def parse(self, response: Response, target: FeedTarget) -> AsyncIterator[Any]:
        """Read a list; requests for the pages that are due.

        @list
        @returns requests 1
        """
        answer = replace(
            responses.answer(response, response.meta[responses.FETCHED_AT]),
            moved_to=responses.moved_to(response),
        )
        result = answered(target, answer)
        if answer.status == NOT_MODIFIED and (target.etag or target.last_modified):
            result = replace(result, etag=target.etag, last_modified=target.last_modified)
        elif answer.status == _GONE:
            result = replace(result, error=f"{FeedReason.GONE}: {_HAS_ENDED.format(kind=self.name)}")
        elif not 200 <= answer.status < 300:
            result = replace(result, error=f"{FeedReason.HTTP} {answer.status}")
        else:
            async for request in self.read(target, answer):
                yield request
            return
        async for request in self._listed(target, result, ()):
            yield request

    async def list_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """Note why a list could not be had; requests for its pages that are due from earlier."""
        request, error = failed(failure)
        target: FeedTarget = request.cb_kwargs["target"]
        if isinstance(error, StoppedError):
            StorePipeline.of(self.crawler).books.settle(target)
            return
        async for each in self._failed(target, str(noted(error, request))):
            yield each

    async def _failed(self, target: FeedTarget, error: str) -> AsyncIterator[Request]:
        at = clock(self.crawler)()
        result = FeedResult(source=target.source, url=target.url, at=at, status=0, error=error)
        async for request in self._listed(target, result, ()):
            yield request

    async def _listed(
        self, target: FeedTarget, result: FeedResult, entries: tuple[FeedEntry, ...], inner: int = 0
    ) -> AsyncIterator[Request]:
        """Note a list, its entries, and to how many sitemaps it leads; requests for those entries that are due."""
        store = StorePipeline.of(self.crawler)
        result = replace(result, kind=self.name)
        discovery = await store.feed(target, result, entries, self.terms(), inner)
        for due in discovery.due:
            yield store.pages.request(due)

    def terms(self) -> Terms:
        """Which of the pages that a list names are fetched."""
        return Terms()
