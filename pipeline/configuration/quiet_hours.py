"""Quiet hours: a part of the day, in some time zone, in which nobody is told anything. Pure: the time is passed in."""

import re
from datetime import datetime, time
from zoneinfo import ZoneInfo


def hours(text: str) -> tuple[time, time]:
    """Begin and end of a text such as 22:00-07:00, which may go over midnight. Raises ValueError."""
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text)
    if not match:
        raise ValueError('must be two times of day, such as "22:00-07:00"')
    begin, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if begin == end:
        raise ValueError("begins and ends at the same time")
    return begin, end


def is_quiet(text: str, at: datetime, timezone: str) -> bool:
    """Whether these hours (never, if "") are now in the time zone; they last until just before their end."""
    if not text:
        return False
    begin, end = hours(text)
    now = at.astimezone(ZoneInfo(timezone)).time()
    return begin <= now < end if begin < end else now >= begin or now < end
