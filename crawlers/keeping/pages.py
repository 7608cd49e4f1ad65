"""Pages that are due: the requests for them, and the items that come of these."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from articles.model import Page
from articles.urls import masked
from crawlers.fetching import responses
from crawlers.fetching.answers import FetchError
from crawlers.fetching.failures import explained, failed
from crawlers.fetching.hosts import StoppedError
from store.feed_records import FeedTarget
from store.records import DueUrl, FetchReason, Miss, NotModified

NOT_MODIFIED = 304

_log = logging.getLogger(__name__)


class Pages:
    """`now` tells the time, aware UTC; `not_asked` is called for pages that the end of the crawl came before."""

    def __init__(self, now: Callable[[], datetime], not_asked: Callable[[DueUrl], None]) -> None:
        self._now = now
        self._not_asked = not_asked

    def request(self, due: DueUrl) -> Request:
        """The request for a page; its answer becomes a Page or NotModified, its failure a Miss."""
        return Request(
            due.url,
            callback=self.parse,
            errback=self.failed,
            headers=conditions(due),
            cb_kwargs={"due": due},
            meta={"verbatim_url": True},
            dont_filter=True,
        )

    def parse(self, response: Response, due: DueUrl) -> Iterator[Page | NotModified]:
        """The page, as it came, or that it is as it was."""
        if response.status == NOT_MODIFIED and conditions(due):
            yield NotModified(url=due.url, at=response.meta[responses.FETCHED_AT])
        else:
            yield responses.page(response, due.entry)

    def failed(self, failure: Failure) -> Iterator[Miss]:
        """Why a page could not be had."""
        request, error = failed(failure)
        due: DueUrl = request.cb_kwargs["due"]
        if isinstance(error, StoppedError):
            self._not_asked(due)
        else:
            yield self._miss(due, noted(error, request))

    def _miss(self, due: DueUrl, error: FetchError) -> Miss:
        return Miss(
            url=due.url,
            at=self._now(),
            state=error.reason.state,
            reason=error.reason,
            detail=error.detail,
            retry_at=error.retry_at,
        )


def conditions(known: FeedTarget | DueUrl) -> dict[str, str]:
    """The headers that ask for an answer only if it is another than the last; none without validators."""
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


def noted(error: BaseException, request: Request) -> FetchError:
    """The failure of a request; what nobody foresaw is logged whole."""
    failure = explained(error, request)
    if failure.reason is FetchReason.ERROR:
        _log.error("fetching %s", masked(request.url), exc_info=error)
    return failure
