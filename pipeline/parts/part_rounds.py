"""Further pages of articles, fetched after the crawl that found their first pages, in crawls of their own."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from articles.model import FeedEntry
from crawlers.plan import CrawlPlan
from store.ledger.database import Ledger
from store.ledger.engines.worker_locks import Worker
from store.ledger.parts import part_fetching


@dataclass(frozen=True, slots=True)
class PartRounds:
    """What the crawls after that by this plan are to fetch, of articles of its sources with at most `most` pages.

    Each page is asked for once, by the worker that has the first one. Pages that only a further page names are for the next round.
    """

    plan: CrawlPlan
    ledger: Ledger
    worker: Worker
    most: int
    clock: Callable[[], datetime]

    def plans(self) -> Iterator[CrawlPlan]:
        """The crawls to make, one after the other; what each fetched must be loaded before the next is asked for."""
        asked: set[str] = set()
        for _ in range(self.most):
            entries = [each for each in self._to_fetch() if each.url not in asked]
            if not entries:
                return
            asked.update(each.url for each in entries)
            yield self._of(entries)

    def _to_fetch(self) -> list[FeedEntry]:
        names = [source.name for source in self.plan.sources]
        with self.ledger.transaction() as conn:
            return part_fetching.to_fetch(conn, names, self.most, self.clock(), self.worker.name or None)

    def _of(self, entries: Collection[FeedEntry]) -> CrawlPlan:
        """As the pages of their sources are fetched; a spider of the user's own is not started."""
        wanted = {each.source for each in entries}
        sources = tuple(replace(each, spider="") for each in self.plan.sources if each.name in wanted)
        return replace(self.plan, sources=sources, pages=tuple(entries), past=None, only_pages=True)
