"""What `broadsheet schedule` tells its server and worker, and what it refuses to begin with."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.errors import ConfigError, LockedError
from flows.service import HOST, environment, serve
from pipeline.configuration.config import parse
from store.lock import RunLock


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_prefect_keeps_to_this_machine_and_to_the_data_folder(tmp_path: Path) -> None:
    base = {"PATH": "/bin", "PREFECT_API_URL": "https://cloud.example/api", "PREFECT_API_KEY": "secret"}
    own = environment(tmp_path, 4201, base)
    assert own["PATH"] == "/bin"
    assert "PREFECT_API_KEY" not in own
    assert own["PREFECT_API_URL"] == "http://127.0.0.1:4201/api"
    assert own["PREFECT_HOME"] == str(tmp_path)
    assert (own["PREFECT_SERVER_ANALYTICS_ENABLED"], own["DO_NOT_TRACK"]) == ("false", "1")


def test_a_taken_port_and_a_second_scheduler_are_refused(tmp_path: Path) -> None:
    config = parse("", tmp_path / "broadsheet.toml")
    said: list[str] = []
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} is taken"):
            serve(config, port, said.append)
    with RunLock(config.folder / "prefect"), pytest.raises(LockedError, match="in use"):
        serve(config, port, said.append)
    assert said == []
