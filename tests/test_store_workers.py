"""Worker processes: what a task can do to them, and what becomes of them."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.workers import Lost, Workers


def work(task: tuple[str, float]) -> object:
    """What a task asks for: "sleep" some seconds, "die", "raise", answer "bytes", or tell the "pid"."""
    kind, number = task
    if kind == "sleep":
        time.sleep(number)
    elif kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "raise":
        raise ValueError(f"no {number:g} here")
    elif kind == "bytes":
        return bytes(int(number))
    elif kind == "block":  # C code that keeps the interpreter lock, as a parser may
        re.match(r"(a|a)*b", "a" * int(number))
    return os.getpid() if kind == "pid" else kind


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pids: list[int], seconds: float) -> bool:
    """Whether all of the processes end within so many seconds."""
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers[tuple[str, float], object]]:
    with Workers(work, 2, 0.6) as both:
        yield both


def test_every_task_is_answered_once(workers: Workers[tuple[str, float], object]) -> None:
    tasks = [("sleep", number / 1000) for number in range(30)]
    answered = list(workers.run(tasks))
    assert sorted(task for task, _ in answered) == tasks
    assert {answer for _, answer in answered} == {"sleep"}


def test_two_work_at_once(workers: Workers[tuple[str, float], object]) -> None:
    started = time.monotonic()
    list(workers.run([("sleep", 0.3), ("sleep", 0.3)]))
    assert time.monotonic() - started < 0.55


def test_an_exception_is_an_answer(workers: Workers[tuple[str, float], object]) -> None:
    before = workers.pids()
    assert workers.call(("raise", 7)) == Lost("error", "ValueError: no 7 here")
    assert workers.pids() == before


def test_time_over_costs_the_worker_but_no_other_task(workers: Workers[tuple[str, float], object]) -> None:
    before = workers.pids()
    answers = dict(workers.run([("sleep", 60), ("sleep", 0.01), ("sleep", 0.02)]))
    assert answers[("sleep", 60)] == Lost("timeout", "not done after 0.6 s")
    assert answers[("sleep", 0.01)] == answers[("sleep", 0.02)] == "sleep"
    assert len(set(workers.pids()) & set(before)) == 1


def test_a_task_that_kills_its_worker_is_tried_once_more(workers: Workers[tuple[str, float], object]) -> None:
    before = workers.pids()
    answers = dict(workers.run([("die", 0), ("sleep", 0.01)]))
    assert answers[("die", 0)] == Lost("died", "worker ended with exit code -9")
    assert answers[("sleep", 0.01)] == "sleep"
    assert len(set(workers.pids()) - set(before)) in {1, 2}


def test_a_worker_killed_idle_is_replaced(workers: Workers[tuple[str, float], object]) -> None:
    for pid in workers.pids():
        os.kill(pid, signal.SIGKILL)
    assert gone(list(workers.pids()), 5)
    assert [answer for _, answer in workers.run([("sleep", 0.01)] * 4)] == ["sleep"] * 4


def test_a_worker_killed_while_it_starts_is_replaced() -> None:
    with Workers(work, 2, 1.0) as workers:
        for pid in workers.pids():
            os.kill(pid, signal.SIGKILL)
        assert workers.call(("raise", 2)) == Lost("error", "ValueError: no 2 here")


def test_a_worker_killed_busy_loses_no_task(workers: Workers[tuple[str, float], object]) -> None:
    list(workers.run([("pid", 0)] * 4))
    victim, _ = workers.pids()
    timer = threading.Timer(0.2, os.kill, (victim, signal.SIGKILL))
    timer.start()
    answers = workers.run([("sleep", 0.4), ("sleep", 0.41), ("sleep", 0.001)])
    assert sorted(answers) == [
        (("sleep", 0.001), "sleep"),
        (("sleep", 0.4), "sleep"),
        (("sleep", 0.41), "sleep"),
    ]
    assert victim not in workers.pids()


def test_a_worker_killed_while_it_answers_loses_no_task() -> None:
    """Its answer is more than a pipe holds, and the reader is late: it dies half-way through."""
    with Workers(work, 2, 5.0) as workers:
        run = workers.run([("pid", 0), ("bytes", 3_000_000)])
        first = next(run)
        time.sleep(0.3)
        for pid in workers.pids():
            os.kill(pid, signal.SIGKILL)
        assert gone(list(workers.pids()), 5)
        answers = dict([first, *run])
        assert isinstance(answers[("pid", 0)], int)
        assert answers[("bytes", 3_000_000)] == bytes(3_000_000)


def test_a_run_left_early_does_not_mix_up_the_next(workers: Workers[tuple[str, float], object]) -> None:
    for _ in workers.run([("sleep", 0.01), ("sleep", 0.3), ("sleep", 0.3)]):
        break
    assert workers.call(("raise", 1)) == Lost("error", "ValueError: no 1 here")


def test_ctrl_c_does_not_reach_the_workers(workers: Workers[tuple[str, float], object]) -> None:
    list(workers.run([("sleep", 0.01)] * 2))
    before = workers.pids()
    for pid in before:
        os.kill(pid, signal.SIGINT)
    assert workers.call(("sleep", 0.05)) == "sleep"
    assert workers.pids() == before


PARENT = """
import sys, time
sys.path.insert(0, {folder!r})
from test_store_workers import work
from store.workers import Workers
if __name__ == "__main__":
    workers = Workers(work, 2, 1.0)
    list(workers.run([("pid", 0)] * 4))
    print(*workers.pids(), flush=True)
    list(workers.run([({kind!r}, {number})]))
    time.sleep(60)
"""


@pytest.mark.parametrize(("kind", "number"), [("pid", 0), ("sleep", 30), ("block", 40)])
def test_a_killed_parent_leaves_no_process(tmp_path: Path, kind: str, number: int) -> None:
    """Idle, busy, and busy where the worker's own threads cannot run."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(folder=str(Path(__file__).parent), kind=kind, number=number))
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        time.sleep(0.3)
        assert len(pids) == 2
        parent.kill()
        parent.wait()
        assert gone(pids, 8)


def test_workers_that_cannot_start_are_told(tmp_path: Path) -> None:
    """A function whose module its processes cannot import."""
    (tmp_path / "fleeting.py").write_text("def work(task): return task")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        from fleeting import work as fleeting  # type: ignore[import-not-found]
    with Workers(fleeting, 1, 1.0) as workers, pytest.raises(RuntimeError, match="do not start"):
        workers.call(("pid", 0))
