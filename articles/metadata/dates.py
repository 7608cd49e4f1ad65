"""Parse times as web pages write them, to aware UTC."""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Month names and abbreviations, by their first letters, in the larger European languages; a regex fragment.
MONTH = (
    r"(?:jan|feb|fév|mar|mär|mrz|apr|avr|abr|may|mai|mag|mei|maj|jun|juin|giu|jul|juil|lug|aug|août|ago|aou|sep|set|oct|okt|"
    r"ott|out|nov|dec|dez|déc|dic|gen|ene|янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек)\w{0,7}\.?"
)
_LONGEST = 64
# ISO 8601 as found in the wild: space instead of T, one-digit parts, any fraction, zone with or without colon or space
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?$", re.IGNORECASE
)


def parse(text: str, latest: datetime) -> datetime | None:
    """The time given by a machine-readable date (ISO 8601, RFC 5322, Unix seconds or milliseconds).

    A date without a zone is taken as UTC, one without a time as midnight. None for anything else, and for dates
    before 1990 or more than a day after `latest` (the fetch time), which are mistakes.
    """
    text = text.strip()[:_LONGEST]
    try:
        moment = iso(text) or _unix(text) or _rfc5322(text)
        if moment is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return moment if EARLIEST <= moment <= latest + timedelta(days=1) else None


def day(text: str) -> date:
    """The day of a date that `parse` accepts, in the date's own time zone."""
    match = _ISO.match(text.strip()) or _COMPACT.match(text.strip())
    if match is not None:
        return date(int(match[1]), int(match[2]), int(match[3]))
    moment = _unix(text.strip()) or _rfc5322(text.strip())
    return (moment or EARLIEST).date()


def iso(text: str) -> datetime | None:
    """The time to the second given by an ISO 8601 date, in UTC, as in `parse`; None if the text does not start with one.

    Raises ValueError, OverflowError for an impossible date, such as the 32nd.
    """
    match = _ISO.match(text) or _COMPACT.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC) - _offset(match[7])


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone[0] not in "+-":
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset


def _unix(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{10}(?:\d{3})?", text):
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC)


def _rfc5322(text: str) -> datetime | None:
    if "," not in text and not text[:1].isdigit():
        return None
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
