"""What is said of a source: a verdict, and what it stands on. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.health.rhythm import HOUR


class Verdict(StrEnum):
    """How a source is doing, the worst first."""

    FAILING = "failing"
    BLOCKED = "blocked"
    CHANGED_LAYOUT = "changed layout"
    MOSTLY_REJECTED = "mostly rejected"
    PAYWALLED = "paywalled"
    QUIET = "quiet"
    LATE = "late"
    UNKNOWN = "unknown"
    WELL = "well"

    @property
    def is_trouble(self) -> bool:
        """Whether somebody should look at it."""
        return self not in (Verdict.UNKNOWN, Verdict.WELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A verdict, the evidence for it, a sentence for people, and since when it holds (None: for as long as is known)."""

    verdict: Verdict
    evidence: str
    since: datetime | None = None


def span(time: timedelta) -> str:
    """A length of time in at most two units: `3 d 4 h`, `25 min`."""
    minutes = int(time.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"
    return f"{minutes // 60} h" if time >= 3 * HOUR else f"{minutes} min"
