"""What a flow run is called in Prefect's lists: its deployment and its time, or what it was asked to do. For flow runs under way."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from prefect.context import FlowRunContext
from prefect.runtime import deployment

_BY_HAND = "by hand"


def by_schedule() -> str:
    """Such as `news every 1h, 26 Nov 14:00 UTC`."""
    run = _context().flow_run
    assert run is not None
    start = run.expected_start_time or run.created or datetime.now(UTC)
    return called(deployment.name or "", start, scheduled=run.auto_scheduled)


def called(deployed: str, start: datetime, *, scheduled: bool) -> str:
    """The name of a run of a deployment ("" for none) that was wanted at `start`."""
    parts = [deployed] if deployed else []
    if not scheduled and not deployed.endswith(_BY_HAND):
        parts.append(_BY_HAND)
    return ", ".join([*parts, f"{start.astimezone(UTC):%d %b %H:%M} UTC"])


def of_backfill() -> str:
    """Such as `norland, 2026-11-01 to 2026-11-07 (dry run)`."""
    asked = _asked()
    return f"{asked['source']}, {asked['from_day']} to {asked['to_day']}{_dry(asked)}"


def of_reclean() -> str:
    """Such as `all sources since 2026-11-01 (dry run)`."""
    asked = _asked()
    since = f" since {asked['since']}" if asked["since"] else ""
    return f"{', '.join(asked['sources']) or 'all sources'}{since}{_dry(asked)}"


def _dry(asked: Mapping[str, Any]) -> str:
    return " (dry run)" if asked["dry_run"] else ""


def _asked() -> Mapping[str, Any]:
    """The parameters of the flow run."""
    return _context().parameters or {}


def _context() -> FlowRunContext:
    context = FlowRunContext.get()
    assert context is not None
    return context
