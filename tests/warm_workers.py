"""Killable workers started by tests: forked from a process that has cleaned a page, which saves a second each time."""

import multiprocessing
import os
import signal
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from unittest import mock

_CONTEXT = multiprocessing.get_context("forkserver")


class Forking:
    """Takes the place of the context in store.workers: starts its server when the first worker is wanted."""

    Pipe = staticmethod(_CONTEXT.Pipe)

    @staticmethod
    def Process(**words: Any) -> ForkServerProcess:  # noqa: N802  as a context names it
        start_server()
        return _CONTEXT.Process(**words)


@cache
def start_server() -> None:
    """Start the server that workers are forked from; as they, it takes no heed of Ctrl-C."""
    own = {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONSAFEPATH": "1"}
    multiprocessing.set_forkserver_preload(["tests.cleaned_once"])
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with mock.patch.dict(os.environ, own):
            forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def keep_server() -> None:
    """In a process forked from the one that has started the server: use it, without looking whether it lives."""
    forkserver._forkserver.ensure_running = lambda: None
