"""How a flow run ends that could not do its work: as Skipped, or, where it is tried again after a failure, as Failed for that."""

import logging
import re
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.exceptions import CancelledRun
from prefect.states import Cancelled, Completed, Failed

_NAME = "Skipped"
_RAISED = re.compile(r"^Flow run encountered an exception: \w+: ")
_THEN = ". Then it could not be tried again: "


class _Expected(logging.Filter):
    """Keeps out of the log that a skipped flow run has no result, which Prefect asks for, and logs as an error with a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], CancelledRun))


_EXPECTED = _Expected()


def skipped_task(why: str) -> State[Any]:
    """The state in which a task ends that could not begin. It counts as completed, since Prefect logs any other as an error."""
    return Completed(name=_NAME, message=why)


def is_skipped(state: State[Any]) -> bool:
    """Whether a task ended in the state of `skipped_task`."""
    return state.name == _NAME


def skipped(why: str, cause: object = "") -> State[Any]:
    """The state in which the flow run under way ends, which found that it cannot begin. To be called in the flow.

    A skipped run must not hide a failure. `cause` is what made an earlier try fail within this call of the flow; what failed
    in an earlier call of the same flow run, which was then set to be tried again, comes first.
    """
    first = _earlier_failure() or str(cause)
    if not first:
        for name in ("prefect.flow_runs", "prefect.engine"):
            logging.getLogger(name).addFilter(_EXPECTED)
        return Cancelled(name=_NAME, message=why)
    return Failed(message=f"{first.rstrip('.')}{_THEN}{why}")


def _earlier_failure() -> str:
    """What made the flow run fail first since it was last completed; "" when nothing did."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    with get_client(sync_client=True) as client:
        states = client.read_flow_run_states(context.flow_run.id)
    failure = ""
    for state in sorted(states, key=lambda state: state.timestamp):
        if state.is_completed():
            failure = ""
        elif state.is_failed() or state.is_crashed():
            failure = failure or state.message or state.name or ""
    return _RAISED.sub("", failure).partition(_THEN)[0]
