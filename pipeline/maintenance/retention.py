"""Raw pages kept for a limited time: what is older than `[store] retention` goes, and its articles stay.

Before a segment goes, what must be left of each of its captures is appended to the archive and committed, so that
ledger and index can be made again from the archive at any moment. A kill leaves a segment with some captures moved,
which the next upkeep goes on with, or the file of a segment that is dropped, which the next start removes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from articles.errors import ArchiveError, ArchiveUnavailableError, IndexUnavailableError, SearchIndexError
from articles.model import Article, Page
from index.protocols import IndexReader
from pipeline import indexes
from pipeline.batches import Cleaners, cleaners, task_of
from pipeline.clean_capture import Cleaning
from pipeline.configuration.config import Config
from store.archive.members import DamageError
from store.archive.reader import recall, size_of
from store.archive.remote.ahead import fetch_ahead
from store.archive.writer import LARGEST_GROUP, ArchiveWriter, remove
from store.archived import Remains
from store.ledger import capture_table, segment_table, version_table
from store.ledger.database import Ledger
from store.ledger.queries import capture_page, expiry
from store.records import Capture, Outcome


@dataclass(frozen=True, slots=True)
class Dropped:
    """A segment that went: its bytes, its raw pages, and how many of their articles are kept."""

    segment: str
    size: int
    pages: int
    articles: int


@dataclass(frozen=True, slots=True)
class Retained:
    """What went, which pages were damaged, and why the next segment did not go, though it is old enough ("": there is none).

    `passing` says that the obstacle may pass by itself.
    """

    dropped: tuple[Dropped, ...] = ()
    damages: tuple[str, ...] = ()
    obstacle: str = ""
    passing: bool = False

    def told(self) -> tuple[str, ...]:
        """What was done, a sentence each."""
        damages = tuple(f"{damage}: what the ledger knows of the page is kept." for damage in self.damages)
        if not self.dropped:
            return damages
        size = sum(each.size for each in self.dropped)
        pages = sum(each.pages for each in self.dropped)
        articles = sum(each.articles for each in self.dropped)
        return (
            f"dropped {_count(len(self.dropped), 'segment')} ({size:,} bytes) with {_count(pages, 'raw page')}: "
            f"older than [store] retention; {articles} of their articles {'is' if articles == 1 else 'are'} kept.",
            *damages,
        )


def drop_old(
    config: Config, ledger: Ledger, archive: ArchiveWriter, now: datetime, keep: timedelta
) -> Retained:
    """Drop segments whose raw pages were all fetched longer ago than `keep`, the oldest first, as far as that can be done.

    An article that the index lacks, or an index that is away, keeps a segment and all later ones. Raises StorageError,
    LedgerError.
    """
    with ledger.reading() as conn:
        old = expiry.old(conn, now - keep)
    dropped: list[Dropped] = []
    damages: list[str] = []
    obstacle, passing = "", False
    try:
        if old:
            with cleaners(config) as pool:
                reader = indexes.reader(config)
                dropping = _Dropping(config, ledger, archive, reader, pool, now, dropped, damages)
                for segment in old:
                    dropping.drop(segment)
    except (SearchIndexError, ArchiveError) as error:
        obstacle = f"{old[len(dropped)]} is older than [store] retention, but stays: {error}"
        passing = isinstance(error, (IndexUnavailableError, ArchiveUnavailableError))
    return Retained(tuple(dropped), tuple(damages), obstacle, passing)


def drop_lost(
    config: Config, ledger: Ledger, archive: ArchiveWriter, now: datetime, lost: Sequence[str]
) -> Retained:
    """Drop segments that are nowhere any more; of their pages, what the ledger knows is kept. Nothing in them may be pending.

    Raises as `drop_old`, SearchIndexError where the index lacks an article of theirs.
    """
    dropped: list[Dropped] = []
    with cleaners(config) as pool:
        reader = indexes.reader(config)
        dropping = _Dropping(config, ledger, archive, reader, pool, now, dropped, [], is_lost=True)
        for segment in lost:
            dropping.drop(segment)
    return Retained(tuple(dropped))


def dropped_at(config: Config, article: Article) -> datetime | None:
    """When retention dropped the raw page that an article was made from; None where it is still there."""
    if not config.ledger.exists():
        return None
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        return segment_table.dropped(conn).get(article.archive.partition(":")[0])


@dataclass(frozen=True, slots=True)
class _Dropping:
    config: Config
    ledger: Ledger
    archive: ArchiveWriter
    reader: IndexReader
    cleaners: Cleaners
    now: datetime
    dropped: list[Dropped]
    damages: list[str]
    is_lost: bool = False

    def drop(self, segment: str) -> None:
        with self.ledger.reading() as conn:
            taken = capture_table.of_segment(conn, segment)
        indexed = [capture for capture in taken if capture.outcome is Outcome.INDEXED]
        for capture in indexed:
            self._article(capture)  # before anything is written: nothing is, where one is missing
        for start in range(0, len(taken), LARGEST_GROUP):
            group = taken[start : start + LARGEST_GROUP]
            remains = [self._remains(*each) for each in self._fetched(group)]
            moved = [(c.id, self.archive.append(each)) for c, each in zip(group, remains, strict=True)]
            lengths = self.archive.sync()
            with self.ledger.transaction() as conn:
                segment_table.commit(conn, lengths)
                expiry.move(conn, moved, self.now)
                if group[-1] is taken[-1]:
                    segment_table.drop(conn, segment, self.now)
        size = size_of(self.config.archive, segment)
        remove(self.config.archive, [segment])
        self.dropped.append(Dropped(segment, size, len(taken), len(indexed)))

    def _fetched(self, group: list[Capture]) -> Iterator[tuple[Capture, bytes]]:
        """The captures with their bytes in the archive, if those are only in a bucket."""
        if self.is_lost:
            yield from ((capture, b"") for capture in group)
            return
        for capture, found in fetch_ahead(self.config.archive, group, lambda capture: capture.ref):
            if isinstance(found, ArchiveUnavailableError):
                raise found
            yield capture, found

    def _remains(self, capture: Capture, packed: bytes) -> Remains:
        kept = (
            self._article(capture)
            if capture.outcome is Outcome.INDEXED
            else self._part(capture, packed) or capture.as_settled(self.now)
        )
        with self.ledger.reading() as conn:
            seen = version_table.seen_by(conn, capture.id)
        return Remains(
            page=self._page(capture, packed), raw=capture.ref, dropped_at=self.now, kept=kept, seen=seen
        )

    def _page(self, capture: Capture, packed: bytes) -> Page:
        """The page without its body; of one that is damaged or lost, what the ledger knows."""
        if not self.is_lost:
            try:
                record = recall(self.config.archive, capture.ref, packed)
                return replace(record if isinstance(record, Page) else record.page, body=b"")
            except DamageError as error:
                self.damages.append(str(error))
        with self.ledger.reading() as conn:
            return capture_page.known(conn, capture)

    def _part(self, capture: Capture, packed: bytes) -> Article | None:
        """What the page of an article's further page says, which is nowhere else by itself."""
        if capture.outcome is not Outcome.PART or self.is_lost:
            return None
        done = self.cleaners.call(task_of(self.config.archive, capture, packed))
        return done.result if isinstance(done, Cleaning) and isinstance(done.result, Article) else None

    def _article(self, capture: Capture) -> Article:
        article = self.reader.get(capture.article_id)
        if article is None or article.fetched_at != capture.fetched_at:
            raise SearchIndexError(
                f"the index lacks the article of {capture.final_url} as it was fetched on "
                f"{capture.fetched_at:%Y-%m-%d %H:%M} UTC; `broadsheet rebuild` makes it again from the raw page"
            )
        return article


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
