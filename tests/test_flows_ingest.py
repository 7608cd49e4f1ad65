"""The flows on a real Prefect server: what a run leaves there, and how it ends when it cannot run."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from articles.errors import IndexUnavailableError
from broadsheet.newsroom import Newsroom
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources
from pipeline.configuration.sections import SourceSection
from pipeline.maintenance.doctor import examine
from pipeline.run import run as real_run
from pipeline.status import status
from store.lock import RunLock
from tests.patience import PATIENCE, group_lives, until

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import State

pytestmark = pytest.mark.prefect


def tables(client: "SyncPrefectClient", flow_run_id: UUID) -> dict[str, Any]:
    """The tables of a flow run by their keys."""
    wanted = {"artifacts": {"flow_run_id": {"any_": [str(flow_run_id)]}}}
    found = client.request("POST", "/artifacts/filter", json=wanted).json()
    return {artifact["key"]: json.loads(artifact["data"]) for artifact in found}


def task_run(client: "SyncPrefectClient", flow_run_id: UUID) -> dict[str, Any]:
    """The flow run's first task run; the server hears of it a moment later."""
    wanted = {"flow_runs": {"id": {"any_": [str(flow_run_id)]}}, "sort": "EXPECTED_START_TIME_ASC"}
    found: list[dict[str, Any]] = []

    def ended() -> bool:
        found[:] = client.request("POST", "/task_runs/filter", json=wanted).json()
        return bool(found) and found[0]["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

    until(ended)
    return found[0]


def test_a_run_leaves_its_tables_and_its_crawl_log(
    client: "SyncPrefectClient", config: Config, newsroom: Newsroom
) -> None:
    from flows.ingest import ingest

    add_sources(config.path, [SourceSection(name="dead", feeds=(f"{newsroom.feeds[0]}/missing",))])
    state = ingest(config.path, return_state=True)
    run_id = state.state_details.flow_run_id
    shown = tables(client, run_id)
    documents = status(config)["index"]["documents"]
    assert (state.type.value, state.name) == ("COMPLETED", "Troubled")
    assert state.message == f"{documents} indexed · 1 of 5 sources in trouble (1 failing)"
    name = client.read_flow_run(run_id).name
    assert re.fullmatch(r"by hand, \d\d \w{3} \d\d:\d\d UTC · (.*)", name)[1] == state.message  # type: ignore[index]
    remark, dead, rest = shown["health"]
    assert (remark["verdict"], rest["source"]) == ("contact", "4 sources")
    assert (dead["verdict"], dead["source"]) == ("failing", "dead")
    assert "HTTP 404" in dead["evidence"]
    (indexed,) = [row for row in shown["funnel"] if row["stage"] == "indexed"]
    assert indexed["count"] == documents > 0
    rejected = {row["reason"]: row for row in shown["rejections"]}
    assert set(rejected) == {"http_status", "list_page", "no_article"}
    assert rejected["list_page"]["examples"].startswith("http://127.0.")
    assert any("1 robots, such as http://127.0." in row["problems"] for row in shown["hosts"])

    def logged() -> bool:
        wanted = {"logs": {"flow_run_id": {"any_": [str(run_id)]}}}
        logs = client.request("POST", "/logs/filter", json=wanted).json()
        return any(
            log["level"] == 30 and log["message"].startswith("crawlers.spiders.feed feed") for log in logs
        )

    until(logged)  # logs are sent in the background


def test_a_run_beside_another_is_skipped_and_says_why(client: "SyncPrefectClient", config: Config) -> None:
    from flows.ingest import ingest

    with RunLock(config.folder):
        state = ingest(config.path, return_state=True)
    assert (state.type.value, state.name) == ("CANCELLED", "Skipped")
    assert f"in use by another run (process {os.getpid()}" in (state.message or "")


def test_the_log_of_a_skipped_run_says_why_and_knows_no_error(
    client: "SyncPrefectClient", config: Config
) -> None:
    from flows.ingest import ingest

    deployment_id = client.create_deployment(
        flow_id=client.create_flow(ingest),
        name="skipped",
        entrypoint="flows.ingest.ingest",
        pull_steps=[],
        parameters={"config": str(config.path)},
    )
    run = client.create_flow_run_from_deployment(deployment_id)
    with RunLock(config.folder):
        done = subprocess.run(
            [sys.executable, "-m", "prefect.engine", str(run.id)],  # what a worker starts
            env={**os.environ, "PREFECT_API_URL": str(client.api_url)},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert client.read_flow_run(run.id).state_name == "Skipped"
    client.delete_deployment(deployment_id)
    said = done.stdout + done.stderr
    assert f"in use by another run (process {os.getpid()}" in said
    assert "Traceback" not in said
    assert "ERROR" not in said


def test_upkeep_that_waits_in_vain_for_a_run_is_skipped_without_an_error(
    client: "SyncPrefectClient",
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from flows import maintain as module

    monkeypatch.setattr(module, "keep_up", module.keep_up.with_options(retry_delay_seconds=0))
    task_log = logging.getLogger("prefect.task_runs")
    task_log.addHandler(caplog.handler)
    with RunLock(config.folder):
        state = module.maintain(config.path, return_state=True)
    task_log.removeHandler(caplog.handler)
    assert (state.type.value, state.name) == ("CANCELLED", "Skipped")
    assert f"in use by another run (process {os.getpid()}" in (state.message or "")
    assert task_run(client, state.state_details.flow_run_id)["run_count"] == 6
    assert caplog.records
    assert [each.message for each in caplog.records if each.levelno >= logging.ERROR] == []


def test_upkeep_shows_what_it_found_and_fails_when_something_is_wrong(
    client: "SyncPrefectClient", config: Config
) -> None:
    from flows.maintain import maintain
    from pipeline.run import run

    run(config)
    state = maintain(config.path, return_state=True)
    assert re.fullmatch(r"\d parts well", state.message or ""), state
    assert {row["well"] for row in tables(client, state.state_details.flow_run_id)["findings"]} == {"yes"}
    (segment,) = config.archive.iterdir()
    damaged = bytearray(segment.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    segment.write_bytes(damaged)
    state = maintain(config.path, return_state=True)
    assert state.is_failed()
    assert segment.name in (state.message or "")


def away(text: str) -> str:
    """The configuration `text` with an index that nobody serves."""
    text = text.replace('backend = "embedded"', 'backend = "elasticsearch"')
    return text.replace(":9200", ":9").replace("patience = 60.0", "patience = 0.5")


@pytest.mark.parametrize(
    ("change", "sources", "attempts"),
    [
        (away, (), 4),
        (lambda text: text, ("five",), 1),
    ],
    ids=["index away", "unknown source"],
)
def test_what_may_pass_is_tried_again_and_a_wrong_configuration_is_not(
    client: "SyncPrefectClient",
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[str], str],
    sources: tuple[str, ...],
    attempts: int,
) -> None:
    from flows import ingest as module

    config.path.write_text(change(config.path.read_text(encoding="utf-8")), encoding="utf-8")
    at_once = module.crawl_and_load.with_options(retry_delay_seconds=0)
    monkeypatch.setattr(module, "crawl_and_load", at_once)
    state = module.ingest(config.path, sources, return_state=True)
    assert state.is_failed()
    assert task_run(client, state.state_details.flow_run_id)["run_count"] == attempts


def test_a_retry_that_finds_the_folder_in_use_fails_with_what_made_the_first_try_fail(
    client: "SyncPrefectClient", config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that is told, once."""
    from flows import ingest as module

    command = f"command = {json.dumps(['/bin/sh', '-c', 'cat >> heard; echo >> heard'])}"
    text = away(config.path.read_text(encoding="utf-8")).replace("command = []", command)
    config.path.write_text(text, encoding="utf-8")
    at_once = module.crawl_and_load.with_options(retry_delay_seconds=0)
    monkeypatch.setattr(module, "crawl_and_load", at_once)
    with ExitStack() as other_run:

        def run(*args: Any, **options: Any) -> object:
            try:
                return real_run(*args, **options)
            except IndexUnavailableError:
                other_run.enter_context(RunLock(config.folder))  # which begins before the retry does
                raise

        monkeypatch.setattr(module, "run", run)
        state = module.ingest(config.path, return_state=True)
    message = state.message or ""
    assert (state.type.value, state.name) == ("FAILED", "Failed"), message
    assert message.startswith("Elasticsearch cannot be reached")
    assert "captures stay pending" in message
    assert f"in use by another run (process {os.getpid()}" in message
    (told,) = (config.path.parent / "heard").read_text("utf-8").splitlines()
    assert [each["subject"] for each in json.loads(told)["troubles"]] == ["index"]
    assert "hosts" in tables(client, state.state_details.flow_run_id)
    assert task_run(client, state.state_details.flow_run_id)["run_count"] == 2


def retried(client: "SyncPrefectClient", flow: "Flow[..., Any]", flow_run_id: UUID) -> "State[Any]":
    """How a flow run ends that was set to be tried again, as in Prefect's UI."""
    from prefect.flow_engine import run_flow
    from prefect.states import AwaitingRetry

    client.set_flow_run_state(flow_run_id, AwaitingRetry(), force=True)
    flow_run = client.read_flow_run(flow_run_id)
    return run_flow(flow, flow_run=flow_run, return_type="state")  # type: ignore[return-value]


def test_a_flow_run_tried_again_that_finds_the_folder_in_use_fails_with_what_made_it_fail(
    client: "SyncPrefectClient", config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import ingest as module

    text = config.path.read_text(encoding="utf-8")
    config.path.write_text(away(text), encoding="utf-8")
    monkeypatch.setattr(module, "crawl_and_load", module.crawl_and_load.with_options(retries=0))
    first = module.ingest(config.path, return_state=True)
    assert first.is_failed()
    run_id = first.state_details.flow_run_id
    for _ in range(2):
        with RunLock(config.folder):
            state = retried(client, module.ingest, run_id)
        message = state.message or ""
        assert (state.type.value, state.name) == ("FAILED", "Failed"), message
        assert message.startswith("Elasticsearch cannot be reached")
        assert "captures stay pending" in message
        assert message.count(f"in use by another run (process {os.getpid()}") == 1
    config.path.write_text(text, encoding="utf-8")
    assert retried(client, module.ingest, run_id).is_completed()
    with RunLock(config.folder):
        assert retried(client, module.ingest, run_id).name == "Skipped", "the outage is over"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_ended_from_outside_leaves_no_process_and_the_next_goes_on(
    client: "SyncPrefectClient", config: Config, newsroom: Newsroom, number: signal.Signals
) -> None:
    from flows.ingest import ingest
    from pipeline.due import due_sources
    from pipeline.run import now

    text = config.path.read_text(encoding="utf-8")
    config.path.write_text(text.replace("delay = 0.0", "delay = 2.0"), encoding="utf-8")
    code = f"from flows.ingest import ingest; ingest({str(config.path)!r})"
    own = {**os.environ, "PREFECT_API_URL": str(client.api_url)}
    process = subprocess.Popen([sys.executable, "-c", code], env=own, start_new_session=True)
    until(
        lambda: any(
            request.path.endswith("html") or "/2026/" in request.path for request in newsroom.requests
        )
    )
    process.send_signal(number)
    process.wait(PATIENCE)
    until(lambda: not group_lives(process.pid))
    assert status(config)["urls"]["due"] > 0, "it was ended in the middle"
    assert due_sources(load(config.path), now()), "what was cut short is due, whatever its schedule"
    config.path.write_text(text, encoding="utf-8")
    before = now()  # a full hour may begin at any time, and with it all is due
    assert ingest(config.path, return_state=True).is_completed()
    counts = status(config)
    assert counts["captures"]["pending"] == 0
    assert counts["urls"]["due"] == 1, "the page that is no article has a second chance, an hour later"
    assert due_sources(load(config.path), before) == ()
    assert all(finding.ok for finding in examine(config)), examine(config)
