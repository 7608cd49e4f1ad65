"""The dates of feeds, in whatever form and language they are written. No part of a date is ever taken from the clock."""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

_LONGEST = 80
_DAY_ALONE = 10
_MIDNIGHT = datetime.min.time()
_RFC_5322 = re.compile(
    r"(?:[A-Z][a-z]{2},\s*)?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    r" \d{2}:\d{2}(?::\d{2})? (?:GMT|UTC?|Z|E[SD]T|C[SD]T|M[SD]T|P[SD]T|[+-](?:0\d|1[0-4])[0-5]\d)"
)
_UNIX = re.compile(r"\d{10}(?:\d{3})?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")  # (CET), [Europe/Berlin], (火)
_BARE_HOURS = re.compile(r"(?<=\d)h(?=\d\d)|(?<=\d)\s*[时時시]\s*(?=\d)", re.IGNORECASE)  # 10h30, 10时30分
_YEAR_LAST = re.compile(
    r"(.*?[^\d:])(\d{1,2}:\d{2}(?::\d{2})?(?: \S+)?) (\d{4})"
)  # Tue Nov 24 10:00:00 +0100 2026
_LEAP_SECOND = re.compile(r"(?<=\d:\d\d):60(?!\d)")
_SHORT_OFFSET = re.compile(r"(?<=:\d\d)\s*([+-])(\d):?(\d\d)$")  # -5:00, -500
_OFFSET = re.compile(r"(?<=:\d\d)\s*(?:GMT|UTC)?\s*[+-](\d\d):?(\d\d)$")
_MOST_HOURS = 14
_YEAR_FIRST = re.compile(
    r"[^\d]{0,20}?(\d{4})\s*[-./\s年년]\s*(\d{1,2})\s*[-./\s月월]\s*(\d{1,2})(?!\d)\s*[.日일]?[\sT]*"
)
_YEAR_THIRD = re.compile(r"[^\d]{0,20}?(\d{1,2})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)\d{1,2}\s*([-./])\s*\d{1,2}\s*\1\s*\d{2}(?!\d)")
_HALF_OF_DAY = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
_TIME = re.compile(r"[,\sT]*\d{1,2}\s*:\s*\d{2}")
_LAST_WORD = re.compile(r"\s+\S+$")
_MONTH_FIRST = frozenset(("en-us", "en-ph"))
_EITHER_FIRST = frozenset(("", "en", "en-ca"))
# A name of three countries' time, which dateparser takes for Israel's.
_INDIA = re.compile(r"\bIST\b")
_SETTINGS: dict[str, Any] = {
    "REQUIRE_PARTS": ["day", "month", "year"],
    "PARSERS": ["absolute-time"],
    "DATE_ORDER": "DMY",
    "PREFER_LOCALE_DATE_ORDER": False,
    "TIMEZONE": "UTC",
    "TO_TIMEZONE": "UTC",
    "RETURN_AS_TIMEZONE_AWARE": True,
}


def plain_moment(value: Any) -> datetime | None:
    """The moment that a date in one of the usual forms names (RFC 5322, ISO 8601, Unix time), in UTC; else None.

    Without a zone it counts as UTC, without a time as midnight.
    """
    return _at_midnight(_usual(value))


def moment(value: Any, language: str) -> datetime | None:
    """The moment that a date names, to the second, in UTC; of one that cannot be read whole, its day at midnight.

    None where no day is named, and for 10/11/2026 unless the feed's `language` (a tag, or "") says which part is
    the month. A date without zone counts as UTC.
    """
    return _at_midnight(moment_or_day(value, language))


def moment_or_day(value: Any, language: str) -> datetime | date | None:
    """As `moment`, but a day where no time of day is named."""
    usual = _usual(value)
    if usual is not None or not isinstance(value, str):
        return usual
    return _unusual(value[: 4 * _LONGEST], language.strip().lower())


