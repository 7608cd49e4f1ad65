"""Reading the archive: a page by its place, all of them in turn, and what is wrong with any.

A segment is a file in the folder, or only in a bucket: then the folder has its stub (`store.archive.remote.stubs`).

The ledger holds how many bytes of each segment are `committed` (segment name to bytes); what follows was never promised to anyone.
"""

import mmap
import os
import re
from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from articles.errors import ArchiveError, ArchiveUnavailableError
from articles.model import Page
from store.archive import warc
from store.archive.members import DamageError, ForeignError, unpacked
from store.archive.remote import claim, stubs
from store.archive.remote.remote_reading import copy_of, fetch_range, fetched
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


def recall(folder: Path, ref: ArchiveRef, packed: bytes = b"") -> Page | Remains | Removed:
    """The page at `ref`, or what retention or a deletion left of it, verified; from its bytes in the archive, where they are `packed`.

    Raises DamageError when its records are damaged, ArchiveUnavailableError when their bucket cannot be reached, any other
    ArchiveError when they are missing or a newer version's.
    """
    path = folder / ref.segment
    with _located(path, ref):
        record, end = warc.decode(packed or _bytes(path, ref))
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
    for path in sorted((folder / name for name in names(folder)), key=_pages_last):
        with whole(path, damaged) as data:
            yield from pairs(path, data, 0, len(data), damaged)


def check(folder: Path, committed: Mapping[str, int], *, fetch: bool = False) -> list[str]:
    """What is wrong with the committed part of the archive, a sentence each; reads all of it, but what is only in a bucket if told to `fetch`.

    Bytes behind it are no fault: a run is under way, or was killed and the next one cuts them.
    """
    return [
        problem
        for name, length in sorted(committed.items())
        for problem in faults(folder / name, length, fetch=fetch)
    ]


def faults(path: Path, length: int, *, fetch: bool = False) -> list[str]:
    """What is wrong with the `length` committed bytes of a segment, a sentence each; reads all of them, as `check` does."""
    problems = [missing] if (missing := shortage(path, length)) else []
    if path.exists() or (fetch and is_there(path.parent, path.name)):
        try:
            with whole(path, problems.append) as data:
                deque(pairs(path, data, 0, min(length, len(data)), problems.append), maxlen=0)
        except ArchiveError as error:
            problems.append(str(error))
    return problems


def segments(folder: Path) -> list[Path]:
    """The files of the segments, by name."""
    return sorted(path for path in folder.glob("segment-*") if _NAME.fullmatch(path.name) and path.is_file())


def names(folder: Path) -> list[str]:
    """The names of all segments, those that are only in a bucket among them."""
    remote = (name for name in stubs.names(folder) if copy_of(folder, name))
    return sorted({path.name for path in segments(folder)}.union(remote))


def is_there(folder: Path, name: str) -> bool:
    """Whether the archive has a segment, in the folder or in a bucket."""
    return (folder / name).exists() or copy_of(folder, name) is not None


def is_away(folder: Path, name: str) -> bool:
    """Whether a segment is only in a bucket."""
    return not (folder / name).exists() and is_there(folder, name)


def size_of(folder: Path, name: str) -> int:
    """The bytes of a segment, in the folder or in a bucket; 0 where there is none."""
    path = folder / name
    if path.exists():
        return path.stat().st_size
    copy = copy_of(folder, name)
    return copy.size if copy else 0


def foreign(folder: Path, committed: Container[str]) -> list[str]:
    """What lies in the folder and is no segment of this archive, a sentence each."""
    present = sorted(folder.iterdir()) if folder.is_dir() else []
    advice = "is no segment of this archive, and nothing reads it: move it elsewhere"
    strange = (path for path in present if path.name not in committed and not _is_ours(path.name))
    return [f"{path} {advice}" for path in strange if is_foreign(path)]


def _is_ours(name: str) -> bool:
    """What the archive keeps beside its segments, and what a killed process left of that."""
    name = name.removesuffix(".new")
    if _NAME.fullmatch(name.removesuffix(BLANKED)) and name.endswith(BLANKED):
        return True
    return name in {RENAMES, claim.NAME} or name.endswith(stubs.SUFFIX)


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
    except FileNotFoundError as error:
        if copy_of(path.parent, path.name) is None:
            raise ArchiveError(f"cannot be read: {error.strerror}") from error
        return fetch_range(path.parent, path.name, ref.offset, ref.length)
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror}") from error


@contextmanager
def _located(path: Path, ref: ArchiveRef) -> Iterator[None]:
    try:
        yield
    except ArchiveUnavailableError:
        raise
    except ArchiveError as error:
        raise type(error)(
            f"{path}: the record at byte {ref.offset} {error}; see `broadsheet doctor`"
        ) from error


def _pages_last(path: Path) -> tuple[bool, str]:
    if not path.exists() and (copy := copy_of(path.parent, path.name)):
        return not copy.remains, path.name
    with reading(path) as data:
        return warc.holds(data) is not Remains, path.name


def shortage(path: Path, length: int) -> str:
    """What is missing of the `length` committed bytes of a segment, in a sentence; "" when nothing is."""
    if not is_there(path.parent, path.name):
        return f"{path} is missing, and the ledger knows {length} bytes of it"
    size = size_of(path.parent, path.name)
    return f"{path} has {size} bytes, and the ledger knows {length}" if size < length else ""


@contextmanager
def reading(path: Path) -> Iterator[bytes | mmap.mmap]:
    """The bytes of a segment. Raises ArchiveError when it cannot be read."""
    try:
        with path.open("rb") as file, _mapped(file) as data:
            yield data
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def whole(path: Path, damaged: Callable[[str], None]) -> Iterator[bytes | mmap.mmap]:
    """The same, of a segment that may be only in a bucket: `damaged` is told where it has other bytes than were uploaded."""
    if path.exists():
        with reading(path) as data:
            yield data
        return
    with fetched(path.parent, path.name) as (file, wrong), _mapped(file) as data:
        if wrong:
            damaged(f"{path}: its object in the bucket {wrong}")
        yield data


@contextmanager
def _mapped(file: IO[bytes]) -> Iterator[bytes | mmap.mmap]:
    if not os.fstat(file.fileno()).st_size:
        yield b""
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data
