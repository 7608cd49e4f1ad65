"""Read the archive: one page by its reference, or all of them in order; and check it for damage.

The ledger knows how many bytes of each segment are `committed` (segment name to bytes); any bytes after those do not count.
"""

import mmap
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from articles.errors import ArchiveError
from articles.model import Page
from store.archive import warc
from store.records import ArchiveRef, Remains, dropped_on

_PATTERN = "segment-*.warc.gz"


def read(folder: Path, ref: ArchiveRef) -> Page:
    """The page at `ref`, verified. Raises ArchiveError if it is missing, damaged, or dropped by retention."""
    record = recall(folder, ref)
    if isinstance(record, Remains):
        raise ArchiveError(f"{record.page.final_url}: {dropped_on(record.dropped_at)}")
    return record


def recall(folder: Path, ref: ArchiveRef) -> Page | Remains:
    """The page at `ref`, or what retention left of it, verified.

    Raises DamageError if its records are damaged, and another ArchiveError if they are missing or from a newer version.
    """
    path = folder / ref.segment
    try:
        with path.open("rb") as file:
            file.seek(ref.offset)
            data = file.read(ref.length)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror}; see `broadsheet doctor`") from error
    try:
        record, end = warc.decode(data)
    except ArchiveError as error:
        raise type(error)(
            f"{path}: the record at byte {ref.offset} {error}; see `broadsheet doctor`"
        ) from error
    if end != ref.length:
        raise ArchiveError(f"{path}: the record at byte {ref.offset} has {end} bytes, not {ref.length}")
    return record


def scan(folder: Path, damaged: Callable[[str], None]) -> Iterator[tuple[ArchiveRef, Page | Remains]]:
    """Every complete page in the archive, oldest first, without using the ledger; remains of older pages come first.

    Each damaged range is reported to `damaged` in a sentence and skipped. Raises ArchiveError if a newer
    version wrote the archive.
    """
    for path in sorted(segments(folder), key=_pages_last):
        with reading(path) as data:
            yield from pairs(path, data, 0, len(data), damaged)


def check(folder: Path, committed: Mapping[str, int]) -> list[str]:
    """What is wrong with the committed part of the archive, one sentence per problem; reads all of it.

    Bytes after that part are not a problem: a run is in progress, or was killed and the next one will cut them.
    """
    problems = []
    for name, length in sorted(committed.items()):
        path = folder / name
        if missing := shortage(path, length):
            problems.append(missing)
        if not path.exists():
            continue
        try:
            with reading(path) as data:
                deque(pairs(path, data, 0, min(length, len(data)), problems.append), maxlen=0)
        except ArchiveError as error:
            problems.append(str(error))
    return problems


def segments(folder: Path) -> list[Path]:
    """The segment files, sorted by name."""
    return sorted(folder.glob(_PATTERN))


def pairs(
    path: Path, data: bytes | mmap.mmap, offset: int, stop: int, damaged: Callable[[str], None]
) -> Iterator[tuple[ArchiveRef, Page | Remains]]:
    """The complete pages and remains that start at `offset` or later, before `stop`. Raises ArchiveError if a newer version wrote one."""
    if offset == 0:
        try:
            _, offset = warc.decode_info(data)
        except warc.DamageError as error:
            offset = warc.next_pair(data, 0)
            damaged(f"{path}: the record at byte 0 {error}")
    while offset < stop:
        try:
            record, end = warc.decode(data, offset)
        except warc.DamageError as error:
            end = min(stop, warc.next_pair(data, offset + 1))
            damaged(f"{path}: the record at byte {offset} {error} ({end - offset} bytes skipped)")
        except ArchiveError as error:
            raise ArchiveError(f"{path}: the record at byte {offset} {error}") from error
        else:
            yield ArchiveRef(segment=path.name, offset=offset, length=end - offset), record
        offset = end


def _pages_last(path: Path) -> tuple[bool, str]:
    with reading(path) as data:
        return warc.holds(data) is not Remains, path.name


def shortage(path: Path, length: int) -> str:
    """What is missing of the `length` committed bytes of a segment, in a sentence; "" if nothing is."""
    if not path.exists():
        return f"{path} is missing, but the ledger knows {length} bytes of it"
    size = path.stat().st_size
    return f"{path} has {size} bytes, but the ledger knows {length}" if size < length else ""


@contextmanager
def reading(path: Path) -> Iterator[bytes | mmap.mmap]:
    """The bytes of a segment. Raises ArchiveError if it cannot be read."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not size:
                yield b""
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                yield data
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror}") from error
