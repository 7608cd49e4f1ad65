"""One run per data folder: an OS lock, which ends with the last process that holds it, however that ends."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from articles.errors import LockedError, StorageError


class RunLock:
    """The lock of a data folder, held while the context lasts, and by children that `fileno()` was passed to.

    Entering raises LockedError when another run holds it, StorageError when the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor = -1

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageError(
                f"{self._folder} cannot be written: {error.strerror}. Name another folder, or mend its permissions"
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except BlockingIOError as error:
            holder = _holder(descriptor)
            os.close(descriptor)
            raise LockedError(
                f"{self._folder} is in use by another run ({holder}): wait for it, or end that process"
            ) from error
        except OSError as error:
            os.close(descriptor)
            raise StorageError(f"{self._folder} cannot be locked: {error.strerror}") from error
        self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def fileno(self) -> int:
        """The descriptor to hand to a child (subprocess, `pass_fds`), which then holds the lock too."""
        return self._descriptor


def _holder(descriptor: int) -> str:
    """Who wrote the lock file, and when: the lock may have passed on to a child since."""
    pid = os.read(descriptor, 20).decode("ascii", "replace").strip()
    since = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
    return f"process {pid or 'unknown'}, since {since:%Y-%m-%d %H:%M:%S} UTC"
