"""A segment that was read whole once, and how it is known again without reading it.

A closed segment never changes, except that deleted pages are taken out of it. So what was found of it holds as long as its file
has the length and the time of last change that it had; what rots on the disk changes neither, and is found by its digest when
the segment is read again.
"""

import hashlib
import mmap
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from articles.errors import ArchiveError
from store.archive.reader import faults, reading, shortage

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class CheckedSegment:
    """What was found when a segment was read: its `problems`, a sentence each.

    `length` are the committed bytes that were read, `changed_ns` is the file's time of last change, as the system counts it, and
    `digest` that of these bytes.
    """

    segment: str
    at: datetime
    length: int
    changed_ns: int
    digest: str
    problems: tuple[str, ...] = ()

    def is_as_it_was(self, folder: Path, length: int) -> bool:
        """Whether nobody has written to the segment since, whose committed bytes are `length`."""
        try:
            there = (folder / self.segment).stat()
        except OSError:
            return False
        return self.length == length <= there.st_size and there.st_mtime_ns == self.changed_ns


def check_segment(
    folder: Path, segment: str, length: int, at: datetime, known: CheckedSegment | None = None
) -> CheckedSegment:
    """Read the committed bytes of a segment. If they are those that were well when it was last read, nothing of them is unpacked.

    Raises ArchiveError for a segment that is missing, too short, or cannot be read: nothing is known of it then.
    """
    path = folder / segment
    if missing := shortage(path, length):
        raise ArchiveError(missing)
    changed_ns = (
        path.stat().st_mtime_ns
    )  # before it is opened: what replaces it in between is read another time
    with reading(path) as data:
        digest = _digest(data, length)
    if known and not known.problems and (known.length, known.digest) == (length, digest):
        return replace(known, at=at, changed_ns=changed_ns)
    problems = tuple(faults(path, length))
    return CheckedSegment(segment, at, length, changed_ns, digest, problems)


def _digest(data: bytes | mmap.mmap, length: int) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for start in range(0, length, _CHUNK):
        digest.update(data[start : min(start + _CHUNK, length)])
    return digest.hexdigest()
