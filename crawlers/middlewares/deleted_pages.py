"""Requests for pages that were deleted are refused, wherever they come from: a redirect, or a spider of the user's own."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from articles.errors import UrlError
from articles.urls import article_id, canonical
from crawlers import shared
from crawlers.fetching.answers import FetchError
from crawlers.keeping.store_access import Store
from store.records import FetchReason


class DeletedPagesMiddleware:
    """Refuses what lies under a tombstone; each hop of a redirect comes by here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(shared.of(crawler).store)

    def process_request(self, request: Request) -> None:
        """Raises FetchError: deleted."""
        if not self._store.buried:
            return
        try:
            url = canonical(request.url)
        except UrlError:
            return  # which is refused for that
        if article_id(url) in self._store.buried:
            raise FetchError(FetchReason.DELETED, f"{url} was deleted")
