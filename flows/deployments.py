"""What the configuration asks of a Prefect server: a deployment for each distinct schedule, brought in line with the file."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    DeploymentFilterTags,
    FlowFilter,
    FlowFilterName,
)
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.client.schemas.sorting import DeploymentSort
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from articles.errors import ConfigError, SchedulerError
from articles.urls import masked
from flows import automations
from flows.backfill import backfill
from flows.ingest import ingest
from flows.maintain import maintain
from flows.reclean import reclean
from pipeline.configuration.config import Config
from pipeline.configuration.schedule import ANCHOR, Schedule

TAG = "broadsheet"
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A deployment that the configuration asks for; one without a schedule is run by hand."""

    name: str
    flow: Flow[Any, Any]
    schedule: Schedule | None
    description: str


@dataclass(frozen=True, slots=True)
class Registered:
    """Names of deployments and automations that are on the server now, and of those that were removed from it."""

    present: tuple[str, ...]
    automations: tuple[str, ...]
    removed: tuple[str, ...]


def wanted(config: Config) -> Iterator[Wanted]:
    """One deployment for each distinct schedule, whatever the number of sources, and one for upkeep.

    Their names begin with the folder's, since one server may serve several.
    """
    folder = config.path.parent.name
    groups: dict[Schedule, list[str]] = {config.common_schedule: []}
    for source in config.sources:
        groups.setdefault(config.schedule_of(source), []).append(source.name)
    for schedule, names in groups.items():
        named = f"{', '.join(names[:20])}{', ...' if len(names) > 20 else ''}" if names else "no source"
        yield Wanted(
            _name(folder, schedule), ingest, schedule, f"Crawls what is due. On this schedule: {named}."
        )
    yield Wanted(
        _name(folder, "by hand"),
        reclean,
        None,
        "Cleans the archive again by today's rules; begin with a dry run.",
    )
    yield Wanted(
        _name(folder, "by hand"),
        backfill,
        None,
        "Loads what one source published on some days; begin with a dry run.",
    )
    if config.schedule.upkeep:
        schedule = Schedule(cron=config.schedule.upkeep, timezone=config.schedule.timezone)
        yield Wanted(
            _name(folder, schedule), maintain, schedule, "Closes old segments and checks the data folder."
        )


def deploy(config: Config, pool: str) -> Registered:
    """Register on the server that PREFECT_API_URL names, for the workers of an existing work pool.

    Raises ConfigError when the variable is not set or there is no such pool, SchedulerError when nothing answers there.
    """
    url = os.environ.get("PREFECT_API_URL", "")
    if not url:
        raise ConfigError(
            "PREFECT_API_URL is not set: name your Prefect server's API, such as http://127.0.0.1:4200/api. "
            "Without a server, `broadsheet schedule` starts one."
        )
    try:
        with get_client(sync_client=True) as client:
            try:
                client.read_work_pool(pool)
            except ObjectNotFound:
                raise ConfigError(
                    f"{masked(url)} has no work pool `{pool}`; name another with --pool, or make it: "
                    f"prefect work-pool create {pool} --type process"
                ) from None
            return register(client, config, pool)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SchedulerError(
            masked(f"Prefect's API at {url} (PREFECT_API_URL) cannot be used: {error}")
        ) from error


def register(client: SyncPrefectClient, config: Config, pool: str, command: str = "") -> Registered:
    """Bring the server's deployments and automations of this configuration file in line with it.

    Those of others are left alone: ours carry the file's path as a tag. With `command` the server is our own: the
    command starts a flow run's process, and those of any file that are not wanted go. Without, the server cancels
    runs that would overlap, since nobody else sees to it that they do not pile up. Raises ConfigError when a
    deployment of that name is another file's.
    """
    mine = str(config.path)
    ours = {deployment.id: deployment for deployment in _tagged(client, [TAG] if command else [TAG, mine])}
    present = {}
    for each in wanted(config):
        flow_id = client.create_flow(each.flow)
        if not command:
            _refuse_other(client, each, mine)
        deployment_id = client.create_deployment(
            flow_id=flow_id,
            name=each.name,
            description=each.description,
            schedules=[DeploymentScheduleCreate(schedule=_ticks(each.schedule), active=True)]
            if each.schedule
            else [],
            parameters={"config": mine},
            parameter_openapi_schema=parameter_schema(each.flow).model_dump(exclude_unset=True),
            enforce_parameter_schema=True,
            entrypoint=f"{each.flow.fn.__module__}.{each.flow.fn.__name__}",
            pull_steps=[],
            tags=[TAG, mine],
            work_pool_name=pool,
            job_variables={"command": command} if command else {},
            concurrency_limit=None if command else 1,
            concurrency_options=None
            if command
            else ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        )
        present[deployment_id] = each.name
    gone = [deployment for key, deployment in ours.items() if key not in present]
    for deployment in gone:
        client.delete_deployment(deployment.id)
    webhook = os.environ.get(automations.WEBHOOK, "")
    folder = config.path.parent.name
    armed, removed = automations.put_in_place(client, folder, (TAG, mine), webhook, alone=bool(command))
    return Registered(tuple(present.values()), armed, (*(each.name for each in gone), *removed))


def make_pool(client: SyncPrefectClient, name: str) -> None:
    """A work pool of processes, if there is none of that name."""
    template = ProcessWorker.get_default_base_job_template()
    try:
        client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))
    except ObjectAlreadyExists:
        return


def _name(folder: str, when: object) -> str:
    """Without the characters that Prefect does not take in a name."""
    return f"{folder} {when}".translate({ord(c): "-" for c in "/%&<>"})


def _ticks(schedule: Schedule) -> CronSchedule | IntervalSchedule:
    if schedule.cron:
        return CronSchedule(cron=schedule.cron, timezone=schedule.timezone, day_or=schedule.either_day)
    return IntervalSchedule(interval=schedule.interval, anchor_date=ANCHOR, timezone="UTC")


def _tagged(client: SyncPrefectClient, tags: list[str]) -> Iterator[DeploymentResponse]:
    wanted_tags = DeploymentFilter(tags=DeploymentFilterTags(all_=tags))
    offset = 0
    by_name = DeploymentSort.NAME_ASC
    while batch := client.read_deployments(
        deployment_filter=wanted_tags, sort=by_name, limit=_AT_ONCE, offset=offset
    ):
        yield from batch
        offset += len(batch)


def _refuse_other(client: SyncPrefectClient, each: Wanted, mine: str) -> None:
    same = client.read_deployments(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[each.flow.name])),
        deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[each.name])),
        sort=DeploymentSort.NAME_ASC,
        limit=1,
    )
    if any(mine not in deployment.tags for deployment in same):
        raise ConfigError(
            f"The server has a deployment `{each.flow.name}/{each.name}` already, which is not of {mine}: "
            "delete it there, or give this configuration's folder another name."
        )
