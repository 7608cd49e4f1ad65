"""Killable worker processes for parsing, so that no page can block or crash anything else.

Each worker has its own pipe and shares no lock with other processes: a pool with shared queues hangs if a worker is
killed while it holds the queue's lock. A worker ends by itself when its parent is gone. It imports nothing from the
working folder.
"""

import gc
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Literal, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_SPAWN = multiprocessing.get_context("spawn")
_MEMORY = 4 << 30
_START_SECONDS = 120.0
_TRIES = 2
_FALSE_STARTS = 3
_SAFE_PATH = "PYTHONSAFEPATH"
_STARTING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Lost:
    """A task without a result: it timed out, its worker died (twice), or the function raised."""

    why: Literal["timeout", "died", "error"]
    detail: str


class FalseStartError(RuntimeError):
    """The worker processes end before they are ready for tasks."""


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _allow_cpu(seconds: float) -> None:
    """Let the kernel end a worker after so much more CPU time.

    Otherwise a worker would run forever if its parent is gone and C code never lets the thread of `_end_with` run.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 2)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _serve(function: Callable[[Any], Any], pipe: Connection, seconds: float) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _limit(resource.RLIMIT_AS, _MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    gc.freeze()  # what was imported for the function stays: no collection has to look through it
    with suppress(EOFError, OSError):  # of the pipe: the parent is gone, and nobody waits for an answer
        pipe.send("ready")
        while True:
            task = pipe.recv()
            _allow_cpu(seconds)
            try:
                answer = function(task)
            except Exception as error:  # noqa: BLE001  any error of a parser concerns only this page
                answer = Lost("error", f"{type(error).__name__}: {error}"[:300])
            pipe.send(answer)


@contextmanager
def _safe_path() -> Iterator[None]:
    """Python processes started in this context leave the working folder out of `sys.path`.

    multiprocessing starts its children and its resource tracker with `python -c`, which puts that folder first on the
    import path: a file random.py there would be run. Only an environment variable can prevent it.
    """
    with _STARTING:
        before = os.environ.get(_SAFE_PATH)
        os.environ[_SAFE_PATH] = "1"
        try:
            yield
        finally:
            if before is None:
                del os.environ[_SAFE_PATH]
            else:
                os.environ[_SAFE_PATH] = before


class _Worker(Generic[Task]):
    """One process and its current task. Until it is `ready`, it is starting, and `deadline` is for the start."""

    def __init__(self, function: Callable[[Task], object], seconds: float, *, parent: bool) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self.process = _SPAWN.Process(
            target=_serve, args=(function, theirs, seconds), daemon=not parent
        )  # a daemon may have no processes of its own
        # Ctrl-C reaches all processes of a terminal, but only the parent decides when workers end.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with _safe_path():
                self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        theirs.close()
        self.ready = False
        self.task: Task | None = None
        self.tries = 0
        self.deadline = time.monotonic() + _START_SECONDS
        self._seconds = seconds

    def give(self, task: Task, tries: int) -> None:
        self.task, self.tries = task, tries
        with suppress(OSError):  # it has died, which reading its pipe will show
            self.pipe.send(task)
        self.deadline = time.monotonic() + self._seconds

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def end(self) -> None:
        self.kill()
        self.pipe.close()


class Workers(Generic[Task, Result]):
    """`count` processes that apply `function` to tasks, with at most `seconds` of wall time for each.

    They start with the first task: where there is none, nothing is started. The worker of a task that takes longer is
    killed; a task whose worker dies is tried once more in a new one. `function` must be importable, tasks and results
    picklable, and no task None. Use as a context manager, from one thread. `run` and `call` raise FalseStartError if the
    processes do not start. `parents` may start processes themselves, which have to end with them.
    """

    def __init__(
        self, function: Callable[[Task], Result], count: int, seconds: float, *, parents: bool = False
    ) -> None:
        self._function = function
        self._count = count
        self._seconds = seconds
        self._parents = parents
        self._false_starts = 0
        self._workers: list[_Worker[Task]] = []

    def __enter__(self) -> "Workers[Task, Result]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill the workers, even if they are busy."""
        for worker in self._workers:
            worker.end()
        self._workers = []

    def pids(self) -> tuple[int, ...]:
        """The process ids of the workers; none before the first task."""
        return tuple(worker.process.pid or 0 for worker in self._workers)

    def call(self, task: Task) -> Result | Lost:
        """The result of one task."""
        return next(self.run([task]))[1]

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        """Each task with its result, in the order they finish. If the caller stops early, running tasks are abandoned."""
        tasks = iter(tasks)
        first = next(tasks, None)
        if first is None:
            return
        self._start()
        waiting = chain((first,), tasks)
        again: list[Task] = []
        try:
            while True:
                idle = self._idle()
                while idle and (task := again[-1] if again else next(waiting, None)) is not None:
                    idle.pop().give(task, tries=2 if again else 1)
                    again = again[:-1]
                if idle and all(worker.task is None for worker in self._workers):
                    return
                for worker, late in _due([w for w in self._workers if w.task is not None or not w.ready]):
                    task, answer = worker.task, self._collect(worker, late=late)
                    if task is None:
                        continue
                    if isinstance(answer, Lost) and answer.why == "died" and worker.tries < _TRIES:
                        again.append(task)
                    else:
                        yield task, answer
        finally:
            for worker in self._workers:
                if worker.task is not None:
                    worker.kill()
                    worker.task = None

    def _start(self) -> None:
        try:
            while len(self._workers) < self._count:
                self._workers.append(self._started())
        except (
            RuntimeError
        ) as error:  # multiprocessing's, in a process that imports a script without the guard
            raise FalseStartError(f"the worker processes do not start: {error}") from error

    def _started(self) -> _Worker[Task]:
        return _Worker(self._function, self._seconds, parent=self._parents)

    def _idle(self) -> list[_Worker[Task]]:
        """The workers that are ready for a task; dead ones are replaced first."""
        for place, worker in enumerate(self._workers):
            if worker.task is None and worker.process.exitcode is not None:
                worker.end()
                self._workers[place] = self._started()
        return [worker for worker in self._workers if worker.ready and worker.task is None]

    def _collect(self, worker: _Worker[Task], *, late: bool) -> Result | Lost:
        """The result of the worker's task, or, while it is starting, the message that it is ready."""
        if late:
            worker.kill()
            answer: Result | Lost = Lost("timeout", f"not done after {self._seconds:g} s")
        else:
            try:
                answer = worker.pipe.recv()
            except (EOFError, OSError):
                worker.process.join()
                answer = Lost("died", f"worker ended with exit code {worker.process.exitcode}")
        if not worker.ready:
            worker.ready = not isinstance(answer, Lost)
            self._false_starts = 0 if worker.ready else self._false_starts + 1
            if self._false_starts == _FALSE_STARTS:
                raise FalseStartError(f"the worker processes do not start: {answer}")
        worker.task = None
        return answer


def _due(workers: list[_Worker[Task]]) -> list[tuple[_Worker[Task], bool]]:
    """Waits for the first of these workers to answer, die or time out; returns all that have, True for a timeout."""
    first = min(worker.deadline for worker in workers)
    answered = wait([worker.pipe for worker in workers], max(0.0, first - time.monotonic()))
    now = time.monotonic()
    return [(w, w.pipe not in answered) for w in workers if w.pipe in answered or w.deadline <= now]
