"""`broadsheet schedule`: a Prefect server with its UI and a worker, on this machine alone, kept alive until it is stopped."""

import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from articles.errors import ConfigError, SchedulerError
from crawlers.clock import now
from flows.programs import Program
from pipeline.configuration.config import Config
from store.lock import RunLock

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

HOST = "127.0.0.1"
POOL = "broadsheet"
_START_SECONDS = 180.0
_LOOK_SECONDS = 1.0
_TIDY_SECONDS = 60.0
_STOP_WORKER = 40.0
_STOP_SERVER = 10.0
_AT_ONCE = 3  # a run, upkeep, and one that will be skipped
_KEEP_RUNS = 30 * 86400

Say = Callable[[str], None]


def environment(folder: Path, port: int, base: Mapping[str, str]) -> dict[str, str]:
    """The environment of server, worker and runs: `base` without its own Prefect settings.

    State is in `folder`; nothing is sent to anyone (no telemetry); web pages of other origins
    may not use the API, which can start programs.
    """
    url = f"http://{HOST}:{port}"
    own = {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_URL": f"{url}/api",
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": url,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": '["events", "flow_runs"]',
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(_KEEP_RUNS),
        "PYTHONSAFEPATH": "1",  # what Prefect starts imports nothing from the folder it is started in
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_CLI_COLORS": "false",
    }
    return {name: value for name, value in base.items() if not name.startswith("PREFECT_")} | own


def serve(config: Config, port: int, say: Say) -> None:
    """Serve until SIGINT or SIGTERM. Must be called before Prefect is imported, in the main thread.

    Raises LockedError when this is done for the data folder already, ConfigError when the port is taken,
    SchedulerError when the server does not come up.
    """
    folder = config.folder / "prefect"
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with RunLock(folder):
        _refuse_taken(port)
        own = environment(folder, port, os.environ)
        for name in [name for name in os.environ if name.startswith("PREFECT_")]:
            del os.environ[name]
        os.environ.update(own)
        server = Program("server", ("prefect", "server", "start"), own, folder / "server.log")
        words = ("prefect", "worker", "start", "--pool", POOL, "--type", "process", "--limit", str(_AT_ONCE))
        worker = Program("worker", words, own, folder / "worker.log")
        try:
            say("Starting Prefect; the first time takes half a minute.")
            server.start()
            _wait_for(server, port, stop, folder)
            if not stop.is_set():
                _watch(config, port, server, worker, stop, say)
        finally:
            say("Stopping.")
            worker.stop(_STOP_WORKER)
            server.stop(_STOP_SERVER)


def _watch(
    config: Config, port: int, server: Program, worker: Program, stop: threading.Event, say: Say
) -> None:
    import httpx
    from prefect.client.orchestration import get_client

    from flows.leftovers import settle_lost, skip_late

    with get_client(sync_client=True) as client:
        _register(client, config, say)
        say(
            f"Watch it at http://{HOST}:{port} . Logs are in {config.folder / 'prefect'}. End it with Ctrl-C."
        )
        tidy_at = 0.0
        while not stop.is_set():
            if server.wants_start(say):
                server.start()
            # A server that is only just starting does not answer yet: the next time will do.
            with suppress(httpx.HTTPError):
                if worker.wants_start(say) and _answers(port):
                    worker.end_leftovers()
                    settle_lost(client)
                    worker.start()
                if time.monotonic() >= tidy_at and _answers(port):
                    skipped = skip_late(client, now())
                    if skipped:
                        say(f"{skipped} late runs skipped: a later one takes what is due.")
                    tidy_at = time.monotonic() + _TIDY_SECONDS
            stop.wait(_LOOK_SECONDS)


def _register(client: "SyncPrefectClient", config: Config, say: Say) -> None:
    from flows.deployments import make_pool, register

    make_pool(client, POOL)
    registered = register(client, config, POOL, f"{sys.executable} -P -m flows.lifeline prefect.engine")
    for name in registered.present:
        say(f"scheduled: {name}")
    for name in registered.automations:
        say(f"automation: {name}")
    for name in registered.removed:
        say(f"removed: {name}")


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ConfigError(
                f"Port {port} is taken ({error.strerror}); name another with --port."
            ) from error


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/api/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _wait_for(server: Program, port: int, stop: threading.Event, folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not stop.is_set() and not _answers(port):
        if not server.running or time.monotonic() > deadline:
            raise SchedulerError(f"Prefect's server did not come up; {folder / 'server.log'} says why.")
        stop.wait(_LOOK_SECONDS)
