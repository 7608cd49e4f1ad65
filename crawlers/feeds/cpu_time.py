"""A limit on the time that the process computes, for code that may not come to an end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 0.5  # seconds: what is raised in a finalizer is lost


class OvertimeError(BaseException):
    """The time is over. Derived from BaseException so that no library takes it for an error of its own."""


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raises OvertimeError in the block once the process has computed for so long. For the main thread alone.

    Code in C that does not return to Python is not interrupted.
    """

    def stop(_: int, __: FrameType | None) -> None:
        raise OvertimeError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
