"""Processes that fill a new index side by side, each slice by slice, with cleaning processes of its own.

One process that reads, judges and sends is enough for so many cleaners; more of them need more. Where an index has one writer,
there is one process.
"""

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from articles.errors import BroadsheetError, SearchIndexError
from crawlers.clock import now
from pipeline import indexes
from pipeline.batches import cleaners
from pipeline.configuration.config import Config
from pipeline.refilling.slice_filling import SliceFilling
from store.half_filled import Slice, SliceTaken
from store.ledger.database import Ledger
from store.workers import Lost, Workers

CLEANERS = 4  # for which one process reads, judges and sends
_DAY = 86_400.0


def number(config: Config) -> int:
    """How many processes are worth it, this one included."""
    if indexes.backend(config).one_writer or indexes.backend(config).resuming is None:
        return 1
    return max(1, math.ceil(config.clean.workers / CLEANERS))


@dataclass(slots=True)
class Filler:
    """What one process does: takes a slice into the index of this name. It is opened with its first slice."""

    config: Config
    beside: Path
    name: str
    cleaners: int
    _filling: SliceFilling | None = field(default=None, init=False)
    _open: ExitStack = field(default_factory=ExitStack, init=False)

    def __call__(self, one: Slice) -> SliceTaken | BroadsheetError:
        """What came of the slice, or why it could not be taken."""
        try:
            if self._filling is None:
                self._filling = self._opened()
            (taken,) = self._filling.fill([one])
        except BroadsheetError as error:
            return error
        return taken

    def __reduce__(self) -> tuple[object, ...]:
        return Filler, (self.config, self.beside, self.name, self.cleaners)  # whoever gets it opens its own

    def _opened(self) -> SliceFilling:
        clean = self.config.clean.model_copy(update={"workers": self.cleaners})
        config = self.config.model_copy(update={"clean": clean})
        ledger = self._open.enter_context(Ledger.open(config.ledger))
        new = self._open.enter_context(indexes.resumed(config, self.beside, self.name))
        if new is None:
            raise SearchIndexError(f"the index {self.name}, which was being filled, is gone")
        present = indexes.reader(config) if indexes.exists(config) else None
        pool = self._open.enter_context(cleaners(config))
        return SliceFilling(config.archive, ledger, new.writer, present, pool, now)


def fill_side_by_side(
    config: Config, beside: Path, name: str, slices: Iterable[Slice], processes: int
) -> Iterator[SliceTaken]:
    """Each slice, once the index of this name has acknowledged it, taken in by so many processes.

    Raises SearchIndexError, ArchiveUnavailableError and whatever else keeps one of them from it.
    """
    each = math.ceil(config.clean.workers / processes)
    filler = Filler(config, beside, name, each)
    with Workers[Slice, SliceTaken | BroadsheetError](filler, processes, _DAY, parents=True) as workers:
        for _, taken in workers.run(slices):
            if isinstance(taken, Lost):
                raise SearchIndexError(f"a process that fills the index ended: {taken.detail}")
            if isinstance(taken, BroadsheetError):
                raise taken
            yield taken
