"""Closed segments of the archive moved to a bucket: uploaded, verified, and dropped from the folder by age.

Whatever the bucket does, it stops nothing: what waits for it waits in the folder, and is told by `status`, `doctor` and `health`.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf

from sqlalchemy import Connection

from articles.errors import ArchiveError, ArchiveUnavailableError, ConfigError
from pipeline.configuration.config import Config
from pipeline.sharing.own_segments import worker_name
from store.archive.reader import RENAMES, reading
from store.archive.remote import claim, stubs
from store.archive.remote.bucket import Bucket, MissingObjectError
from store.archive.remote.bucket_url import BucketUrl
from store.archive.remote.copies import (
    Copying,
    adopt,
    drop_local,
    drop_shared,
    find,
    place_copy,
    remove_all_doomed,
    upload,
)
from store.ledger import segment_table
from store.ledger.database import Ledger
from store.ledger.watch import run_table

BRIEFLY = timedelta(minutes=5)  # what a run spends at its end: the next one is not to wait for it


@dataclass(slots=True)
class Offloaded:
    """What was done with a bucket: segments uploaded, and dropped from the folder, by name; what may be left of objects that
    were removed, a sentence each; and what went wrong."""

    uploaded: list[str] = field(default_factory=list)
    size: int = 0
    dropped: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def told(self) -> Iterator[str]:
        """What was done, a sentence each."""
        if self.uploaded:
            yield f"uploaded {_segments(len(self.uploaded))} ({self.size:,} bytes) to the bucket, and verified them."
        if self.dropped:
            yield f"dropped {_segments(len(self.dropped))} from the folder: older than [store] keep_local, and in the bucket."
        yield from (f"{each}." for each in self.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class InBucket:
    """Where the segments of an archive are: how many are known, in the folder, in a bucket; how many closed ones wait to be
    uploaded, with their bytes; how many objects wait to be removed; what was wrong last, and when."""

    segments: int
    local: int
    remote: int
    waiting: int
    waiting_bytes: int
    doomed: int
    trouble: str = ""
    at: datetime | None = None

    def waits(self) -> str:
        """What waits for the bucket, and why, in a sentence."""
        waiting = f"{_segments(self.waiting)} ({self.waiting_bytes:,} bytes) to be uploaded"
        doomed = f"{self.doomed} object{'' if self.doomed == 1 else 's'} to be removed"
        what = " and ".join(
            each for each, number in ((waiting, self.waiting), (doomed, self.doomed)) if number
        )
        tried = f", at {self.at:%Y-%m-%d %H:%M} UTC: {self.trouble}" if self.trouble and self.at else ""
        return f"{what or 'nothing'} waiting for the bucket{tried}; the end of the next run or `broadsheet maintain` tries it."


def offload(
    config: Config, ledger: Ledger, clock: Callable[[], datetime], within: timedelta | None = None
) -> Offloaded:
    """Remove from the bucket what has to go, upload what is closed, drop from the folder what is old; in the locked data folder.

    What is not uploaded `within` that time waits for the next. Raises StorageError; what is wrong with the bucket is in the answer.
    """
    done = Offloaded()
    folder = config.archive
    if not (config.bucket or stubs.names(folder)):
        return done
    worker = worker_name(config)
    with ledger.reading() as conn:
        known = bool(segment_table.lengths(conn))
        own, workers = segment_table.lengths(conn, worker), run_table.workers(conn)
    try:
        with _noting(done):
            done.left += remove_all_doomed(folder)
        if config.bucket:
            claim.stake(folder, config.bucket, new=not known, workers=workers)
            _Moving(config, config.bucket, own, clock, within, done).move()
    except (ArchiveUnavailableError, ConfigError) as error:
        done.troubles.append(str(error))
    claim.note(folder, " ".join(done.troubles), clock())
    return done


def in_bucket(config: Config, conn: Connection) -> InBucket | None:
    """Where the segments are, by the folder alone; None for an archive that has nothing to do with a bucket. Raises ArchiveError.

    Where workers share it, their own segments alone are told.
    """
    said = claim.read(config.archive)
    committed = segment_table.lengths(conn, said.worker if config.store.shared else "")
    known = {name: stubs.read(config.archive, name) for name in stubs.names(config.archive)}
    if not (config.bucket or known):
        return None
    remote = {name for name, stub in known.items() if stub.copy}
    waiting = [name for name in closed(config, committed) if name not in remote] if config.bucket else []
    return InBucket(
        segments=len(committed),
        local=sum((config.archive / name).exists() for name in committed),
        remote=len(remote & committed.keys()),
        waiting=len(waiting),
        waiting_bytes=sum(committed[name] for name in waiting),
        doomed=sum(len(stub.doomed) for name, stub in known.items() if name not in waiting),
        trouble=said.trouble,
        at=said.at,
    )


def take_over(config: Config) -> int:
    """Find what the configured bucket has of this archive, and the folder does not know of; how many segments.

    An empty folder takes over an archive of any other. Raises ConfigError, ArchiveUnavailableError, ArchiveError, StorageError.
    """
    if config.bucket is None:
        return 0
    folder = config.archive
    claim.stake(folder, config.bucket, new=not any(folder.glob("segment-*")))
    found = adopt(folder, config.bucket)
    if not (folder / RENAMES).exists():
        try:
            bucket = Bucket.named(config.bucket.bucket)
            stubs.put(folder / RENAMES, bucket.bytes_of(config.bucket.key(RENAMES)))
        except MissingObjectError:
            pass  # no source was renamed
    return found


@dataclass(frozen=True, slots=True)
class _Moving:
    config: Config
    url: BucketUrl
    committed: Mapping[str, int]
    clock: Callable[[], datetime]
    within: timedelta | None
    done: Offloaded

    def move(self) -> None:
        """Raises ArchiveUnavailableError, StorageError."""
        deadline = time.monotonic() + self.within.total_seconds() if self.within else inf
        with _noting(self.done):
            self._upload_renames()
        for name in closed(self.config, self.committed):
            if (left := deadline - time.monotonic()) <= 0:
                break
            with _noting(self.done):
                self._upload(name, left)
        for name in closed(self.config, self.committed):
            with _noting(self.done):
                if self._drop(name):
                    self.done.dropped.append(name)

    def _drop(self, name: str) -> bool:
        if self.config.store.shared:
            return drop_shared(self.config.archive, name)
        return drop_local(self.config.archive, name, self.clock(), self.config.store.keep_local)

    def _upload(self, name: str, within: float) -> None:
        path = self.config.archive / name
        known = stubs.read(path.parent, name)
        if known.copy:
            return
        if self.config.store.shared and (copy := find(path.parent, name, self.url)):
            stubs.write(
                path.parent, name, replace(known, copy=copy)
            )  # others may have read it, and changed it
            return
        with reading(path) as data:
            if len(data) != self.committed[name]:
                raise ArchiveError(
                    f"{path} has {len(data)} bytes, and the ledger knows {self.committed[name]}: it is not uploaded; see `broadsheet doctor`"
                )
            upload(path.parent, name, self.url, self.clock, data, within)
        self.done.uploaded.append(name)
        self.done.size += self.committed[name]

    def _upload_renames(self) -> None:
        """The list of renamed sources is written anew each time, here as there."""
        path = self.config.archive / RENAMES
        if not path.exists():
            return
        stub = stubs.read(path.parent, RENAMES)
        with path.open("rb") as file:
            same = stub.copy and stub.copy.sha256 == hashlib.file_digest(file, "sha256").hexdigest()
            if not same or stub.doomed:
                place_copy(path.parent, Copying(RENAMES, self.url.object(RENAMES)), self.clock, file)


def closed(config: Config, committed: Mapping[str, int]) -> list[str]:
    """The segments that nothing is appended to any more: all but the newest, and that, too, where others wait for it."""
    return sorted(committed) if config.store.shared else sorted(committed)[:-1]


@contextmanager
def _noting(done: Offloaded) -> Iterator[None]:
    """What is wrong with one segment keeps no other from its turn; what is wrong with the bucket does."""
    try:
        yield
    except ArchiveUnavailableError:
        raise
    except ArchiveError as error:
        done.troubles.append(str(error))


def _segments(number: int) -> str:
    return f"{number} segment" if number == 1 else f"{number} segments"
