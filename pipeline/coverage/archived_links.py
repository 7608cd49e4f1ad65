"""A further catch: the articles that archived articles link to. Nothing is fetched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from articles.html import content_type
from articles.model import FeedEntry, Page
from crawlers.clock import now
from crawlers.front_page import article_links
from crawlers.history.url_dates import Span, page_span
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from store.archive.reader import recall
from store.ledger import capture_table
from store.ledger.catches import catch_table
from store.ledger.database import Ledger
from store.ledger.queries import recent
from store.records import Capture, Outcome, Selection
from store.workers import Lost, Workers

_AT_ONCE = 200
_SECONDS = 40.0
_ARTICLES = (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class LinkTask:
    """An archived page, and the addresses of some articles of its source."""

    page: Page
    known: tuple[str, ...]


def read_links(
    config: Config, source: SourceSection, days: Span, clock: Callable[[], datetime] = now
) -> tuple[int, int]:
    """Note the articles that a source's articles fetched on these days or later link to; the numbers of both.

    A link counts if another list names its page, or its address names the day. Articles whose raw pages were dropped
    are passed over. Raises LedgerError, ArchiveError.
    """
    read, named = 0, set[str]()
    with Ledger.existing(config.ledger) as ledger, Workers(links_of, 1, _SECONDS) as workers:
        with ledger.reading() as conn:
            known = recent.articles(conn, source.name)
            others = {each.url for each in catch_table.of_source(conn, source.name)}
        for captures in _captures(ledger, source.name, days.first):
            pages = [page for each in captures if isinstance(page := recall(config.archive, each.ref), Page)]
            tasks = (LinkTask(page, known) for page in pages)
            answers = [answer for _, answer in workers.run(tasks) if not isinstance(answer, Lost)]
            urls = {url for answer in answers for url in answer if url in others or page_span(url)}
            entries = [FeedEntry(url=url, source=source.name) for url in urls]
            with ledger.transaction() as conn:
                catch_table.record(conn, source.name, "link", entries, clock())
            read, named = read + len(pages), named | urls
    return read, len(named)


def links_of(task: LinkTask) -> tuple[str, ...]:
    """The articles that a page links to. For a killable worker."""
    page = task.page
    return tuple(url for url, _ in article_links(page.body, page.final_url, content_type(page), task.known))


def _captures(ledger: Ledger, source: str, since: datetime) -> Iterator[list[Capture]]:
    which = Selection(outcomes=_ARTICLES, fetched_from=since, sources=(source,))
    after = 0
    while True:
        with ledger.reading() as conn:
            captures = capture_table.settled(conn, which, _AT_ONCE, after)
        if not captures:
            return
        yield captures
        after = captures[-1].id
