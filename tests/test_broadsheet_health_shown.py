"""Health as it is printed: what the score card is sorted by, and the plain values of its JSON."""

import json
from datetime import UTC, datetime, timedelta

from broadsheet.health_shown import SORTS, as_json
from pipeline.health.checkup import Health
from pipeline.health.diagnosis import Verdict
from pipeline.health.verdicts import SourceHealth
from store.ledger.watch.robots_table import Meaning, RobotsChange

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SHUT = RobotsChange(site="https://harbour.example", at=NOON, meaning=Meaning.REFUSED)
SLOW = SourceHealth(
    source="slow",
    verdict=Verdict.LATE,
    delay=timedelta(hours=7),
    usual_delay=timedelta(minutes=12),
    robots=(SHUT,),
)
FAST = SourceHealth(source="fast", verdict=Verdict.WELL, delay=timedelta(minutes=8))
NEW = SourceHealth(source="new", verdict=Verdict.UNKNOWN)


def test_the_slowest_come_first_and_those_of_which_nothing_is_known_last() -> None:
    assert sorted([NEW, FAST, SLOW], key=SORTS["delay"]) == [SLOW, FAST, NEW]


def test_lengths_of_time_are_seconds_in_json_and_what_is_not_known_is_null() -> None:
    found = json.loads(json.dumps(as_json(Health(conditions=(), sources=(SLOW, NEW))), default=str))
    slow, new = found["sources"]
    assert (slow["verdict"], slow["delay"], slow["usual_delay"]) == ("late", 25200.0, 720.0)
    assert (new["delay"], new["usual_delay"], new["robots"]) == (None, None, [])
    (change,) = slow["robots"]
    assert (change["site"], change["meaning"]) == ("https://harbour.example", "refused")
