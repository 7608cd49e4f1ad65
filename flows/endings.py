"""How a flow run ends that did its work, or for which it took too long; the state's name and message stand in Prefect's lists."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from prefect.utilities.timeout import timeout

from pipeline.health.verdicts import span

TROUBLED = "Troubled"
"""The name of the state in which a run ends that did its work, when something about the collection needs a look."""
TIMED_OUT = "TimedOut"


class _TimeIsUpError(TimeoutError):
    """Raised in the middle of a run, wherever it is."""


def done(message: str, *, troubled: bool = False) -> State[Any]:
    """The state of a run that did its work."""
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
