"""How a flow run ends that takes too long."""

import signal
import time
from datetime import timedelta

import pytest

from tests.patience import PATIENCE

pytestmark = pytest.mark.prefect


def test_what_hangs_is_ended_in_time_and_cleans_up() -> None:
    from flows.endings import within

    ended: list[str] = []

    def hang() -> None:
        try:
            signal.raise_signal(signal.SIGALRM)  # Prefect's alarm: the time is up
            time.sleep(PATIENCE)
        finally:
            ended.append("cleaned up")

    state = within(timedelta(hours=6), hang)  # type: ignore[arg-type]
    assert (state.type.value, state.name) == ("FAILED", "TimedOut")
    assert "Ended after 6 h ([schedule] timeout)" in (state.message or "")
    assert ended
