"""What the configuration asks of a Prefect server, and the runs there that nobody will finish."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from articles.errors import ConfigError, SchedulerError
from pipeline.configuration.config import Config, parse
from pipeline.configuration.schedule import Schedule
from pipeline.run import now

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

pytestmark = pytest.mark.prefect
BERLIN = 'timezone = "Europe/Berlin"\n'


def configured(folder: Path, schedule: str, *sources: str) -> Config:
    listed = "".join(
        f'[[sources]]\nname = "s{n}"\nfeeds = ["https://{n}.example/feed"]\n{own}\n'
        for n, own in enumerate(sources)
    )
    return parse(f"[schedule]\n{schedule}\n{listed}", folder / "broadsheet.toml")


def deployments(client: "SyncPrefectClient") -> set[str]:
    found = client.request("POST", "/deployments/filter", json={}).json()
    return {deployment["name"] for deployment in found}


def test_a_deployment_for_each_distinct_schedule_as_the_file_says_it_now(
    client: "SyncPrefectClient", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.deployments import deploy, make_pool

    monkeypatch.setenv("PREFECT_API_URL", str(client.api_url))
    news, other = tmp_path / "news", tmp_path / "other"
    first = configured(
        news, 'every = "1h"', "", "", 'cron = "*/5 * * * *"', 'cron = "*/5 * * * *"', 'every = "1h"'
    )
    with pytest.raises(ConfigError, match="no work pool `mine`"):
        deploy(first, "mine")
    for _ in range(2):
        make_pool(client, "mine")
    deploy(configured(other, 'every = "1h"\nupkeep = ""'), "mine")
    registered = deploy(first, "mine")
    assert set(registered.present) == {
        "news every 1h",
        "news cron *-5 * * * * UTC",
        "news cron 30 3 * * * UTC",
        "news by hand",
    }
    others = {"other every 1h", "other by hand"}
    assert deployments(client) == {*registered.present, *others}
    second = configured(news, f'cron = "0 6 * * *"\nupkeep = ""\n{BERLIN}')
    changed = deploy(second, "mine")
    assert {*changed.removed, "news by hand"} == set(registered.present)
    assert deployments(client) == {"news cron 0 6 * * * Europe-Berlin", "news by hand", *others}
    with pytest.raises(ConfigError, match="not of .*elsewhere"):
        deploy(configured(tmp_path / "elsewhere" / "other", 'every = "1h"'), "mine")


@pytest.mark.parametrize(("url", "told"), [("", "is not set"), ("http://127.0.0.1:9/api", "cannot be used")])
def test_a_server_that_is_not_named_or_not_there_is_said_to_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, told: str
) -> None:
    from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    from flows.deployments import deploy

    monkeypatch.setenv("PREFECT_API_URL", url)
    config = configured(tmp_path, 'every = "1h"')
    with (
        temporary_settings({PREFECT_API_URL: url or None, PREFECT_CLIENT_MAX_RETRIES: 0}),
        pytest.raises((ConfigError, SchedulerError), match=told),
    ):
        deploy(config, "mine")


def test_of_late_runs_the_newest_is_kept_and_lost_ones_are_said_to_have_ended(
    client: "SyncPrefectClient", tmp_path: Path
) -> None:
    from prefect.client.schemas.objects import StateType
    from prefect.states import Running, Scheduled

    from flows.deployments import TAG
    from flows.ingest import ingest
    from flows.leftovers import settle_lost, skip_late

    start = now()
    late = [start - timedelta(hours=hours) for hours in (3, 2, 1)]
    runs = [client.create_flow_run(ingest, tags=[TAG], state=Scheduled(scheduled_time=at)) for at in late]
    deployment_id = client.create_deployment(flow_id=client.create_flow(ingest), name="news every 1h")
    deployed = client.create_flow_run_from_deployment(
        deployment_id, tags=[TAG], state=Scheduled(scheduled_time=late[0] - timedelta(hours=1))
    )
    by_hand = client.create_flow_run(ingest, tags=[TAG], state=Scheduled(scheduled_time=late[0]))
    ahead = client.create_flow_run(
        ingest, tags=[TAG], state=Scheduled(scheduled_time=start + timedelta(hours=1))
    )
    lost = client.create_flow_run(ingest, tags=[TAG], state=Running())
    others = client.create_flow_run(ingest, state=Running())
    assert skip_late(client, start) == 0, "what a person asked for is done, however late"
    auto_schedule([run.id for run in (*runs, ahead, deployed)])
    assert skip_late(client, start) == 3
    named = client.read_flow_run(deployed.id)
    assert named.state_name == "Skipped"
    assert named.name == f"news every 1h, {late[0] - timedelta(hours=1):%d %b %H:%M} UTC"
    assert [client.read_flow_run(run.id).name for run in runs] == [f"{at:%d %b %H:%M} UTC" for at in late]
    client.delete_deployment(deployment_id)
    assert [client.read_flow_run(run.id).state_name for run in (*runs, by_hand, ahead)] == [
        "Skipped",
        "Skipped",
        "Scheduled",
        "Scheduled",
        "Scheduled",
    ]
    assert settle_lost(client) == 1
    assert client.read_flow_run(lost.id).state_type is StateType.CRASHED
    assert client.read_flow_run(others.id).state_type is StateType.RUNNING


def auto_schedule(ids: object) -> None:
    """Mark runs as a scheduler's, which no API does: in the database of the test's server."""
    import sqlite3

    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

    path = str(PREFECT_API_DATABASE_CONNECTION_URL.value()).split("///")[1]
    with sqlite3.connect(path) as database:
        for key in ids:  # type: ignore[attr-defined]
            changed = database.execute("UPDATE flow_run SET auto_scheduled = 1 WHERE id = ?", (str(key),))
            assert changed.rowcount == 1
    database.close()


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(every="45m"),
        Schedule(every="2d"),
        Schedule(cron="*/20 * * * *", timezone="Europe/Berlin"),
        Schedule(cron="30 2 * * *", timezone="Europe/Berlin"),
        Schedule(cron="0 6 1,15 * 1", timezone="America/New_York"),
        Schedule(cron="0 6 */2 * 1"),
    ],
    ids=str,
)
def test_the_ticks_that_make_a_source_due_are_those_at_which_prefect_starts_a_run(
    client: "SyncPrefectClient", schedule: Schedule
) -> None:
    from asyncio import run as wait
    from datetime import UTC, datetime

    from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule

    from flows.deployments import _ticks

    ticks = _ticks(schedule)
    model = CronSchedule if schedule.cron else IntervalSchedule
    theirs = model.model_validate(ticks.model_dump())
    start = datetime(2026, 4, 2, 12, 0, 1, tzinfo=UTC)
    mine = [tick := start]
    while len(mine) < 40:
        tick = schedule.next_tick(tick) or start
        mine.append(tick)
    assert [at.astimezone(UTC) for at in wait(theirs.get_dates(39, start))] == mine[1:]