def _at_midnight(named: datetime | date | None) -> datetime | None:
    if named is None or isinstance(named, datetime):
        return named
    return datetime(named.year, named.month, named.day, tzinfo=UTC)


def _usual(value: Any) -> datetime | date | None:
    text = " ".join(str(value).split()) if isinstance(value, str | int | float) else ""
    with suppress(ValueError, OverflowError):
        if _RFC_5322.fullmatch(text):
            return _utc(parsedate_to_datetime(text))
        if _UNIX.fullmatch(text):
            return datetime.fromtimestamp(int(text[:10]), UTC)
        if "W" in text:  # 2026-W48 names no day
            return None
        if len(text) <= _DAY_ALONE:
            return date.fromisoformat(text)
        return _utc(datetime.fromisoformat(text))
    return None


@lru_cache(maxsize=4096)
def _unusual(value: str, language: str) -> datetime | date | None:
    text = _tidied(value)
    if not any(character.isdigit() for character in text) or len(text) > _LONGEST:
        return None
    numeric = _numeric_day(text, language)
    if numeric == "":
        return None
    text = numeric or text
    time = _TIME.search(text)
    offset = _OFFSET.search(text)
    possible = not offset or int(offset[1]) * 60 + int(offset[2]) <= _MOST_HOURS * 60
    if possible and (found := _dateparser(text, language)):
        return found if time or found.time() != _MIDNIGHT else found.date()
    if time is None:
        return None
    day = text[: time.start()]
    found = _dateparser(day, language) or _dateparser(_LAST_WORD.sub("", day), language)
    return found.date() if found else None


def _tidied(value: str) -> str:
    text = _BRACKETS.sub(" ", unicodedata.normalize("NFKC", value))
    text = " ".join(text.replace("\N{MINUS SIGN}", "-").split())
    if compact := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second = compact.groups("00")
        return f"{year}-{month}-{day} {hour}:{minute}:{second}"
    text = _BARE_HOURS.sub(":", _INDIA.sub("+05:30", text))
    if year_last := _YEAR_LAST.fullmatch(text):
        text = f"{year_last[1]}{year_last[3]} {year_last[2]}"
    text = _LEAP_SECOND.sub(":59", text)
    return _SHORT_OFFSET.sub(r" \g<1>0\2:\3", text)


def _numeric_day(text: str, language: str) -> str | None:
    """The text with a numeric day as ISO 8601 writes it; "" where it cannot be known, None if the month has a name."""
    if found := _YEAR_FIRST.match(text):
        if int(found[2]) > 12:
            return ""
        return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2} {text[found.end() :]}".strip()
    if found := _YEAR_THIRD.match(text):
        first, second = int(found[1]), int(found[3])
        month_first = second > 12 or (found[2] != "." and bool(_HALF_OF_DAY.search(text)))
        known = max(first, second) > 12 or first == second or month_first or found[2] == "."
        if not known and language in _EITHER_FIRST:
            return ""
        if first <= 12 and (month_first or (not known and language in _MONTH_FIRST)):
            first, second = second, first
        return f"{found[4]}-{second:02}-{first:02} {text[found.end() :].lstrip(', ')}".strip()
    return "" if _SHORT_YEAR.search(text) else None


def _dateparser(text: str, language: str) -> datetime | None:
    from dateparser import parse  # 0.1 s, and few feeds need it

    for languages in ([language.partition("-")[0]], None) if language else (None,):
        with suppress(ValueError, OverflowError):  # a language that it does not know, a date that cannot be
            found = parse(text, languages=languages, settings=_SETTINGS)
            if found is not None:
                return _utc(found)
    return None


def _utc(named: datetime) -> datetime | None:
    if abs(named.utcoffset() or timedelta()) > timedelta(hours=_MOST_HOURS):
        return None
    named = named if named.tzinfo else named.replace(tzinfo=UTC)
    return named.astimezone(UTC).replace(microsecond=0)
