"""Killable worker processes: parsing runs here, so that no page can hold up or bring down anything else.

Each worker has a pipe of its own and shares no lock with any other process: a pool with shared queues hangs
when a worker is killed while it holds the queue's lock. A worker ends by itself when its parent is gone.
"""

import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Literal, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

_SPAWN = multiprocessing.get_context("spawn")
_MEMORY = 4 << 30
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Lost:
    """A task without a result: its time was over, its worker died (twice), or the function raised."""

    why: Literal["timeout", "died", "error"]
    detail: str


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _serve(function: Callable[[Any], Any], pipe: Connection) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            task = pipe.recv()
            try:
                answer = function(task)
            except Exception as error:  # noqa: BLE001  whatever a parser throws concerns this one page
                answer = Lost("error", f"{type(error).__name__}: {error}"[:300])
            pipe.send(answer)


class _Worker(Generic[Task]):
    """One process and the task it has in hand."""

    def __init__(self, function: Callable[[Task], object]) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self.process = _SPAWN.Process(target=_serve, args=(function, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.tries = 0
        self.deadline = float("inf")

    def give(self, task: Task, tries: int, seconds: float) -> None:
        self.task, self.tries, self.deadline = task, tries, time.monotonic() + seconds
        with suppress(BrokenPipeError, ConnectionResetError):  # it has died: `wait` will say so
            self.pipe.send(task)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Workers(Generic[Task, Result]):
    """`count` processes that apply `function` to tasks, at most `seconds` of wall time each.

    A task that outlives its time loses its worker; a task whose worker dies is tried once more on a fresh
    one. `function` must be importable, tasks and results picklable. Use as a context manager, from one thread.
    """

    def __init__(self, function: Callable[[Task], Result], count: int, seconds: float) -> None:
        self._function = function
        self._seconds = seconds
        self._workers: list[_Worker[Task]] = [_Worker(function) for _ in range(count)]

    def __enter__(self) -> "Workers[Task, Result]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill the workers, whatever they are doing."""
        for worker in self._workers:
            worker.end()
        self._workers = []

    def pids(self) -> tuple[int, ...]:
        """The process ids of the workers that stand ready or work."""
        return tuple(worker.process.pid or 0 for worker in self._workers)

    def call(self, task: Task) -> Result | Lost:
        """The result of one task."""
        return next(self.run([task]))[1]

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Lost]]:
        """Each task with its result, as they come. Runs to its end before the next `run` may start."""
        waiting = iter(tasks)
        again: list[Task] = []
        idle = list(self._workers)
        busy: dict[object, _Worker[Task]] = {}
        while True:
            while idle:
                tries = 2 if again else 1
                task = again.pop() if again else next(waiting, None)
                if task is None:
                    break
                worker = idle.pop()
                worker.give(task, tries, self._seconds)
                busy[worker.pipe] = worker
            if not busy:
                return
            first = min(worker.deadline for worker in busy.values())
            ready = wait([worker.pipe for worker in busy.values()], max(0.0, first - time.monotonic()))
            late = [w for w in busy.values() if w.deadline <= time.monotonic() and w.pipe not in ready]
            for worker in [busy[pipe] for pipe in ready] + late:
                del busy[worker.pipe]
                task, answer = self._collect(worker, late=worker in late)
                idle.append(self._ready(worker))
                if isinstance(answer, Lost) and answer.why == "died" and worker.tries < _TRIES:
                    again.append(task)
                else:
                    yield task, answer

    def _collect(self, worker: _Worker[Task], *, late: bool) -> tuple[Task, Result | Lost]:
        task = worker.task
        if task is None:
            raise RuntimeError("a worker answered without a task")
        if late:
            worker.process.kill()
            worker.process.join()
            return task, Lost("timeout", f"not done after {self._seconds:g} s")
        try:
            return task, worker.pipe.recv()
        except (EOFError, ConnectionResetError):
            worker.process.join()
            return task, Lost("died", f"worker ended with exit code {worker.process.exitcode}")

    def _ready(self, worker: _Worker[Task]) -> _Worker[Task]:
        """The worker itself while it lives, else a fresh one in its place."""
        worker.task = None
        worker.process.join(0)
        if worker.process.exitcode is None:
            return worker
        worker.end()
        fresh: _Worker[Task] = _Worker(self._function)
        self._workers[self._workers.index(worker)] = fresh
        return fresh
