"""What a run brought and how the collection is doing, in a line and as a table for a person who watches many runs. Pure."""

from collections import Counter
from datetime import datetime

from pipeline.health.checkup import Health
from pipeline.health.diagnosis import Verdict, span
from pipeline.report import RunReport
from store.records import Outcome

_SHOWN = 200


def headline(report: RunReport, health: Health) -> str:
    """Such as `52 indexed · 8 of 166 sources in trouble (5 failing, 3 quiet) · disk`."""
    parts = [f"{report.outcomes.get(Outcome.INDEXED, 0)} indexed", sources(health)]
    parts += [condition.part for condition in health.conditions if condition.code]
    return " · ".join(parts)


def sources(health: Health) -> str:
    """How many sources are in trouble, and which verdicts they have, the gravest first."""
    troubled = Counter(each.verdict for each in health.troubled)
    if not troubled:
        return f"no trouble with {len(health.sources)} sources"
    verdicts = ", ".join(f"{troubled[verdict]} {verdict}" for verdict in Verdict if troubled[verdict])
    return f"{len(health.troubled)} of {len(health.sources)} sources in trouble ({verdicts})"


def rows(health: Health, now: datetime) -> list[dict[str, str]]:
    """The collection's conditions, its troubled sources (at most 200), the gravest first, and a row that counts each other verdict."""
    found = [
        {"verdict": condition.part, "source": "", "since": "", "evidence": condition.text}
        for condition in sorted(health.conditions, key=lambda each: -each.code)
    ]
    found += [
        {
            "verdict": str(each.verdict),
            "source": each.source,
            "since": f"{span(now - each.since)} ago" if each.since else "",
            "evidence": each.evidence,
        }
        for each in health.troubled[:_SHOWN]
    ]
    left = Counter(each.verdict for each in health.sources)
    left.subtract(each.verdict for each in health.troubled[:_SHOWN])
    return found + [
        {"verdict": str(verdict), "source": f"{left[verdict]} sources", "since": "", "evidence": ""}
        for verdict in Verdict
        if left[verdict]
    ]
