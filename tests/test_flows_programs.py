"""Programs kept alive: they end with their parent, leave nothing behind, and are started anew with pauses."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows.programs import Program
from tests.patience import group_lives, until

_SERVER = ("http.server", "0", "--bind", "127.0.0.1")
_UNBUFFERED = {"PYTHONUNBUFFERED": "1"}  # what it prints is in the log at once


def test_a_program_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, time; from pathlib import Path; from flows.programs import Program\n"
        f"own = os.environ | {_UNBUFFERED!r}\n"
        f"program = Program('server', {_SERVER!r}, own, Path({str(tmp_path / 'log')!r})); program.start()\n"
        "print(program.pid, flush=True); time.sleep(3600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    group = int(parent.stdout.readline())
    until(lambda: b"Serving HTTP" in (tmp_path / "log").read_bytes())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until(lambda: not group_lives(group))


def test_a_program_that_dies_is_told_once_and_started_anew_after_a_pause(tmp_path: Path) -> None:
    """The pause doubles with each death, and is short again after five minutes of life."""
    told: list[str] = []
    now = 0.0
    program = Program("server", _SERVER, os.environ | _UNBUFFERED, tmp_path / "log", lambda: now)
    assert program.wants_start(told.append)
    for lived, pause in ((0, 1), (300, 2), (0, 4), (301, 1)):
        program.start()
        group = program.pid
        assert not program.wants_start(told.append)
        now += lived
        os.kill(program.pid, signal.SIGKILL)
        until(lambda: not program.running)
        assert not program.wants_start(told.append)
        assert told.pop().endswith(f"it is started again in {pause} s.")
        now += pause - 0.5
        assert not program.wants_start(told.append)
        now += 0.5
        assert program.wants_start(told.append)
        assert told == []
        program.end_leftovers()
        until(lambda group=group: not group_lives(group))
    program.start()
    until(lambda: b"Serving HTTP" in (tmp_path / "log").read_bytes())
    program.stop(5)
    until(lambda: not group_lives(program.pid))


def test_a_program_neither_works_in_the_working_folder_nor_imports_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(here)
    (here / "json.py").write_text("raise SystemExit(3)", encoding="utf-8")
    (there / "given.json").write_text('["found"]', encoding="utf-8")
    program = Program("printer", ("json.tool", "--compact", "given.json"), os.environ, there / "log")
    program.start()
    until(lambda: not program.running)
    program.end_leftovers()
    assert (there / "log").read_text(encoding="utf-8") == '["found"]\n'


def test_a_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came last is kept, in four older files; nothing that was said before the end is missing."""
    monkeypatch.setattr("flows.programs._LARGEST_LOG", 1000)
    (tmp_path / "many.json").write_text(str(list(range(1000))), encoding="utf-8")
    program = Program("printer", ("json.tool", "--indent", "0", "many.json"), os.environ, tmp_path / "log")
    for _ in range(2):
        program.start()
        until(lambda: not program.running)
        program.end_leftovers()
    program.stop(5)
    logs = sorted(path.name for path in tmp_path.glob("log*"))
    assert logs == ["log", "log.1", "log.2", "log.3", "log.4"]
    assert all((tmp_path / name).stat().st_size <= 1000 for name in logs)
    kept = "".join((tmp_path / name).read_text(encoding="utf-8") for name in reversed(logs))
    said = "[\n" + ",\n".join(map(str, range(1000))) + "\n]\n"
    assert len(kept) > 4000
    assert (said + said).endswith(kept)
