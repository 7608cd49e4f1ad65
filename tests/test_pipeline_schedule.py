"""When a source is due: ticks, the configuration's schedules, and the rule that joins them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import ConfigError
from pipeline.configuration.config import parse
from pipeline.configuration.schedule import Schedule, in_words, interval, is_due
from pipeline.configuration.sections import SourceSection

HERE = Path("broadsheet.toml")
HOURLY = Schedule(every="1h")
NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)

moments = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001  made aware by `timezones`
    max_value=datetime(2032, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
schedules = st.one_of(
    st.builds(lambda n, unit: Schedule(every=f"{n}{unit}"), st.integers(1, 90), st.sampled_from("mhd")),
    st.builds(
        Schedule,
        cron=st.sampled_from(
            ("*/5 * * * *", "0 * * * *", "30 2 * * *", "0 6 * * 1-5", "15 4 1 * *", "0 0 1,15 * 3")
        ),
        timezone=st.sampled_from(("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")),
    ),
)


@given(schedules, moments, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_source_is_due_from_the_first_tick_after_its_last_crawl_on(
    schedule: Schedule, last: datetime, later: timedelta
) -> None:
    tick = schedule.next_tick(last)
    assert tick is not None
    assert last < tick <= last + timedelta(days=400)
    now = last + later
    assert is_due(schedule, last, now) == (now >= tick)
    assert not is_due(schedule, tick, tick), "crawled at its tick, it waits for the next one"


@given(schedules, moments)
def test_ticks_follow_one_another_without_a_gap(schedule: Schedule, start: datetime) -> None:
    first = schedule.next_tick(start)
    assert first is not None
    assert schedule.next_tick(first - timedelta(seconds=1)) == first
    between = start + (first - start) / 2
    assert between >= first or schedule.next_tick(between) == first


@given(schedules, moments)
def test_a_source_never_crawled_is_due(schedule: Schedule, now: datetime) -> None:
    assert is_due(schedule, None, now)


@pytest.mark.parametrize(
    ("schedule", "last", "tick"),
    [
        (HOURLY, NOON, NOON + timedelta(hours=1)),
        (HOURLY, NOON - timedelta(seconds=1), NOON),
        (Schedule(every="1d"), NOON, datetime(2026, 3, 29, tzinfo=UTC)),
        (Schedule(cron="0 6 * * *", timezone="Europe/Berlin"), NOON, datetime(2026, 3, 29, 4, tzinfo=UTC)),
        (Schedule(cron="0 6 * * *"), NOON, datetime(2026, 3, 29, 6, tzinfo=UTC)),
    ],
)
def test_ticks_by_hand(schedule: Schedule, last: datetime, tick: datetime) -> None:
    assert schedule.next_tick(last) == tick


@pytest.mark.parametrize("text", ["1m", "90m", "1h", "36h", "1d", "14d"])
def test_a_span_is_said_as_it_is_written(text: str) -> None:
    assert in_words(interval(text)) == text


def test_a_source_has_its_own_schedule_or_the_common_one() -> None:
    text = '[schedule]\ncron = "0  *  * * *"\ntimezone = "Europe/Berlin"\n'
    config = parse(text, HERE)
    source = SourceSection(name="a", feeds=("https://a.example/feed",))
    assert config.schedule_of(source) == Schedule(cron="0 * * * *", timezone="Europe/Berlin")
    assert config.schedule_of(source.model_copy(update={"every": "5m"})) == Schedule(every="5m")
    assert parse("", HERE).schedule_of(source) == HOURLY


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[schedule]\nevery = "soon"', "`schedule.every`: must be a number of minutes"),
        ('[schedule]\nevery = "30s"', "minutes, hours or days"),
        ('[schedule]\ncron = "61 * * * *"', "`schedule.cron`: is no cron expression: bad minute"),
        ('[schedule]\ncron = "* * * * * *"', "five cron fields"),
        ('[schedule]\ncron = "0 0 31 2,4 *"', "`schedule.cron`"),
        ('[schedule]\ntimezone = "Europe/Berlni"', "`schedule.timezone`: is no time zone"),
        ('[schedule]\nevery = "1h"\ncron = "0 * * * *"', "`every` and `cron` are both set"),
        ('[schedule]\nevery = ""', "neither `every` nor `cron`"),
        ('[[sources]]\nname = "a"\nfeeds = ["x"]\nevery = "1h"\ncron = "0 * * * *"', "`sources.0`"),
    ],
)
def test_a_wrong_schedule_is_refused_with_the_remedy(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(text, HERE)
    assert told in str(error.value)
