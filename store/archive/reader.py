"""Reading the archive: a page by its place, all of them in turn, and what is wrong with any.

The ledger holds how many bytes of each segment are `committed` (segment name to bytes); what follows was never promised to anyone.
"""

import mmap
import os
import re
from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from articles.errors import ArchiveError
from articles.model import Page
from store.archive import warc
from store.archive.members import DamageError, ForeignError, unpacked
from store.archive.resync import resume
from store.archived import Remains, Removed, dropped_on, removed_on
from store.records import ArchiveRef

RENAMES = "renames.warc.gz"  # written by store.archive.renames
BLANKED = ".blanked"  # how store.archive.blanking calls what it writes beside a segment
_NAME = re.compile(r"segment-\d{6,}\.warc\.gz")


def read(folder: Path, ref: ArchiveRef) -> Page:
    """The page at `ref`, verified. Raises ArchiveError when it is missing, damaged, dropped by retention, or deleted."""
    record = recall(folder, ref)
    if isinstance(record, Remains):
        raise ArchiveError(f"{record.page.final_url}: {dropped_on(record.dropped_at)}")
    if isinstance(record, Removed):
        raise ArchiveError(f"{record.page.final_url}: {removed_on(record)}")
    return record


def recall(folder: Path, ref: ArchiveRef) -> Page | Remains | Removed:
    """The page at `ref`, or what retention or a deletion left of it, verified.

    Raises DamageError when its records are damaged, any other ArchiveError when they are missing or a newer version's.
    """
    path = folder / ref.segment
    with _located(path, ref):
        record, end = warc.decode(_bytes(path, ref))
    if end != ref.length:
        raise ArchiveError(f"{path}: the record at byte {ref.offset} has {end} bytes, not {ref.length}")
    return record


def raw_response(folder: Path, ref: ArchiveRef) -> tuple[Mapping[str, str], bytes]:
    """The response record of the page at `ref`: its headers (names lower-cased), and its gzip member as it is in the file.

    Raises DamageError when it is damaged, any other ArchiveError when it cannot be read.
    """
    path = folder / ref.segment
    with _located(path, ref):
        data = _bytes(path, ref)
        response, end = unpacked(data, 0)
        return response.headers, data[:end]


def scan(
    folder: Path, damaged: Callable[[str], None]
) -> Iterator[tuple[ArchiveRef, Page | Remains | Removed]]:
    """Every whole page of the archive, oldest first, whatever a ledger says; before them the remains of older ones.

    Each damaged stretch is reported to `damaged` in a sentence, and skipped. Raises ArchiveError when a newer
    version wrote the archive.
    """
    for path in sorted(segments(folder), key=_pages_last):
        with reading(path) as data:
            yield from pairs(path, data, 0, len(data), damaged)


def check(folder: Path, committed: Mapping[str, int]) -> list[str]:
    """What is wrong with the committed part of the archive, a sentence each; reads all of it.

    Bytes behind it are no fault: a run is under way, or was killed and the next one cuts them.
    """
    return [
        problem for name, length in sorted(committed.items()) for problem in faults(folder / name, length)
    ]


def faults(path: Path, length: int) -> list[str]:
    """What is wrong with the `length` committed bytes of a segment, a sentence each; reads all of them."""
    problems = [missing] if (missing := shortage(path, length)) else []
    if path.exists():
        try:
            with reading(path) as data:
                deque(pairs(path, data, 0, min(length, len(data)), problems.append), maxlen=0)
        except ArchiveError as error:
            problems.append(str(error))
    return problems


def segments(folder: Path) -> list[Path]:
    """The files of the segments, by name."""
    return sorted(path for path in folder.glob("segment-*") if _NAME.fullmatch(path.name) and path.is_file())


def foreign(folder: Path, committed: Container[str]) -> list[str]:
    """What lies in the folder and is no segment of this archive, a sentence each."""
    present = sorted(folder.iterdir()) if folder.is_dir() else []
    advice = "is no segment of this archive, and nothing reads it: move it elsewhere"
    ours = {RENAMES, *(f"{path.name}{BLANKED}" for path in present)}
    strange = (path for path in present if path.name not in committed and path.name not in ours)
    return [f"{path} {advice}" for path in strange if is_foreign(path)]


def is_foreign(path: Path) -> bool:
    """Whether the file is something else than a segment, or what a killed run left of one."""
    if not _NAME.fullmatch(path.name) or not path.is_file():
        return True
    with reading(path) as data:
        try:
            warc.decode_info(data)
        except ForeignError:
            return True
        except DamageError:
            return False
    return False


def pairs(
    path: Path, data: bytes | mmap.mmap, offset: int, stop: int, damaged: Callable[[str], None]
) -> Iterator[tuple[ArchiveRef, Page | Remains | Removed]]:
    """The whole pages and remains that begin from `offset` on, before `stop`. Raises ArchiveError for a newer version's."""
    if offset == 0:
        try:
            _, offset = warc.decode_info(data)
        except DamageError as error:
            offset = resume(data, 0)
            damaged(f"{path}: the record at byte 0 {error}")
    while offset < stop:
        try:
            record, end = warc.decode(data, offset)
        except DamageError as error:
            end = min(stop, resume(data, offset))
            damaged(f"{path}: the record at byte {offset} {error} ({end - offset} bytes skipped)")
        except ArchiveError as error:
            raise ArchiveError(f"{path}: the record at byte {offset} {error}") from error
        else:
            yield ArchiveRef(segment=path.name, offset=offset, length=end - offset), record
        offset = end


def _bytes(path: Path, ref: ArchiveRef) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(ref.offset)
            return file.read(ref.length)
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror}") from error


@contextmanager
def _located(path: Path, ref: ArchiveRef) -> Iterator[None]:
    try:
        yield
    except ArchiveError as error:
        raise type(error)(
            f"{path}: the record at byte {ref.offset} {error}; see `broadsheet doctor`"
        ) from error


def _pages_last(path: Path) -> tuple[bool, str]:
    with reading(path) as data:
        return warc.holds(data) is not Remains, path.name


def shortage(path: Path, length: int) -> str:
    """What is missing of the `length` committed bytes of a segment, in a sentence; "" when nothing is."""
    if not path.exists():
        return f"{path} is missing, and the ledger knows {length} bytes of it"
    size = path.stat().st_size
    return f"{path} has {size} bytes, and the ledger knows {length}" if size < length else ""


@contextmanager
def reading(path: Path) -> Iterator[bytes | mmap.mmap]:
    """The bytes of a segment. Raises ArchiveError when it cannot be read."""
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
