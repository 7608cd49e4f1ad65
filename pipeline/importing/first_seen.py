"""An older capture of an article that is in the index moves back the time when that was first seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from articles.model import Article
from index.protocols import IndexReader, IndexWriter
from pipeline.maintenance.cleaning_again import settled
from store.ledger import capture_table, knowledge_table
from store.ledger.database import Ledger
from store.records import Capture, Outcome, Selection

_NOT_IN = (Outcome.SUPERSEDED, Outcome.REJECTED, Outcome.DUPLICATE)


def move_back(
    ledger: Ledger, reader: IndexReader, writer: IndexWriter, since: datetime, clock: Callable[[], datetime]
) -> int:
    """Correct the articles of captures that were settled at `since` or later without getting into the index; how many.

    They are judged again then: which article of a story was the first may have changed. Raises IndexUnavailableError.
    """
    which = Selection(outcomes=_NOT_IN, settled_from=since)
    return sum(_move_back(ledger, reader, writer, captures, clock) for captures in settled(ledger, which))


def _move_back(
    ledger: Ledger,
    reader: IndexReader,
    writer: IndexWriter,
    captures: list[Capture],
    clock: Callable[[], datetime],
) -> int:
    with ledger.turn():
        present = reader.get_many(sorted({capture.article_id for capture in captures}))
        with ledger.reading() as conn:
            first = capture_table.first_seen(conn, present)
        earlier = [
            replace(article, first_seen_at=first[one])
            for one, article in present.items()
            if first[one] < article.first_seen_at
        ]
        if earlier:
            writer.add(earlier)
            _remember(ledger, earlier, clock())
    return len(earlier)


def _remember(ledger: Ledger, articles: list[Article], now: datetime) -> None:
    with ledger.transaction() as conn:
        capture_table.touch(
            conn, [article.id for article in articles], now
        )  # a new index being filled is to have it
        known = knowledge_table.newest(conn, [article.id for article in articles])
        moved = [
            replace(known[article.id], first_seen_at=article.first_seen_at)
            for article in articles
            if article.id in known
        ]
        knowledge_table.remember(conn, moved)
