"""A source's own headers, such as the cookies of its reader's login: sent to the source's site, and nowhere else.

The settings have only the names of environment variables. A value is on a request only while that is being fetched, so
that no redirect, no spider and no record of the request has it.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from articles.errors import HeadersError, UrlError
from articles.urls import origin, same_site

_BEFORE = "headers_before_credentials"


class CredentialsMiddleware:
    """Adds SOURCE_HEADERS (environment variables by header) to requests to the site of SOURCE_SITES (URLs).

    A Set-Cookie in an answer to such a request may hold what the login does, so it does not stay with the page; one on a
    redirect does, for the chain's next request.
    """

    def __init__(self, headers: Mapping[str, str], sites: Sequence[str]) -> None:
        self._headers = {name: value.encode("latin-1") for name, value in headers.items()}
        self._sites = sites

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        named = crawler.settings.getdict("SOURCE_HEADERS")
        if not named:
            raise NotConfigured
        return cls(values(named, os.environ), crawler.settings.getlist("SOURCE_SITES"))

    def process_request(self, request: Request) -> None:
        if not belongs(request.url, self._sites):
            return
        request.meta[_BEFORE] = {name: request.headers.getlist(name) for name in self._headers}
        for name, value in self._headers.items():
            others = request.headers.getlist(name) if name.lower() == "cookie" else []
            request.headers[name] = b"; ".join((*others, value))

    def process_response(self, request: Request, response: Response) -> Response:
        sent = _take_back(request)
        if sent and not (300 <= response.status < 400 and "Location" in response.headers):
            response.headers.pop("Set-Cookie", None)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002  Scrapy's signature
        _take_back(request)


def values(named: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """The headers' values. Raises HeadersError, which names the variable that is not set, or that no header can hold."""
    found = {header: environment.get(variable, "").strip() for header, variable in named.items()}
    for header, value in found.items():
        if not value:
            raise HeadersError(f"the environment variable {named[header]}, for {header}, is not set")
        if not (value.isprintable() and value.isascii()):
            raise HeadersError(
                f"the environment variable {named[header]}, for {header}, is not one line of ASCII characters"
            )
    return found


def belongs(url: str, sites: Sequence[str]) -> bool:
    """Whether a URL is on the same site as one of these, and as safe: not over plain http if one of them has https.

    An IP address, or a host without a registrable domain, is a site with its port.
    """
    if not url.startswith("https:") and any(site.startswith("https:") for site in sites):
        return False
    return any(_same(url, site) for site in sites)


def _same(url: str, site: str) -> bool:
    try:
        return same_site(url, site) or origin(url) == origin(site)
    except UrlError:
        return False


def _take_back(request: Request) -> bool:
    """Give a request the headers that it had before; whether there were others."""
    before = request.meta.pop(_BEFORE, None)
    if before is None:
        return False
    for name, earlier in before.items():
        if earlier:
            request.headers.setlist(name, earlier)
        else:
            request.headers.pop(name, None)
    return True
