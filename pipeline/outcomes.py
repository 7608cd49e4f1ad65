"""What becomes of a capture, decided from its cleaning and what the index holds. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from articles.content_hash import content_hash
from articles.model import Article, Rejection
from articles.source.originals import Contender, named
from articles.urls import twins
from store.ledger.capture_table import Latest
from store.ledger.tombstone_table import Tombstone
from store.records import Capture, Outcome, OutcomeReason, Settled


@dataclass(frozen=True, slots=True)
class Decision:
    """What is settled without the index, what is to be added to the index, and the ids of articles to delete from it."""

    settled: tuple[Settled, ...]
    to_add: tuple[tuple[Capture, Article], ...]
    to_delete: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Buried:
    """A batch without what was deleted: the rest, the outcomes of the others, and what is to be deleted with it from now on."""

    rest: tuple[tuple[Capture, Article | Rejection], ...]
    settled: tuple[Settled, ...]
    asked: tuple[Tombstone, ...]


def decide(
    cleaned: Iterable[tuple[Capture, Article | Rejection]],
    latest: Mapping[str, Latest],
    originals: Mapping[str, Contender],
    now: datetime,
    former: Mapping[str, Sequence[str]] | None = None,
) -> Decision:
    """What becomes of a batch. `latest` is what the index holds; `originals` are those of duplicates, by the duplicate's id.

    `former` are the earlier names of renamed sources: an article is the same under any of them.

    The captures are taken in order, each as if those before it were in the index: what becomes of them does not depend on
    how they are divided into batches.
    """
    settled: list[Settled] = []
    to_add: dict[str, tuple[Capture, Article]] = {}
    to_delete: list[str] = []
    present = dict(latest)
    for capture, result in cleaned:
        held = _holds(latest, capture)
        if isinstance(result, Rejection):
            settled.append(rejected(capture, result, now))
            if held:
                to_delete.append(capture.article_id)
            continue
        if result.id in originals:
            settled.append(duplicate(capture, result.content_hash, originals[result.id], now))
            continue
        names = (former or {}).get(result.source, ())
        outcome = None if held else _outcome(result, present.get(result.id), names)
        if outcome is None:
            if result.id in to_add:
                settled.append(_settled(*to_add[result.id], Outcome.SUPERSEDED, now))
            to_add[result.id] = (capture, result)
            present[result.id] = Latest(
                fetched_at=result.fetched_at, content_hash=result.content_hash, capture_id=capture.id
            )
        else:
            settled.append(_settled(capture, result, outcome, now))
            if outcome is Outcome.UNCHANGED:
                present[result.id] = replace(present[result.id], fetched_at=result.fetched_at)
    return Decision(tuple(settled), tuple(to_add.values()), tuple(to_delete))


def without_deleted(
    cleaned: Iterable[tuple[Capture, Article | Rejection]],
    stones: Mapping[str, Tombstone],
    latest: Mapping[str, Latest],
    now: datetime,
) -> Buried:
    """A batch without what was deleted, and what becomes of that. `stones` are by the ids of addresses.

    The page of another address that names a deleted one as its original is taken at its word: there is no text left to compare
    it with. One fetched since is deleted as well; one of before is a duplicate, as it was. An article in the index stays.
    """
    rest: list[tuple[Capture, Article | Rejection]] = []
    settled: list[Settled] = []
    asked: list[Tombstone] = []
    for capture, result in cleaned:
        name = named(result) if isinstance(result, Article) and result.id not in latest else ""
        if (own := stones.get(capture.article_id)) is not None:
            settled.append(_deleted(capture, own, now))
        elif (stone := stones.get(name)) is None:
            rest.append((capture, result))
        elif capture.fetched_at < stone.asked_at:
            settled.append(replace(_deleted(capture, stone, now), outcome=Outcome.DUPLICATE, canonical=name))
        else:
            settled.append(_deleted(capture, stone, now))
            url, addresses = capture.final_url, (capture.final_url,)
            asked.append(
                replace(
                    stone,
                    id=capture.article_id,
                    url=url,
                    urls=addresses,
                    asked_at=now,
                    done_at=None,
                    records=1,
                )
            )
    return Buried(tuple(rest), tuple(settled), tuple(asked))


def _deleted(capture: Capture, stone: Tombstone, now: datetime) -> Settled:
    """The outcome of a capture of what was deleted, or of what names that as its original."""
    itself = capture.article_id in stone.ids
    return Settled(
        capture_id=capture.id,
        outcome=Outcome.DELETED,
        at=now,
        reason="" if itself else OutcomeReason.CANONICAL,
        detail=stone.reason,
        related="" if itself else stone.id,
    )


def _holds(latest: Mapping[str, Latest], capture: Capture) -> bool:
    """Whether the index holds the article as this very capture gave it: the capture is cleaned again."""
    present = latest.get(capture.article_id)
    return present is not None and present.capture_id == capture.id


def rejected(capture: Capture, why: Rejection, now: datetime) -> Settled:
    """The outcome of a capture that gave no article."""
    return Settled(
        capture_id=capture.id, outcome=Outcome.REJECTED, at=now, reason=why.reason, detail=why.detail
    )


def duplicate(capture: Capture, content_hash: str, original: Contender, now: datetime) -> Settled:
    """The outcome of a capture whose article is in the index under its original's address."""
    twin = original.url in twins(capture.final_url)
    return Settled(
        capture_id=capture.id,
        outcome=Outcome.DUPLICATE,
        at=now,
        reason=OutcomeReason.TWIN if twin else OutcomeReason.CANONICAL,
        related=original.id,
        content_hash=content_hash,
        canonical="" if twin else original.id,
    )


def _outcome(article: Article, present: Latest | None, former: Sequence[str]) -> Outcome | None:
    """The outcome that is known before the index is asked. None: add the article."""
    if present is None:
        return None
    if present.fetched_at > article.fetched_at:
        return Outcome.SUPERSEDED
    hashes = (article.content_hash, *(content_hash(replace(article, source=name)) for name in former))
    return Outcome.UNCHANGED if present.content_hash in hashes else None


def _settled(capture: Capture, article: Article, outcome: Outcome, now: datetime) -> Settled:
    return Settled(
        capture_id=capture.id,
        outcome=outcome,
        at=now,
        related=article.id,
        content_hash=article.content_hash,
    )
