"""Raw pages kept for a limited time: what is older than `[store] retention` goes, and its articles stay.

Before a segment goes, what must be left of each of its captures is written behind the archive and committed, so that
ledger and index can be made again from the archive at any moment. A kill leaves a segment with some captures moved,
which the next upkeep goes on with, or the file of a segment that is dropped, which the next start removes.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from articles.errors import ArchiveError, SearchIndexError
from articles.model import Article
from flows import indexes
from flows.config import Config
from index.protocols import IndexReader
from store import captures, retention, segments
from store.archive import LARGEST_GROUP, ArchiveWriter, read, remove
from store.ledger import Ledger
from store.records import Capture, Outcome, Remains, Settled


@dataclass(frozen=True, slots=True)
class Dropped:
    """A segment that went: its bytes, its raw pages, and how many of their articles are kept."""

    segment: str
    size: int
    pages: int
    articles: int


@dataclass(frozen=True, slots=True)
class Retained:
    """What went, and why the next segment did not, though it is old enough ("": there is none)."""

    dropped: tuple[Dropped, ...] = ()
    obstacle: str = ""

    def __str__(self) -> str:
        size = sum(each.size for each in self.dropped)
        pages = sum(each.pages for each in self.dropped)
        articles = sum(each.articles for each in self.dropped)
        return (
            f"dropped {_count(len(self.dropped), 'segment')} ({size:,} bytes) with {_count(pages, 'raw page')}: "
            f"older than [store] retention; {articles} of their articles {'is' if articles == 1 else 'are'} kept."
        )


def drop_old(
    config: Config, ledger: Ledger, archive: ArchiveWriter, now: datetime, keep: timedelta
) -> Retained:
    """Drop segments whose raw pages were all fetched longer ago than `keep`, the oldest first, as far as that can be done.

    An article that the index lacks, or an index that is away, keeps a segment and all later ones. Raises StorageError,
    LedgerError.
    """
    with ledger.reading() as conn:
        old = retention.old(conn, now - keep)
    reader: IndexReader | None = None
    dropped: list[Dropped] = []
    for segment in old:
        try:
            reader = reader or indexes.reader(config)
            dropped.append(_drop(config, ledger, archive, reader, segment, now))
        except (SearchIndexError, ArchiveError) as error:
            why = f"{segment} is older than [store] retention, but stays: {error}"
            return Retained(tuple(dropped), why)
    return Retained(tuple(dropped))


def dropped_at(config: Config, article: Article) -> datetime | None:
    """When retention dropped the raw page that an article was made from; None where it is still there."""
    if not config.ledger.exists():
        return None
    ledger = Ledger.open(config.ledger)
    try:
        with ledger.reading() as conn:
            return segments.dropped(conn).get(article.archive.partition(":")[0])
    finally:
        ledger.close()


def _drop(
    config: Config, ledger: Ledger, archive: ArchiveWriter, reader: IndexReader, segment: str, now: datetime
) -> Dropped:
    with ledger.reading() as conn:
        taken = captures.of_segment(conn, segment)
    indexed = [capture for capture in taken if capture.outcome is Outcome.INDEXED]
    for capture in indexed:
        _article(reader, capture)  # before anything is written: nothing is, where one is missing
    for start in range(0, len(taken), LARGEST_GROUP):
        group = taken[start : start + LARGEST_GROUP]
        moved = [(capture.id, archive.append(_remains(config, reader, capture, now))) for capture in group]
        lengths = archive.sync()
        with ledger.transaction() as conn:
            segments.commit(conn, lengths)
            retention.move(conn, moved, now)
            if group[-1] is taken[-1]:
                segments.drop(conn, segment, now)
    size = (config.archive / segment).stat().st_size
    remove(config.archive, [segment])
    return Dropped(segment, size, len(taken), len(indexed))


def _remains(config: Config, reader: IndexReader, capture: Capture, now: datetime) -> Remains:
    page = read(config.archive, capture.ref)
    kept = _article(reader, capture) if capture.outcome is Outcome.INDEXED else _settled(capture, now)
    return Remains(page=replace(page, body=b""), raw=capture.ref, dropped_at=now, kept=kept)


def _article(reader: IndexReader, capture: Capture) -> Article:
    article = reader.get(capture.article_id)
    if article is None or article.fetched_at != capture.fetched_at:
        raise SearchIndexError(
            f"the index lacks the article of {capture.final_url} as it was fetched on "
            f"{capture.fetched_at:%Y-%m-%d %H:%M} UTC; `broadsheet rebuild` makes it anew from the raw page"
        )
    return article


def _settled(capture: Capture, now: datetime) -> Settled:
    return Settled(
        capture_id=capture.id,
        outcome=capture.outcome,
        at=capture.settled_at or now,
        reason=capture.reason,
        detail=capture.detail,
        related=capture.related,
        content_hash=capture.content_hash,
        canonical=capture.canonical,
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
