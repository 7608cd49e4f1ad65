"""How a flow run ends that takes too long."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from pipeline.configuration.config import Config, load
from pipeline.maintenance.doctor import examine
from pipeline.status import status
from tests.patience import PATIENCE, group_lives, until

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

pytestmark = pytest.mark.prefect


def test_what_hangs_is_ended_in_time_and_cleans_up() -> None:
    from flows.endings import within

    ended: list[str] = []

    def hang() -> None:
        try:
            signal.raise_signal(signal.SIGALRM)  # Prefect's alarm: the time is up
            time.sleep(PATIENCE)
        finally:
            ended.append("cleaned up")

    state = within(timedelta(hours=6), hang)  # type: ignore[arg-type]
    assert (state.type.value, state.name) == ("FAILED", "TimedOut")
    assert "Ended after 6 h ([schedule] timeout)" in (state.message or "")
    assert ended


HANGING = """
import time
from pathlib import Path
import scrapy

class Hanging(scrapy.Spider):
    name = "hanging"

    async def start(self):
        while Path(self.folder, "stuck").exists():
            Path(self.folder, "hanging").touch()
            time.sleep(0.1)
        return
        yield
"""
INGEST = """
import sys
from pathlib import Path
from pipeline import crawl
crawl._GRACE = 1.0  # the crawl process is asked to end, and does not hear it
from flows.ingest import ingest
print(ingest(Path(sys.argv[1]), return_state=True).state_details.flow_run_id)
"""


def test_a_source_that_hangs_forever_ends_as_timed_out_and_the_next_run_works(
    client: "SyncPrefectClient", config: Config, tmp_path: Path
) -> None:
    """The whole flow, with an alarm that comes early: nothing it started is left, and what was fetched is loaded."""
    from flows.ingest import ingest

    hanging, stuck = tmp_path / "hanging", tmp_path / "stuck"
    stuck.touch()
    (tmp_path / "spiders").mkdir()
    (tmp_path / "spiders" / "hanging.py").write_text(HANGING, encoding="utf-8")
    source = (
        f'[[sources]]\nname = "stuck"\nspider = "hanging:Hanging"\narguments = {{ folder = "{tmp_path}" }}\n'
    )
    with config.path.open("a", encoding="utf-8") as file:
        file.write(source)
    process = subprocess.Popen(
        [sys.executable, "-c", INGEST, str(config.path)],
        env={**os.environ, "PREFECT_API_URL": str(client.api_url)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        until(lambda: hanging.exists() or process.poll() is not None)
        process.send_signal(signal.SIGALRM)  # Prefect's alarm: the time is up
        said, _ = process.communicate(timeout=PATIENCE)
        until(lambda: not group_lives(process.pid))
    finally:
        stuck.unlink()
    ended = client.read_flow_run(UUID(said.split()[-1])).state
    assert ended is not None
    assert (ended.type.value, ended.name) == ("FAILED", "TimedOut"), ended
    assert "the next run goes on from there" in (ended.message or "")
    state = ingest(config.path, return_state=True)
    assert state.is_completed(), state
    counts = status(load(config.path))
    assert counts["captures"]["pending"] == 0
    assert counts["index"]["documents"] > 0
    assert all(finding.ok for finding in examine(config)), examine(config)
