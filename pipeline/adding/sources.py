"""From what a person names (a feed, a site, a list, an OPML file) to the sources of broadsheet.toml."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from articles.errors import ConfigError
from articles.urls import host, masked
from crawlers.discovery import opml, url_list
from crawlers.sitemaps import MAX_BYTES
from pipeline.adding.probing import lists_at, probe
from pipeline.adding.proposals import proposed
from pipeline.adding.samples import Sample
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.fetch_once import Unfetched, fetch

if TYPE_CHECKING:
    from articles.model import Page


@dataclass(frozen=True, slots=True)
class Found:
    """What came of the addresses: sources to add, ways known already, and problems as (address, reason).

    `tried` is what was tried for each page that is neither a feed nor a sitemap.
    """

    new: tuple[SourceSection, ...]
    known: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]
    tried: tuple[tuple[str, tuple[Sample, ...]], ...] = ()


def addresses(config: Config, origin: str) -> list[str]:
    """The URLs that a file or web page lists: OPML, or one a line. Raises ConfigError."""
    if re.match(r"https?://", origin):
        page = fetch(config, [origin])[0]
        if isinstance(page, Unfetched):
            raise ConfigError(f"{masked(origin)} could not be fetched ({page.reason}).")
        body = page.body
    else:
        try:
            body = Path(origin).read_bytes()
        except OSError as error:
            raise ConfigError(f"{masked(origin)} cannot be read: {error.strerror}.") from error
    if body.lstrip().startswith(b"<"):
        return [url for _, url in opml(body)]
    return url_list(body.decode(errors="replace"))


def find(config: Config, named: Iterable[str]) -> Found:
    """Fetch what was named: a feed or sitemap is one; of a page, every way into its site is tried.

    Ways of one host become one source.
    """
    wanted = list(dict.fromkeys(named))
    ways: dict[str, tuple[Sample, ...]] = {}
    problems: dict[str, str] = {}
    pages: dict[str, Page] = {}
    for address, page in zip(wanted, fetch(config, wanted, MAX_BYTES), strict=True):
        if isinstance(page, Unfetched):
            problems[address] = f"could not be fetched: {page.reason}"
        elif page.status != 200:
            problems[address] = f"answered with HTTP status {page.status}"
        else:
            pages[address] = page
    lists = dict(zip(pages, lists_at(list(pages.values())), strict=True))
    ways.update((address, (each,)) for address, each in lists.items() if each)
    sites = {address: page for address, page in pages.items() if address not in ways}
    tried = probe(config, list({page.url: page for page in sites.values()}.values()))
    for address, page in sites.items():
        ways[address] = proposed(tried[page.url], page.fetched_at)
        if not ways[address]:
            problems[address] = "is no feed and declares none, nor was a sitemap found, nor links to articles"
    new, known = _sources(config, [each for address in wanted for each in ways.get(address, ())])
    return Found(
        new=new,
        known=known,
        problems=tuple((masked(address), problems[address]) for address in wanted if address in problems),
        tried=tuple((masked(address), tried[page.url]) for address, page in sites.items()),
    )


def _sources(config: Config, ways: Iterable[Sample]) -> tuple[tuple[SourceSection, ...], tuple[str, ...]]:
    """The sources to add for these ways, and the ways that the configuration names already."""
    known = {way for source in config.sources for way in source.ways}
    names = {source.name for source in config.sources}
    hosts: dict[str, dict[str, list[str]]] = {}
    sites: dict[str, str] = {}
    seen: list[str] = []
    for way in ways:
        if way.url in known:
            seen.append(way.url)
        else:
            known.add(way.url)
            own = host(way.site or way.url)
            hosts.setdefault(own, {}).setdefault(f"{way.kind}s", []).append(way.url)
            if way.site:
                sites[own] = way.site
    new = []
    for site, lists in hosts.items():
        name = _free(re.sub(r"[^\w.-]", "-", site.removeprefix("www.")), names)
        names.add(name)
        new.append(SourceSection.model_validate({"name": name, **lists, "site": sites.get(site, "")}))
    return tuple(new), tuple(seen)


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
