"""What is written to a disk so that it lasts, and errors that say what could not be."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from articles.errors import StorageError


def sync_folder(folder: Path) -> None:
    """Make the names in the folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """A context in which an OSError becomes a StorageError that names the path."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}. Make room or mend the disk, then run again"
        ) from error
