"""Baselines from arrivals alone, and a list that answers, for tests of health."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.health.baseline import Baseline, learn
from pipeline.health.lateness import Timing
from store.feed_records import FeedHealth
from store.ledger.watch.arrival_table import Arrival


def timings(arrivals: Sequence[Arrival]) -> list[Timing]:
    """When these arrived, and their delays."""
    return [(each.at, None if each.delay is None else each.delay.total_seconds()) for each in arrivals]


def learned(arrivals: Sequence[Arrival]) -> Baseline:
    """The baseline of a source with these arrivals, oldest first."""
    return learn(timings(arrivals), arrivals)


def list_health(until: datetime, **changes: object) -> FeedHealth:
    """A list of the source `harbour` that was read then, with other values for some fields."""
    well = FeedHealth(
        source="harbour",
        url="https://harbour.example/feed",
        at=until,
        status=200,
        entries=20,
        error="",
        failures=0,
        succeeded_at=until,
    )
    return replace(well, **changes)  # type: ignore[arg-type]
