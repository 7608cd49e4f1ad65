"""Pages taken out of a segment, with everything else in it left as it is, where it is.

What is written in a page's place has its length: the comment of its gzip header is as long as that takes. So no other record
moves, and whoever knows one by its place still finds it. The segment is written anew beside itself and then takes its own place,
so that a kill leaves the one or the other; of one in a bucket, the new object counts once it is verified, and the old one goes.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from articles.errors import ArchiveError, StorageError
from store.archive import warc
from store.archive.members import unpacked
from store.archive.reader import BLANKED
from store.archive.remote.copies import replace_copy
from store.archive.remote.remote_reading import copy_of, fetched
from store.archived import Remains, Removed
from store.durable import sync_folder
from store.records import ArchiveRef, Settled

_HEADER = 10  # bytes of a gzip member before its comment, as zlib writes it
_COMMENT = 16  # the flag that says so


def blank(
    folder: Path, segment: str, left: Mapping[ArchiveRef, Removed | Remains], clock: Callable[[], datetime]
) -> list[str]:
    """Put what is left of pages into the places in this segment that they had; what a bucket may keep of them, a sentence each.

    Raises ArchiveError for a place that is too small for that, ArchiveUnavailableError, StorageError.
    """
    path = folder / segment
    beside = path.with_name(f"{segment}{BLANKED}")
    records = {ref.offset: fitted(record, ref.length) for ref, record in left.items()}
    in_bucket = copy_of(folder, segment) is not None
    kept: list[str] = []
    try:
        here = path.exists()
        _copy(path, beside)
        with beside.open("r+b") as file:
            for offset, data in records.items():
                file.seek(offset)
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if in_bucket:
                kept = replace_copy(folder, segment, file, clock)
        if here:
            beside.replace(path)
        else:
            beside.unlink()
        sync_folder(folder)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written anew: {error.strerror}. Make room or mend the disk, then run `broadsheet doctor`"
        ) from error
    return kept


def _copy(path: Path, beside: Path) -> None:
    if path.exists():
        shutil.copyfile(path, beside)
        return
    with (
        fetched(path.parent, path.name) as (file, _),
        beside.open("wb") as out,
    ):  # each record says itself if it is damaged
        shutil.copyfileobj(file, out)


def clear(folder: Path) -> None:
    """Remove what a killed process left beside segments."""
    for path in folder.glob(f"segment-*{BLANKED}"):
        path.unlink()


def fitted(record: Removed | Remains, length: int) -> bytes:
    """What is written of it, in exactly so many bytes; what does not fit is left out. Raises ArchiveError."""
    for each in _shorter(record):
        data = warc.encode(each)
        if len(data) <= length:
            return _padded(data, length - len(data))
    raise ArchiveError(
        f"{record.page.final_url}: its record of {length} bytes is too short to say that it was removed"
    )


def _shorter(record: Removed | Remains) -> Iterable[Removed | Remains]:
    """The record, and what may stand for it where it is too long."""
    yield record
    if isinstance(record, Removed):
        settled = replace(record.settled, detail="")
        yield replace(record, settled=settled)
        yield replace(record, settled=settled, digest="")
    elif isinstance(record.kept, Settled):
        yield replace(record, kept=replace(record.kept, detail=""))


def _padded(data: bytes, gap: int) -> bytes:
    """The records with a comment in the header of the last member that takes up the gap."""
    if not gap:
        return data
    last = _last_member(data)
    flags = bytes([data[last + 3] | _COMMENT])
    head = data[:last] + data[last : last + 3] + flags + data[last + 4 : last + _HEADER]
    return head + b" " * (gap - 1) + b"\0" + data[last + _HEADER :]


def _last_member(data: bytes) -> int:
    start = end = 0
    while end < len(data):
        start = end
        _, end = unpacked(data, start)
    return start
