"""The flow `backfill` on a real Prefect server: its form, and what it leaves to be read there."""

import json
from typing import TYPE_CHECKING

import pytest

from broadsheet.newsroom import Newsroom
from pipeline.configuration.config import Config
from store.lock import RunLock

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

pytestmark = pytest.mark.prefect


def test_its_form_asks_for_a_source_and_two_days() -> None:
    from prefect.utilities.callables import parameter_schema

    from flows.backfill import backfill

    form = parameter_schema(backfill).model_dump()
    assert form["required"] == ["source", "from_day", "to_day"]
    fields = form["properties"]
    assert [fields[day]["format"] for day in ("from_day", "to_day")] == ["date", "date"]
    assert all(field["description"] for field in fields.values())
    assert fields["dry_run"]["default"] is True


def test_a_dry_run_says_what_would_be_fetched_and_fetches_no_page(
    client: "SyncPrefectClient", config: Config, newsroom: Newsroom
) -> None:
    from flows.backfill import backfill

    days = {"from_day": "2025-11-03", "to_day": "2025-11-05", "config": config.path}
    with RunLock(config.folder):
        assert backfill("one", **days, return_state=True).name == "Skipped"
    before = len(newsroom.requests)
    state = backfill("one", **days, return_state=True)
    assert state.is_completed()
    assert state.message == "0 pages would be fetched · 0 left"
    name = client.read_flow_run(state.state_details.flow_run_id).name
    assert name == f"one, 2025-11-03 to 2025-11-05 (dry run) · {state.message}"
    asked = {request.path for request in newsroom.requests[before:]}
    assert "/robots.txt" in asked
    assert not [path for path in asked if path.startswith("/news/")]
    wanted = {"artifacts": {"flow_run_id": {"any_": [str(state.state_details.flow_run_id)]}}}
    shown = {
        each["key"]: each["data"] for each in client.request("POST", "/artifacts/filter", json=wanted).json()
    }
    assert [row["found in"] for row in json.loads(shown["found"])] == [
        *("backlog", "0 sitemaps", "0 archive pages")
    ]
    assert shown["empty-days"] == "- 2025-11-03 to 2025-11-05 (3)"
