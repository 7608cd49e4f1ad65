"""WARC files read into archive and ledger, portion by portion, each of which is cleaned and indexed before the next is read.

How far a file was read is committed with its pages. The same call goes on where the one before it was killed, and imports
nothing twice.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from articles.errors import WarcError
from articles.model import Page
from articles.urls import article_id
from crawlers.clock import now
from pipeline import indexes
from pipeline.batches import Pending, cleaners
from pipeline.configuration.config import Config, choose
from pipeline.importing.first_seen import move_back
from pipeline.importing.imported import FileReport, ImportReport
from pipeline.importing.naming import naming
from pipeline.importing.sorting import RecordFate, WantedPages, most_of_block, sort
from pipeline.judging import Judge
from pipeline.load import load_all
from pipeline.report import RunReport
from pipeline.run import data_folder, opened_index
from pipeline.settling import Settler
from pipeline.sharing.own_segments import opened_archive
from pipeline.versions.catching_up import CatchingUp
from store.archive.foreign import ReadingPlace, records
from store.intake import Intake
from store.ledger import capture_table, import_table, tombstone_table
from store.ledger.database import Ledger
from store.ledger.import_table import ImportState

_PORTION = 500  # pages that are archived before they are loaded
_EVERY = 500  # records, after which progress is shown
_BEGINNING = 1 << 20  # bytes of a file that its identity is taken from


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """Which pages are imported, as `WantedPages` says, and for which source ("": by each page's host)."""

    source: str = ""
    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


Progress = Callable[[ImportReport], None]


def import_files(
    config: Config,
    paths: Sequence[Path],
    options: ImportOptions,
    progress: Progress = lambda _: None,
    clock: Callable[[], datetime] = now,
) -> ImportReport:
    """Import these files, load what comes of it, and judge it.

    Raises WarcError for a file that cannot be read, LockedError while a run is under way, and any other BroadsheetError;
    what was done until then is kept, and the next call goes on from there.
    """
    report, wanted, begun_at = _begun(paths), _wanted(config, options, clock()), clock()

    def show(loading: RunReport) -> None:
        report.loading = loading
        progress(report)

    with (
        data_folder(config) as (_, ledger),
        closing(opened_index(config, ledger)) as writer,
        closing(opened_index(config, ledger, older=True)) as older,
        cleaners(config) as pool,
        closing(opened_archive(config, ledger, clock)) as archive,
    ):
        reader = cache(partial(indexes.reader, config))
        pending = Pending(config.archive, ledger, pool)
        settler = Settler(ledger, writer, older, reader, clock)

        def load() -> None:
            report.add(load_all(pending, settler, show))

        for path, file in zip(paths, report.files, strict=True):
            state = _state(ledger, path, options, clock())
            begun_at = min(begun_at, state.begun_at)
            waiting = 0
            for pages in _into(Intake(ledger, archive, state), path, wanted, file, report):
                waiting += pages
                if waiting >= _PORTION:
                    load()
                    waiting = 0
                progress(report)
        load()
        progress(report)
        move_back(ledger, reader(), writer, begun_at, clock)
        CatchingUp(config.archive, ledger, pool, clock).waiting(reader(), writer, older)
        report.judged = Judge(config.archive, ledger, reader(), writer, pool, clock).judge_waiting()
    return report


def count_files(
    config: Config,
    paths: Sequence[Path],
    options: ImportOptions,
    progress: Progress = lambda _: None,
    clock: Callable[[], datetime] = now,
) -> ImportReport:
    """What would become of the records of these files; nothing is written. Raises WarcError, LedgerError."""
    report, wanted = _begun(paths), _wanted(config, options, clock())
    with ExitStack() as stack:
        conn = None
        if config.ledger.exists():
            conn = stack.enter_context(stack.enter_context(Ledger.open(config.ledger)).reading())
        seen: set[tuple[str, datetime]] = set()

        def take(page: Page) -> bool:
            known = article_id(page.final_url), page.fetched_at
            if known in seen or (conn is not None and capture_table.is_known(conn, *known)):
                return False
            seen.add(known)
            return True

        for path, file in zip(paths, report.files, strict=True):
            for fate, place in _fates(path, ReadingPlace(), wanted, take, report):
                file.counts[fate] += 1
                file.read = place.member
                if file.counts.total() % _EVERY == 0:
                    progress(report)
    return report


def _into(
    intake: Intake, path: Path, wanted: WantedPages, file: FileReport, report: ImportReport
) -> Iterator[int]:
    """Read the file on from where it was left; how many pages were committed, each time that some records were."""
    state, pages = intake.state, 0
    file.counts, file.read = state.counts, state.place.member
    if state.finished:
        return
    for fate, place in _fates(path, state.place, wanted, intake.take, report):
        pages += fate is RecordFate.IMPORTED
        if intake.count(fate, place):
            file.counts, file.read = intake.state.counts, place.member
            yield pages
            pages = 0
    intake.finish()
    file.counts, file.read = intake.state.counts, file.size
    yield pages


def _fates(
    path: Path, start: ReadingPlace, wanted: WantedPages, take: Callable[[Page], bool], report: ImportReport
) -> Iterator[tuple[RecordFate, ReadingPlace]]:
    """What becomes of each record from `start` on, and the place after it; `take` says whether a page is new."""
    with _opened(path) as file:
        for record, place in records(file, most_of_block(wanted.limit), start):
            found = sort(record, wanted)
            if isinstance(found, Page):
                yield RecordFate.IMPORTED if take(found) else RecordFate.KNOWN, place
                continue
            if found.fate is RecordFate.UNREADABLE:
                report.note(f"{path.name}: {found.detail}")
            yield found.fate, place


def _begun(paths: Sequence[Path]) -> ImportReport:
    """The report before the first record. Raises WarcError."""
    files = []
    for path in paths:
        with _opened(path) as file:
            files.append(FileReport(name=path.name, size=os.fstat(file.fileno()).st_size))
    return ImportReport(files=files)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise WarcError(
            f"{path} cannot be read: {error.strerror}; check its name and its permissions"
        ) from error


def _wanted(config: Config, options: ImportOptions, at: datetime) -> WantedPages:
    """Raises ConfigError for a source that broadsheet.toml does not have."""
    if options.source:
        choose(config, (options.source,))
    return WantedPages(
        hosts=options.hosts,
        languages=options.languages,
        since=options.since,
        until=options.until,
        deleted=_deleted(config),
        latest=at,
        limit=config.crawl.max_bytes,
        source_of=(lambda _: options.source) if options.source else naming(config),
    )


def _deleted(config: Config) -> frozenset[str]:
    if not config.ledger.exists():
        return frozenset()
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        return tombstone_table.buried(conn)


def _state(ledger: Ledger, path: Path, options: ImportOptions, at: datetime) -> ImportState:
    """How far the file was imported with these options. A file is known by its name, size and first megabyte."""
    with _opened(path) as file:
        size, beginning = os.fstat(file.fileno()).st_size, file.read(_BEGINNING)
    told = json.dumps(asdict(options), default=str)
    identity = json.dumps([path.name, size, blake2b(beginning).hexdigest(), told])
    import_id = blake2b(identity.encode(), digest_size=16).hexdigest()
    with ledger.reading() as conn:
        known = import_table.get(conn, import_id)
    return known or ImportState(id=import_id, name=path.name, options=told, begun_at=at)
