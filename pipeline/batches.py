"""Captures of the ledger, cleaned, in batches."""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeGuard

from articles.edits.normal_form import Marks
from articles.errors import ArchiveUnavailableError
from articles.model import Article, Rejection
from articles.source.features import Features
from pipeline.clean_capture import Cleaning, CleanTask, clean_task, unfinished
from pipeline.configuration.config import Config
from pipeline.sites.site_folder import load_sites
from store.archive.remote.ahead import fetch_ahead
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.records import Capture
from store.workers import Lost, Workers

_AT_ONCE = 500  # captures of one batch
_SECONDS = 2.0  # an article waits no longer for its batch to fill

Cleaned = tuple[Capture, Article | Rejection]
Cleaners = Workers[CleanTask, Cleaning]


@dataclass(frozen=True, slots=True)
class Batch:
    """Captures that were cleaned, and the features and marks of those that gave an article, by the capture's id."""

    cleaned: list[Cleaned]
    rows: Mapping[int, Features]
    marks: Mapping[int, Marks]


def cleaners(config: Config) -> Cleaners:
    """The cleaning processes that the configuration asks for, with what is known of single sites. Raises ConfigError."""
    function = partial(clean_task, config.extractors, obey=config.crawl.obey, sites=load_sites(config))
    return Workers(function, config.clean.workers, config.clean.timeout)


@dataclass(slots=True)
class Pending:
    """The pending captures, each of which is taken once: of all segments, or only of one `owner`'s."""

    archive: Path
    ledger: Ledger
    cleaners: Cleaners
    owner: str | None = None
    unavailable: str = ""
    """Why captures were passed over, whose pages are in a bucket that is away ("": none was): these stay pending."""
    _taken: int = 0

    def batches(self) -> Generator[Batch]:
        """Those not taken yet, cleaned, in batches; what becomes pending meanwhile too."""
        with closing(_in_batches(self.archive, self.cleaners, self._captures(), remembered=True)) as batches:
            for batch in batches:
                there = []
                for capture, done in batch:
                    if _is_unavailable(done.result):
                        self.unavailable = done.result.detail
                    else:
                        there.append((capture, done))
                if there:
                    rows = {capture.id: done.row for capture, done in there if done.row}
                    marks = {capture.id: done.marks for capture, done in there if done.row}
                    yield Batch([(capture, done.result) for capture, done in there], rows, marks)

    def _captures(self) -> Iterator[Capture]:
        while True:
            with self.ledger.reading() as conn:
                pending = capture_table.pending(conn, _AT_ONCE, self._taken, self.owner)
            if not pending:
                return
            for capture in pending:
                self._taken = capture.id
                yield capture

    def take_again(self) -> None:
        """Take everything that is pending once more: what was taken could not be stored."""
        self._taken = 0


def clean_in_batches(
    archive: Path, cleaners: Cleaners, wanted: Iterable[Capture]
) -> Generator[list[Cleaned]]:
    """The captures, cleaned, in batches: what two seconds gave, at most 500.

    The cleaners go on while a batch is dealt with.
    """
    for some in _in_batches(archive, cleaners, wanted, remembered=False):
        yield [(capture, done.result) for capture, done in some]


def _in_batches(
    archive: Path, cleaners: Cleaners, wanted: Iterable[Capture], *, remembered: bool
) -> Generator[list[tuple[Capture, Cleaning]]]:
    batch: list[tuple[Capture, Cleaning]] = []
    due = time.monotonic() + _SECONDS
    in_hand: dict[int, Capture] = {}
    away: list[tuple[Capture, Cleaning]] = []
    tasks = _tasks(archive, wanted, in_hand, away, remembered=remembered)
    for task, answer in cleaners.run(tasks):
        done = Cleaning(unfinished(answer)) if isinstance(answer, Lost) else answer
        batch.append((in_hand.pop(task.capture_id), done))
        if len(batch) == _AT_ONCE or time.monotonic() > due:
            yield batch
            batch = []
            due = time.monotonic() + _SECONDS
    if batch := batch + away:
        yield batch


def _is_unavailable(result: Article | Rejection) -> TypeGuard[Rejection]:
    return isinstance(result, Rejection) and result.reason == "archive_unavailable"


def _tasks(
    archive: Path,
    wanted: Iterable[Capture],
    in_hand: dict[int, Capture],
    away: list[tuple[Capture, Cleaning]],
    *,
    remembered: bool,
) -> Iterator[CleanTask]:
    """What the cleaners are given; captures whose bucket is away go there."""
    for capture, found in fetch_ahead(archive, wanted, lambda capture: capture.ref):
        if isinstance(found, ArchiveUnavailableError):
            away.append((capture, Cleaning(Rejection(reason="archive_unavailable", detail=str(found)))))
            continue
        in_hand[capture.id] = capture
        yield CleanTask(capture.id, capture.source, archive, capture.ref, found, remembered)
