"""Baselines from arrivals alone, for tests of health."""

from collections.abc import Sequence

from pipeline.health.baseline import Baseline, learn
from pipeline.health.lateness import Timing
from store.ledger.watch.arrival_table import Arrival


def timings(arrivals: Sequence[Arrival]) -> list[Timing]:
    """When these arrived, and their delays."""
    return [(each.at, None if each.delay is None else each.delay.total_seconds()) for each in arrivals]


def learned(arrivals: Sequence[Arrival]) -> Baseline:
    """The baseline of a source with these arrivals, oldest first."""
    return learn(timings(arrivals), arrivals)
