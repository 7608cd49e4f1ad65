"""How a flow run ends that did its work, or that took too long. Prefect's lists show its name and that of its state, no message."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.states import Completed, Failed
from prefect.utilities.timeout import timeout

from pipeline.health.diagnosis import span

TROUBLED = "Troubled"
"""The name of the state in which a run ends that did its work, when something about the collection needs a look."""
TIMED_OUT = "TimedOut"


class _TimeIsUpError(TimeoutError):
    """Raised in the middle of a run, wherever it is."""


def done(message: str, *, troubled: bool = False) -> State[Any]:
    """The state of the flow run under way, which did its work; the message stands in its name as well."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    with get_client(sync_client=True) as client:
        client.set_flow_run_name(context.flow_run.id, f"{context.flow_run.name} · {message}")
    return Completed(name=TROUBLED if troubled else None, message=message)


def within(limit: timedelta, work: Callable[[], State[Any]]) -> State[Any]:
    """The state in which `work` ends; once the time is up, it is ended, and what it started ends with it."""
    try:
        with timeout(limit.total_seconds(), _TimeIsUpError):
            return work()
    except _TimeIsUpError:
        return Failed(
            name=TIMED_OUT,
            message=f"Ended after {span(limit)} ([schedule] timeout). What was done until then is kept; "
            "the next run goes on from there.",
        )
