"""Which sources were renamed, in the archive: pages keep the name that they were archived under.

A WARC file of its own, with a `metadata` record for each renaming, written anew each time: it is whole at any moment.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from articles.errors import ArchiveError, StorageError
from store.archive import warc
from store.archive.reader import RENAMES, reading
from store.archived import Rename


def read(folder: Path) -> list[Rename]:
    """In the order of time; none if there is no file. Raises ArchiveError if it is damaged."""
    path = folder / RENAMES
    if not path.exists():
        return []
    found = []
    with reading(path) as data:
        try:
            _, offset = warc.decode_info(data)
            while offset < len(data):
                rename, offset = warc.decode_rename(data, offset)
                found.append(rename)
        except ArchiveError as error:
            raise type(error)(f"{path}: the record at byte {offset if found else 0} {error}") from error
    return found


def write(folder: Path, renames: Sequence[Rename]) -> None:
    """Replace the list. Raises StorageError."""
    path = folder / RENAMES
    beside = folder / f"{RENAMES}.new"
    data = warc.encode_info(RENAMES, renames[0].at) + b"".join(map(warc.encode_rename, renames))
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}. Make room, then try again"
        ) from error
