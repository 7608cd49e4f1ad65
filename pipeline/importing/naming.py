"""The source of an imported page."""

from collections.abc import Callable

from articles.errors import UrlError
from articles.urls import host, site
from pipeline.configuration.config import Config


def naming(config: Config) -> Callable[[str], str]:
    """The function that names the source of a URL.

    That is the source of broadsheet.toml with a feed on its host, else the first with a feed of the same registrable
    domain, else a name of its own: that domain.
    """
    hosts: dict[str, str] = {}
    sites: dict[str, str] = {}
    for source in config.sources:
        for feed in source.feeds:
            try:
                hosts.setdefault(host(feed), source.name)
                sites.setdefault(site(feed), source.name)
            except UrlError:
                continue  # a feed that cannot be fetched either

    def source_of(url: str) -> str:
        return hosts.get(host(url)) or sites.get(site(url)) or site(url)

    return source_of
