"""Captures of the ledger, cleaned, in batches."""

import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeGuard

from articles.errors import ArchiveUnavailableError
from articles.model import Article, Rejection
from pipeline.clean_capture import CleanTask, clean_capture, unfinished
from pipeline.configuration.config import Config
from store.archive.remote.ahead import fetch_ahead
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.records import Capture
from store.workers import Lost, Workers

_AT_ONCE = 500  # captures of one batch
_SECONDS = 2.0  # an article waits no longer for its batch to fill

Cleaned = tuple[Capture, Article | Rejection]
Cleaners = Workers[CleanTask, Article | Rejection]


def cleaners(config: Config) -> Cleaners:
    """The cleaning processes that the configuration asks for."""
    function = partial(clean_capture, config.extractors, obey=config.crawl.obey)
    return Workers(function, config.clean.workers, config.clean.timeout)


@dataclass(slots=True)
class Pending:
    """The pending captures, each of which is taken once."""

    archive: Path
    ledger: Ledger
    cleaners: Cleaners
    unavailable: str = ""
    """Why captures were passed over, whose pages are in a bucket that is away ("": none was): these stay pending."""
    _taken: int = 0

    def batches(self) -> Generator[list[Cleaned]]:
        """Those not taken yet, cleaned, in batches; what becomes pending meanwhile too."""
        with closing(clean_in_batches(self.archive, self.cleaners, self._captures())) as batches:
            for batch in batches:
                for _, result in batch:
                    if _is_unavailable(result):
                        self.unavailable = result.detail
                if there := [pair for pair in batch if not _is_unavailable(pair[1])]:
                    yield there

    def _captures(self) -> Iterator[Capture]:
        while True:
            with self.ledger.reading() as conn:
                pending = capture_table.pending(conn, _AT_ONCE, self._taken)
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
    batch: list[Cleaned] = []
    due = time.monotonic() + _SECONDS
    in_hand: dict[int, Capture] = {}
    away: list[Cleaned] = []
    for task, result in cleaners.run(_tasks(archive, wanted, in_hand, away)):
        article = unfinished(result) if isinstance(result, Lost) else result
        batch.append((in_hand.pop(task.capture_id), article))
        if len(batch) == _AT_ONCE or time.monotonic() > due:
            yield batch
            batch = []
            due = time.monotonic() + _SECONDS
    if batch := batch + away:
        yield batch


def _is_unavailable(result: Article | Rejection) -> TypeGuard[Rejection]:
    return isinstance(result, Rejection) and result.reason == "archive_unavailable"


def _tasks(
    archive: Path, wanted: Iterable[Capture], in_hand: dict[int, Capture], away: list[Cleaned]
) -> Iterator[CleanTask]:
    """What the cleaners are given; captures whose bucket is away go there."""
    for capture, found in fetch_ahead(archive, wanted, lambda capture: capture.ref):
        if isinstance(found, ArchiveUnavailableError):
            away.append((capture, Rejection(reason="archive_unavailable", detail=str(found))))
            continue
        in_hand[capture.id] = capture
        yield CleanTask(capture.id, capture.source, archive, capture.ref, found)
