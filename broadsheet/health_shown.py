"""The health of a collection on the terminal: what is wrong, and the sources' score card."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from broadsheet.terminal import say, table, when
from pipeline.health.checkup import Health
from pipeline.health.diagnosis import Verdict, span
from pipeline.health.verdicts import SourceHealth
from store.ledger.watch.told_table import Told

_SHOWN = 20
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_STYLES = ("", "yellow", "red")  # by code

SORTS: Mapping[str, Callable[[SourceHealth], Any]] = {
    "name": lambda each: each.source,
    "verdict": lambda each: (list(Verdict).index(each.verdict), each.source),
    "new": lambda each: (-each.of_week, each.source),
    "silent": lambda each: (each.new_at or _NEVER, each.source),
    "rejected": lambda each: (-each.rejected, each.source),
    "delay": lambda each: (-(each.delay or timedelta()), each.source),
    "failures": lambda each: (-each.failures, each.source),
}
"""What the score card can be sorted by."""


def show_health(health: Health, now: datetime) -> None:
    """Print what is wrong, the gravest first, and a line that sums it up."""
    for condition in sorted(health.conditions, key=lambda each: -each.code):
        say(f"{condition.part}: {condition.text}", style=_STYLES[condition.code])
    for each in health.troubled[:_SHOWN]:
        say(f"{each.source}: {said(each, now)}: {each.evidence}", style="yellow")
    if len(health.troubled) > _SHOWN:
        say(f"... and {len(health.troubled) - _SHOWN} more: broadsheet sources --failing", style="yellow")
    for each in health.remarked[:_SHOWN]:
        say(f"{each.source}: {each.evidence}")
    say(summed(health), style="bold")


def summed(health: Health) -> str:
    """The sum line: how many sources have which verdict."""
    counts = {verdict: sum(each.verdict is verdict for each in health.sources) for verdict in Verdict}
    parts = [f"{count} {verdict}" for verdict, count in counts.items() if count]
    return f"{len(health.sources)} sources: {', '.join(parts)}"


def said(each: SourceHealth, now: datetime) -> str:
    """The verdict, and for how long it has held."""
    return f"{each.verdict} for {span(now - each.since)}" if each.since else str(each.verdict)


def show_score_card(sources: Sequence[SourceHealth], now: datetime) -> None:
    """Print a row for each source, in 80 columns where its name allows."""
    rows = [
        (
            each.source,
            said(each, now),
            _ago(each.new_at, now),
            each.of_week,
            "" if each.usual is None else f"{each.usual:g}",
            f"{each.rejected:.0%}",
            "" if each.delay is None else span(each.delay),
            each.failures or "",
        )
        for each in sources
    ]
    table(("source", "verdict", "last new", "week", "usual", "rejected", "delay", "failed"), rows)


def show_told(told: Sequence[Told]) -> None:
    """Print what was told of late, and to whom; of much, the latest."""
    if told:
        say()
        table(
            ("told (UTC)", "whom", "what"),
            [(when(each.at), each.target, each.text) for each in told[-_SHOWN:]],
        )


def as_json(health: Health) -> dict[str, object]:
    """The health as plain values for JSON; lengths of time in seconds."""
    return {
        "code": health.code,
        "conditions": [asdict(condition) for condition in health.conditions],
        "sources": [
            {**asdict(each), "delay": _seconds(each.delay), "usual_delay": _seconds(each.usual_delay)}
            for each in health.sources
        ],
    }


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()


def _ago(moment: datetime | None, now: datetime) -> str:
    return f"{span(now - moment)} ago" if moment else "never"
