"""How often a feed is asked: what holds for every history, and whole fortnights played through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.configuration.schedule import Schedule
from pipeline.due import due_by
from store.feed_records import FeedResult
from store.pace import LONGEST, WHOLE, Pace, after, is_asked_whole, wait, wait_after_failure

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
GONE = "gone: the server says so"

SPANS = st.timedeltas(timedelta(0), timedelta(days=60))
PACES = st.builds(Pace, watched=SPANS, found=st.floats(0, 10_000), answered_at=st.just(NOON))
ERRORS = st.sampled_from(["", "timeout: 30 s", "HTTP 500", "no_feed: damaged", GONE])


def result(at: datetime = NOON, status: int = 200, error: str = "", etag: str = "") -> FeedResult:
    return FeedResult(
        source="harbour", url="https://a.example/", at=at, status=status, error=error, etag=etag
    )


@given(PACES)
def test_the_wait_is_a_day_at_most(pace: Pace) -> None:
    assert timedelta(0) <= wait(pace) <= LONGEST


@given(PACES, st.floats(0, 10_000))
def test_a_feed_that_gave_more_waits_no_longer(pace: Pace, more: float) -> None:
    assert wait(replace(pace, found=pace.found + more)) <= wait(pace)


@given(PACES, SPANS)
def test_a_feed_that_was_watched_longer_for_the_same_is_asked_no_sooner(pace: Pace, more: timedelta) -> None:
    assert wait(replace(pace, watched=pace.watched + more)) >= wait(pace)


@given(PACES, SPANS, st.integers(1, 500))
def test_a_feed_that_gave_something_new_is_asked_in_the_next_run(
    pace: Pace, passed: timedelta, new: int
) -> None:
    assert after(pace, result(NOON + passed), new).due_at is None


@given(PACES, SPANS)
def test_a_feed_that_gave_nothing_new_waits_by_what_it_gave_of_late(pace: Pace, passed: timedelta) -> None:
    after_it = after(pace, result(NOON + passed), 0)
    assert after_it.due_at == (NOON + passed + wait(after_it) if wait(after_it) else None)


@given(st.lists(st.tuples(st.timedeltas(timedelta(0), 3 * DAY), st.integers(0, 50), ERRORS), max_size=30))
def test_whatever_happens_a_feed_is_due_again_within_a_day(
    history: list[tuple[timedelta, int, str]],
) -> None:
    pace, at = Pace(), NOON
    for passed, new, error in history:
        at += passed
        pace = after(pace, result(at, error=error), 0 if error else new)
        assert pace.due_at is None or at < pace.due_at <= at + LONGEST
    assert is_asked_whole(pace, at + WHOLE)


def test_failures_wait_twice_as_long_each_time_and_are_forgotten() -> None:
    waits = [wait_after_failure(number) for number in range(1, 10)]
    assert waits[:7] == [timedelta(minutes=15) * 2**number for number in range(7)]
    assert waits[7:] == [DAY, DAY]
    pace = Pace(answered_at=NOON)
    for number in range(1, 4):
        pace = after(pace, result(error="HTTP 500"), 0)
        assert pace.due_at == NOON + waits[number - 1]
    assert after(pace, result(), 1) == replace(pace, failures=0, found=1.0, due_at=None, whole_at=NOON)


@pytest.mark.parametrize("error", ["retry_after: HTTP 429", "silent: ten requests"])
def test_a_feed_that_nobody_asked_for_has_not_failed(error: str) -> None:
    pace = Pace(watched=DAY, found=2.0, due_at=NOON)
    assert after(pace, result(error=error), 0) == pace


def test_a_feed_that_is_gone_is_asked_a_day_later() -> None:
    assert after(Pace(), result(error=GONE), 0).due_at == NOON + DAY


def test_a_feed_is_asked_whole_once_a_day() -> None:
    pace = after(Pace(), result(etag="1"), 20)
    assert is_asked_whole(Pace(), NOON)
    assert not is_asked_whole(pace, NOON + 12 * HOUR)
    assert is_asked_whole(pace, NOON + 13 * HOUR), "at this rhythm, the next ask is too late"
    unchanged = after(pace, result(NOON + 22 * HOUR, 304, etag="1"), 0)
    assert not is_asked_whole(unchanged, NOON + 23 * HOUR)
    assert is_asked_whole(unchanged, NOON + 24 * HOUR)


def test_a_busy_feed_is_asked_whole_as_soon_as_much_must_be_new() -> None:
    """One that has an article an hour, and is called unchanged."""
    busy = Pace(watched=4 * DAY, found=96.0, etag="1", answered_at=NOON, whole_at=NOON)
    for hours, whole in ((3, False), (9, True)):
        unchanged = after(busy, result(NOON + hours * HOUR, 304, etag="1"), 0)
        assert is_asked_whole(unchanged, NOON + (hours + 1) * HOUR) is whole


def test_validators_that_stayed_while_the_feed_changed_are_not_trusted_until_they_change() -> None:
    pace = after(Pace(), result(etag="1"), 20)
    assert not pace.distrusted, "there was nothing to compare with"
    same = after(pace, result(NOON + HOUR, etag="1"), 0)
    assert not same.distrusted
    lied = after(same, result(NOON + 2 * HOUR, etag="1"), 1)
    assert lied.distrusted
    assert is_asked_whole(lied, NOON + 3 * HOUR)
    assert after(lied, result(NOON + 3 * HOUR, etag="1"), 0).distrusted
    assert not after(lied, result(NOON + 3 * HOUR, etag="2"), 1).distrusted
    assert not after(after(Pace(), result(), 20), result(NOON + HOUR), 1).distrusted, "it has none"


def asked(days: int, schedule: Schedule, entries_a_day: float) -> list[int]:
    """The hours after NOON at which a feed is asked that publishes evenly."""
    pace, now, published, hours = Pace(), NOON, 0, []
    while now < NOON + days * DAY:
        by = due_by(schedule, now)
        assert by is not None
        if pace.due_at is None or pace.due_at <= by:
            before, published = published, int((now - NOON) / DAY * entries_a_day)
            pace = after(pace, result(now), published - before)
            hours.append((now - NOON) // HOUR)
        now += schedule.interval
    return hours


def test_a_silent_feed_is_asked_ever_more_seldom_and_at_least_once_a_day() -> None:
    hours = asked(14, Schedule(every="1h"), 0)
    gaps = [later - earlier for earlier, later in pairwise(hours)]
    assert gaps == sorted(gaps)
    assert gaps[:5] == [1, 1, 1, 1, 1]
    assert gaps[-1] == 24
    assert len(hours) == 32, "of 336 runs"


@pytest.mark.parametrize(
    ("entries_a_day", "least", "most"), [(20, 24, 24), (5, 23, 24), (2, 8, 11), (1, 5, 7), (1 / 7, 1, 2)]
)
def test_a_feed_is_asked_as_often_as_it_is_worth(entries_a_day: float, least: float, most: float) -> None:
    hours = [hour for hour in asked(28, Schedule(every="1h"), entries_a_day) if hour >= 14 * 24]
    assert least <= len(hours) / 14 <= most


@pytest.mark.parametrize("every", ["1d", "2d"])
def test_no_schedule_of_a_day_or_more_is_thinned_out(every: str) -> None:
    schedule = Schedule(every=every)
    assert len(asked(14, schedule, 0)) == 14 * DAY / schedule.interval


def test_a_run_that_begins_a_moment_early_asks_all_the_same() -> None:
    schedule = Schedule(every="1d")
    pace = after(Pace(watched=9 * DAY, answered_at=NOON - DAY), result(NOON + timedelta(seconds=9)), 0)
    by = due_by(schedule, NOON + DAY)
    assert pace.due_at == NOON + DAY + timedelta(seconds=9)
    assert by is not None
    assert pace.due_at <= by
