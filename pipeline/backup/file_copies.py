"""Files copied with their sums: a copy that has its name is whole, and on disk."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from articles.errors import ArchiveError

_CHUNK = 1 << 20

Told = Callable[[int], None]
"""Called with the bytes that were just dealt with."""


def copy(source: Path, target: Path, size: int | None = None, told: Told = lambda _: None) -> tuple[int, str]:
    """Copy the first `size` bytes (None: all there are); how many were copied, and their SHA-256 in hexadecimal.

    Raises FileNotFoundError where there is no source, ArchiveError where it is shorter, OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with source.open("rb") as file, part.open("wb") as out:

        def take(chunk: bytes) -> None:
            out.write(chunk)
            told(len(chunk))

        copied, found = _read(file, size, take)
        out.flush()
        os.fsync(out.fileno())
    if size is not None and copied < size:
        part.unlink()
        raise ArchiveError(
            f"{source} has {copied} bytes, and the ledger knows {size}; see `broadsheet doctor`"
        )
    part.replace(target)
    return copied, found


def write(target: Path, data: bytes) -> None:
    """Write a file that is whole as soon as it has its name. Raises OSError."""
    part = target.with_name(f"{target.name}.part")
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)


def checksum(path: Path, size: int | None = None, told: Told = lambda _: None) -> tuple[int, str]:
    """The size of a file, or of its first `size` bytes, and the SHA-256 of these. Raises OSError."""
    with path.open("rb") as file:
        return _read(file, size, lambda chunk: told(len(chunk)))


def link_or_copy(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system knows no such names. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        copy(source, target)


def _read(file: BinaryIO, size: int | None, take: Callable[[bytes], None]) -> tuple[int, str]:
    sha256 = hashlib.sha256()
    done = 0
    while chunk := file.read(_CHUNK if size is None else min(_CHUNK, size - done)):
        sha256.update(chunk)
        take(chunk)
        done += len(chunk)
    return done, sha256.hexdigest()
