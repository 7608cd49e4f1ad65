"""Write the archive: WARC segments in one folder, written by one process, read by any.

A segment has either pages or what retention left of pages (`Remains`), so that pages can be dropped and remains kept.

A record pair counts once the ledger has a segment length that includes it (`committed` below: segment name to bytes).
Any bytes after that length do not count and are cut at the next start.
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
from store.archive.reader import pairs, reading, segments, shortage
from store.records import ArchiveRef, Remains

LARGEST_GROUP = 100  # pages at most between two commits, so a crash cannot leave more after the last one


@dataclass(frozen=True, slots=True)
class Cut:
    """What `repair` cut off: `size` bytes at the end of `segment`, which was removed if it had nothing else."""

    segment: str
    size: int


class ArchiveWriter:
    """Appends pages, or their remains, to the newest segment; opens the next one if that is full (in bytes), old, or of
    the other kind.

    All methods raise StorageError if the disk cannot be written, and again on every later call, because only
    `repair` can find out what reached the disk. For one thread at a time.
    """

    def __init__(
        self,
        folder: Path,
        committed: Mapping[str, int],
        clock: Callable[[], datetime],
        segment_bytes: int = 256 << 20,
        segment_age: timedelta = timedelta(days=1),
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._segment_bytes = segment_bytes
        self._segment_age = segment_age
        self._file: FileIO | None = None
        self._durable: dict[str, int] = {}
        self._broken = False
        self._opened_at = clock()
        self._name = max(committed, default="segment-000000.warc.gz")
        self._length = 0
        self._holds: type[Page | Remains] | None = None
        with self._writing():
            folder.mkdir(parents=True, exist_ok=True)
        if committed:
            self._reopen(committed[self._name])

    def append(self, record: Page | Remains) -> ArchiveRef:
        """Append a page, or the remains of one. It is not durable until the next `sync`."""
        data = warc.encode(record)
        with self._writing():
            if self._file is None or self._is_full() or self._holds not in (None, type(record)):
                self._open_next()
            self._holds = type(record)
            offset = self._length
            self._write(data)
        return ArchiveRef(segment=self._name, offset=offset, length=len(data))

    def sync(self) -> Mapping[str, int]:
        """Make everything appended durable; return the length of each segment that this writer wrote to."""
        with self._writing():
            if self._file is not None and self._durable.get(self._name) != self._length:
                os.fsync(self._file.fileno())
                self._durable[self._name] = self._length
        return dict(self._durable)

    def close_old(self) -> str:
        """Open the next segment if the newest has pages and is full or old, so that it never changes again.

        Returns the name of the closed segment, or "". The new one counts once the ledger has the result of `sync`.
        """
        with self._writing():
            without_pages = self._length <= len(warc.encode_info(self._name, self._opened_at))
            if self._file is None or without_pages or not self._is_full():
                return ""
            closed = self._name
            self._open_next()
        return closed

    def close(self) -> None:
        """Close the segment file; anything not synced may be lost."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _is_full(self) -> bool:
        return self._length >= self._segment_bytes or self._clock() - self._opened_at >= self._segment_age

    def _reopen(self, length: int) -> None:
        path = self._folder / self._name
        with reading(path) as data:
            if len(data) != length:
                raise ArchiveError(
                    f"{path} has {len(data)} bytes, but the ledger knows {length}: repair it first"
                )
            try:
                self._opened_at, _ = warc.decode_info(data)
            except warc.DamageError:
                return  # leave this segment as it is: the next page opens another
            self._holds = warc.holds(data)
        with self._writing():
            self._file = FileIO(path, "ab")
        self._length = length

    def _open_next(self) -> None:
        self.sync()
        self.close()
        number = int(self._name.removeprefix("segment-").removesuffix(".warc.gz")) + 1
        self._name = f"segment-{number:06}.warc.gz"
        self._opened_at = self._clock()
        self._file = FileIO(self._folder / self._name, "xb")
        self._length = 0
        self._holds = None
        _sync_folder(self._folder)
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
            raise StorageError(f"the archive in {self._folder} could not be written before; run again")
        try:
            with _disk(self._folder):
                yield
        except StorageError:
            self._broken = True
            self.close()
            raise


def repair(folder: Path, committed: Mapping[str, int], dropped: Iterable[str] = ()) -> list[Cut]:
    """Cut each segment to its committed length, or remove it if it has none. Call this before writing.

    First, files left over from `dropped` segments are removed.

    Raises ArchiveError if committed bytes are missing from a segment, or if there are more bytes after them than a
    crash can leave, which means that the ledger is older than the archive. Raises StorageError.
    """
    remove(folder, dropped)
    for name, length in sorted(committed.items()):
        if missing := shortage(folder / name, length):
            raise ArchiveError(
                f"{missing}; restore the file, or run `broadsheet rebuild` to continue without it"
            )
    excess = {path: path.stat().st_size - committed.get(path.name, 0) for path in segments(folder)}
    excess = {path: size for path, size in excess.items() if size > 0 or path.name not in committed}
    pages = sum(_pages(path, committed.get(path.name, 0)) for path in excess)
    if pages > LARGEST_GROUP:
        raise ArchiveError(
            f"{folder} has {pages} pages that the ledger does not know: the ledger is older than the archive; "
            "run `broadsheet rebuild` to recreate it"
        )
    for path in excess:
        _cut(path, committed.get(path.name, 0))
    return [Cut(path.name, size) for path, size in excess.items()]


def remove(folder: Path, names: Iterable[str]) -> None:
    """Remove those of these segments that exist, durably. Raises StorageError."""
    present = {path.name for path in segments(folder)}.intersection(names)
    with _disk(folder):
        for name in present:
            (folder / name).unlink()
        if present:
            _sync_folder(folder)


def _pages(path: Path, offset: int) -> int:
    """The number of complete pages or remains from `offset` on; after a killed run, the last one is usually torn."""
    torn: list[str] = []
    with reading(path) as data:
        return sum(1 for _ in pairs(path, data, offset, len(data), torn.append))


def _cut(path: Path, keep: int) -> None:
    with _disk(path):
        if not keep:
            path.unlink()
            _sync_folder(path.parent)
            return
        with path.open("r+b") as file:
            file.truncate(keep)
            os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the folder's directory entries durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}. Make room or repair the disk, then run again"
        ) from error
