"""`prefect deploy --all` with our prefect.yaml: it fits what `broadsheet deploy` makes, and a worker runs it."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.configuration.config import Config, parse
from pipeline.status import status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import DeploymentResponse

pytestmark = pytest.mark.prefect
ROOT = Path(__file__).parent.parent
NAMES = ("ingest/hourly", "maintain/nightly", "reclean/by hand", "backfill/by hand")


def prefect(*words: str, at: "SyncPrefectClient", home: Path, folder: Path) -> None:
    own = {**os.environ, "PREFECT_API_URL": str(at.api_url), "PREFECT_HOME": str(home)}
    command = [sys.executable, "-m", "prefect", *words]
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def deployed(client: "SyncPrefectClient") -> "dict[str, DeploymentResponse]":
    """The deployments of prefect.yaml that are on the server."""
    flows = {flow.id: flow.name for flow in client.read_flows()}
    found = {f"{flows[each.flow_id]}/{each.name}": each for each in client.read_deployments()}
    return {name: found[name] for name in NAMES if name in found}


@pytest.fixture(scope="module")
def deploy_all(
    client: "SyncPrefectClient", tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[dict[str, DeploymentResponse]]":
    """The deployments that `prefect deploy --all` makes from nothing, by name."""
    from flows.deployments import make_pool

    make_pool(client, "broadsheet")
    home = tmp_path_factory.mktemp("home")
    prefect("deploy", "--all", "--no-prompt", at=client, home=home, folder=ROOT)
    found = deployed(client)
    assert tuple(found) == NAMES
    yield found
    for deployment in deployed(client).values():
        client.delete_deployment(deployment.id)


def ticks(deployment: "DeploymentResponse") -> list[datetime]:
    """The next times at which the server would start it, from a fixed day on."""
    from asyncio import run as wait

    from prefect.server.schemas import schedules

    start = datetime(2026, 4, 2, 12, 0, 1, tzinfo=UTC)
    found: list[datetime] = []
    for each in deployment.schedules:
        model = getattr(schedules, type(each.schedule).__name__)
        found += wait(model.model_validate(each.schedule.model_dump()).get_dates(40, start))
    return [at.astimezone(UTC) for at in found]


def test_it_agrees_with_broadsheets_own_deployments_and_neither_removes_the_other(
    client: "SyncPrefectClient",
    deploy_all: "dict[str, DeploymentResponse]",
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flows.deployments import deploy, register

    def made(names: tuple[str, ...]) -> "dict[str, DeploymentResponse]":
        """By the function that each runs."""
        return {d.entrypoint or "": d for d in client.read_deployments() if d.name in names}

    def what(deployment: "DeploymentResponse") -> dict[str, Any]:
        same = {"entrypoint", "pull_steps", "work_pool_name", "parameter_openapi_schema"}
        same |= {"enforce_parameter_schema", "concurrency_options"}
        limit = deployment.global_concurrency_limit
        assert limit is not None
        return {**deployment.model_dump(include=same), "limit": limit.limit, "ticks": ticks(deployment)}

    monkeypatch.setenv("PREFECT_API_URL", str(client.api_url))
    defaults = parse("", tmp_path / "both" / "broadsheet.toml")
    registered = deploy(defaults, "broadsheet")
    assert not registered.removed
    theirs = {deployment.entrypoint or "": deployment for deployment in deploy_all.values()}
    ours = made(registered.present)
    assert {entry: what(d) for entry, d in theirs.items()} == {entry: what(d) for entry, d in ours.items()}
    register(client, defaults, "broadsheet", f"{sys.executable} -m prefect.engine")
    assert tuple(deployed(client)) == NAMES, (
        "kept, even on the server that `broadsheet schedule` has for itself"
    )
    prefect("deploy", "--all", "--no-prompt", at=client, home=tmp_path / "home", folder=ROOT)
    assert {d.id for d in made(registered.present).values()} == {d.id for d in ours.values()}
    for deployment in ours.values():
        client.delete_deployment(deployment.id)


def test_a_worker_in_the_folder_of_the_configuration_does_the_run(
    client: "SyncPrefectClient", deploy_all: "dict[str, DeploymentResponse]", config: Config, tmp_path: Path
) -> None:
    hourly = deploy_all["ingest/hourly"].id
    client.pause_deployment(hourly)  # so that no run of its schedule comes before ours
    run = client.create_flow_run_from_deployment(hourly)
    words = ("worker", "start", "--pool", "broadsheet", "--type", "process", "--run-once")
    prefect(*words, at=client, home=tmp_path / "home", folder=config.path.parent)
    ended = client.read_flow_run(run.id)
    assert ended.state is not None
    assert ended.state.is_completed(), ended.state
    assert status(config)["index"]["documents"] > 0
