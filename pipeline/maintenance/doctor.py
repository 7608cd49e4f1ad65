"""What is wrong with a data folder, and what to do about it. Changes nothing."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from articles.errors import (
    ArchiveError,
    ArchiveUnavailableError,
    BroadsheetError,
    ConfigError,
    IndexUnavailableError,
    LockedError,
)
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.deleting.finishing import unfinished
from pipeline.health.checkup import undelivered, why
from pipeline.maintenance import renaming
from pipeline.maintenance.offloading import in_bucket
from store.archive import renames
from store.archive.reader import check, foreign, names
from store.archive.remote.copies import differences
from store.ledger import capture_table, segment_table
from store.ledger.database import Ledger
from store.ledger.queries import soundness
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


def examine(config: Config, *, fetch: bool = False) -> list[Finding]:
    """Look at folder, lock, archive, ledger and index, in this order; `fetch` has segments read that are only in a bucket."""
    if not config.folder.is_dir():
        return [Finding("folder", True, f"{config.folder} is not there yet; `broadsheet run` makes it.")]
    return list(_examine(config, fetch=fetch))


def _examine(config: Config, *, fetch: bool) -> Iterator[Finding]:
    yield _folder(config)
    yield _lock(config)
    if not config.ledger.exists():
        held = any(names(config.archive))
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
        yield from _kept(config, ledger, fetch=fetch)


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


def _kept(config: Config, ledger: Ledger, *, fetch: bool) -> Iterator[Finding]:
    problems = ledger.check()
    with ledger.reading() as conn:
        problems += soundness.problems(conn)
        committed, dropped = segment_table.lengths(conn), segment_table.dropped(conn)
        counts = capture_table.counts(conn)
        under_other_names = renaming.under_other_names(config, conn)
        untold = undelivered(conn, config.notify)
    yield from _report("ledger", problems, f"all captures are accounted for ({sum(counts.values())}).")
    gone = f"; {len(dropped)} went by [store] retention" if dropped else ""
    yield from _archive(config, committed, gone, fetch=fetch)
    yield from _bucket(config, committed)
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
        documents = indexes.reader(config).count() if indexes.exists(config) else 0
    except BroadsheetError as error:
        yield Finding("index", False, str(error), isinstance(error, IndexUnavailableError))
        return
    indexed = counts.get(Outcome.INDEXED.value, 0)
    yield Finding(
        "index",
        documents == indexed,
        f"{documents} articles."
        if documents == indexed
        else f"{documents} articles, but the ledger says {indexed}: run `broadsheet index rebuild`.",
    )


def _archive(config: Config, committed: Mapping[str, int], gone: str, *, fetch: bool) -> Iterator[Finding]:
    try:
        problems = check(config.archive, committed, fetch=fetch) + foreign(config.archive, committed)
        renames.read(config.archive)
    except ArchiveUnavailableError as error:
        yield Finding("archive", False, str(error), passing=True)
        return
    except ArchiveError as error:
        problems = [str(error)]
    here = sum((config.archive / name).exists() for name in committed)
    read = f"all segments are whole ({len(committed)})"
    if here < len(committed) and not fetch:
        read = f"the segments that are here are whole ({here} of {len(committed)}; --fetch reads the others)"
    yield from _report("archive", problems, f"{read}{gone}.")


def _bucket(config: Config, committed: Mapping[str, int]) -> Iterator[Finding]:
    """What the bucket has by its own list is held against what was verified there; what waits for it is said."""
    try:
        found = in_bucket(config, committed)
        problems = differences(config.archive) if found else []
    except ArchiveUnavailableError as error:
        yield Finding("bucket", False, str(error), passing=True)
        return
    except (ArchiveError, ConfigError) as error:
        yield Finding("bucket", False, str(error))
        return
    if found:
        yield from _report(
            "bucket",
            problems,
            f"{found.remote} of {found.segments} segments are there, as they were verified.",
        )
        if found.waiting or found.doomed:
            yield Finding("upload", not found.trouble, found.waits(), passing=True)


def _report(part: str, problems: list[str], fine: str) -> Iterator[Finding]:
    if not problems:
        yield Finding(part, True, fine)
    for problem in problems:
        yield Finding(part, False, problem)
