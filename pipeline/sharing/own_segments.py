"""The segments of the archive that are this data folder's: all of them, or, where workers share the archive, those of its own worker."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from articles.errors import ArchiveError
from pipeline.configuration.config import Config
from store.archive.reader import RENAMES, is_there, segments
from store.archive.remote import claim, stubs
from store.archive.remote.bucket import MissingObjectError
from store.archive.remote.bucket_url import BucketUrl
from store.archive.remote.copies import adopt, bring, drop_shared
from store.archive.writer import ArchiveWriter, remove, repair
from store.intake import archive_writer
from store.ledger import segment_table
from store.ledger.database import Ledger


def worker_name(config: Config) -> str:
    """What the folder's worker is called; "" where nobody else collects. Raises ArchiveError, StorageError."""
    return claim.join(config.archive, config.bucket) if config.store.shared and config.bucket else ""


def make_whole(config: Config, ledger: Ledger) -> None:
    """Cut off what was written after the last commit, and remove segments that retention dropped, in the locked data folder.

    Raises StorageError, LedgerError, ArchiveError.
    """
    worker = worker_name(config)
    with ledger.transaction() as conn:
        if worker:
            segment_table.take_over(conn, [path.name for path in segments(config.archive)], worker)
        own, dropped = segment_table.lengths(conn, worker), segment_table.dropped(conn)
    repair(config.archive, own, dropped)
    if worker:
        for name in own:
            drop_shared(config.archive, name)


def require_all(config: Config, ledger: Ledger) -> None:
    """Learn what all workers have in the bucket. Raises ArchiveError where one has kept anything, ArchiveUnavailableError."""
    learn(config, ledger)
    for owner, kept in kept_by_others(config, ledger).items():
        raise ArchiveError(
            f"{', '.join(kept)}: in the data folder of the worker {owner} alone. `broadsheet run` there uploads it; "
            "`broadsheet retry --lost` gives it up, if that folder is gone"
        )


def learn(config: Config, ledger: Ledger) -> None:
    """Learn what other workers have put into the bucket, and taken from it, in the locked data folder.

    Raises ArchiveUnavailableError, ArchiveError, StorageError.
    """
    assert config.bucket is not None  # as the configuration was checked
    adopt(config.archive, config.bucket)
    _learn_renames(config, config.bucket)
    with ledger.reading() as conn:
        dropped = segment_table.dropped(conn)
    remove(config.archive, dropped)


def _learn_renames(config: Config, url: BucketUrl) -> None:
    """Take over the list of renamed sources, unless this folder's own is newer and was not uploaded yet."""
    path = config.archive / RENAMES
    copy = stubs.read(config.archive, RENAMES).copy
    if path.exists() and (copy is None or copy.sha256 != hashlib.sha256(path.read_bytes()).hexdigest()):
        return
    with suppress(MissingObjectError):
        bring(config.archive, RENAMES, url)


def kept_by_others(config: Config, ledger: Ledger) -> dict[str, list[str]]:
    """The segments that are neither here nor in the bucket, by the workers that have them. Raises ArchiveUnavailableError."""
    own = claim.read(config.archive).worker
    with ledger.reading() as conn:
        committed, owners = segment_table.lengths(conn), segment_table.owners(conn)
    found: dict[str, list[str]] = {}
    for name in committed:
        if owners.get(name) != own and not is_there(config.archive, name):
            found.setdefault(owners.get(name, "unknown"), []).append(name)
    return found


def opened_archive(config: Config, ledger: Ledger, clock: Callable[[], datetime]) -> ArchiveWriter:
    """The archive, to append to it in the locked and whole data folder. Raises StorageError, ArchiveError."""
    return archive_writer(config.archive, ledger, clock, worker_name(config))
