"""Zones as dates state them: what is certain is an offset, all else is none."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.metadata.times.zones import is_name, offset

SUMMER, WINTER = datetime(2026, 7, 1, 12), datetime(2026, 1, 1, 12)  # noqa: DTZ001 - wall clocks


@pytest.mark.parametrize(
    ("stated", "summer", "winter"),
    [
        *((zone, 0, 0) for zone in ("Z", "z", "UTC", "gmt", "+0", "-0000", "GMT+0")),
        *((zone, -5, -5) for zone in ("-5", "-05", "-500", "-0500", "-5:00", "-05:00", "EST", "UTC-5")),
        *((zone, 5.5, 5.5) for zone in ("+530", "+0530", "IST", "GMT+5:30")),
        *(("CET", 1, 1), ("MESZ", 2, 2), ("JST", 9, 9), ("МСК", 3, 3), ("AEDT", 11, 11), ("+14:00", 14, 14)),
        *(("ET", -4, -5), ("PT", -7, -8), ("Europe/Berlin", 2, 1), ("America/Argentina/Salta", -3, -3)),
        ("[Asia/Tokyo]", 9, 9),
        ("BST", 1, None),  # in winter it is not Britain's
        *((zone, None, None) for zone in ("+15:00", "-9900", "+1:99", "XYZ", "AST", "GST", "Utopia/Amaurot")),
        *((zone, None, None) for zone in ("", "and/or", "Europe/", "../etc/passwd", "Europe", "+")),
    ],
)
def test_offsets_of_a_zone(stated: str, summer: float | None, winter: float | None) -> None:
    for local, hours in ((SUMMER, summer), (WINTER, winter)):
        assert offset(stated, local) == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize("hour", [datetime(2026, 10, 25, 2, 30), datetime(2026, 3, 29, 2, 30)])  # noqa: DTZ001
def test_an_hour_that_a_zone_has_twice_or_never_has_no_offset(hour: datetime) -> None:
    assert offset("Europe/Berlin", hour) is None
    assert offset("CET", hour) == timedelta(hours=1)


def test_names_are_told_from_other_words() -> None:
    assert all(map(is_name, ("EST", "AST", "Europe/Berlin", "z")))
    assert not any(map(is_name, ("XYZ", "Nov", "Uhr", "", "+01:00")))


@given(st.text(max_size=12) | st.text("+-0123456789:GMTUCabc/", max_size=12))
def test_any_text_has_an_offset_that_zones_have_or_none(stated: str) -> None:
    found = offset(stated, SUMMER)
    assert found is None or abs(found) <= timedelta(hours=14)
