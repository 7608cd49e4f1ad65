"""Worker processes: what a task can do to them, and what becomes of them."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.workers import Lost, Workers, _serve
from tests.patience import PATIENCE, alive, until
from tests.warm import cold

Task = tuple[str, float | str]


def work(task: Task) -> object:
    """What a task asks for: "sleep" some seconds, "die", "raise", answer "bytes", tell the "pid", "compute" for ever;
    or "knock" at a folder, which is to leave one's pid there and wait until it is "open".
    """
    kind, what = task
    match kind, what:
        case "sleep", float(seconds) | int(seconds):
            time.sleep(seconds)
        case "die", _:
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise", _:
            raise ValueError(f"no {what} here")
        case "bytes", int(count):
            return bytes(count)
        case "knock", str(folder):
            knock(Path(folder))
        case "compute", str(folder):  # C code that keeps the interpreter lock, as a parser may
            Path(folder, str(os.getpid())).touch()
            re.match(r"(a|a)*b", "a" * 40)
    return os.getpid() if kind == "pid" else kind


def knock(folder: Path) -> None:
    (folder / str(os.getpid())).touch()
    until((folder / "open").exists)


def knocked(folder: Path) -> set[int]:
    """Who has."""
    return {int(path.name) for path in folder.iterdir() if path.name.isdigit()}


@pytest.fixture(scope="module", autouse=True)
def started_as_ever(forked: None) -> Iterator[None]:
    with cold():
        yield


@pytest.fixture(scope="module")
def pool(started_as_ever: None) -> Iterator[Workers[Task, object]]:
    with Workers(work, 2, PATIENCE) as both:
        yield both


@pytest.fixture
def workers(pool: Workers[Task, object], tmp_path: Path) -> Workers[Task, object]:
    """Two that stand ready, whatever became of those before."""
    both_work(pool, tmp_path / "ready")
    return pool


def both_work(workers: Workers[Task, object], folder: Path) -> None:
    """Two tasks that only end when both of them are being done."""
    folder.mkdir()
    opening = threading.Thread(target=open_for, args=(2, folder))
    opening.start()
    assert [answer for _, answer in workers.run([("knock", str(folder))] * 2)] == ["knock"] * 2
    opening.join()


def open_for(count: int, folder: Path) -> None:
    until(lambda: len(knocked(folder)) == count)
    (folder / "open").touch()


def test_every_task_is_answered_once(workers: Workers[Task, object]) -> None:
    tasks: list[Task] = [("sleep", number / 1000) for number in range(30)]
    answered = list(workers.run(tasks))
    assert sorted(task for task, _ in answered) == tasks
    assert {answer for _, answer in answered} == {"sleep"}


def test_two_work_at_once(workers: Workers[Task, object], tmp_path: Path) -> None:
    both_work(workers, tmp_path / "both")
    assert knocked(tmp_path / "both") == set(workers.pids())


def test_an_exception_is_an_answer(workers: Workers[Task, object]) -> None:
    before = workers.pids()
    assert workers.call(("raise", 7)) == Lost("error", "ValueError: no 7 here")
    assert workers.pids() == before


@pytest.mark.parametrize("when", ["starting", "at work"])
def test_a_worker_that_nobody_listens_to_ends_without_a_word(
    when: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(work, theirs, PATIENCE))
    process.start()
    theirs.close()
    if when == "at work":
        assert ours.recv() == "ready"
        ours.send(("knock", str(tmp_path)))
        until(lambda: knocked(tmp_path))
    ours.close()
    (tmp_path / "open").touch()
    process.join(PATIENCE)
    assert (process.exitcode, capfd.readouterr().err) == (0, "")


def test_time_over_costs_the_worker_but_no_other_task() -> None:
    """The time is long enough for tasks that take none."""
    with Workers(work, 2, 2.0) as workers:
        workers.call(("pid", 0))
        before = workers.pids()
        tasks: list[Task] = [("sleep", PATIENCE), ("pid", 1), ("pid", 2)]
        answers = dict(workers.run(tasks))
        (other,) = set(workers.pids()) & set(before)
        assert answers == {
            ("sleep", PATIENCE): Lost("timeout", "not done after 2 s"),
            ("pid", 1): other,
            ("pid", 2): other,
        }


def test_a_task_that_kills_its_worker_is_tried_once_more(workers: Workers[Task, object]) -> None:
    before = workers.pids()
    answers = dict(workers.run([("die", 0), ("sleep", 0.01)]))
    assert answers[("die", 0)] == Lost("died", "worker ended with exit code -9")
    assert answers[("sleep", 0.01)] == "sleep"
    assert len(set(workers.pids()) - set(before)) in {1, 2}


def test_a_worker_killed_idle_is_replaced(workers: Workers[Task, object]) -> None:
    for pid in workers.pids():
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(alive, workers.pids())))
    assert [answer for _, answer in workers.run([("sleep", 0.01)] * 4)] == ["sleep"] * 4


def test_a_worker_killed_while_it_starts_is_replaced() -> None:
    with Workers(work, 2, PATIENCE) as workers, ThreadPoolExecutor(1) as killer:
        killed = killer.submit(kill_once_there, workers)
        assert workers.call(("raise", 2)) == Lost("error", "ValueError: no 2 here")
        assert len(killed.result()) == 2


def kill_once_there(workers: Workers[Task, object]) -> tuple[int, ...]:
    """They take longer to start than this to look."""
    until(lambda: len(workers.pids()) == 2)
    for pid in (started := workers.pids()):
        os.kill(pid, signal.SIGKILL)
    return started


def test_without_a_task_nothing_is_started() -> None:
    with Workers(work, 2, PATIENCE) as workers:
        assert list(workers.run([])) == []
        assert workers.pids() == ()
        assert workers.call(("sleep", 0.01)) == "sleep"
        assert len(workers.pids()) == 2


def test_a_worker_killed_busy_loses_no_task(workers: Workers[Task, object], tmp_path: Path) -> None:
    victim, other = workers.pids()
    killing = threading.Thread(target=kill_when_it_knocks, args=(victim, tmp_path))
    killing.start()
    tasks: list[Task] = [("knock", str(tmp_path)), ("knock", str(tmp_path)), ("sleep", 0.001)]
    assert sorted(workers.run(tasks)) == sorted((task, task[0]) for task in tasks)
    killing.join()
    assert victim not in workers.pids()
    assert other in workers.pids()


def kill_when_it_knocks(pid: int, folder: Path) -> None:
    until(lambda: pid in knocked(folder))
    os.kill(pid, signal.SIGKILL)
    (folder / "open").touch()


def test_a_worker_killed_while_it_answers_loses_no_task(workers: Workers[Task, object]) -> None:
    """Its answer is more than a pipe holds, and the reader is late: it dies half-way through."""
    tasks: list[Task] = [("bytes", 3_000_000), ("bytes", 3_000_001)]
    run = workers.run(tasks)
    first = next(run)
    (answering,) = [worker for worker in workers._workers if worker.task is not None]
    assert answering.pipe.poll(PATIENCE), "the answer has begun"
    answering.process.kill()
    until(lambda: not alive(answering.process.pid or 0))
    assert dict([first, *run]) == {task: bytes(task[1]) for task in tasks}


def test_a_run_left_early_does_not_mix_up_the_next(workers: Workers[Task, object]) -> None:
    for _ in workers.run([("pid", 0), ("sleep", 0.1), ("sleep", 0.1)]):
        break
    tasks: list[Task] = [("raise", 1), ("raise", 2)]
    assert dict(workers.run(tasks)) == {
        task: Lost("error", f"ValueError: no {task[1]} here") for task in tasks
    }


def test_ctrl_c_does_not_reach_the_workers(workers: Workers[Task, object]) -> None:
    before = workers.pids()
    for pid in before:
        os.kill(pid, signal.SIGINT)
    assert workers.call(("sleep", 0.05)) == "sleep"
    assert workers.pids() == before


PARENT = """
import sys, time
sys.path[:0] = [{tests!r}, {root!r}]
from test_store_workers import work
from store.workers import Workers
if __name__ == "__main__":
    workers = Workers(work, 2, 1.0 if {kind!r} == "compute" else 3600.0)
    list(workers.run([("pid", 0)] * 4))
    print(*workers.pids(), flush=True)
    list(workers.run([({kind!r}, {folder!r})]))
    print("done", flush=True)
    time.sleep(3600)
"""


@pytest.mark.parametrize("kind", ["pid", "knock", "compute"])
def test_a_killed_parent_leaves_no_process(tmp_path: Path, kind: str) -> None:
    """Idle, busy, and busy where the worker's own threads cannot run."""
    script, folder = tmp_path / "parent.py", tmp_path / "door"
    folder.mkdir()
    here = Path(__file__).parent
    script.write_text(
        PARENT.format(tests=str(here), root=str(here.parent), kind=kind, folder=str(folder)), encoding="utf-8"
    )
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        if kind == "pid":
            assert parent.stdout.readline() == "done\n"
        else:
            until(lambda: knocked(folder))
        parent.kill()
        parent.wait()
        until(lambda: not any(map(alive, pids)))


def test_workers_that_cannot_start_are_told(tmp_path: Path) -> None:
    """A function whose module its processes cannot import."""
    (tmp_path / "fleeting.py").write_text("def work(task): return task")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        from fleeting import work as fleeting  # type: ignore[import-not-found]
    with Workers(fleeting, 1, PATIENCE) as workers, pytest.raises(RuntimeError, match="do not start"):
        workers.call(("pid", 0))
