"""Captures of the ledger, cleaned, in batches."""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from typing import TypeGuard

from articles.edits.normal_form import Marks
from articles.errors import ArchiveUnavailableError
from articles.model import Article, Rejection
from articles.source.features import Features
from pipeline.clean_capture import Cleaning, CleanTask, clean_task, unfinished
from pipeline.configuration.config import Config
from pipeline.sites.site_folder import load_sites
from store.archive.reader import is_there
from store.archive.remote.ahead import Fetched, fetch_ahead
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.parts import part_captures
from store.records import Capture, PartCapture
from store.workers import Lost, Workers

_AT_ONCE = 500  # captures of one batch
_SECONDS = 2.0  # an article waits no longer for its batch to fill
_SOME = 100  # captures whose further pages are asked for at once

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
    """The pending captures, each of which is taken once, and those to be joined again: of all segments, or only of one `owner`'s."""

    archive: Path
    ledger: Ledger
    cleaners: Cleaners
    owner: str | None = None
    unavailable: str = ""
    """Why captures were passed over, whose pages are in a bucket that is away ("": none was): these stay pending."""
    _taken: int = 0
    _joined: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def batches(self) -> Generator[Batch]:
        """Those not taken yet, cleaned, in batches; what becomes pending meanwhile too."""
        wanted = self._captures()
        with closing(
            _in_batches(self.archive, self.ledger, self.cleaners, wanted, remembered=True)
        ) as batches:
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
            for capture in pending:
                self._taken = capture.id
                yield capture
            if not pending:
                break
        yield from self._to_be_joined()

    def _to_be_joined(self) -> Iterator[Capture]:
        """What waits to be joined with other captures of further pages than any that it was given with."""
        last = 0
        while True:
            with self.ledger.reading() as conn:
                waiting = part_captures.waiting(conn, _AT_ONCE, last, self.owner)
            for capture in waiting:
                last = capture.id
                parts = tuple(each.capture.id for each in capture.parts)
                if self._joined.get(capture.id) != parts:
                    self._joined[capture.id] = parts
                    yield capture
            if not waiting:
                return

    def begin_again(self) -> None:
        """Take what has become pending since, though it was taken; nothing that was taken may be unsettled."""
        self._taken = 0

    def take_again(self) -> None:
        """Take everything that is pending once more: what was taken could not be stored."""
        self._taken = 0
        self._joined.clear()


def clean_in_batches(
    archive: Path, ledger: Ledger, cleaners: Cleaners, wanted: Iterable[Capture]
) -> Generator[list[Cleaned]]:
    """The captures, cleaned, in batches: what two seconds gave, at most 500. Each has the parts that it was joined with.

    The cleaners go on while a batch is dealt with.
    """
    for some in _in_batches(archive, ledger, cleaners, wanted, remembered=False):
        yield [(capture, done.result) for capture, done in some]


def _in_batches(
    archive: Path, ledger: Ledger, cleaners: Cleaners, wanted: Iterable[Capture], *, remembered: bool
) -> Generator[list[tuple[Capture, Cleaning]]]:
    batch: list[tuple[Capture, Cleaning]] = []
    due = time.monotonic() + _SECONDS
    in_hand: dict[int, Capture] = {}
    away: list[tuple[Capture, Cleaning]] = []
    tasks = _tasks(archive, _with_parts(archive, ledger, wanted), in_hand, away, remembered=remembered)
    for task, answer in cleaners.run(tasks):
        done = Cleaning(unfinished(answer)) if isinstance(answer, Lost) else answer
        batch.append((_as_found(in_hand.pop(task.capture_id), done), done))
        if len(batch) == _AT_ONCE or time.monotonic() > due:
            yield batch
            batch = []
            due = time.monotonic() + _SECONDS
    if batch := batch + away:
        yield batch


def _as_found(capture: Capture, done: Cleaning) -> Capture:
    parts = tuple(replace(each, apart=each.url in done.apart) for each in capture.parts)
    return replace(capture, parts=parts) if parts else capture


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
    for capture, packed in _fetched(archive, wanted):
        lost = next((each for each in packed if isinstance(each, ArchiveUnavailableError)), None)
        if lost is not None:
            away.append((capture, Cleaning(Rejection(reason="archive_unavailable", detail=str(lost)))))
            continue
        in_hand[capture.id] = capture
        own, *others = (each for each in packed if isinstance(each, bytes))
        yield task_of(archive, capture, own, others, remembered=remembered)


def task_of(
    archive: Path,
    capture: Capture,
    packed: bytes = b"",
    of_parts: Sequence[bytes] = (),
    *,
    remembered: bool = False,
) -> CleanTask:
    """What a cleaner is given for a capture and the parts that it has; the bytes are those from a bucket."""
    parts = zip_longest(capture.parts, of_parts, fillvalue=b"")
    return CleanTask(
        *(capture.id, capture.source, archive, capture.ref, packed, remembered),
        parts=tuple(
            (part.url, CleanTask(part.capture.id, part.capture.source, archive, part.capture.ref, its))
            for part, its in parts
            if isinstance(part, PartCapture)
        ),
    )


def _fetched(archive: Path, wanted: Iterable[Capture]) -> Iterator[tuple[Capture, list[Fetched]]]:
    """Each capture with its bytes and those of its parts, as `fetch_ahead` gives them."""
    pages = (
        (capture, page) for capture in wanted for page in (capture, *(each.capture for each in capture.parts))
    )
    packed: list[Fetched] = []
    for (capture, _), found in fetch_ahead(archive, pages, lambda pair: pair[1].ref):
        packed.append(found)
        if len(packed) > len(capture.parts):
            yield capture, packed
            packed = []


def _with_parts(archive: Path, ledger: Ledger, wanted: Iterable[Capture]) -> Iterator[Capture]:
    """The captures, each with those of its further pages that can be read here."""
    captures = iter(wanted)
    while some := list(islice(captures, _SOME)):
        with ledger.reading() as conn:
            found = part_captures.with_parts(conn, some)
        for capture in found:
            there = tuple(each for each in capture.parts if is_there(archive, each.capture.ref.segment))
            yield replace(capture, parts=there) if len(there) < len(capture.parts) else capture
