"""Programs kept alive: they end with their parent, leave nothing behind, and are started anew with pauses."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from flows.programs import Program

_SERVER = ("http.server", "0", "--bind", "127.0.0.1")


def group_lives(group: int) -> bool:
    listed = subprocess.run(["ps", "-eo", "pgid,stat"], capture_output=True, text=True, check=True).stdout
    return any(
        line.split()[0] == str(group) and "Z" not in line.split()[1] for line in listed.splitlines()[1:]
    )


def wait_until_gone(group: int) -> None:
    deadline = time.monotonic() + 5
    while group_lives(group) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not group_lives(group)


def test_a_program_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path; from flows.programs import Program\n"
        f"program = Program('server', {_SERVER!r}, os.environ, Path({str(tmp_path / 'log')!r})); program.start()\n"
        "print(program.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    group = int(parent.stdout.readline())
    time.sleep(0.5)
    assert group_lives(group)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_until_gone(group)


def test_a_program_that_dies_is_told_once_and_started_anew_after_a_pause(tmp_path: Path) -> None:
    told: list[str] = []
    program = Program("server", _SERVER, os.environ, tmp_path / "log")
    assert program.wants_start(told.append)
    for pause in (1, 2):
        program.start()
        group = program.pid
        assert not program.wants_start(told.append)
        os.kill(program.pid, signal.SIGKILL)
        while program.running:
            time.sleep(0.02)
        assert not program.wants_start(told.append)
        assert not program.wants_start(told.append)
        assert told.pop().endswith(f"it is started again in {pause} s.")
        assert told == []
        program.end_leftovers()
        assert not group_lives(group)
    program.start()
    group = program.pid
    program.stop(5)
    wait_until_gone(group)
