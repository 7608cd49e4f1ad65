"""A second look at sources whose lists are silent for longer than usual: does their front page have what the lists do not?

By the guard, robots.txt and pace of a crawl. What the page names is noted as a catch; nothing becomes due, no page is kept.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection

from articles.clean import clean
from articles.errors import CrawlError
from articles.model import Article, Page
from articles.urls import article_id, canonical, masked
from crawlers.url_shapes import shape
from pipeline.backfilling.past_lists import home_of
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.coverage.list_reading import Kind, ListTask, Read, read_list
from pipeline.fetch_once import Unfetched, fetch
from pipeline.health import record
from pipeline.health.looks import Look, Seen, some, weighed
from pipeline.health.verdicts import Doubt, doubt
from store.feed_records import FeedResult
from store.ledger import capture_table, feed_table, host_table, tombstone_table
from store.ledger.catches import catch_table
from store.ledger.database import Ledger
from store.ledger.queries import recent, sightings
from store.pace import NOT_MODIFIED
from store.workers import Lost, Workers

_MOST = 100  # sources that are looked at after a run, those first that are silent longest
_SECONDS = 40.0
_DAY = timedelta(days=1)
_SECTION: Kind = "section"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A source to look at: some of its articles, its front page, and its lists that were called unchanged, by what they are."""

    source: str
    doubt: Doubt
    known: tuple[str, ...]
    page: str
    lists: tuple[tuple[Kind, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What a front page names: the number of pages that the lists had, and those like them that no list had."""

    asked: _Asked
    known: int
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Dated:
    """An article that was read: the ids that it may have, and the first and last time that it may be from."""

    ids: frozenset[str]
    first: datetime
    last: datetime


@dataclass(slots=True)
class _Fetching:
    """Pages by address, each fetched once, and what is read of them. `ahead` is how far the clock is ahead of the machine's."""

    config: Config
    ahead: timedelta
    pages: dict[str, Page | Unfetched] = field(default_factory=dict)

    def fetch(self, addresses: Collection[str]) -> None:
        wanted = [url for url in dict.fromkeys(map(canonical, addresses)) if url not in self.pages]
        for page in fetch(self.config, wanted, self.config.crawl.max_feed_bytes, self.ahead):
            self.pages[page.url] = page


def look_again(
    config: Config, ledger: Ledger, names: Collection[str], now: datetime, ahead: timedelta
) -> None:
    """Look at those of these sources that are in doubt, and keep for health what it showed. What cannot be looked at is as before.

    Raises LedgerError.
    """
    asked = _in_doubt(config, ledger, names, now)
    if not asked:
        return
    fetching = _Fetching(config, ahead)
    with suppress(CrawlError):  # another run looks again
        fetching.fetch([url for each in asked for url in (each.page, *(url for _, url in each.lists))])
        named = _named(ledger, asked, fetching, now)
        fetching.fetch([url for each in named for url in some(each.unknown)])
        record.keep_looks(ledger, dict(_looks(ledger, named, fetching, now)))


def _in_doubt(config: Config, ledger: Ledger, names: Collection[str], now: datetime) -> list[_Asked]:
    """Of sources of feeds and sitemaps alone: of others, the pages are looked at in each run."""
    sources = {
        each.name: each
        for each in config.sources
        if each.name in names and not (each.sections or each.spider)
    }
    found = []
    for history in record.histories(ledger, list(sources.values()), now):
        if silence := doubt(history, now):
            unchanged = {each.url for each in history.lists if each.status == NOT_MODIFIED}
            found.append((silence, sources[history.source], unchanged))
    found.sort(key=lambda each: (each[0].since, each[1].name))
    with ledger.transaction() as conn:
        closed = {each.host for each in host_table.left_alone(conn, now)}
        asked = [_asked(conn, *each) for each in found[:_MOST]]
    return [each for each in asked if each.page and urlsplit(each.page).netloc not in closed]


def _asked(conn: Connection, silence: Doubt, source: SourceSection, unchanged: Collection[str]) -> _Asked:
    known = recent.articles(conn, source.name)
    ways: tuple[tuple[Kind, str], ...] = (
        *(("feed", url) for url in source.feeds),
        *(("sitemap", url) for url in source.sitemaps),
    )
    return _Asked(
        source=source.name,
        doubt=silence,
        known=known,
        page=home_of(source, known),
        lists=tuple((way, url) for way, url in ways if masked(url) in unchanged),
    )


def _named(ledger: Ledger, asked: Sequence[_Asked], fetching: _Fetching, now: datetime) -> list[_Named]:
    """What front pages name, noted as catches; not of sources whose lists have something new: these are asked whole next time."""
    found = []
    with Workers(read_list, 1, _SECONDS) as workers:
        for each in asked:
            answers = [
                (way, url, _read(workers, each, way, fetching.pages[canonical(url)]))
                for way, url in each.lists
            ]
            front = _read(workers, each, _SECTION, fetching.pages[each.page])
            with ledger.transaction() as conn:
                _note(conn, each, fetching.pages[each.page], front, now)
                if not isinstance(front, str) and _are_silent(conn, each, answers):
                    found.append(_compared(conn, each, [entry.url for entry in front.entries]))
    return found


def _read(workers: Workers[ListTask, Read], each: _Asked, way: Kind, page: Page | Unfetched) -> Read:
    if isinstance(page, Unfetched):
        return page.reason
    answer = workers.call(ListTask(way, page, each.source, each.known, each.page))
    return answer.detail if isinstance(answer, Lost) else answer


def _note(conn: Connection, each: _Asked, page: Page | Unfetched, front: Read, now: datetime) -> None:
    result = FeedResult(
        source=each.source,
        url=each.page,
        at=now,
        status=page.status if isinstance(page, Page) else 0,
        entries=0 if isinstance(front, str) else len(front.entries),
        error=front if isinstance(front, str) else "",
        kind=_SECTION,
    )
    feed_table.record(conn, result)
    if not isinstance(front, str):
        catch_table.record(conn, each.source, _SECTION, front.entries, now)


def _are_silent(conn: Connection, each: _Asked, answers: Sequence[tuple[Kind, str, Read]]) -> bool:
    """Whether the lists that were called unchanged name nothing that is unknown."""
    for _, url, answer in answers:
        if isinstance(answer, str) or answer.sitemaps:
            return False
        named = [entry.url for entry in answer.entries]
        if len(sightings.sources(conn, named)) < len(named):
            feed_table.ask_whole(conn, each.source, url)
            return False
    return True


def _compared(conn: Connection, each: _Asked, named: Sequence[str]) -> _Named:
    """Unknown pages count only if they look like the known articles, and the front page did not name them before."""
    sources = sightings.sources(conn, named)
    before = catch_table.named_before(conn, each.source, _SECTION, each.doubt.since)
    gone = tombstone_table.among(conn, named)
    shapes, tops = {shape(url) for url in each.known}, {_top(url) for url in each.known}
    unknown = [
        url
        for url in named
        if url not in sources
        and url not in before
        and url not in gone
        and shape(url) in shapes
        and _top(url) in tops
    ]
    known = sum(source == each.source for source in sources.values())
    return _Named(asked=each, known=known, unknown=tuple(unknown))


def _top(url: str) -> str:
    """The first part of the path, of addresses that have more: their section."""
    first, _, rest = urlsplit(url).path.strip("/").partition("/")
    return first if rest else ""


def _looks(
    ledger: Ledger, named: Sequence[_Named], fetching: _Fetching, now: datetime
) -> Iterator[tuple[str, Look]]:
    with Workers(dated, 1, _SECONDS) as workers:
        for each in named:
            silence, read = each.asked.doubt, _articles(workers, some(each.unknown), fetching.pages)
            with ledger.reading() as conn:
                taken = capture_table.of_articles(
                    conn, [one for article in read.values() for one in article.ids]
                )
            had = {capture.article_id for capture in taken}
            other = {url: article for url, article in read.items() if had.isdisjoint(article.ids)}
            known = len(read) - len(other)
            seen = Seen(
                at=now,
                page=masked(each.asked.page),
                known=each.known + known,
                unknown=len(each.unknown) - known,
                newer=tuple(
                    url
                    for url, article in other.items()
                    if silence.since < article.first and article.last <= silence.due
                ),
                older=sum(article.first <= silence.since for article in other.values()),
            )
            yield each.asked.source, weighed(seen, silence.usual)


def _articles(
    workers: Workers[Page, _Dated | None], urls: Sequence[str], pages: Mapping[str, Page | Unfetched]
) -> dict[str, _Dated]:
    found = {}
    for url in urls:
        page = pages[url]
        answer = workers.call(page) if isinstance(page, Page) else None
        if isinstance(answer, _Dated):
            found[url] = answer
    return found


def dated(page: Page) -> _Dated | None:
    """The article on a page, if it says when it was published. For a killable worker."""
    article = clean(page)
    if not isinstance(article, Article) or article.published_from in ("", "guess"):
        return None
    ids = frozenset(map(article_id, (page.url, article.url, article.canonical_url)))
    if article.published_at:
        return _Dated(ids, article.published_at, article.published_at)
    if article.published_on:
        start = datetime.combine(article.published_on, time(), UTC)
        return _Dated(ids, start, start + _DAY)
    return None
