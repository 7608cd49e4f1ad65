"""From what a person names (a feed, a site, a list, an OPML file) to the sources of broadsheet.toml."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from articles.errors import BroadsheetError, ConfigError, FeedError
from articles.html import content_type
from articles.model import Page
from articles.urls import host, masked
from crawlers.discovery import feed_links, opml, url_list
from crawlers.feeds import parse
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.fetch_once import Unfetched, fetch


@dataclass(frozen=True, slots=True)
class Found:
    """What came of the addresses: sources to add, those known already, and problems as (address, reason)."""

    new: tuple[SourceSection, ...]
    known: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]


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
    """Fetch what was named and look for feeds in it; feeds of one host become one source."""
    wanted = list(dict.fromkeys(named))
    known = {feed for source in config.sources for feed in source.feeds}
    names = {source.name for source in config.sources}
    feeds: dict[str, list[str]] = {}
    problems: list[tuple[str, str]] = []
    seen: list[str] = []
    for address, page in zip(wanted, fetch(config, wanted), strict=True):
        try:
            urls = _feeds(page)
        except BroadsheetError as error:
            problems.append((masked(address), str(error)))
            continue
        for url in urls:
            if url in known:
                seen.append(url)
            else:
                known.add(url)
                feeds.setdefault(host(url), []).append(url)
    new = []
    for site, urls in feeds.items():
        name = _free(re.sub(r"[^\w.-]", "-", site.removeprefix("www.")), names)
        names.add(name)
        new.append(SourceSection(name=name, feeds=tuple(urls)))
    return Found(tuple(new), tuple(seen), tuple(problems))


def _feeds(page: Page | Unfetched) -> list[str]:
    if isinstance(page, Unfetched):
        raise FeedError(f"could not be fetched: {page.reason}")
    if page.status != 200:
        raise FeedError(f"answered with HTTP status {page.status}")
    try:
        parse(page.body, page.final_url, "once", page.fetched_at, page.headers)
    except FeedError as error:
        links = feed_links(page.body, page.final_url, content_type(page))
        if not links:
            raise FeedError(f"is no feed ({error}) and declares none; name its feed's URL") from error
        return links
    return [page.url]


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
