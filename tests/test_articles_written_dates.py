"""Dates as people and machines write them: the wall clock, and what it is ahead of UTC; of what is not clear, the day."""

import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.metadata.times import months, written_dates
from articles.metadata.times.written_dates import Written, read


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "local", "hours"),
    [
        ("2026-11-10 12:05 AM", "2026-11-10T00:05", None),
        ("2026-11-10 12:05 PM", "2026-11-10T12:05", None),
        ("2026-11-10T01:05:00PM", "2026-11-10T13:05", None),
        ("November 10, 2026, 1:05 p.m.", "2026-11-10T13:05", None),
        ("2026年11月10日 下午12:05", "2026-11-10T12:05", None),
        ("2026年11月10日 午前0時5分", "2026-11-10T00:05", None),
        ("2026. 11. 10. 오후 1:05", "2026-11-10T13:05", None),
        ("10 Νοε 2026, 1:05 μ.μ.", "2026-11-10T13:05", None),
        ("June 26, 2023 5 AM PT", "2023-06-26T05:00", -7),
        ("June 30, 2026 - 4.34pm", "2026-06-30T16:34", None),
        ("2026-11-10T02:06-500", "2026-11-10T02:06", -5),
        ("2026-11-10T02:06:00-5:00", "2026-11-10T02:06", -5),
        ("2026-11-10T10:00:00\N{MINUS SIGN}05:00", "2026-11-10T10:00", -5),
        ("2026-11-10T10:00:00\N{EN DASH}05:00", "2026-11-10T10:00", -5),
        ("2026-11-10 PM 2:30", "2026-11-10T14:30", None),
        ("2026-11-10T10:00:00 GMT+0900", "2026-11-10T10:00", 9),
        ("Tue Nov 10 2026 10:00:00 GMT+0100 (Central European Standard Time)", "2026-11-10T10:00", 1),
        ("2026-07-10T10:00:00[Europe/Berlin]", "2026-07-10T10:00", 2),
        ("2026-07-10T10:00:00+03:00[Europe/Berlin]", "2026-07-10T10:00", 3),
        ("Wed, 10 Jun 2026 10:00 (CET)", "2026-06-10T10:00", 1),
        ("2026年11月24日(火) 14:30", "2026-11-24T14:30", None),
        ("20261110T100000.000Z", "2026-11-10T10:00", 0),
        ("20261110T1000+0900", "2026-11-10T10:00", 9),
        ("2026-11-10T10:00:00.1234567Z", "2026-11-10T10:00", 0),
        ("2026-11-10 02:00:21 +0000 UTC", "2026-11-10T02:00:21", 0),
        ("15:56 BST, 27 April 2024", "2024-04-27T15:56", 1),
        ("12:20pm Jan 7, 2024", "2024-01-07T12:20", None),
        ("20:00, 29 Jan 2024", "2024-01-29T20:00", None),
        ("Mon Aug 22 16:45:24 PDT 2022", "2022-08-22T16:45:24", -7),
        ("Updated: Dec 19, 2025 1:06 PM EST", "2025-12-19T13:06", -5),
        ("28. 4. 2023, 18:41 Uhr", "2023-04-28T18:41", None),
        ("am 5. Mai 2024 um 9.05 Uhr", "2024-05-05T09:05", None),
        ("torsdag 09. mai 2024 kl. 13.26", "2024-05-09T13:26", None),
        ("10. marraskuuta 2026 klo 10.30", "2026-11-10T10:30", None),
        ("1er mars 2026 à 10h30", "2026-03-01T10:30", None),
        ("24 de noviembre de 2026 a las 10:30", "2026-11-24T10:30", None),
        ("10 novembre 2026 alle ore 10.30", "2026-11-10T10:30", None),
        ("2026. november 10., kedd 10:30", "2026-11-10T10:30", None),
        ("2026 m. kovo 10 d. 10:30", "2026-03-10T10:30", None),
        ("ngày 10 tháng 11 năm 2026 10:00", "2026-11-10T10:00", None),
        ("10 ноября 2026 г., 10:30 (МСК)", "2026-11-10T10:30", 3),
        ("10 Kasım 2026 10:30", "2026-11-10T10:30", None),
        ("10 नवंबर 2026, 10:30", "2026-11-10T10:30", None),
        ("١٠ نوفمبر ٢٠٢٦ ١٠:٣٠", "2026-11-10T10:30", None),
        ("10 Nopember 2026 10:30 WIB", "2026-11-10T10:30", 7),
    ],
)
def test_a_date_is_read_whole(text: str, local: str, hours: float | None) -> None:
    assert read(text) == Written(wall(local), True, None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize(
    "text",
    [
        "10 Nov 2026",
        "2026-11-10+01:00",  # XML writes the zone of a day so
        "Tue, 10 Nov 2026, 2:00 p.m. - 3:00 p.m. ET",
        "2026-11-10 10:00 and 11:00",
        "10:00, 10 Nov 2026, 11:00",
        "2026-11-10T10:00:00 AST",  # of Halifax, or of Riyadh
        "2026-11-10T10:00:00 XYZ",
        "2026-11-10 10:00 (XYZ)",
        "2026-11-10T10:00:00+99:00",
        "10:00 XYZ, 10 Nov 2026",
        "2026-11-10 14:05 AM",
        "2026-11-10 10:00 for subscribers",
        "2026-11-10GMT+000011:36:18+00:00",
    ],
)
def test_of_what_cannot_be_read_whole_the_day_is_left(text: str) -> None:
    found = read(text)
    assert found is not None
    assert (found.local, found.timed, found.offset) == (wall("2026-11-10T00:00"), False, None)


def test_an_hour_that_comes_twice_leaves_the_day() -> None:
    assert read("2026-10-25T02:30:00[Europe/Berlin]") == Written(wall("2026-10-25T00:00"))


@pytest.mark.parametrize("text", ["2026-11-10T25:00:00Z", "2026-11-10 24:00", "10 Nov 2026 10:61"])
def test_a_time_that_no_day_has_is_said_to_be_impossible(text: str) -> None:
    assert read(text) == Written(wall("2026-11-10T00:00"), impossible=True)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "soon",
            "10:00",
            "01:39 PM EST",
            "10/11/26",
            "10/11/2026",
            "2026-13-01",
            "31 April 2026",
            "2026-W48",
        ),
        *(
            "today at 10:00",
            "3 hours ago",
            "2026",
            "Nov 2026",
            "5 of 12 people 2026",
            "x" * 90 + "2026-11-10",
        ),
    ],
)
def test_what_names_no_day_is_none(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("10/11/2026", "en-US", date(2026, 10, 11)),
        ("10/11/2026", "en_GB", date(2026, 11, 10)),
        ("10/11/2026 2:30 PM", "", date(2026, 10, 11)),
        ("10/11/2026 2:30 PM", "en-GB", date(2026, 11, 10)),
        ("10.11.2026", "en-US", date(2026, 11, 10)),
        ("10/11/2026", "fr", date(2026, 11, 10)),
        ("25/11/2026", "", date(2026, 11, 25)),
        ("11/25/2026", "de", date(2026, 11, 25)),
    ],
)
def test_the_language_says_which_figure_is_the_month(text: str, language: str, day: date) -> None:
    found = read(text, language)
    assert found is not None
    assert found.day == day


