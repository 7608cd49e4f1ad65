"""Writing the archive: WARC segments in one folder, written by one process, read by any.

A segment holds either pages or what retention left of pages (`Remains`), so that the one kind can go and the other stay.

A record pair counts once the ledger holds the segment's length behind it (`committed` in what follows:
segment name to bytes). What lies behind that was never promised to anyone, and is cut back at the next start.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path

from articles.errors import ArchiveError, StorageError
from articles.model import Page
from store.archive import warc
from store.archive.members import DamageError, may_begin
from store.archive.reader import is_foreign, pairs, reading, segments, shortage
from store.archive.remote import stubs
from store.archive.remote.copies import doom
from store.archive.remote.remote_reading import copy_of
from store.archived import Remains, following
from store.durable import sync_folder, writing
from store.records import ArchiveRef

LARGEST_GROUP = 100  # pages between two commits at most: no crash leaves more behind the last one


@dataclass(frozen=True, slots=True)
class Cut:
    """What `repair` cut off: `size` bytes at the end of `segment`, which is gone if nothing else was in it."""

    segment: str
    size: int


class ArchiveWriter:
    """Appends pages, or their remains, to the newest segment, and opens the next when that is full (bytes), old, or of
    the other kind. `committed` are the segments of this writer's; `name_after` gives the name of the one after a segment ("": the first).

    All methods raise StorageError when the disk refuses; from then on the writer refuses too, since only
    `repair` can tell what reached the disk. Used by one thread at a time.
    """

    def __init__(
        self,
        folder: Path,
        committed: Mapping[str, int],
        clock: Callable[[], datetime],
        segment_bytes: int = 256 << 20,
        segment_age: timedelta = timedelta(days=1),
        name_after: Callable[[str], str] = following,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._segment_bytes = segment_bytes
        self._segment_age = segment_age
        self._file: FileIO | None = None
        self._durable: dict[str, int] = {}
        self._broken = False
        self._opened_at = clock()
        self._name_after = name_after
        self._name = max(committed, default="")
        self._length = 0
        self._holds: type[Page | Remains] | None = None
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
        if committed:
            self._reopen(committed[self._name])

    def append(self, record: Page | Remains) -> ArchiveRef:
        """Write a page, or the remains of one, behind the others. It is not durable before the next `sync`."""
        data = warc.encode(record)
        with self._writing():
            if self._file is None or self._is_full() or self._holds not in (None, type(record)):
                self._open_next()
            self._holds = type(record)
            offset = self._length
            self._write(data)
        return ArchiveRef(segment=self._name, offset=offset, length=len(data))

    def sync(self) -> Mapping[str, int]:
        """Make durable what was appended: the length of each segment that this writer wrote to."""
        with self._writing():
            if self._file is not None and self._durable.get(self._name) != self._length:
                os.fsync(self._file.fileno())
                self._durable[self._name] = self._length
        return dict(self._durable)

    def close_old(self) -> str:
        """Begin the next segment if the newest holds pages and is full or old; that one never changes again.

        Answers its name, or "". The new one counts once the ledger holds what `sync` says.
        """
        with self._writing():
            without_pages = self._length <= len(warc.encode_info(self._name, self._opened_at))
            if self._file is None or without_pages or not self._is_full():
                return ""
            closed = self._name
            self._open_next()
        return closed

    def close(self) -> None:
        """Release the segment; what was not synced stays without promise."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _is_full(self) -> bool:
        return self._length >= self._segment_bytes or self._clock() - self._opened_at >= self._segment_age

    def _reopen(self, length: int) -> None:
        path = self._folder / self._name
        if copy_of(self._folder, self._name):
            return  # what is in a bucket is never appended to: the next page opens another
        with reading(path) as data:
            if len(data) != length:
                raise ArchiveError(
                    f"{path} has {len(data)} bytes, the ledger knows {length}: repair it first"
                )
            try:
                self._opened_at, _ = warc.decode_info(data)
            except DamageError:
                return  # let the segment be: the next page opens another
            self._holds = warc.holds(data)
        with self._writing():
            self._file = FileIO(path, "ab")
        self._length = length

    def _open_next(self) -> None:
        self.sync()
        self.close()
        self._name = self._name_after(self._name)
        self._opened_at = self._clock()
        self._file = FileIO(self._folder / self._name, "xb")
        self._length = 0
        self._holds = None
        sync_folder(self._folder)
        self._write(warc.encode_info(self._name, self._opened_at))

    def _write(self, data: bytes) -> None:
        if self._file is None:
            raise StorageError(f"the archive in {self._folder} is closed")
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._length += len(data)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._broken:
            raise StorageError(f"the archive in {self._folder} could not be written before: run again")
        try:
            with writing(self._folder):
                yield
        except StorageError:
            self._broken = True
            self.close()
            raise


