"""Standard output for the command line: a failed write ends in one message and an exit code."""

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from articles.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# The exit code a shell reports for cat or grep when their reader is gone (128 plus the signal's number).
READER_GONE = 128 + signal.SIGPIPE


@contextmanager
def guarded() -> Iterator[None]:
    """Make failed writes to standard output, up to the last byte, raise OutputError, or SystemExit if the reader is gone.

    Characters that its encoding lacks are written as escapes; a closed standard output discards everything.
    """
    before = sys.stdout
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout = _over(before or nowhere)
        try:
            yield
        except SystemExit:
            sys.stdout.flush()
            raise
        except BaseException:
            with suppress(OutputError, SystemExit):
                sys.stdout.flush()
            raise
        else:
            sys.stdout.flush()
        finally:
            sys.stdout = before


def _over(stream: Any) -> io.TextIOWrapper:
    errors = "backslashreplace" if stream.errors in {"strict", "surrogateescape"} else stream.errors
    return io.TextIOWrapper(
        io.BufferedWriter(_Bytes(getattr(stream.buffer, "raw", stream.buffer))),
        encoding=stream.encoding,
        errors=errors,
        line_buffering=stream.line_buffering,
    )


class _Bytes(io.RawIOBase):
    """Passes bytes on to `below`. After the first failure the rest is dropped, so that the failure is reported once."""

    def __init__(self, below: IO[bytes]) -> None:
        self._below = below
        self._broken = False

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._below.isatty()

    def fileno(self) -> int:
        return self._below.fileno()

    def write(self, data: "ReadableBuffer") -> int:
        if self._broken:
            return len(memoryview(data))
        try:
            return self._below.write(data)
        except BrokenPipeError:
            self._broken = True
            raise SystemExit(READER_GONE) from None
        except OSError as error:
            self._broken = True
            raise OutputError(f"Standard output cannot be written: {error.strerror}.") from error
