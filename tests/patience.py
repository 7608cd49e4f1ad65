"""How tests wait: for as long as a slow machine may need, so that only what hangs takes that long."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

PATIENCE = 120.0
"""Seconds after which what was to happen is taken to hang."""


def until(happened: Callable[[], object]) -> None:
    """Wait until it has happened. Raises TimeoutError if it never does."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE:.0f} s")
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def group_lives(group: int) -> bool:
    """Whether any process of the group does, zombies aside."""
    listed = subprocess.run(["ps", "-eo", "pgid,stat"], capture_output=True, text=True, check=True).stdout
    return any(
        line.split()[0] == str(group) and "Z" not in line.split()[1] for line in listed.splitlines()[1:]
    )


@contextmanager
def no_hang(seconds: float) -> Iterator[None]:
    """Give the block so many seconds of processor time, a multiple of what it needs. Raises TimeoutError after that.

    Time that other processes take from this one does not count.
    """

    def end(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"not done after {seconds:g} s of processor time")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
