"""Commands work in a folder that holds Python files with the names of our packages and of others'; none of the files is run."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.configuration.config import Config

NAMES = (
    "articles",
    "store",
    "crawlers",
    "index",
    "pipeline",
    "flows",
    "random",
    "feedparser",
    "socket",
    "uvicorn",
)
SCRIPT = (str(Path(sys.executable).with_name("broadsheet")),)
MODULE = (sys.executable, "-m", "broadsheet")


@pytest.fixture
def folder(config: Config) -> Path:
    """The folder of a configuration that crawls the newsroom, among files that leave a mark when they are run."""
    path = config.path.parent
    for name in NAMES:
        code = f"open({str(path / f'{name}.ran')!r}, 'w').close()\nraise ImportError('a file of the user')\n"
        (path / f"{name}.py").write_text(code, encoding="utf-8")
    return path


def unsafe() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}


@pytest.mark.parametrize("command", [SCRIPT, MODULE], ids=["script", "module"])
def test_collecting_and_cleaning_again(command: tuple[str, ...], folder: Path) -> None:
    def call(*words: str) -> str:
        done = subprocess.run(
            [*command, *words], cwd=folder, env=unsafe(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        assert [path.name for path in folder.glob("*.ran")] == []
        return done.stdout

    call("run", "four")  # one source is enough: every kind of process is started for it
    url = json.loads(call("export").partition("\n")[0])["url"]
    assert url in call("check", url)
    assert "indexed" in call("explain", url)
    if command is SCRIPT:
        for words in (
            ("reclean", "--dry-run"),
            ("rebuild",),
            ("index", "rebuild"),
            ("maintain",),
            ("doctor",),
        ):
            call(*words)


@contextmanager
def schedule(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / "schedule.log").open("wb") as log:
        process = subprocess.Popen(
            [*SCRIPT, "schedule", "--port", str(port)], cwd=folder, env=unsafe(), stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(120)


@pytest.mark.prefect
def test_a_scheduled_run(folder: Path) -> None:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def ended(client: SyncPrefectClient, process: "subprocess.Popen[bytes]") -> FlowRun:
        """The run, which is asked for once the deployment is there, at its end."""
        while "Watch it at" not in (log := (folder / "schedule.log").read_text(encoding="utf-8")):
            assert process.poll() is None, log
            time.sleep(0.5)
        (deployment,) = [
            each for each in client.read_deployments() if each.entrypoint == "flows.ingest.ingest"
        ]
        run = client.create_flow_run_from_deployment(deployment.id)
        while not (run.state and run.state.is_final()):
            time.sleep(0.5)
            run = client.read_flow_run(run.id)
        return run

    with (
        schedule(folder, port) as process,
        SyncPrefectClient(api=f"http://127.0.0.1:{port}/api") as client,
    ):
        run = ended(client, process)
    assert run.state
    assert run.state.is_completed(), (
        run.state.message,
        (folder / "data" / "prefect" / "worker.log").read_text("utf-8"),
    )
    found = subprocess.run(
        [*SCRIPT, "search", "ferry"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert found.stdout
    assert [path.name for path in folder.glob("*.ran")] == []
