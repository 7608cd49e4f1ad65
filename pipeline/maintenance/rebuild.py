"""Ledger and index made again from the archive, next to the old ones, which they replace at the end.

The old ledger is not needed. Where it can be read, it gives what no archive tells (`carried_over.py`).
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from articles.errors import ArchiveError, ArchiveUnavailableError, LedgerError
from articles.model import Page
from crawlers.clock import now
from pipeline import indexes
from pipeline.batches import Pending, cleaners
from pipeline.configuration.config import Config
from pipeline.deleting.finishing import finish
from pipeline.judging import Judge
from pipeline.load import load_all
from pipeline.maintenance.carried_over import carry_imports_over, carry_over, old_ledger
from pipeline.maintenance.offloading import take_over
from pipeline.report import RunReport
from pipeline.settling import Settler
from pipeline.sharing.own_segments import require_all
from pipeline.versions.catching_up import CatchingUp
from store.archive.reader import is_there, scan
from store.archive.renames import read as read_renames
from store.archive.repack import repack
from store.archived import Removed, Rename, named_now
from store.ledger import capture_table, rename_table, segment_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.ledger.engines.table_copy import copy_rows
from store.ledger.queries import expiry, removal
from store.records import ArchiveRef

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the archive gave: captures, how many of them have each outcome, damaged places.

    `carried_over` is False where the old ledger could not be read.
    """

    captures: int
    outcomes: dict[str, int]
    damages: tuple[str, ...]
    carried_over: bool = True


def rebuild(
    config: Config,
    progress: Callable[[RunReport], None] = lambda _: None,
    clock: Callable[[], datetime] = now,
) -> Rebuilt:
    """Replay the archive into a new ledger and a new index; what is in its bucket, too.

    Raises ArchiveError when there is no archive, ArchiveUnavailableError, and ConfigError for a bucket of another data folder.
    """
    if not (config.archive.is_dir() or config.bucket):
        raise ArchiveError(f"There is no archive at {config.archive}; nothing can be rebuilt from it.")
    beside = config.folder / "rebuild"
    with locked(config.folder, config.ledger), locked(config.folder, config.ledger, "rebuild"):
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        config.archive.mkdir(exist_ok=True)
        take_over(config)
        _require_all(config)
        damages: list[str] = []
        old = old_ledger(config.ledger)
        renames = read_renames(config.archive)
        with indexes.anew(config, beside) as new, indexes.anew(config, beside, older=True) as older:
            with Ledger.open(beside / "ledger.sqlite") as ledger:
                repack(config.archive, damages.append)
                with ledger.transaction() as conn:
                    carry_over(conn, old)
                _replay(config.archive, ledger, renames, damages.append)
                with ledger.transaction() as conn:
                    carry_imports_over(conn, old)
                with cleaners(config) as pool:
                    pending = Pending(config.archive, ledger, pool)
                    settler = Settler(ledger, new.writer, older.writer, lambda: new.reader, clock)
                    load_all(pending, settler, progress)
                    if pending.unavailable:
                        raise ArchiveUnavailableError(
                            f"{pending.unavailable}; ledger and index stay as they are"
                        )
                    catching_up = CatchingUp(config.archive, ledger, pool, clock)
                    catching_up.waiting(new.reader, new.writer, older.writer)
                    Judge(config.archive, ledger, new.reader, new.writer, pool, clock).judge_waiting()
                with ledger.reading() as conn:
                    outcomes = {name: count for name, count in capture_table.counts(conn).items() if count}
            _put_in_place(config, beside)
            new.publish()
            older.publish()
        with Ledger.open(config.ledger) as ledger:
            finish(config, ledger, clock)
        shutil.rmtree(beside)
    return Rebuilt(sum(outcomes.values()), outcomes, tuple(damages), old.readable)


def _require_all(config: Config) -> None:
    """Where workers share the archive, none may have a part of it alone, as far as the old ledger knows. Raises ArchiveError."""
    if config.store.shared:
        with suppress(LedgerError), Ledger.existing(config.ledger) as ledger:
            require_all(config, ledger)


def _replay(archive: Path, ledger: Ledger, renames: Sequence[Rename], damaged: Callable[[str], None]) -> None:
    """Note every capture of the archive. What is left of a page counts only once the page's segment is gone."""
    with ledger.transaction() as conn:
        for rename in renames:
            rename_table.add(conn, rename, finished=True)
    records = scan(archive, damaged)
    while batch := list(islice(records, _BATCH)):
        with ledger.transaction() as conn:
            segment_table.commit(conn, {ref.segment: ref.offset + ref.length for ref, _ in batch})
            for ref, record in batch:
                if isinstance(record, Page):
                    capture_table.add(conn, [(_of_present(record, ref, renames), ref)])
                elif isinstance(record, Removed):
                    page = _of_present(record.page, ref, renames)
                    removal.restore(conn, ref, replace(record, page=page))
                elif not is_there(archive, record.raw.segment):
                    page = _of_present(record.page, record.raw, renames)
                    expiry.restore(conn, ref, replace(record, page=page))


def _of_present(page: Page, raw: ArchiveRef, renames: Sequence[Rename]) -> Page:
    """A page archived there, of the source by its present name."""
    source = named_now(page.entry.source, raw, renames)
    return replace(page, entry=replace(page.entry, source=source))


def _put_in_place(config: Config, beside: Path) -> None:
    """The new ledger instead of the old; killed between this and the index, another rebuild mends it."""
    for name in ("ledger.sqlite-wal", "ledger.sqlite-shm"):
        (config.folder / name).unlink(missing_ok=True)
    if isinstance(config.ledger, Path):
        (beside / "ledger.sqlite").replace(config.ledger)
        return
    with (
        Ledger.open(beside / "ledger.sqlite") as made,
        made.reading() as source,
        Ledger.anew(config.ledger) as ledger,
        ledger.transaction() as target,
    ):
        copy_rows(source, target)
