"""Captures of the ledger cleaned again, slice by slice, into a new index, by today's rules."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from articles.errors import ArchiveUnavailableError
from articles.model import Article
from index.protocols import IndexReader, IndexWriter
from pipeline.batches import Cleaned, Cleaners, clean_in_batches
from pipeline.clean_capture import FAILURES
from pipeline.completing import acknowledged, completed
from pipeline.maintenance.cleaning_again import PresentKnowledge
from pipeline.outcomes import rejected
from store.half_filled import Slice, SliceTaken
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.records import Capture, Outcome, Settled


@dataclass(slots=True)
class _Added:
    """What the index has of a batch: its captures, and what came of them."""

    captures: list[int] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    otherwise: list[Settled] = field(default_factory=list)
    alike: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _InHand:
    """The slices that were begun, and which of them each capture is of."""

    waiting: dict[int, int] = field(default_factory=dict)
    slices: dict[int, int] = field(default_factory=dict)
    added: dict[int, _Added] = field(default_factory=dict)
    done: deque[int] = field(default_factory=deque)

    def begin(self, number: int, captures: Iterable[Capture]) -> None:
        ids = [each.id for each in captures]
        self.slices |= dict.fromkeys(ids, number)
        self.added[number] = _Added()
        self.waiting[number] = len(ids)
        if not ids:
            self.done.append(number)

    def count(self, batch: _Added) -> None:
        for one in batch.articles:
            self.added[self.slices[one]].articles.append(one)
        for settled in batch.otherwise:
            self.added[self.slices[settled.capture_id]].otherwise.append(settled)
        for one in batch.alike:
            self.added[self.slices[one]].alike.append(one)
        for one in batch.captures:
            number = self.slices.pop(one)
            self.waiting[number] -= 1
            if not self.waiting[number]:
                self.done.append(number)

    def finished(self) -> Iterator[SliceTaken]:
        while self.done:
            number = self.done.popleft()
            added = self.added.pop(number)
            del self.waiting[number]
            yield SliceTaken(number, len(added.articles), tuple(added.otherwise), tuple(added.alike))


@dataclass(slots=True)
class SliceFilling:
    """Fills a new index from the archive, or from the `present` one where a page cannot be cleaned again.

    `progress` is called with the number of articles that were added, from another thread.
    """

    archive: Path
    ledger: Ledger
    writer: IndexWriter
    present: IndexReader | None
    cleaners: Cleaners
    clock: Callable[[], datetime]
    progress: Callable[[int], None] = lambda _: None
    knowing: PresentKnowledge = field(init=False)

    def __post_init__(self) -> None:
        self.knowing = PresentKnowledge(self.ledger)

    def fill(self, slices: Iterable[Slice]) -> Iterator[SliceTaken]:
        """Each slice once the index has acknowledged it. What of it is not in the ledger's index any more is left out.

        The cleaners go on with the next slice meanwhile. Raises ArchiveUnavailableError, SearchIndexError.
        """
        hand = _InHand()
        with ThreadPoolExecutor(1, "index") as background:
            adding = background.submit(self._add, [])
            wanted = self._wanted(slices, hand)
            with closing(clean_in_batches(self.archive, self.ledger, self.cleaners, wanted)) as cleaned:
                for batch in cleaned:
                    hand.count(adding.result())
                    adding = background.submit(self._add, batch)
                    yield from hand.finished()
                hand.count(adding.result())
        yield from hand.finished()

    def _wanted(self, slices: Iterable[Slice], hand: _InHand) -> Iterator[Capture]:
        for one in slices:
            with self.ledger.reading() as conn:
                found = capture_table.by_ids(conn, one.captures)
            there = [each for each in found if each.outcome is Outcome.INDEXED]
            hand.begin(one.number, there)
            yield from sorted(there, key=lambda each: (each.source, each.id))

    def _add(self, batch: list[Cleaned]) -> _Added:
        added = _Added([capture.id for capture, _ in batch])
        pairs = []
        for capture, result in batch:
            if isinstance(result, Article):
                # One that says where its page was is what the index had: the page was dropped since.
                pairs.append((capture, _as_known(result, capture) if result.archive else result))
            elif result.reason == "archive_unavailable":
                raise ArchiveUnavailableError(f"{result.detail}; the index stays as it is")
            elif result.reason in FAILURES and (kept := self._kept(capture)):
                pairs.append((capture, kept))
            else:
                added.otherwise.append(rejected(capture, result, self.clock()))
        acks = self.writer.add(self.knowing.judged(completed(self.ledger, pairs)))
        for (capture, article), ack in zip(pairs, acks, strict=True):
            if ack.status == "indexed" and article.content_hash == capture.content_hash:
                added.alike.append(capture.id)
            elif ack.status != "superseded":
                added.otherwise.append(acknowledged(capture, article, ack, self.clock()))
        added.articles = [capture.id for capture, _ in pairs]
        if pairs:
            self.progress(len(pairs))
        return added

    def _kept(self, capture: Capture) -> Article | None:
        """The article as the present index has it."""
        kept = self.present.get(capture.article_id) if self.present else None
        return kept and _as_known(kept, capture)


def _as_known(article: Article, capture: Capture) -> Article:
    """A judged article with the hash that the ledger has of it: that of what cleaning made of the page."""
    return replace(article, content_hash=capture.content_hash)