def test_moment_and_day_are_of_one_wall_clock() -> None:
    found = read("2026-11-10T01:00:00+09:00")
    assert found is not None
    assert (found.day, found.moment) == (date(2026, 11, 10), datetime(2026, 11, 9, 16, tzinfo=UTC))


PIECES = st.sampled_from(
    [
        *("2026", "11", "10", "/", ".", "-", ":", " ", ", ", "T", "10:00", "PM", "am", "Nov", "März", "mar.", "年", "月", "日"),
        *("+0100", "+9999", "Z", "CET", "ET", "AST", "(", ")", "[Europe/Berlin]", "下午", "h", "時", "Uhr", "ago", "٣", "²"),
    ]
)  # fmt: skip
DATELIKE = st.lists(PIECES, max_size=14).map("".join) | st.lists(
    PIECES | st.text(max_size=4), max_size=9
).map(" ".join)


@given(st.text(st.characters(), max_size=100) | DATELIKE, st.sampled_from(["", "de", "en-us", "x-y"]))
def test_any_text_is_a_date_or_none_and_no_later_than_stated_by_more_than_its_zone(
    text: str, language: str
) -> None:
    found = read(text, language)
    if found is not None and found.local.year > 1:
        assert found.moment - found.local.replace(tzinfo=UTC) == -(found.offset or timedelta())
        assert abs(found.offset or timedelta()) <= timedelta(hours=14)
        assert found.timed or (found.offset is None and found.local.time() == datetime.min.time())


def _set_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """dateparser's clock; and nothing is kept from before."""

    class Kind(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetime)

    class Clock(datetime, metaclass=Kind):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return now.astimezone(tz) if tz else now.replace(tzinfo=None)

        utcnow = today = now

    read("10 Nov 2026")
    for name, module in list(sys.modules.items()):
        if name.startswith("dateparser") and getattr(module, "datetime", None) is datetime:
            monkeypatch.setattr(module, "datetime", Clock)
    months._names.cache_clear()
    written_dates._read.cache_clear()


def test_a_date_is_the_same_at_any_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "10 Nov 2026",
        "31 mars 2026 à 10h30",
        "29 февраля 2024",
        "10 Nov",
        "Tuesday",
        "May 2026",
        "10 março 2026",
    ]
    before = [read(text) for text in texts]
    assert [each is not None for each in before] == [True, True, True, False, False, False, True]
    for now in (datetime(1999, 2, 28, tzinfo=UTC), datetime(2031, 12, 31, 23, 59, tzinfo=UTC)):
        with monkeypatch.context() as patched:
            _set_clock(patched, now)
            assert [read(text) for text in texts] == before
