"""The flow `ingest` on a real Prefect server: what a run leaves there, and how it ends when it cannot run."""

from collections.abc import Iterator
from typing import Any

import pytest

from broadsheet.newsroom import Newsroom
from flows.config import Config
from flows.doctor import examine
from flows.status import status
from store.lock import RunLock

pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


def tables(flow_run_id: object) -> dict[str, Any]:
    import json

    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    with get_client(sync_client=True) as client:
        wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run_id]))
        return {a.key: json.loads(a.data) for a in client.read_artifacts(artifact_filter=wanted)}


def test_a_run_leaves_its_tables_and_a_second_at_the_same_time_is_skipped(
    server: None, config: Config, newsroom: Newsroom
) -> None:
    from flows.ingest import ingest

    state = ingest(config.path, return_state=True)
    assert state.is_completed()
    shown = tables(state.state_details.flow_run_id)
    counts = status(config)
    indexed = next(row for row in shown["funnel"] if row["stage"] == "indexed")
    assert indexed["count"] == counts["index"]["documents"] > 0
    rejected = {row["reason"]: row for row in shown["rejections"]}
    assert set(rejected) == {"http_status", "list_page", "no_article"}
    assert rejected["list_page"]["examples"].startswith("http://127.0.")
    assert any("robots" in row["problems"] for row in shown["hosts"])

    with RunLock(config.folder):
        state = ingest(config.path, return_state=True)
    assert (state.type.value, state.name) == ("CANCELLED", "Skipped")
    assert "in use by another run" in (state.message or "")
    assert all(finding.ok for finding in examine(config)), examine(config)
