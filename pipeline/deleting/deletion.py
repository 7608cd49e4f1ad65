"""Deleting: what is asked for gets its tombstones first, and then goes."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from articles.errors import BroadsheetError
from crawlers.clock import now
from pipeline.configuration.config import Config
from pipeline.deleting.choosing import DeleteRequest, Doomed, choose_doomed
from pipeline.deleting.finishing import finish, unfinished
from pipeline.run import data_folder
from store.ledger import tombstone_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.ledger.tombstone_table import Tombstone


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted, and what may be left of it where this program cannot reach, a sentence each."""

    doomed: Doomed
    left: tuple[str, ...] = ()


def preview(config: Config, request: DeleteRequest, clock: Callable[[], datetime] = now) -> Doomed:
    """What would be deleted. Raises as `delete`."""
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        return choose_doomed(config, conn, request, clock())


def delete(
    config: Config,
    request: DeleteRequest,
    agreed: Callable[[Doomed], bool] = lambda _: True,
    clock: Callable[[], datetime] = now,
) -> Deleted | None:
    """Delete what the request names, if that is agreed to (else None). No run and no rebuild can begin meanwhile.

    Killed after it was agreed to, it is finished by the next run, `doctor`, `maintain` or `delete`. Raises ConfigError, UrlError,
    QueryError, LockedError, SearchIndexError, StorageError, LedgerError, ArchiveError.
    """
    Ledger.expect(config.ledger)
    with data_folder(config) as (_, ledger), locked(config.folder, config.ledger, "rebuild"):
        with ledger.reading() as conn:
            doomed = choose_doomed(config, conn, request, clock())
        if not agreed(doomed):
            return None
        with ledger.transaction() as conn:
            tombstone_table.ask(conn, doomed.stones)
        shutil.rmtree(config.folder / "rebuild", ignore_errors=True)  # what a killed rebuild left
        left = finish(config, ledger, clock)
    return Deleted(doomed, (*left, *_beyond(config)))


def finish_interrupted(config: Config) -> None:
    """Finish deletions that were interrupted, if that can be done now; `examine` says what is left of them and why."""
    if not config.ledger.exists():
        return
    with suppress(BroadsheetError):  # what is wrong with the folder, `examine` finds and tells
        with Ledger.open(config.ledger) as ledger:
            waiting = unfinished(ledger)
        if waiting:
            with data_folder(config):
                pass


def tombstones(config: Config) -> list[Tombstone]:
    """All that was deleted, the latest first. Raises LedgerError."""
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        return tombstone_table.listed(conn)


def _beyond(config: Config) -> tuple[str, ...]:
    """Files in the data folder that may hold the same pages, and are not ours to change."""
    found = [*config.archive.glob("*.damaged"), *config.imports.glob("*")]
    files = tuple(f"{path} may hold it: look, and delete it if so." for path in sorted(found))
    if isinstance(config.ledger, Path):
        return files
    return (*files, f"The log, replicas and dumps of {config.ledger} may hold it: see to those.")
