"""The lock of a data folder: one run at a time, whatever becomes of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from articles.errors import LockedError, StorageError
from store.lock import RunLock
from tests.patience import alive

ROOT = str(Path(__file__).parent.parent)
HOLD = """
import os, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from store.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print(os.getpid(), flush=True)
    sys.stdin.read()
"""


def start_holder(folder: Path) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    return holder


def test_the_lock_is_free_again_after_its_context(tmp_path: Path) -> None:
    for _ in range(2):
        with RunLock(tmp_path / "new" / "folder"):
            pass


def test_a_second_run_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    with start_holder(tmp_path) as holder:
        with (
            pytest.raises(LockedError, match=rf"{tmp_path}.*process {holder.pid}, since 20.*wait"),
            RunLock(tmp_path),
        ):
            pass
        holder.kill()
        holder.wait()
        with RunLock(tmp_path):
            pass


def test_the_lock_lasts_as_long_as_a_child_that_it_was_passed_to(tmp_path: Path) -> None:
    with RunLock(tmp_path) as lock:
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[lock.fileno()])
    with child:
        with pytest.raises(LockedError), RunLock(tmp_path):
            pass
        child.communicate()
        with RunLock(tmp_path):
            pass


HOLD_WITH_A_CHILD = """
import subprocess, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from store.lock import RunLock
with RunLock(Path(sys.argv[1])) as lock:
    child = subprocess.Popen(["sleep", "0.5"], pass_fds=[lock.fileno()], stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_run_leaves_is_waited_for(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_WITH_A_CHILD, str(tmp_path), ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout
        child = int(holder.stdout.readline())
        holder.kill()
    with RunLock(tmp_path):
        assert not alive(child)


def test_a_child_that_it_was_not_passed_to_does_not_hold_it(tmp_path: Path) -> None:
    with RunLock(tmp_path):
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    with child:
        with RunLock(tmp_path):
            pass
        child.communicate()


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"), RunLock(tmp_path / "file"):
        pass
