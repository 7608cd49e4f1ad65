"""Dates: what machines write, to aware UTC, and nothing else."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.metadata.times.dates import EARLIEST, day, parse

LATEST = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2026, 1, 1), timezones=OFFSETS).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01T10:15:30Z", "2024-05-01T10:15:30"),
        ("2024-05-01T10:15:30.123456789+02:00", "2024-05-01T08:15:30"),
        ("2024-05-01 10:15:30 +0200", "2024-05-01T08:15:30"),
        ("2024-05-01T10:15-05", "2024-05-01T15:15:00"),
        ("2024-5-1 9:05", "2024-05-01T09:05:00"),
        ("2024-05-01t10:15:30z", "2024-05-01T10:15:30"),
        ("2024-12-31T23:59:60Z", "2024-12-31T23:59:59"),
        ("2024-05-01", "2024-05-01T00:00:00"),
        ("20240501", "2024-05-01T00:00:00"),
        ("20240501T101530Z", "2024-05-01T10:15:30"),
        ("20240501101530", "2024-05-01T10:15:30"),
        ("1714558530", "2024-05-01T10:15:30"),
        ("1714558530999", "2024-05-01T10:15:30"),
        ("Wed, 01 May 2024 10:15:30 GMT", "2024-05-01T10:15:30"),
        ("Wed, 01 May 2024 10:15:30 EST", "2024-05-01T15:15:30"),
        ("1 May 2024 10:15:30 -0000", "2024-05-01T10:15:30"),
        ("  2024-05-01\n", "2024-05-01T00:00:00"),
        ("2026-01-03T03:04:05Z", "2026-01-03T03:04:05"),
    ],
)
def test_machine_readable_dates_are_read(text: str, expected: str) -> None:
    assert parse(text, LATEST) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "yesterday", "12 minutes ago", "May 5", "5, 6", "1, 2, 3", "[object Object]", "null"),
        *("2024-02-30", "2024-13-01", "2024-00-10", "0000-00-00", "2024-05-01T25:00:00Z"),
        *("1989-12-31T23:59:59Z", "1970-01-01", "0", "2026-01-03T03:04:06Z", "9999-12-31", "9999999999999"),
        *("0001-01-01T00:00:00+14:00", "Sat, 99 May 2024 10:00:00 +9999", "01 May 2024 25:00", "\ud800"),
    ],
)
def test_mistakes_and_prose_are_no_dates(text: str) -> None:
    assert parse(text, LATEST) is None


@given(MOMENTS)
def test_every_moment_survives_each_way_of_writing_it(moment: datetime) -> None:
    for text in (moment.isoformat(), moment.isoformat(" "), format_datetime(moment)):
        assert parse(text, LATEST) == moment
    assert parse(str(int(moment.timestamp())).zfill(10), LATEST) == moment


DATELIKE = st.text("0123456789-+:TZ, /.MonMayJanGST٠١²", max_size=70)


@given(st.one_of(st.text(st.characters(), max_size=100), DATELIKE))
def test_what_is_read_lies_between_1990_and_tomorrow_and_nothing_raises(text: str) -> None:
    moment = parse(text, LATEST)
    if moment is not None:
        assert moment.utcoffset() == timedelta()
        assert EARLIEST <= moment <= LATEST + timedelta(days=1)


@pytest.mark.parametrize("zone", [-11, -5, 0, 3, 9, 14])
def test_the_day_is_that_of_the_zone_that_was_written(zone: int) -> None:
    moment = datetime(2025, 1, 14, 0, 30, tzinfo=timezone(timedelta(hours=zone)))
    for text in (moment.isoformat(), format_datetime(moment)):
        assert day(text) == moment.date()
        assert parse(text, moment) == moment


@pytest.mark.parametrize(("blanks", "hour"), [(32, 9), (50, 0)])
def test_a_date_is_read_by_its_first_characters(blanks: int, hour: int) -> None:
    found = parse(f"Thu, 01 Jan 2026{' ' * blanks}10:00 +0100", LATEST)
    assert found is None or found.hour == hour
    assert (found is not None) or hour == 0
