"""Processes of the project started by tests: forked from one that has imported it, which saves a second of CPU each time.

    python -m tests.warm CONTROL_FD

`installed` replaces `subprocess.Popen`: the crawl process (`python -m crawlers.child`) is forked instead of started, with the
same arguments, working folder, environment and standard streams. The pool of killable workers forks, too. Tests of what a
start is (import path, memory, limits) take the fixture `cold`; what a started process starts by itself is never forked.
"""

import gc
import io
import json
import multiprocessing
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

from tests import warm_workers

ROOT = Path(__file__).parent.parent
_IMPORTED = ("crawlers.process.crawl_process", "tests.ticks", "broadsheet.cli", "pipeline.run")
_Cold = subprocess.Popen
_modules = {"crawlers.child", "tests.in_process"}
_MESSAGE = 1 << 20
_FILES = 32


@contextmanager
def cold() -> Iterator[None]:
    """Start what is started in this context as it is outside of tests."""
    spawn = multiprocessing.get_context("spawn")
    with mock.patch("subprocess.Popen", _Cold), mock.patch("store.workers._SPAWN", spawn):
        yield


@contextmanager
def commands() -> Iterator[None]:
    """Fork `python -m broadsheet` in this context, too."""
    with mock.patch("tests.warm._modules", {*_modules, "broadsheet"}):
        yield


@contextmanager
def installed() -> Iterator[None]:
    """Fork instead of start, in this context."""
    try:
        with mock.patch("subprocess.Popen", Popen), mock.patch("store.workers._SPAWN", warm_workers.Forking):
            yield
    finally:
        if _zygote.cache_info().currsize:
            control, process = _zygote()
            control.close()
            process.wait()
            _zygote.cache_clear()


class Popen(subprocess.Popen[Any]):
    """As its base class, but the process is forked from a warm one, which tells how it ended."""

    _status: socket.socket | None = None

    def _execute_child(self, args: Any, *rest: Any) -> None:
        module = _module(args)
        if module is None or rest[1]:
            super()._execute_child(args, *rest)
            return
        _, _, _, pass_fds, cwd, env, _, _, _, stdin, _, _, stdout, _, stderr, _, _, _, _, _, session, _ = rest
        self._status, theirs = socket.socketpair()
        task = {
            "module": module,
            "words": [str(word) for word in args[args.index("-m") + 2 :]],
            "folder": os.fspath(cwd or Path.cwd()),
            "environment": dict(os.environ if env is None else env),
            "session": session,
        }
        streams = [own if given == -1 else given for own, given in enumerate((stdin, stdout, stderr))]
        with theirs:
            control = _zygote()[0]
            files = [theirs.fileno(), control.fileno(), *streams, *pass_fds]
            socket.send_fds(control, [json.dumps(task).encode()], files)
        self._close_pipe_fds(*rest[9:15])
        self._child_created = True
        self.pid = int.from_bytes(_received(self._status), "little")

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        """What os.waitpid would answer: 0 as process id while it runs."""
        if self._status is None:
            found: tuple[int, int] = super()._try_wait(wait_flags)
            return found
        self._status.setblocking(not wait_flags & os.WNOHANG)
        try:
            ended = int.from_bytes(_received(self._status), "little")
        except BlockingIOError:
            return 0, 0
        self._status.close()
        return self.pid, ended

    def _internal_poll(self, *args: Any, **words: Any) -> int | None:
        if self._status is None:
            code: int | None = super()._internal_poll(*args, **words)
            return code
        with suppress(subprocess.TimeoutExpired):
            if self.returncode is None:
                self.wait(0)
        return self.returncode


def _module(args: Any) -> str | None:
    """The module that these words would start, if it is one to be forked."""
    if isinstance(args, str | bytes | os.PathLike) or args[0] != sys.executable:
        return None
    words = [word for word in args[1:] if word != "-P"]
    return words[1] if words[0] == "-m" and words[1] in _modules else None


def _received(status: socket.socket) -> bytes:
    found = status.recv(4)
    assert len(found) == 4, "the warm process has ended"
    return found


@cache
def _zygote() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The control socket of this process's warm one, which ends when that closes, and the warm one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
        return ours, subprocess.Popen(command, cwd=ROOT, pass_fds=(theirs.fileno(),))


def main() -> None:
    """Import what is needed, then fork for each message; in a forked process, run its module."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in _IMPORTED:
        __import__(name)
    _import_components()
    warm_workers.start_server()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while message := socket.recv_fds(control, _MESSAGE, _FILES):
        data, files, *_ = message
        if not data:
            return
        if os.fork() == 0:
            control.close()
            _fork_and_tell(socket.socket(fileno=files[0]), files[1:])
            _become(json.loads(data), *files[1:5])
            return
        for file in files:
            os.close(file)


def _import_components() -> None:
    """Import what Scrapy imports when a crawl starts. None of it may install a reactor, which a fork would share."""
    from scrapy.settings import Settings
    from scrapy.utils.misc import load_object

    settings = Settings()
    settings.setmodule("crawlers.settings")
    names = [settings[name] for name in ("SCHEDULER", "DOWNLOADER", "STATS_CLASS", "LOG_FORMATTER")]
    for table in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "ITEM_PIPELINES"):
        names += [*settings[table], *settings[f"{table}_BASE"]]
    for name in names:
        load_object(name)
    assert "twisted.internet.reactor" not in sys.modules


def _fork_and_tell(status: socket.socket, files: list[int]) -> None:
    """Go on as a child of this process, which tells the child's process id, then how it ended, and ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        status.close()
        return
    for file in (0, 1, 2, *files):
        os.close(file)
    with suppress(BrokenPipeError):
        status.sendall(child.to_bytes(4, "little"))
        status.sendall(os.waitpid(child, 0)[1].to_bytes(4, "little"))
    os._exit(0)


def _become(task: dict[str, Any], control: int, *streams: int) -> None:
    """What a new process would be, and do."""
    for own, given in enumerate(streams):
        os.dup2(given, own)
        os.close(given)
    if task["session"]:
        os.setsid()
    os.chdir(task["folder"])
    os.environ.clear()
    os.environ.update(task["environment"])
    encoding, _, errors = task["environment"].get("PYTHONIOENCODING", "utf-8").partition(":")
    as_set = partial(io.open, encoding=encoding, errors=errors or "strict", closefd=False)
    sys.stdin, sys.stdout = as_set(0), as_set(1, "w")
    sys.stderr = as_set(2, "w", buffering=1, errors="backslashreplace")
    sys.argv = [task["module"], *task["words"]]
    warm_workers.keep_server()
    zygote = socket.socket(fileno=control), None
    with (
        mock.patch("tests.warm._zygote", return_value=zygote),
        mock.patch("subprocess.Popen", Popen),
        mock.patch("store.workers._SPAWN", warm_workers.Forking),
    ):
        runpy.run_module(task["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":  # as the module that its children patch
    from tests import warm

    warm.main()
