"""The index filled again from ledger and archive, by today's rules, while searches and (on Elasticsearch) runs go on.

What the present index holds is cleaned again into a new one; then what runs have changed meanwhile, until that is
little enough to wait for; the last of it, and the moving of the alias, in a turn in which no run changes anything.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from articles.errors import ArchiveUnavailableError
from articles.model import Article
from index.protocols import IndexReader, IndexWriter
from pipeline import indexes
from pipeline.batches import Cleaned, Cleaners, clean_in_batches, cleaners
from pipeline.clean_capture import FAILURES
from pipeline.completing import acknowledged, completed
from pipeline.configuration.config import Config
from pipeline.maintenance.cleaning_again import PresentKnowledge, settled
from pipeline.outcomes import rejected
from pipeline.run import at_rest, now
from pipeline.versions.catching_up import CatchingUp
from pipeline.versions.older import fill_older, renew_older
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.ledger.queries import tallies
from store.records import Capture, Outcome, Selection, Settled

_IN = (Outcome.INDEXED,)
_OUT = tuple(outcome for outcome in Outcome if outcome not in (Outcome.INDEXED, Outcome.PENDING))
_PASSES = (
    5  # each over what was changed during the one before; a run that is as fast as we are waits after that
)
_LITTLE = 200  # changes, about five seconds' cleaning, for which runs may be made to wait


@dataclass(frozen=True, slots=True)
class Reindexed:
    """Articles in the new index, and captures by what today's rules made of them otherwise than before."""

    articles: int
    changed: int
    rejected: int


def reindex(
    config: Config, progress: Callable[[int], None] = lambda _: None, clock: Callable[[], datetime] = now
) -> Reindexed:
    """Put a new index in the present one's place. `progress` is called with how many articles are in it so far.

    Raises LockedError while another rebuild is under way (or a run, where the index is embedded), LedgerError where
    nothing was collected yet, SearchIndexError; the present index stays as it is then.
    """
    Ledger.expect(config.ledger)
    with ExitStack() as stack:
        stack.enter_context(locked(config.folder, config.ledger, "rebuild"))
        stack.enter_context(at_rest(config))
        if indexes.backend(config).one_writer:
            stack.enter_context(locked(config.folder, config.ledger))
        ledger = stack.enter_context(Ledger.open(config.ledger))
        new = stack.enter_context(indexes.anew(config, config.folder / "rebuild"))
        older = stack.enter_context(indexes.anew(config, config.folder / "rebuild", older=True))
        present = indexes.reader(config) if indexes.exists(config) else None
        pool = stack.enter_context(cleaners(config))
        CatchingUp(config.archive, ledger, pool, clock).everything()
        filling = _Filling(
            config.archive,
            ledger,
            new.writer,
            older.writer,
            present,
            pool,
            progress,
            clock,
            PresentKnowledge(ledger),
        )
        since = None
        for _ in range(_PASSES):
            newest = filling.newest()
            if newest == since or filling.changes(since) <= _LITTLE:
                break
            filling.take(since)
            since = newest
        with ledger.turn():
            filling.take(since)
            new.publish()
            older.publish()
            with ledger.transaction() as conn:
                capture_table.settle(conn, list(filling.otherwise.values()))
                counts = capture_table.counts(conn)
    outcomes = Counter(settled.outcome for settled in filling.otherwise.values())
    lost = outcomes.total() - outcomes[Outcome.INDEXED]
    return Reindexed(counts[Outcome.INDEXED.value], outcomes[Outcome.INDEXED], lost)


@dataclass(slots=True)
class _Filling:
    """The filling of a new index, from the archive, or from the `present` one where a page cannot be cleaned again.

    `otherwise` is what came of a capture now, where the ledger has it otherwise.
    """

    archive: Path
    ledger: Ledger
    writer: IndexWriter
    older: IndexWriter
    present: IndexReader | None
    cleaners: Cleaners
    progress: Callable[[int], None]
    clock: Callable[[], datetime]
    knowing: PresentKnowledge
    otherwise: dict[int, Settled] = field(default_factory=dict)
    added: int = 0

    def newest(self) -> datetime | None:
        """When the ledger's outcomes last changed, asked for while nobody is about to change one."""
        with self.ledger.turn(), self.ledger.reading() as conn:
            return tallies.newest_settled(conn)

    def changes(self, since: datetime | None) -> int:
        """How many captures `take` would look at, counted up to a few more than _LITTLE."""
        with self.ledger.reading() as conn:
            return len(capture_table.settled(conn, Selection(settled_from=since), _LITTLE + 1))

    def take(self, since: datetime | None) -> None:
        """Bring into the new index what the ledger has settled since then: articles that are in, and that are out, and older versions."""
        with ThreadPoolExecutor(1, "index") as background:
            adding = background.submit(self._add, [])
            wanted = chain.from_iterable(
                page
                for source in self._sources()
                for page in settled(
                    self.ledger, Selection(outcomes=_IN, settled_from=since, sources=(source,))
                )
            )
            with closing(clean_in_batches(self.archive, self.ledger, self.cleaners, wanted)) as cleaned:
                for batch in cleaned:
                    adding.result()
                    adding = background.submit(self._add, batch)
                adding.result()
        if since is None:
            fill_older(self.ledger, self.older)
            return
        for page in settled(self.ledger, Selection(outcomes=_OUT, settled_from=since)):
            self._take_out(page)
        for page in settled(self.ledger, Selection(settled_from=since)):
            renew_older(self.ledger, self.older, {capture.article_id for capture in page})

    def _add(self, batch: list[Cleaned]) -> None:
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
                self.otherwise[capture.id] = rejected(capture, result, self.clock())
        acks = self.writer.add(self.knowing.judged(completed(self.ledger, pairs)))
        for (capture, article), ack in zip(pairs, acks, strict=True):
            if ack.status == "indexed" and article.content_hash == capture.content_hash:
                self.otherwise.pop(capture.id, None)
            elif ack.status != "superseded":
                self.otherwise[capture.id] = acknowledged(capture, article, ack, self.clock())
        self.added += len(pairs)
        self.progress(self.added)

    def _kept(self, capture: Capture) -> Article | None:
        """The article as the present index has it."""
        kept = self.present.get(capture.article_id) if self.present else None
        return kept and _as_known(kept, capture)

    def _sources(self) -> list[str]:
        """One after the other, so that the knowledge of each is put together once."""
        with self.ledger.reading() as conn:
            return tallies.sources(conn)

    def _take_out(self, gone: list[Capture]) -> None:
        with self.ledger.reading() as conn:
            still = capture_table.latest_indexed(conn, {capture.article_id for capture in gone})
        for capture in gone:
            self.otherwise.pop(capture.id, None)
        self.writer.delete(sorted({capture.article_id for capture in gone} - still.keys()))


def _as_known(article: Article, capture: Capture) -> Article:
    """A judged article with the hash that the ledger has of it: that of what cleaning made of the page."""
    return replace(article, content_hash=capture.content_hash)
