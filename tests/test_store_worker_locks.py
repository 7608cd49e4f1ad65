"""The locks by which workers know of each other, on a real server."""

import threading
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from articles.errors import LedgerUnavailableError, LockedError
from store.ledger.engines import worker_locks
from store.ledger.engines.folder_lock import at_work, is_at_work, locked
from store.ledger.engines.worker_locks import ALONE, Worker

if TYPE_CHECKING:
    from store.ledger.engines.places import ServerPlace


def joined(stack: ExitStack, place: "ServerPlace", folder: Path, name: str) -> Worker:
    _, worker = stack.enter_context(at_work(folder / name, replace(place, folder=folder / name), name))
    return worker


def test_workers_are_at_work_together_and_nobody_else(server_place: "ServerPlace", tmp_path: Path) -> None:
    with ExitStack() as stack:
        joined(stack, server_place, tmp_path, "one")
        joined(stack, server_place, tmp_path, "two")
        assert is_at_work(server_place, "two")
        assert not is_at_work(server_place, "three")
        with pytest.raises(LockedError), locked(tmp_path / "x", server_place):
            pass
    assert not is_at_work(server_place, "two")
    with (
        locked(tmp_path / "x", server_place),
        pytest.raises(LockedError),
        at_work(tmp_path / "one", server_place, "one"),
    ):
        pass


def test_a_copied_data_folder_is_refused(
    server_place: "ServerPlace", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_locks, "_ENDING", 0.3)
    with ExitStack() as stack:
        joined(stack, server_place, tmp_path, "one")
        with (
            pytest.raises(LockedError, match="one is at work already"),
            at_work(tmp_path / "copy", server_place, "one"),
        ):
            pass


def test_the_last_one_out_judges_and_nobody_loads_meanwhile(
    server_place: "ServerPlace", tmp_path: Path
) -> None:
    began = threading.Event()

    def load(worker: Worker) -> None:
        with worker.loading():
            began.set()

    with ExitStack() as stack:
        one = joined(stack, server_place, tmp_path, "one")
        two = joined(stack, server_place, tmp_path, "two")
        with two.loading():
            with one.loading():
                pass
            with one.judging() as is_last:
                assert not is_last
        with two.judging() as is_last:
            assert is_last
            with one.judging() as both:
                assert not both
            loading = threading.Thread(target=load, args=(one,))
            loading.start()
            assert not began.wait(0.5)
        assert began.wait(30)
        loading.join()


def test_one_stands_in_for_another_that_is_away(server_place: "ServerPlace", tmp_path: Path) -> None:
    with ExitStack() as stack:
        one = joined(stack, server_place, tmp_path, "one")
        joined(stack, server_place, tmp_path, "two")
        with one.instead_of("two") as is_away:
            assert not is_away
        with one.instead_of("three") as is_away:
            assert is_away
            assert is_at_work(server_place, "three")
        assert not is_at_work(server_place, "three")


def test_a_worker_whose_locks_are_lost_knows_it(server_place: "ServerPlace", tmp_path: Path) -> None:
    with ExitStack() as stack:
        one = joined(stack, server_place, tmp_path, "one")
        two = joined(stack, server_place, tmp_path, "two")
        one.check()
        assert two.session is not None
        assert one.session is not None
        pid = one.session.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        two.session.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        with pytest.raises(LedgerUnavailableError):
            one.check()
        with pytest.raises(LedgerUnavailableError):
            one.check()


def test_who_is_alone_waits_for_nobody() -> None:
    ALONE.check()
    with ALONE.loading(), ALONE.judging() as is_last:
        assert is_last