def repair(folder: Path, committed: Mapping[str, int], dropped: Iterable[str] = ()) -> list[Cut]:
    """Cut each segment back to its committed length; a segment without any is removed. To be called before writing.

    What is still there of segments that were `dropped` is removed first.

    Raises ArchiveError when a segment lacks committed bytes, is none of this archive's or was packed in another way, and
    when there is more after them than a crash can leave: then the ledger is older than the archive. Raises StorageError.
    """
    remove(folder, dropped)
    for name, length in sorted(committed.items()):
        if missing := shortage(folder / name, length):
            raise ArchiveError(
                f"{missing}; put the file back, or `broadsheet rebuild` goes on with what is there"
            )
    excess = {path: path.stat().st_size - committed.get(path.name, 0) for path in segments(folder)}
    excess = {path: size for path, size in excess.items() if size > 0 or path.name not in committed}
    for path in excess:
        _refuse_other_packing(path, committed.get(path.name, 0))
    if strange := [path for path in excess if path.name not in committed and is_foreign(path)]:
        raise ArchiveError(
            f"{strange[0]} is no segment of this archive, though it has the name of one: move it elsewhere"
        )
    pages = sum(_pages(path, committed.get(path.name, 0)) for path in excess)
    if pages > LARGEST_GROUP:
        raise ArchiveError(
            f"{folder} holds {pages} pages that the ledger does not know: the ledger is older than the archive; "
            "`broadsheet rebuild` makes it anew"
        )
    for path in excess:
        _cut(path, committed.get(path.name, 0))
    return [Cut(path.name, size) for path, size in excess.items()]


def remove(folder: Path, names: Iterable[str]) -> None:
    """Remove these segments, where they are there, for good; their objects in a bucket go later. Raises StorageError."""
    gone = set(names)
    present = {path.name for path in segments(folder)}.intersection(gone)
    with writing(folder):
        for name in present:
            (folder / name).unlink()
        if present:
            sync_folder(folder)
    for name in gone.intersection(stubs.names(folder)):
        doom(folder, name)


def _refuse_other_packing(path: Path, length: int) -> None:
    """A longer file whose committed bytes do not end where a record does was packed in another way: nothing of it is to go."""
    with reading(path) as data:
        if length and not may_begin(data, length):
            raise ArchiveError(
                f"{path} is not as it was written: no record begins where {length} bytes of it end; "
                "put the file back, or `broadsheet rebuild` goes on with what is there"
            )


def _pages(path: Path, offset: int) -> int:
    """How many whole pages or remains follow from `offset` on; the tail of a killed run is torn as a rule."""
    torn: list[str] = []
    with reading(path) as data:
        return sum(1 for _ in pairs(path, data, offset, len(data), torn.append))


def _cut(path: Path, keep: int) -> None:
    with writing(path):
        if not keep:
            path.unlink()
            sync_folder(path.parent)
            return
        with path.open("r+b") as file:
            file.truncate(keep)
            os.fsync(file.fileno())
