"""What is wrong with a data folder, and what to do about it. Changes nothing, but notes which segments were read."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from articles.errors import (
    ArchiveError,
    ArchiveUnavailableError,
    BroadsheetError,
    ConfigError,
    IndexUnavailableError,
    LedgerError,
    LedgerUnavailableError,
    LockedError,
    StorageError,
)
from crawlers.clock import now
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.deleting.finishing import unfinished
from pipeline.health.checkup import undelivered, why
from pipeline.maintenance.archive_check import check_archive
from pipeline.maintenance.ledger_check import CheckedLedger, check_ledger, look_at
from pipeline.maintenance.new_index import told_half_filled
from pipeline.maintenance.offloading import in_bucket
from pipeline.maintenance.other_names import under_other_names
from pipeline.sharing.own_segments import kept_by_others, learn
from pipeline.sites.rule_watch import stopped
from pipeline.sites.site_folder import load_sites
from store.archive import renames
from store.archive.reader import foreign, names
from store.archive.remote.copies import differences
from store.ledger import capture_table, segment_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import is_at_work, locked
from store.ledger.queries import seen_texts, tallies
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


def examine(
    config: Config, clock: Callable[[], datetime] = now, *, everything: bool = False, fetch: bool = False
) -> list[Finding]:
    """Look at folder, lock, ledger, archive and indexes, in this order; at `everything` in the archive, or what is due.

    `fetch` has segments read that are only in a bucket.
    """
    if not config.folder.is_dir():
        return [Finding("folder", True, f"{config.folder} is not there yet; `broadsheet run` makes it.")]
    if config.store.shared:
        with suppress(BroadsheetError), RunLock(config.folder), Ledger.existing(config.ledger) as ledger:
            learn(config, ledger)  # what keeps it from that is found below
    return [
        _folder(config),
        _lock(config),
        *_stored(config, clock, look_at, everything=everything, fetch=fetch),
    ]


def examine_beside_runs(config: Config, clock: Callable[[], datetime] = now) -> list[Finding]:
    """The same of a folder that is there, but for the lock: a run that begins at that moment must get it; of a large ledger what is due."""
    due = partial(check_ledger, today=clock())
    return [_folder(config), *_stored(config, clock, due, everything=False, fetch=False)]


def _stored(
    config: Config,
    clock: Callable[[], datetime],
    look: Callable[[Ledger], CheckedLedger],
    *,
    everything: bool,
    fetch: bool,
) -> Iterator[Finding]:
    held = any(names(config.archive))
    try:
        if not config.ledger.exists():
            lost = "missing, though there is an archive: run `broadsheet rebuild`."
            yield Finding("ledger", not held, lost if held else "not there yet.")
            return
        ledger = Ledger.open(config.ledger)
    except BroadsheetError as error:
        yield Finding("ledger", False, str(error), isinstance(error, LedgerUnavailableError))
        return
    with ledger:
        yield from _kept(ledger, look(ledger))
        yield from _site_rules(config, clock)
        yield from _workers(config, ledger)
        yield from _archive(config, ledger, clock, everything=everything, fetch=fetch)
        yield from _unfinished(config, ledger)
        yield from _indexes(config, ledger)


def _folder(config: Config) -> Finding:
    if not os.access(config.folder, os.W_OK):
        return Finding("folder", False, f"{config.folder} is read-only; nothing can be collected into it.")
    free = shutil.disk_usage(config.folder).free
    if free < _LOW_SPACE:
        return Finding("folder", free > 0, f"{config.folder} has {free >> 20} MiB left; make room soon.")
    return Finding("folder", True, f"{config.folder}, {free >> 30} GiB free.")


def _lock(config: Config) -> Finding:
    try:
        with locked(config.folder, config.ledger):
            return Finding("lock", True, "free: no run is under way.")
    except LockedError as error:
        return Finding("lock", True, f"held: {error}")
    except BroadsheetError as error:
        return Finding("lock", False, str(error), isinstance(error, LedgerUnavailableError))


def _kept(ledger: Ledger, checked: CheckedLedger) -> Iterator[Finding]:
    with ledger.reading() as conn:
        captures = sum(capture_table.counts(conn).values())
    fine = f"all captures are accounted for ({captures})."
    if checked.tables:
        fine = f"{captures} captures. Looked through today: {', '.join(checked.tables)}; `broadsheet doctor` looks through all."
    yield from _report("ledger", list(checked.problems), fine)


def _site_rules(config: Config, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """What is wrong with rules that were taught; nothing where none are."""
    try:
        if load_sites(config).by_host:
            said = "each does what it did."
            told = [each.advice for each in stopped(config, clock())]
            yield from _report("site rules", told, said)
    except ConfigError as error:
        yield Finding("site rules", False, str(error))


def _workers(config: Config, ledger: Ledger) -> Iterator[Finding]:
    """What other workers have in their data folders alone, where they share the collection."""
    place = config.ledger
    if not config.store.shared or isinstance(place, Path):
        return
    try:
        kept = kept_by_others(config, ledger)
        at_work = {owner for owner in kept if is_at_work(place, owner)}
    except (ArchiveUnavailableError, LedgerUnavailableError) as error:
        yield Finding("workers", False, str(error), passing=True)
        return
    with ledger.reading() as conn:
        waiting = tallies.waiting_of(conn)
    for owner, segments in kept.items():
        pending = sum(waiting.get(owner, {}).values())
        has = f"{owner} has {', '.join(segments)} in its data folder alone, with {pending} pages that are not loaded"
        advice = "`broadsheet run` there uploads and loads it; `broadsheet retry --lost` gives it up, if that folder is gone"
        is_well = owner in at_work
        yield Finding(
            "workers", is_well, f"{has}; {'it is at work' if is_well else advice}.", passing=not is_well
        )
    if not kept:
        yield Finding("workers", True, "all that others have archived is in the bucket.")


def _archive(
    config: Config, ledger: Ledger, clock: Callable[[], datetime], *, everything: bool, fetch: bool
) -> Iterator[Finding]:
    with ledger.reading() as conn:
        committed, dropped = segment_table.lengths(conn), segment_table.dropped(conn)
    gone = f"; {len(dropped)} went by [store] retention" if dropped else ""
    try:
        found = check_archive(config, ledger, clock, everything=everything, fetch=fetch)
        problems = [*found.problems, *foreign(config.archive, committed), *_renames(config)]
        yield from _report("archive", problems, f"{found.told}{gone}.")
    except ArchiveUnavailableError as error:
        yield Finding("archive", False, str(error), passing=True)
    except (LedgerError, LockedError, StorageError) as error:  # such as a full disk
        yield Finding("archive", False, f"not looked at: {error}")
    yield from _bucket(config, ledger)


def _renames(config: Config) -> list[str]:
    """What is wrong with the list of renamed sources. Raises ArchiveUnavailableError."""
    try:
        renames.read(config.archive)
    except ArchiveUnavailableError:
        raise
    except ArchiveError as error:
        return [str(error)]
    return []


def _unfinished(config: Config, ledger: Ledger) -> Iterator[Finding]:
    with ledger.reading() as conn:
        misnamed = under_other_names(config, conn)
        untold = undelivered(conn, config.notify)
        pending = capture_table.counts(conn).get(Outcome.PENDING.value, 0)
    for problem in misnamed:
        yield Finding("sources", False, problem)
    for telling in untold:
        yield Finding(f"notify {telling.target}", False, why(telling))
    if pending:
        yield Finding("loading", True, f"{pending} pending; the next `broadsheet run` loads what is pending.")
    if waiting := unfinished(ledger):
        yield Finding(
            "deletions",
            False,
            f"{waiting} not finished yet: run `broadsheet doctor` while no run is under way and the index can be reached.",
            passing=True,
        )


def _indexes(config: Config, ledger: Ledger) -> Iterator[Finding]:
    try:
        with ledger.turn(), ledger.reading() as conn:  # a run changes both in its turn
            indexed = capture_table.counts(conn).get(Outcome.INDEXED.value, 0)
            older = seen_texts.count_older(conn)
            documents, versions = (_held(config, older=each) for each in (False, True))
        half_filled = told_half_filled(config)
    except BroadsheetError as error:
        yield Finding("index", False, str(error), isinstance(error, IndexUnavailableError))
        return
    yield _counted("index", "article", documents, indexed)
    yield _counted("versions", "older version", versions, older)
    if half_filled:
        yield Finding("new index", True, half_filled)


def _held(config: Config, *, older: bool) -> int:
    """How many documents the index has, 0 if there is none."""
    return indexes.reader(config, older=older).count() if indexes.exists(config, older=older) else 0


def _counted(part: str, what: str, found: int, known: int) -> Finding:
    there = f"{found} {what}{'' if found == 1 else 's'}"
    if found == known:
        return Finding(part, True, f"{there}.")
    return Finding(part, False, f"{there}, but the ledger says {known}: run `broadsheet index rebuild`.")


def _bucket(config: Config, ledger: Ledger) -> Iterator[Finding]:
    """What the bucket has by its own list is held against what was verified there; what waits for it is said."""
    try:
        with ledger.reading() as conn:
            found = in_bucket(config, conn)
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
