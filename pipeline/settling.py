"""What was cleaned goes into the index, and then its outcome into the ledger.

The order is what makes a kill harmless: the ledger says `indexed` only after the index has acknowledged, so a
capture that was cut off in between is still pending and is loaded again, to the same effect.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from articles.clean import content_hash
from articles.model import Article
from articles.source.features import features
from index.protocols import Ack, IndexWriter
from pipeline.batches import Cleaned
from pipeline.outcomes import Decision, decide, original
from store import policy
from store.ledger import capture_table, knowledge_table, url_table
from store.ledger.capture_table import Latest
from store.ledger.database import Ledger
from store.ledger.knowledge_table import Remembered
from store.records import Capture, Outcome, OutcomeReason, Settled


@dataclass(frozen=True, slots=True)
class Settler:
    """Settles captures that were cleaned, one batch at a time: each in a turn of the ledger."""

    ledger: Ledger
    writer: IndexWriter
    clock: Callable[[], datetime]

    def settle(self, batch: Iterable[Cleaned]) -> list[Settled]:
        """Settle a batch: in the index, then in the ledger."""
        cleaned = sorted(batch, key=lambda pair: pair[0].id)
        with self.ledger.turn():
            decision = decide(cleaned, _latest(self.ledger, cleaned), self.clock())
            if decision.to_delete:
                self.writer.delete(decision.to_delete)
            articles = completed(self.ledger, decision.to_add)
            acks = self.writer.add(articles)
            settled = list(decision.settled)
            for (capture, article), ack in zip(decision.to_add, acks, strict=True):
                settled.append(acknowledged(capture, article, ack, self.clock()))
            indexed = [
                Remembered(features=features(article), first_seen_at=article.first_seen_at)
                for article, ack in zip(articles, acks, strict=True)
                if ack.status == "indexed"
            ]
            with self.ledger.transaction() as conn:
                _record(conn, decision, settled, indexed, self.clock())
        return settled

    def fold(self) -> list[Settled]:
        """Articles that stood in for an original that is in the index by now leave it as its duplicates."""
        with self.ledger.turn():
            with self.ledger.reading() as conn:
                stand_ins = capture_table.duplicates_waiting(conn)
            if not stand_ins:
                return []
            gone = [capture.article_id for capture, _ in stand_ins]
            self.writer.delete(gone)
            folded = [_folded(capture, by, self.clock()) for capture, by in stand_ins]
            with self.ledger.transaction() as conn:
                capture_table.settle(conn, folded)
                knowledge_table.disregard(conn, gone)
        return folded


def _latest(ledger: Ledger, cleaned: list[Cleaned]) -> dict[str, Latest]:
    """What the index holds of these captures' articles, and of those that they name as their originals."""
    originals = {original(result) for _, result in cleaned if isinstance(result, Article)}
    with ledger.reading() as conn:
        return capture_table.latest_indexed(conn, originals | {capture.article_id for capture, _ in cleaned})


def completed(ledger: Ledger, cleaned: Iterable[tuple[Capture, Article]]) -> list[Article]:
    """The articles with what only the ledger knows of them, as they are until they are judged: each a story on its own.

    One whose raw page was dropped says itself where that was, and what its story is.
    """
    pairs = list(cleaned)
    with ledger.reading() as conn:
        first_seen = capture_table.first_seen(conn, {article.id for _, article in pairs})
        snapshot = knowledge_table.present(conn) + 1
    whole = (
        replace(
            article,
            first_seen_at=min(first_seen[article.id], article.first_seen_at),
            archive=article.archive or str(capture.ref),
            story_id=article.story_id or article.id,
            snapshot=snapshot,
        )
        for capture, article in pairs
    )
    return [replace(article, content_hash=content_hash(article)) for article in whole]


def acknowledged(capture: Capture, article: Article, ack: Ack, now: datetime) -> Settled:
    """The outcome of a capture whose article the index has acknowledged or refused."""
    target = original(article)
    outcome = {
        "indexed": Outcome.INDEXED,
        "superseded": Outcome.SUPERSEDED,
        "refused": Outcome.DEAD_LETTER,
    }[ack.status]
    return Settled(
        capture_id=capture.id,
        outcome=outcome,
        at=now,
        reason=OutcomeReason.INDEX if outcome is Outcome.DEAD_LETTER else "",
        detail=ack.detail,
        content_hash=article.content_hash,
        canonical="" if target == article.id else target,
    )


def _record(
    conn: Connection, decision: Decision, settled: list[Settled], indexed: list[Remembered], now: datetime
) -> None:
    """The outcomes, with what is remembered of the articles; pages that recent ones name as their originals are queued."""
    capture_table.settle(conn, settled)
    knowledge_table.disregard(conn, decision.to_delete)
    knowledge_table.remember(conn, indexed)
    for capture, article in decision.to_add:
        if article.canonical_url != article.url and policy.is_news(capture.fetched_at, now):
            entry = replace(url_table.entry(conn, capture.url), url=article.canonical_url)
            url_table.queue(conn, entry, now)


def _folded(capture: Capture, into: str, now: datetime) -> Settled:
    return Settled(
        capture_id=capture.id,
        outcome=Outcome.DUPLICATE,
        at=now,
        reason=OutcomeReason.CANONICAL,
        related=into,
        content_hash=capture.content_hash,
        canonical=into,
    )
