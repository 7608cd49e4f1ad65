"""Lateness: which sources are told to have become late, from when their articles were published and found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.health import checkup
from pipeline.health.checkup import Health
from pipeline.health.diagnosis import Verdict
from pipeline.health.lateness import lateness
from pipeline.health.record import History
from pipeline.health.verdicts import SourceHealth, judge
from store.ledger.watch.arrival_table import Arrival
from tests.arrivals import learned, list_health, timings

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START = datetime(2026, 3, 2, tzinfo=UTC)
SOON = [8 * MINUTE, 12 * MINUTE, 25 * MINUTE]


def arrivals(delays: Sequence[timedelta | None], step: timedelta = 4 * HOUR) -> list[Arrival]:
    """One after the other, with these delays."""
    return [
        Arrival(
            at=START + n * step, words=400, dated=True, signed=True, paid=False, confidence=0.95, delay=delay
        )
        for n, delay in enumerate(delays)
    ]


def judged(found: Sequence[Arrival]) -> SourceHealth:
    until = found[-1].at
    return judge(History(source="harbour", lists=(list_health(until),), articles=learned(found)), until)


def test_a_source_that_was_minutes_late_and_is_hours_late_is_told() -> None:
    found = judged(arrivals([*SOON * 40, *[7 * HOUR] * 6]))
    assert (found.verdict, found.since) == (Verdict.LATE, START + 120 * 4 * HOUR)
    assert found.evidence == (
        "its last 6 articles were searchable 7 h after their publication, where 12 min is usual"
    )
    assert (found.delay, found.usual_delay) == (12 * MINUTE, 12 * MINUTE)
    assert judged(arrivals([*SOON * 40, *[7 * HOUR] * 6, 8 * MINUTE])).verdict is Verdict.WELL, "it is over"


@pytest.mark.parametrize(
    "delays",
    [
        [*SOON * 40, *[7 * HOUR] * 3],  # a bad day
        [*SOON * 40, *[3 * HOUR] * 6],  # no more than three hours more
        [*[5 * HOUR] * 120, *[18 * HOUR] * 6],  # not four times as much
        [timedelta(hours=n * 7 % 12) for n in range(120)],  # runs twice a day
        [*[None] * 120, *[7 * HOUR] * 6],  # until then, only days were stated
        [*SOON * 40, *[None] * 20],  # feeds of old articles, and days without a time
        [*[*SOON, 9 * HOUR, None] * 24, *[9 * HOUR] * 3],  # one in four always was
    ],
)
def test_what_may_be_chance_or_is_as_ever_is_not_told(delays: list[timedelta | None]) -> None:
    assert judged(arrivals(delays)).verdict is Verdict.WELL


def test_little_data_is_said_as_such() -> None:
    few = arrivals([8 * MINUTE] * 9)
    assert lateness(timings(few)) == (None, None)
    assert judged(few).usual_delay is None
    assert judged(few).delay == 8 * MINUTE


def test_what_comes_at_once_after_a_pause_is_one_catch() -> None:
    """A machine that was off for a day finds all of it late; so does a day that is filled in."""
    known = arrivals(SOON * 40)
    at_once = known[-1].at + 20 * HOUR
    burst = [known[-1]._replace(at=at_once + n * MINUTE, delay=(20 - n / 2) * HOUR) for n in range(30)]
    assert judged([*known, *burst]).verdict is Verdict.WELL


def test_a_catch_is_as_late_as_the_least_late_of_its_articles() -> None:
    """Each run finds what is new, and an old story besides."""
    late, fresh = arrivals([*SOON * 40, *[9 * HOUR] * 6]), arrivals([*SOON * 40, *[5 * MINUTE] * 6])
    both = [each for n in range(120, 126) for each in (late[n], fresh[n]._replace(at=fresh[n].at + MINUTE))]
    assert judged(late).verdict is Verdict.LATE
    assert judged([*late[:120], *both]).verdict is Verdict.WELL


@given(st.lists(st.none() | st.timedeltas(timedelta(), 24 * HOUR), max_size=80))
def test_only_sources_that_were_sooner_are_late(delays: list[timedelta | None]) -> None:
    usual, found = lateness(timings(arrivals(delays)))
    if found:
        assert usual is not None
        assert found.delay > usual + 3 * HOUR
        assert found.articles <= len([each for each in delays if each is not None]) / 2


def test_where_most_sources_became_late_it_is_the_collection() -> None:
    slow = judged(arrivals([*SOON * 40, *[7 * HOUR] * 6]))
    well = judged(arrivals(SOON * 40))
    few = Health(conditions=(), sources=(slow, slow, slow, well, well, well))
    assert checkup.together(few) == few
    found = checkup.together(replace(few, sources=(slow, slow, slow, well)))
    (condition,) = found.conditions
    assert (condition.part, condition.code) == ("delay", 1)
    assert condition.text.startswith("of 4 sources 3 became late at once: do runs come as often as before")
    assert (found.troubled, len(found.remarked)) == ((), 3)
