"""What is wrong with a data folder, and what to do about it. Changes nothing."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from articles.errors import ArchiveError, BroadsheetError, IndexUnavailableError, LockedError
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.deleting.finishing import unfinished
from pipeline.health.checkup import undelivered, why
from pipeline.maintenance import renaming
from store.archive import renames
from store.archive.reader import check, foreign
from store.ledger import capture_table, segment_table
from store.ledger.database import Ledger
from store.ledger.queries import seen_texts, soundness
from store.lock import RunLock
from store.records import Outcome

_LOW_SPACE = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the data folder, whether it is well, and what to do when it is not; `passing` is what may pass by itself."""

    part: str
    ok: bool
    text: str
    passing: bool = False


def examine(config: Config) -> list[Finding]:
    """Look at folder, lock, archive, ledger and index, in this order."""
    if not config.folder.is_dir():
        return [Finding("folder", True, f"{config.folder} is not there yet; `broadsheet run` makes it.")]
    return list(_examine(config))


def _examine(config: Config) -> Iterator[Finding]:
    yield _folder(config)
    yield _lock(config)
    if not config.ledger.exists():
        held = any(config.archive.glob("*.warc.gz"))
        yield Finding(
            "ledger",
            not held,
            "missing, though there is an archive: run `broadsheet rebuild`." if held else "not there yet.",
        )
        return
    try:
        ledger = Ledger.open(config.ledger)
    except BroadsheetError as error:
        yield Finding("ledger", False, str(error))
        return
    with ledger:
        yield from _kept(config, ledger)


def _folder(config: Config) -> Finding:
    if not os.access(config.folder, os.W_OK):
        return Finding("folder", False, f"{config.folder} is read-only; nothing can be collected into it.")
    free = shutil.disk_usage(config.folder).free
    if free < _LOW_SPACE:
        return Finding("folder", free > 0, f"{config.folder} has {free >> 20} MiB left; make room soon.")
    return Finding("folder", True, f"{config.folder}, {free >> 30} GiB free.")


def _lock(config: Config) -> Finding:
    try:
        with RunLock(config.folder):
            return Finding("lock", True, "free: no run is under way.")
    except LockedError as error:
        return Finding("lock", True, f"held: {error}")
    except BroadsheetError as error:
        return Finding("lock", False, str(error))


def _kept(config: Config, ledger: Ledger) -> Iterator[Finding]:
    problems = ledger.check()
    with ledger.reading() as conn:
        problems += soundness.problems(conn)
        committed, dropped = segment_table.lengths(conn), segment_table.dropped(conn)
        counts = capture_table.counts(conn)
        older = seen_texts.count_older(conn)
        under_other_names = renaming.under_other_names(config, conn)
        untold = undelivered(conn, config.notify)
    yield from _report("ledger", problems, f"all captures are accounted for ({sum(counts.values())}).")
    gone = f"; {len(dropped)} went by [store] retention" if dropped else ""
    problems = check(config.archive, committed) + foreign(config.archive, committed)
    try:
        renames.read(config.archive)
    except ArchiveError as error:
        problems.append(str(error))
    yield from _report("archive", problems, f"all segments are whole ({len(committed)}){gone}.")
    for problem in under_other_names:
        yield Finding("sources", False, problem)
    for telling in untold:
        yield Finding(f"notify {telling.target}", False, why(telling))
    pending = counts.get(Outcome.PENDING.value, 0)
    if pending:
        yield Finding("loading", True, f"{pending} pending; the next `broadsheet run` loads what is pending.")
    if waiting := unfinished(ledger):
        yield Finding(
            "deletions",
            False,
            f"{waiting} not finished yet: run `broadsheet doctor` while no run is under way and the index can be reached.",
            passing=True,
        )
    try:
        documents, versions = (_held(config, older=each) for each in (False, True))
    except BroadsheetError as error:
        yield Finding("index", False, str(error), isinstance(error, IndexUnavailableError))
        return
    yield _counted("index", "articles", documents, counts.get(Outcome.INDEXED.value, 0))
    yield _counted("versions", "older versions", versions, older)


def _held(config: Config, *, older: bool) -> int:
    """How many documents the index has, 0 if there is none."""
    return indexes.reader(config, older=older).count() if indexes.exists(config, older=older) else 0


def _counted(part: str, what: str, found: int, known: int) -> Finding:
    if found == known:
        return Finding(part, True, f"{found} {what}.")
    return Finding(
        part, False, f"{found} {what}, but the ledger says {known}: run `broadsheet index rebuild`."
    )


def _report(part: str, problems: list[str], fine: str) -> Iterator[Finding]:
    if not problems:
        yield Finding(part, True, fine)
    for problem in problems:
        yield Finding(part, False, problem)
