"""What was cleaned goes into the index, and then its outcome into the ledger.

The order is what makes a kill harmless: the ledger says `indexed` only after the index has acknowledged, so a
capture that was cut off in between is still pending and is loaded again, to the same effect.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from articles.clean import content_hash
from articles.model import Article, Rejection
from articles.source.features import features
from index.protocols import IndexWriter
from pipeline.batches import Cleaned
from pipeline.outcomes import acknowledged, decide, holds, original
from store.ledger import capture_table, knowledge_table, url_table
from store.ledger.database import Ledger
from store.ledger.knowledge_table import Remembered
from store.records import Capture, Outcome, OutcomeReason, Settled


@dataclass(frozen=True, slots=True)
class Settler:
    """Settles captures that were cleaned."""

    ledger: Ledger
    writer: IndexWriter
    clock: Callable[[], datetime]

    def settle(self, batch: Iterable[Cleaned]) -> list[Settled]:
        """Settle a batch: in the index, then in the ledger."""
        with self.ledger.turn():
            return self._settle(sorted(batch, key=lambda pair: pair[0].id))

    def fold(self) -> list[Settled]:
        """Articles that stood in for an original that is in the index by now leave it as its duplicates."""
        with self.ledger.turn():
            return self._fold()

    def _settle(self, cleaned: list[Cleaned]) -> list[Settled]:
        articles = [result for _, result in cleaned if isinstance(result, Article)]
        with self.ledger.reading() as conn:
            latest = capture_table.latest_indexed(
                conn, {c.article_id for c, _ in cleaned} | {original(a) for a in articles}
            )
        settled, to_add = decide(cleaned, latest, self.clock())
        gone = [c.article_id for c, r in cleaned if isinstance(r, Rejection) and holds(latest, c)]
        if gone:
            self.writer.delete(gone)
        added = completed(self.ledger, to_add)
        rows = [Remembered(features=features(each), first_seen_at=each.first_seen_at) for each in added]
        acks = self.writer.add(added)
        settled += [acknowledged(c, a, ack, self.clock()) for (c, a), ack in zip(to_add, acks, strict=True)]
        with self.ledger.transaction() as conn:
            capture_table.settle(conn, settled)
            knowledge_table.disregard(conn, gone)
            knowledge_table.remember(
                conn, [row for row, ack in zip(rows, acks, strict=True) if ack.status == "indexed"]
            )
            for capture, article in to_add:
                if article.canonical_url != article.url:
                    entry = replace(url_table.entry(conn, capture.url), url=article.canonical_url)
                    url_table.queue(conn, entry, self.clock())
        return settled

    def _fold(self) -> list[Settled]:
        with self.ledger.reading() as conn:
            stand_ins = capture_table.duplicates_waiting(conn)
        if not stand_ins:
            return []
        self.writer.delete([capture.article_id for capture, _ in stand_ins])
        folded = [
            Settled(
                capture_id=capture.id,
                outcome=Outcome.DUPLICATE,
                at=self.clock(),
                reason=OutcomeReason.CANONICAL,
                related=original,
                content_hash=capture.content_hash,
                canonical=original,
            )
            for capture, original in stand_ins
        ]
        with self.ledger.transaction() as conn:
            capture_table.settle(conn, folded)
            knowledge_table.disregard(conn, [capture.article_id for capture, _ in stand_ins])
        return folded


def completed(ledger: Ledger, cleaned: Iterable[tuple[Capture, Article]]) -> list[Article]:
    """The articles with what only the ledger knows of them, as they are until they are judged: each a story of its own.

    One whose raw page was dropped says itself where that was, and what its story is.
    """
    pairs = list(cleaned)
    with ledger.reading() as conn:
        first_seen = capture_table.first_seen(conn, {article.id for _, article in pairs})
        snapshot = knowledge_table.present(conn) + 1
    return [
        _told(
            replace(
                article,
                first_seen_at=min(first_seen[article.id], article.first_seen_at),
                archive=article.archive or str(capture.ref),
                story_id=article.story_id or article.id,
                snapshot=snapshot,
            )
        )
        for capture, article in pairs
    ]


def _told(article: Article) -> Article:
    return replace(article, content_hash=content_hash(article))
