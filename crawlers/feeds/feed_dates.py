"""The dates of feeds: the usual forms at once, others as pages are read (articles.metadata.times.written_dates)."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from articles.metadata.times.written_dates import read

_DAY_ALONE = 10
_RFC_5322 = re.compile(
    r"(?:[A-Z][a-z]{2},\s*)?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    r" \d{2}:\d{2}(?::\d{2})? (?:GMT|UTC?|Z|E[SD]T|C[SD]T|M[SD]T|P[SD]T|[+-](?:0\d|1[0-4])[0-5]\d)"
)
_UNIX = re.compile(r"\d{10}(?:\d{3})?")
_MOST_HOURS = 14


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
    written = read(value, language)
    if written is None:
        return None
    with suppress(OverflowError):
        return written.moment if written.timed else written.day
    return None


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


def _utc(named: datetime) -> datetime | None:
    if abs(named.utcoffset() or timedelta()) > timedelta(hours=_MOST_HOURS):
        return None
    named = named if named.tzinfo else named.replace(tzinfo=UTC)
    return named.astimezone(UTC).replace(microsecond=0)
