"""Requests that lead to no public web page are refused before anybody is asked; names are judged when they are resolved."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from articles.errors import UrlError
from articles.urls import host, refuse_unfetchable
from crawlers.fetching.addresses import Guard
from crawlers.fetching.answers import FetchError
from store.records import FetchReason


class AddressGuardMiddleware:
    """Refuses what is no http(s) URL, and private IP addresses; each hop of a redirect comes by here."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Guard(crawler.settings.getlist("ALLOW_ADDRESSES")))

    def process_request(self, request: Request) -> None:
        """Raises FetchError: url, address."""
        try:
            refuse_unfetchable(request.url)
            name = host(request.url)
        except UrlError as error:
            raise FetchError(FetchReason.URL, str(error)) from error
        if not self._guard.admits_host(name):
            raise FetchError(FetchReason.ADDRESS, f"{name} is not a public address")
