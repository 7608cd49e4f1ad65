"""The rounds of a filling: first all that the ledger has in the index, then what was changed meanwhile, again and again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from index.backend_record import NewIndex
from pipeline import indexes
from pipeline.batches import Cleaners
from pipeline.configuration.config import Config
from pipeline.maintenance.cleaning_again import settled
from pipeline.refilling import fillers
from pipeline.refilling.slice_filling import SliceFilling
from pipeline.versions.older import fill_older, renew_older
from store.half_filled import Begun, HalfFilled, SliceTaken
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.queries import tallies
from store.records import Capture, Outcome, Selection

_OUT = tuple(outcome for outcome in Outcome if outcome not in (Outcome.INDEXED, Outcome.PENDING))
_ROUNDS = (
    5  # each over what was changed during the one before; a run that is as fast as we are waits after that
)
_LITTLE = 200  # changes, about five seconds' cleaning, for which runs may be made to wait
_SLICE = (
    1_000  # captures; a kill costs what was done of a slice, about half a minute's cleaning for each process
)


@dataclass(frozen=True, slots=True)
class Filled:
    """How many articles were taken into a new index, of about how many; what runs change meanwhile is taken in again."""

    articles: int
    of: int


@dataclass(slots=True)
class Rounds:
    """Fills `newest` and `older`, and keeps how far that is. `cleaners` are for what is not worth several processes."""

    config: Config
    ledger: Ledger
    kept: HalfFilled
    newest: NewIndex
    older: NewIndex
    cleaners: Cleaners
    clock: Callable[[], datetime]
    progress: Callable[[Filled], None]
    _begun: Begun = field(init=False)
    _articles: int = field(init=False)

    def __post_init__(self) -> None:
        begun = self.kept.begun()
        assert begun is not None  # whoever opened the indices has noted it
        self._begun = begun
        self._articles = begun.added

    def until_little_is_left(self) -> None:
        """Take in all, or what was not taken in yet, until little was changed meanwhile."""
        if self._begun.planned:
            self._finish()
        for _ in range(_ROUNDS):
            with self.ledger.turn():  # nobody is about to settle something at an earlier time
                newest = self._newest()
            if newest == self._begun.until or self._changes() <= _LITTLE:
                return
            self._plan(newest)
            self._finish()

    def take_the_rest(self) -> None:
        """Take in what was changed since, in a turn of the ledger."""
        self._plan(self._newest())
        self._finish(in_turn=True)

    def _newest(self) -> datetime | None:
        with self.ledger.reading() as conn:
            return tallies.newest_settled(conn)

    def _changes(self) -> int:
        """How many captures a round would look at, counted up to a few more than _LITTLE."""
        which = Selection(settled_from=self._begun.until)
        with self.ledger.reading() as conn:
            return len(capture_table.settled(conn, which, _LITTLE + 1))

    def _plan(self, until: datetime | None) -> None:
        """Note what the next round is to take in."""
        since = self._begun.until
        ids = self._indexed(since)
        slices: list[list[int]] = []
        while some := list(islice(ids, _SLICE)):
            slices.append(some)
        expected = self._begun.expected + sum(map(len, slices))
        begun = replace(self._begun, since=since, until=until, planned=True, expected=expected, older_to="")
        self.kept.plan(begun, slices)
        self._begun = begun

    def _indexed(self, since: datetime | None) -> Iterator[int]:
        """Captures (ids) in the index, source by source, so that the knowledge of each is put together once."""
        with self.ledger.reading() as conn:
            if since is not None:
                yield from tallies.indexed_since(conn, since)
                return
            for source in tallies.sources(conn):
                yield from tallies.indexed_of(conn, source)

    def _finish(self, *, in_turn: bool = False) -> None:
        """Take in what is left of a round."""
        for taken in self._taken(in_turn=in_turn):
            self._begun = replace(self._begun, added=self._begun.added + taken.articles)
            self.kept.finish(taken, self._begun)
            self.newest.keep()
            self.older.keep()
        since = self._begun.since
        if since is None:
            for up_to in fill_older(self.ledger, self.older.writer, self._begun.older_to):
                self._note(replace(self._begun, older_to=up_to))
        else:
            for page in settled(self.ledger, Selection(outcomes=_OUT, settled_from=since)):
                self._take_out(page)
            for page in settled(self.ledger, Selection(settled_from=since)):
                renew_older(self.ledger, self.older.writer, {capture.article_id for capture in page})
        self._note(replace(self._begun, planned=False))

    def _taken(self, *, in_turn: bool) -> Iterator[SliceTaken]:
        """The slices that are left, once the index has them: by several processes where there is enough for them."""
        processes = fillers.number(self.config)
        if not in_turn and processes > 1 and self.kept.left()[0] > processes:
            self.cleaners.close()
            found = fillers.fill_side_by_side(
                self.config, self.config.folder / "rebuild", self.newest.name, self.kept.slices(), processes
            )
            for taken in found:
                self._tell(taken.articles)
                yield taken
            return
        config = self.config
        present = indexes.reader(config) if indexes.exists(config) else None
        filling = SliceFilling(
            config.archive, self.ledger, self.newest.writer, present, self.cleaners, self.clock, self._tell
        )
        yield from filling.fill(self.kept.slices())

    def _take_out(self, gone: list[Capture]) -> None:
        with self.ledger.reading() as conn:
            still = capture_table.latest_indexed(conn, {capture.article_id for capture in gone})
        self.kept.alike(capture.id for capture in gone)
        self.newest.writer.delete(sorted({capture.article_id for capture in gone} - still.keys()))

    def _tell(self, articles: int) -> None:
        self._articles += articles
        self.progress(Filled(self._articles, max(self._articles, self._begun.expected)))

    def _note(self, begun: Begun) -> None:
        self.kept.note(begun)
        self._begun = begun
