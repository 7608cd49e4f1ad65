"""Flow runs that nobody will finish: late ones while the machine was off, and those whose worker died."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Crashed

from flows.deployments import TAG
from flows.run_names import called

_LATE = timedelta(seconds=30)
_AT_ONCE = 200
_UNDER_WAY = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def skip_late(client: SyncPrefectClient, now: datetime) -> int:
    """Of the scheduled runs that should have begun by now, keep the newest of each flow; how many were skipped.

    One is enough, since a run takes all that is due. They get the names that they would have had from their beginning.
    """
    before = FlowRunFilterExpectedStartTime.model_validate({"before_": now - _LATE})
    late = [run for run in _runs(client, [StateType.SCHEDULED], before) if run.auto_scheduled]
    _name(client, late)
    kept = {run.flow_id: run.id for run in reversed(late)}
    skipped = [run for run in late if run.id not in kept.values()]
    for run in skipped:
        why = "late: a later run takes what is due"
        client.set_flow_run_state(run.id, Cancelled(name="Skipped", message=why), force=True)
    return len(skipped)


def _name(client: SyncPrefectClient, runs: Sequence[FlowRun]) -> None:
    """Call these scheduled runs by their deployment and time; until a run begins, its name is one that Prefect made up."""
    deployed = {run.deployment_id for run in runs if run.deployment_id}
    names = {each: client.read_deployment(each).name for each in deployed}
    for run in runs:
        start = run.expected_start_time
        assert start is not None  # asked for by it
        name = called(names[run.deployment_id] if run.deployment_id else "", start, scheduled=True)
        if run.name != name:
            client.set_flow_run_name(run.id, name)


def settle_lost(client: SyncPrefectClient) -> int:
    """Say of every run that is under way that it has ended; to be called while no worker and no run lives. How many."""
    lost = list(_runs(client, _UNDER_WAY))
    for run in lost:
        cancelling = run.state_type is StateType.CANCELLING
        ended: State[None] = (
            Cancelled()
            if cancelling
            else Crashed(message="Its process ended; the next run goes on from there.")
        )
        client.set_flow_run_state(run.id, ended, force=True)
    return len(lost)


def _runs(
    client: SyncPrefectClient, types: list[StateType], before: FlowRunFilterExpectedStartTime | None = None
) -> Iterator[FlowRun]:
    """Ours in these states, the newest first."""
    wanted = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[TAG]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)),
        expected_start_time=before,
    )
    offset = 0
    newest = FlowRunSort.EXPECTED_START_TIME_DESC
    while batch := client.read_flow_runs(flow_run_filter=wanted, sort=newest, limit=_AT_ONCE, offset=offset):
        yield from batch
        offset += len(batch)
