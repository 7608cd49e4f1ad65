"""The programs that `broadsheet schedule` keeps alive, Prefect's own among them; free of Prefect, which takes seconds to import."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from flows.lifeline import GRACE_SECONDS

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_PROVEN_SECONDS = 300.0
_LARGEST_LOG = 10_000_000  # bytes
_OLDER_LOGS = 4
_LONGEST_LINE = 1 << 16
_LAST_WORDS = 2.0  # seconds


class Program:
    """A Python module run as a program in a process group of its own, together with what it starts itself.

    It ends with this process, however that ends (flows.lifeline). Its output goes to the file `log` (and when that is full,
    to `log.1`, the oldest to `log.4`), whose folder it works in: Prefect imports flows from the working folder first, whatever the flags say. `clock`, in
    seconds, is what its restarts go by.
    """

    def __init__(
        self,
        name: str,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._words = words
        self._environment = environment
        self._log = log
        self._kept = RotatingFileHandler(
            log, maxBytes=_LARGEST_LOG, backupCount=_OLDER_LOGS, encoding="utf-8", delay=True
        )
        self._reader: threading.Thread | None = None
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._pause = _FIRST_PAUSE
        self._mourned = False

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the process, and of its group; 0 before the first start."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it; to be called when it is not running."""
        self._log.touch()
        self._process = subprocess.Popen(  # noqa: S603  words of our own
            [sys.executable, "-P", "-m", "flows.lifeline", *self._words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(self._environment),
            cwd=self._log.parent,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._keep_log, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        self._started_at = self._clock()
        self._mourned = False

    def wants_start(self, say: Callable[[str], None]) -> bool:
        """Whether it does not run and the pause since its death is over, which is said once.

        The pause doubles with each death, up to a minute, and is short again once it has run for five.
        """
        if self.running:
            return False
        if self._process is not None and not self._mourned:
            self._mourned = True
            if self._clock() - self._started_at > _PROVEN_SECONDS:
                self._pause = _FIRST_PAUSE
            say(
                f"The {self._name} ended with exit code {self._process.returncode}, see {self._log}; "
                f"it is started again in {self._pause:.0f} s."
            )
            self._start_at = self._clock() + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return self._clock() >= self._start_at

    def stop(self, seconds: float) -> None:
        """Ask it to end, and end it and all that it started after so many seconds."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        if self._process.poll() is None:
            self._signal_group(signal.SIGKILL)
            self._process.wait()
        self.end_leftovers()

    def end_leftovers(self) -> None:
        """After its end: wait until what it started has noticed, and end what has not."""
        if self._process is None:
            return
        if self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        deadline = time.monotonic() + GRACE_SECONDS + 2
        while self._signal_group(0) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._signal_group(signal.SIGKILL)
        if self._reader:
            self._reader.join(_LAST_WORDS)

    def _keep_log(self, output: IO[bytes]) -> None:
        """Write what comes to the log, until nobody is left to say anything; what a full disk does not take is lost."""
        with output:
            while line := output.readline(_LONGEST_LINE):
                text = line.decode(errors="replace").rstrip("\n")
                self._kept.handle(logging.makeLogRecord({"msg": text}))
        self._kept.close()  # until there is something to write again

    def _signal_group(self, number: int) -> bool:
        """Whether there is anyone in the group to take the signal."""
        assert self._process is not None
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True
