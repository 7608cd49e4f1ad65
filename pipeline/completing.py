"""An article on its way into the index: with what only the ledger knows of it; and what became of its capture there."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from articles.content_hash import content_hash
from articles.edits.sequence import ONE, Edits
from articles.model import Article
from articles.source.originals import named
from index.protocols import Ack
from store.ledger import capture_table, knowledge_table, version_table
from store.ledger.database import Ledger
from store.records import Capture, Outcome, OutcomeReason, Settled


def completed(
    ledger: Ledger, cleaned: Iterable[tuple[Capture, Article]], edits: Mapping[str, Edits] | None = None
) -> list[Article]:
    """The articles with what only the ledger knows of them, as they are until they are judged: each a story on its own.

    `edits` are theirs where the ledger does not have them yet.

    One whose raw page was dropped says itself where that was, and what its story is.
    """
    pairs = list(cleaned)
    with ledger.reading() as conn:
        first_seen = capture_table.first_seen(conn, {article.id for _, article in pairs})
        snapshot = knowledge_table.present(conn) + 1
        known = (
            version_table.all_edits(conn, {article.id for _, article in pairs}) if edits is None else edits
        )
    whole = (
        replace(
            article,
            source=capture.source,  # whatever it was called when the page was archived
            first_seen_at=min(first_seen[article.id], article.first_seen_at),
            archive=article.archive or str(capture.ref),
            story_id=article.story_id or article.id,
            snapshot=snapshot,
            versions=known.get(article.id, ONE).versions,
            changed=known.get(article.id, ONE).changed,
        )
        for capture, article in pairs
    )
    return [replace(article, content_hash=content_hash(article)) for article in whole]


def acknowledged(capture: Capture, article: Article, ack: Ack, now: datetime) -> Settled:
    """The outcome of a capture whose article the index has acknowledged or refused."""
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
        canonical=named(article),
    )
