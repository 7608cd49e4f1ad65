"""What flow runs are called."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

pytestmark = pytest.mark.prefect


@pytest.mark.parametrize(
    ("deployed", "scheduled", "name"),
    [
        ("news every 1h", True, "news every 1h, 26 Nov 14:00 UTC"),
        ("news every 1h", False, "news every 1h, by hand, 26 Nov 14:00 UTC"),
        ("news by hand", False, "news by hand, 26 Nov 14:00 UTC"),
        ("", False, "by hand, 26 Nov 14:00 UTC"),
    ],
)
def test_a_run_is_named_by_its_deployment_and_its_time(deployed: str, scheduled: bool, name: str) -> None:
    from flows.run_names import called

    start = datetime(2026, 11, 26, 14, tzinfo=UTC)
    assert called(deployed, start, scheduled=scheduled) == name
    assert called(deployed, start.astimezone(timezone(timedelta(hours=5))), scheduled=scheduled) == name
