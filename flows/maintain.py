"""The Prefect flow `maintain`: upkeep as `broadsheet maintain` does it, with its findings as a table."""

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import task_run
from prefect.states import Failed

from articles.errors import LockedError
from flows import run_names
from flows.endings import done, within
from flows.skipping import is_skipped, skipped, skipped_task
from pipeline.configuration.config import Config, load
from pipeline.maintenance.upkeep import Upkeep
from pipeline.maintenance.upkeep import maintain as do_upkeep
from pipeline.telling.tell import announce

_WAIT_FOR_RUN = [60.0, 300.0, 900.0, 900.0, 900.0]


@flow(name="maintain", flow_run_name=run_names.by_schedule, log_prints=False)
def maintain(config: Path = Path("broadsheet.toml")) -> State[Any]:
    """Close old segments, drop raw pages older than the retention, and check archive, ledger and index.

    Waits for a run that is under way, most of an hour at the longest; then it is skipped. Fails when something is wrong.

    Args:
        config: The configuration file, on the machine of the worker.
    """
    settings = load(config)
    return within(settings.timeout, lambda: _maintain(settings))


def _maintain(config: Config) -> State[Any]:
    state = keep_up(config, return_state=True)
    if is_skipped(state):
        return skipped(state.message or "")
    upkeep = state.result()
    assert isinstance(upkeep, Upkeep)
    rows = [{"part": f.part, "well": "yes" if f.ok else "NO", "finding": f.text} for f in upkeep.findings]
    create_table_artifact(rows, key="findings", description="The data folder, looked at")
    announce(config, say=get_run_logger().info)
    if not upkeep.ok:
        return Failed(message="; ".join(f"{f.part}: {f.text}" for f in upkeep.findings if not f.ok))
    return done(" · ".join((f"{len(upkeep.findings)} parts well", *upkeep.done)))


def _locked(_task: object, _run: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.result(raise_on_failure=False), LockedError)


@task(name="upkeep", retries=5, retry_delay_seconds=_WAIT_FOR_RUN, retry_condition_fn=_locked)
def keep_up(config: Config) -> Upkeep | State[Any]:
    """The upkeep; tried again while a run has the data folder, and skipped in the end."""
    try:
        upkeep = do_upkeep(config)
    except LockedError as error:
        if task_run.run_count <= len(_WAIT_FOR_RUN):
            raise
        return skipped_task(str(error))
    log = get_run_logger()
    for line in (*upkeep.done, *(f"{f.part}: {f.text}" for f in upkeep.findings)):
        log.info(line)
    return upkeep
