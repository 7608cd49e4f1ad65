"""Dates of feeds: the moment that is named, in any form and language, or its day, or nothing."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.feeds.feed_dates import moment, moment_or_day, plain_moment


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2026/11/24 10:00:00", "2026-11-24T10:00"),
        ("2026/11/24", "2026-11-24"),
        ("2025/03/04 10:00:00", "2025-03-04T10:00"),
        ("2026.11.24", "2026-11-24"),
        ("2026 11 24", "2026-11-24"),
        ("2026-1-2 9:05", "2026-01-02T09:05"),
        ("20261124", "2026-11-24"),
        ("20261124100000", "2026-11-24T10:00"),
        ("2026年11月24日", "2026-11-24"),
        ("2026年11月24日 10:00", "2026-11-24T10:00"),
        ("2026年11月24日(火) 14時30分", "2026-11-24T14:30"),
        ("2026年11月24日 下午2:30", "2026-11-24T14:30"),
        ("2026. 11. 24. 오전 10:00", "2026-11-24T10:00"),
        ("2026. 11. 24. 오후 10:00", "2026-11-24T22:00"),
        ("24.11.2026 14:30", "2026-11-24T14:30"),
        ("10.11.2026 14:30", "2026-11-10T14:30"),
        ("24/11/2026 10h30", "2026-11-24T10:30"),
        ("11/24/2026 10:30", "2026-11-24T10:30"),
        ("11/10/2026 2:30:00 PM", "2026-11-10T14:30"),
        ("2026-11-24T10:00:00 PM", "2026-11-24T22:00"),
        ("Tue Nov 24 10:00:00 +0100 2026", "2026-11-24T09:00"),
        ("November 24, 2026 10:00 AM EST", "2026-11-24T15:00"),
        ("2026-11-24T10:00:60Z", "2026-11-24T10:00:59"),
        ("1764000000", "2025-11-24T16:00"),
        ("1764000000123", "2025-11-24T16:00"),
    ],
)
def test_dates_in_other_forms(text: str, named: str) -> None:
    assert moment(text, "") == at(named)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Di, 10 Nov 2026 10:00:00 +0100", "2026-11-10T09:00"),
        ("Di., 10. März 2026, 10:30 Uhr", "2026-03-10T10:30"),
        ("mar., 10 févr. 2026 10:00:00 +0100", "2026-02-10T09:00"),
        ("mar, 10 nov 2026 10:00:00 +0100", "2026-11-10T09:00"),
        ("24 de novembro de 2026 às 10h30", "2026-11-24T10:30"),
        ("Ter, 10 Nov 2026 10:00:00 -0300", "2026-11-10T13:00"),
        ("ven, 22 mag 2026 10:00:00 +0200", "2026-05-22T08:00"),
        ("Вт, 10 ноя 2026 10:00:00 +0300", "2026-11-10T07:00"),
        ("24 листопада 2026", "2026-11-24"),
        ("Wt, 10 Lis 2026 10:00:00 +0100", "2026-11-10T09:00"),
        ("Τρι, 10 Νοε 2026 10:00:00 +0200", "2026-11-10T08:00"),
        ("Sal, 10 Kas 2026 10:00:00 +0300", "2026-11-10T07:00"),
        ("kedd, 10 nov. 2026", "2026-11-10"),
        ("ti, 10 marras 2026", "2026-11-10"),
        ("الثلاثاء، 10 نوفمبر 2026 10:00", "2026-11-10T10:00"),
        ("٢٤ نوفمبر ٢٠٢٦", "2026-11-24"),
        ("10 नवंबर 2026", "2026-11-10"),
        ("thứ ba, 10 tháng 11 2026 10:00", "2026-11-10T10:00"),
        ("Sel, 10 Nov 2026 10:00:00 +0700", "2026-11-10T03:00"),
    ],
)
def test_dates_in_other_languages(text: str, named: str) -> None:
    assert moment(text, "") == at(named)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        *(("GMT", 10), ("UT", 10), ("Z", 10), ("EST", 15), ("PDT", 17), ("CET", 9), ("CEST", 8), ("MEZ", 9)),
        *(("MSK", 7), ("JST", 1), ("BST", 9), ("KST", 1), ("SAST", 8), ("WIB", 3), ("PKT", 5), ("AEST", 0)),
        *(("+0100", 9), ("+01:00", 9), ("-5:00", 15), ("-500", 15), ("−05:00", 15), ("GMT+0900", 1)),
        ("+0100 (CET)", 9),
    ],
)
def test_zones(zone: str, hour: int) -> None:
    assert moment(f"Wed, 10 Jun 2026 10:00:00 {zone}", "") == datetime(2026, 6, 10, hour, tzinfo=UTC)


def test_the_name_of_three_countries_time_is_that_of_india() -> None:
    assert moment("Tue, 10 Nov 2026 10:00:00 IST", "") == at("2026-11-10T04:30")


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 10 Nov 2026 10:00:00 XYZ",
        "Tue, 10 Nov 2026 25:00:00 +0100",
        "Tue, 10 Nov 2026 10:00:00 +9900",
        "2026-11-10T10:00:00+15:00",
        "10 Nov 2026 10:00 o'clock",
    ],
)
def test_of_a_date_that_cannot_be_read_whole_the_day_is_kept(text: str) -> None:
    assert moment(text, "") == at("2026-11-10")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "soon",
            "2026",
            "11/2026",
            "Nov 2026",
            "Nov 24",
            "Tue, 24 Nov",
            "10:00",
            "24",
            "2026-11",
            "2026-W48",
        ),
        *("now", "today", "yesterday", "3 hours ago", "Tuesday", "11/10/26", "03.04.26", "2026-13-01"),
        *("2026/02/31", "Tue, 31 Feb 2026 10:00:00 +0100", "x" * 500 + " 10 Nov 2026"),
    ],
)
def test_no_part_of_a_date_is_taken_from_the_clock(text: str) -> None:
    assert moment(text, "") is None


@pytest.mark.parametrize(
    ("language", "named"),
    [("en-us", "2026-10-11"), ("en-GB", "2026-11-10"), ("de", "2026-11-10"), ("en", None), ("", None)],
)
def test_the_language_of_the_feed_says_which_number_is_the_month(language: str, named: str | None) -> None:
    assert moment("10/11/2026", language) == (at(named) if named else None)


def test_a_month_of_two_languages_is_that_of_the_feeds_own() -> None:
    assert moment("10 lis 2026", "hr") == at("2026-10-10")
    assert moment("10 lis 2026", "pl-PL") == at("2026-11-10")
    assert moment("10 Nov 2026", "x-unknown") == at("2026-11-10")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        ("24 novembre 2026", date(2026, 11, 24)),
        ("2026-11-24T25:00:00Z", date(2026, 11, 24)),
        ("2026-11-24T00:00:00Z", at("2026-11-24")),
        ("24 novembre 2026, 00:00", at("2026-11-24")),
        ("2026-11-24 10:00", at("2026-11-24T10:00")),
        ("soon", None),
    ],
)
def test_a_day_is_told_from_its_midnight(text: str, named: date | None) -> None:
    assert moment_or_day(text, "") == named
    assert type(moment_or_day(text, "")) is type(named)


@pytest.mark.parametrize("value", [None, [], {}, True, float("nan"), 7.5])
def test_what_is_no_text_is_no_date(value: object) -> None:
    assert moment(value, "") is None


WORDS = st.sampled_from(
    [
        *("2026", "11", "24", "/", ".", "-", ":", " ", "T", "10:00", "PM", "Nov", "mar.", "年", "月", "日"),
        *("+0100", "+9999", "Z", "CEST", "(", ")", "ago", "오후", "00", "99"),
    ]
)


@given(
    st.lists(WORDS | st.text(max_size=5), max_size=12).map("".join), st.sampled_from(["", "de", "xx", "ja"])
)
def test_any_text_is_a_moment_or_none(text: str, language: str) -> None:
    for found in (moment(text, language), plain_moment(text)):
        assert found is None or (found.tzinfo is UTC and found.microsecond == 0)
