"""A second catch for sources whose lists are of one kind: sitemap and front page, read once. No article is fetched."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from articles.model import FeedEntry, Page
from articles.urls import masked
from crawlers.clock import now
from crawlers.readers.sitemap_choice import chosen
from crawlers.readers.sitemap_pages import SitemapPages
from crawlers.sitemaps import MAX_BYTES
from pipeline.backfilling.past_lists import home_of, sitemaps
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.coverage.list_reading import Kind, ListTask, Read, read_list
from pipeline.fetch_once import Unfetched, fetch
from store.ledger.catches import catch_table
from store.ledger.database import Ledger
from store.ledger.queries import recent
from store.workers import Lost, Workers

_CHILDREN, _MOST = 5, 10  # sitemaps that are read of an index, and of all
_SECONDS = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """How many pages the sitemaps and the front page of a source name, and what could not be read: addresses and why."""

    source: str
    named: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Site:
    config: Config
    source: SourceSection
    known: tuple[str, ...]
    home: str


def probe(config: Config, source: SourceSection, clock: Callable[[], datetime] = now) -> Probed:
    """Read sitemaps and front page of a source, those that its runs do not read, and note what they name.

    By the guard, robots.txt and pace of a crawl; nothing becomes due. Raises CrawlError, LedgerError.
    """
    with Ledger.existing(config.ledger) as ledger:
        with ledger.reading() as conn:
            known = recent.articles(conn, source.name)
        home = home_of(source, known)
        maps, guesses = ((), frozenset()) if source.sitemaps else sitemaps(config, source, home)
        front = [home] if home and not source.sections else []
        found: dict[Kind, list[FeedEntry]] = defaultdict(list)
        problems: list[tuple[str, str]] = []
        for way, url, answer in _read(_Site(config, source, known, home), maps, front):
            if not isinstance(answer, str):
                found[way] += answer.entries
            elif url not in guesses:
                problems.append((masked(url), answer))
        with ledger.transaction() as conn:
            for way, entries in found.items():
                catch_table.record(conn, source.name, way, entries, clock())
    return Probed(
        source=source.name,
        named={way: len({entry.url for entry in entries}) for way, entries in found.items()},
        problems=tuple(problems),
    )


def _read(site: _Site, maps: Sequence[str], front: Sequence[str]) -> Iterator[tuple[Kind, str, Read]]:
    """Kind, address and contents of each list; the newest of the sitemaps that an index lists are lists as well."""
    with Workers(read_list, 1, _SECONDS) as workers:

        def answer(way: Kind, page: Page | Unfetched) -> Read:
            if isinstance(page, Unfetched):
                return page.reason
            result = workers.call(ListTask(way, page, site.source.name, site.known, site.home))
            return result.detail if isinstance(result, Lost) else result

        fetched = fetch(site.config, [*maps, *front], MAX_BYTES)
        children: list[str] = []
        for number, page in enumerate(fetched):
            way: Kind = "sitemap" if number < len(maps) else "section"
            found = answer(way, page)
            yield way, page.url, found
            if isinstance(found, SitemapPages) and isinstance(page, Page):
                children += chosen(found.sitemaps, {}, page.fetched_at, most=_CHILDREN)[0]
        inner = [url for url in dict.fromkeys(children) if url not in maps]
        for page in fetch(site.config, inner[:_MOST], MAX_BYTES):
            yield "sitemap", page.url, answer("sitemap", page)
