"""Prefect's own command line and client work in our environment: what an operator lists and scripts beside `broadsheet`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

pytestmark = pytest.mark.prefect
LISTED = {
    "flow": "ingest",
    "flow-run": "listed",
    "deployment": "ingest/listed",
    "work-pool": "listed",
    "work-queue": "default",
    "artifact": "",
    "automation": "",
}


@pytest.fixture(scope="module")
def furnished(client: "SyncPrefectClient") -> "SyncPrefectClient":
    """The server with a flow, a run, a deployment and a work pool, so that there is something to list."""
    from flows.deployments import make_pool
    from flows.ingest import ingest

    make_pool(client, "listed")
    client.create_deployment(client.create_flow(ingest), name="listed", work_pool_name="listed")
    client.create_flow_run(ingest, name="listed")
    return client


@pytest.mark.parametrize(("kind", "shown"), LISTED.items())
def test_every_ls_of_prefects_command_line_lists(
    furnished: "SyncPrefectClient", tmp_path: Path, kind: str, shown: str
) -> None:
    own = {
        **os.environ,
        "PREFECT_API_URL": str(furnished.api_url),
        "PREFECT_HOME": str(tmp_path),
        "COLUMNS": "200",
    }
    done = subprocess.run(
        [sys.executable, "-m", "prefect", kind, "ls"], env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert shown in done.stdout


def test_the_client_reads_without_any_filter(furnished: "SyncPrefectClient") -> None:
    assert "listed" in {run.name for run in furnished.read_flow_runs()}
    assert "listed" in {deployment.name for deployment in furnished.read_deployments()}
    assert "ingest" in {flow.name for flow in furnished.read_flows()}
    assert "listed" in {pool.name for pool in furnished.read_work_pools()}
    assert isinstance(furnished.read_artifacts(), list)
