"""Backups looked at: whether every file is as its manifest says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from articles.errors import BackupError
from pipeline.backup import manifest as kept
from pipeline.backup.file_copies import checksum
from pipeline.backup.manifest import KeptFile


@dataclass(frozen=True, slots=True)
class Verified:
    """How many backups were looked at, their files and bytes (those that several share counted once), and what is wrong."""

    backups: int
    files: int
    size: int
    damages: tuple[str, ...]


def verify(folder: Path, progress: Callable[[int], None] = lambda _: None) -> Verified:
    """Check the backups in this folder, or the one that it is. `progress` is called with the bytes read so far.

    Raises BackupError if there is none.
    """
    backup = kept.chosen(folder)
    damages: list[str] = []
    read: dict[tuple[int, int, str], str] = {}
    size = 0
    backups = [backup] if backup == folder else kept.whole(folder)
    for each in backups:
        try:
            files = kept.read(each).files
        except BackupError as error:
            damages.append(str(error))
            continue
        for path, known in files.items():
            key = _key(each / path, known)
            if key not in read:
                read[key] = wrong_with(each / path, known)
                size += known.size
                progress(size)
            if read[key]:
                damages.append(f"{each / path} {read[key]}")
    return Verified(len(backups), len(read), size, tuple(damages))


def wrong_with(path: Path, known: KeptFile) -> str:
    """What is wrong with a file, to follow its name; "" for nothing."""
    try:
        return difference(checksum(path), known)
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def difference(found: tuple[int, str], known: KeptFile) -> str:
    """What a size and a sum say of a file that was kept, to follow its name; "" where they are right."""
    if found[0] != known.size:
        return f"has {found[0]} bytes, and had {known.size}"
    return "" if found[1] == known.sha256 else "is damaged: its SHA-256 does not match"


def _key(path: Path, known: KeptFile) -> tuple[int, int, str]:
    """The same for two names of one file; a file that is missing has one of its own for each content."""
    if not path.exists():
        return 0, 0, f"{path}"
    found = path.stat()
    return found.st_dev, found.st_ino, known.sha256
