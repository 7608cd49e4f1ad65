"""The flow `reclean` on a real Prefect server: what it leaves to be read there."""

import json
from typing import TYPE_CHECKING

import pytest

from pipeline.configuration.config import Config
from pipeline.run import run
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.lock import RunLock
from store.records import Outcome, Selection

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

pytestmark = pytest.mark.prefect


def test_a_dry_run_leaves_the_changes_and_examples(client: "SyncPrefectClient", config: Config) -> None:
    from flows.reclean import reclean

    run(config)
    ledger = Ledger.open(config.ledger)
    with ledger.transaction() as conn:
        listed = next(
            one for one in capture_table.settled(conn, Selection(), 100) if one.reason == "list_page"
        )
        table = capture_table.CAPTURES
        conn.execute(table.update().where(table.c.id == listed.id).values(outcome=Outcome.INDEXED, reason=""))
    ledger.close()
    with RunLock(config.folder):
        skipped = reclean(config.path, dry_run=False, return_state=True)
    assert skipped.name == "Skipped"
    state = reclean(config.path, return_state=True)
    assert state.is_completed()
    assert state.message == "29 pages cleaned again · 1 would change"
    name = client.read_flow_run(state.state_details.flow_run_id).name
    assert name == f"all sources (dry run) · {state.message}"
    wanted = {"artifacts": {"flow_run_id": {"any_": [str(state.state_details.flow_run_id)]}}}
    shown = {
        each["key"]: each["data"] for each in client.request("POST", "/artifacts/filter", json=wanted).json()
    }
    assert json.loads(shown["changes"]) == [{"change": "no article now", "pages": 1}]
    assert f"    {listed.final_url}\n    + list_page" in shown["examples"]
