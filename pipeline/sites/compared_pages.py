"""Pages of a site by the rules that there are and by those that there would be: cleaned once, where the index has what the first make of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeGuard

from articles.clean import RULES
from articles.errors import ArchiveUnavailableError
from articles.model import Article, Extractor, Page, Rejection
from articles.sites.site_rules import SiteRules
from index.protocols import IndexReader
from pipeline import indexes
from pipeline.batches import task_of
from pipeline.completing import completed
from pipeline.configuration.config import Config
from pipeline.maintenance.cleaning_again import PresentKnowledge
from pipeline.settling import row_of
from pipeline.sites.sided_cleaning import Result, Side, SidedResult, SidedTask, SiteChange, clean_sided
from store.archive.remote.ahead import fetch_ahead
from store.ledger.database import Ledger
from store.ledger.parts import part_captures
from store.records import Capture, Outcome
from store.workers import Lost, Workers

_AT_ONCE = 8  # that are looked up together: the cleaners wait meanwhile


@dataclass(frozen=True, slots=True)
class SitePages:
    """The page that is corrected, with its capture if it is archived, and captures of other pages of its site."""

    page: Page
    capture: Capture | None = None
    others: tuple[Capture, ...] = ()

    def __len__(self) -> int:
        return 1 + len(self.others)


class ComparedPage(NamedTuple):
    """What is and what would be made of a page; both None if it could not be cleaned."""

    url: str
    before: Result | None
    after: Result | None


_Pool = Workers[SidedTask, SidedResult]
_Pair = tuple[Capture, SidedResult]


def is_made_of(article: Article | None, capture: Capture, site: SiteRules) -> TypeGuard[Article]:
    """Whether an article of the index was made of this capture by these rules of its site, and today's of all sites."""
    return (
        article is not None
        and capture.outcome is Outcome.INDEXED
        and (article.fetched_at, article.rules) == (capture.fetched_at, RULES)
        and article.site_rules == site.stamp
    )


def compared(
    config: Config, pages: SitePages, change: SiteChange, extractor: Extractor
) -> Iterator[ComparedPage]:
    """Each page as it is done; the text is found by this extractor unless the site has another.

    Raises LedgerError, SearchIndexError.
    """
    how = partial(clean_sided, change, (extractor, config.crawl.obey))
    with Workers(how, config.clean.workers, config.clean.timeout) as pool:
        if pages.capture is None:
            yield _fetched(pool, pages.page)
            return
        with Ledger.open(config.ledger) as ledger:
            reader = indexes.reader(config) if indexes.exists(config) else None
            collection = _Collection(config.archive, ledger, reader, PresentKnowledge(ledger), change)
            with ledger.reading() as conn:
                captures = part_captures.with_parts(conn, (pages.capture, *pages.others))
            yield from collection.of(pool, captures)


def _fetched(pool: _Pool, page: Page) -> ComparedPage:
    """A page that is not archived."""
    before, after = pool.call(SidedTask("before", page)), pool.call(SidedTask("after", page))
    if isinstance(before, Lost) or isinstance(after, Lost):
        return ComparedPage(page.final_url, None, None)
    return ComparedPage(page.final_url, before.result, after.result)


@dataclass(frozen=True, slots=True)
class _Collection:
    """Pages of a collection, compared; what is made of them is judged as the articles of its index are.

    An article that the index has by the same rules is what is made of its page: only other pages are cleaned by the old rules.
    """

    archive: Path
    ledger: Ledger
    reader: IndexReader | None
    knowing: PresentKnowledge
    change: SiteChange

    def of(self, pool: _Pool, captures: Sequence[Capture]) -> Iterator[ComparedPage]:
        waiting: list[_Pair] = []
        unknown: list[_Pair] = []
        for capture, after in self._cleaned(pool, "after", captures):
            if isinstance(after, Lost):
                yield ComparedPage(capture.final_url, None, None)
            elif self._is_as_before(capture, after.result):
                yield ComparedPage(capture.final_url, after.result, after.result)
            else:
                waiting.append((capture, after))
            if len(waiting) == _AT_ONCE:
                yield from self._looked_up(waiting, unknown)
                waiting = []
        yield from self._looked_up(waiting, unknown)
        made = {capture.id: after for capture, after in unknown}
        for capture, before in self._cleaned(pool, "before", [capture for capture, _ in unknown]):
            if isinstance(before, Lost):
                yield ComparedPage(capture.final_url, None, None)
            else:
                both = self._judged([(capture, before), (capture, made[capture.id])])
                yield ComparedPage(capture.final_url, *both)

    def _cleaned(
        self, pool: _Pool, side: Side, captures: Iterable[Capture]
    ) -> Iterator[tuple[Capture, SidedResult | Lost]]:
        away: list[tuple[Capture, Lost]] = []
        in_hand: dict[SidedTask, Capture] = {}
        for task, answer in pool.run(self._tasks(side, captures, in_hand, away)):
            yield in_hand.pop(task), answer
        yield from away

    def _tasks(
        self,
        side: Side,
        captures: Iterable[Capture],
        in_hand: dict[SidedTask, Capture],
        away: list[tuple[Capture, Lost]],
    ) -> Iterator[SidedTask]:
        for capture, packed in fetch_ahead(self.archive, captures, lambda each: each.ref):
            if isinstance(packed, ArchiveUnavailableError):
                away.append((capture, Lost("error", str(packed))))
            else:
                task = SidedTask(side, task_of(self.archive, capture, packed))
                in_hand[task] = capture
                yield task

    def _is_as_before(self, capture: Capture, after: Result) -> bool:
        if not self.change.may_matter(after):
            return True
        if isinstance(after, Rejection):
            return capture.outcome is Outcome.REJECTED
        return capture.outcome is Outcome.INDEXED and capture.content_hash == after.content_hash

    def _looked_up(self, pairs: Sequence[_Pair], unknown: list[_Pair]) -> Iterator[ComparedPage]:
        """Those whose article the index has; the others are `unknown`, and have to be cleaned by the rules that there are."""
        ids = [capture.article_id for capture, _ in pairs]
        stored = self.reader.get_many(ids) if self.reader and ids else {}
        known: list[_Pair] = []
        for pair in pairs:
            is_there = is_made_of(stored.get(pair[0].article_id), pair[0], self.change.before)
            (known if is_there else unknown).append(pair)
        for (capture, _), after in zip(known, self._judged(known), strict=True):
            yield ComparedPage(capture.final_url, stored[capture.article_id], after)

    def _judged(self, pairs: Sequence[_Pair]) -> list[Result]:
        made = [(capture, one.result) for capture, one in pairs if isinstance(one.result, Article)]
        articles = completed(self.ledger, made) if made else []
        as_cleaned = [one.row for _, one in pairs if isinstance(one.result, Article)]
        rows = [row_of(article, row) for article, row in zip(articles, as_cleaned, strict=True)]
        judged = iter(self.knowing.judged(articles, rows))
        return [next(judged) if isinstance(one.result, Article) else one.result for _, one in pairs]
