"""OS locks on a data folder, which are released when the last process that holds them ends, in any way.

One run at a time, one rebuild at a time, and within them one at a time that changes index and ledger together.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from articles.errors import LockedError, StorageError

_ENDING = 5.0  # seconds
_LOOK = 0.05
OTHERS = {"run": "another run", "rebuild": "another rebuild or a backup", "backup": "another backup"}


class RunLock:
    """The lock on a data folder, held during the context, and by children that were passed `fileno()`.

    `kind` is the work that it excludes: another run; another rebuild or backup (which may happen during a run); or, on a
    folder of backups, another backup into it. Entering raises
    LockedError if another process holds it, StorageError if the folder cannot be written. For processes of one that was
    killed, which may take a moment to end, it waits five seconds.
    """

    def __init__(self, folder: Path, kind: Literal["run", "rebuild", "backup"] = "run") -> None:
        self._folder = folder
        self._kind = kind
        self._name = "lock" if kind == "run" else f"lock.{kind}"
        self._descriptor = -1

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._folder / self._name, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageError(
                f"{self._folder} cannot be written: {error.strerror}. Name another folder, or fix its permissions"
            ) from error
        try:
            _take(descriptor)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except BlockingIOError as error:
            holder = _holder(descriptor)
            os.close(descriptor)
            raise LockedError(
                f"{self._folder} is in use by {OTHERS[self._kind]} ({holder}): wait for it, or stop that process"
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
        """The descriptor to pass to a child (subprocess, `pass_fds`), which then holds the lock, too."""
        return self._descriptor


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Waits until no other thread or process is in the block for this file, which is created if it does not exist.

    Raises StorageError if that fails.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    """Take the lock. Raises BlockingIOError if another process holds it, though not while that which took it is gone and others end."""
    deadline = time.monotonic() + _ENDING
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline or _lives(_written(descriptor)):
                raise
            time.sleep(_LOOK)
        else:
            return


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True


def _written(descriptor: int) -> str:
    """The process that wrote the lock file; "" if none did."""
    return os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()


def _holder(descriptor: int) -> str:
    """Who wrote the lock file, and when; the lock may now be held by a child of that process."""
    pid = _written(descriptor)
    since = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
    return f"process {pid or 'unknown'}, since {since:%Y-%m-%d %H:%M:%S} UTC"
