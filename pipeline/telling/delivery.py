"""Delivery of a message to a target, by a process that is killed when it takes too long. It never raises for what a target does."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.configuration.config import Config
from pipeline.configuration.sections import COMMAND
from pipeline.telling.digest import Message

SECONDS = 60.0
"""The time limit for one target."""

_SENDER = (sys.executable, "-P", "-m", "pipeline.telling.sender")


def deliver(config: Config, target: str, message: Message) -> str:
    """Why a target, by its name, did not take the message; "" if it did. Says nothing of what a URL or a command holds."""
    if target == COMMAND:
        return _call(config.notify.command, message.as_json(), config.path.parent)[0]
    return _send(config, target, message.title, message.text, message.kind)


def beat(config: Config) -> str:
    """Ask the heartbeat's URL. Returns why that failed; "" if it did not."""
    return _send(config, config.notify.heartbeat)


def _send(config: Config, *words: str) -> str:
    error, said = _call(_SENDER, json.dumps(words), config.path.parent, hear=True)
    return error or said


def _call(words: Sequence[str], given: str, folder: Path, *, hear: bool = False) -> tuple[str, str]:
    """Why this program failed ("" if it did not), and what it printed, if that is of interest.

    Killed with all that it started when time is up.
    """
    try:
        process = subprocess.Popen(  # noqa: S603  a command is the user's own
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if hear else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
    except OSError as error:
        return f"it cannot be started: {error.strerror}", ""
    with process:
        try:
            said, _ = process.communicate(given.encode(), timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return f"it took longer than {SECONDS:.0f} s", ""
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        return f"it ended with exit code {process.returncode}", ""
    return "", (said or b"").decode(errors="replace")
