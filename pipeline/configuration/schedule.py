"""When sources are crawled: schedules, their ticks, and whether a source is due. Pure: the time is passed in."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

ANCHOR = datetime(2024, 1, 1, tzinfo=UTC)  # intervals are counted from here, so that every machine agrees
_SECONDS = {"m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Schedule:
    """Ticks at whole multiples of the interval `every` since ANCHOR, or by `cron` if it is not "".

    `cron` has five fields, read in `timezone` (IANA name). The text forms are those of broadsheet.toml.
    """

    every: str = ""
    cron: str = ""
    timezone: str = "UTC"

    def __str__(self) -> str:
        return f"cron {self.cron} {self.timezone}" if self.cron else f"every {self.every}"

    @property
    def interval(self) -> timedelta:
        """`every` as a duration."""
        return interval(self.every)

    @property
    def either_day(self) -> bool:
        """Whether a cron tick needs either the day of the month or the day of the week (True), or both (False).

        As in Debian's cron: both if one of the two fields begins with a star.
        """
        return not CronSim(self.cron, ANCHOR).day_and

    def next_tick(self, after: datetime) -> datetime | None:
        """The first tick later than `after`, in UTC; None if there is none."""
        if not self.cron:
            return ANCHOR + ((after - ANCHOR) // self.interval + 1) * self.interval
        tick = next(CronSim(self.cron, after.astimezone(ZoneInfo(self.timezone))), None)
        return tick and tick.astimezone(UTC)


def is_due(schedule: Schedule, last_crawl: datetime | None, now: datetime) -> bool:
    """Whether there is a tick after the last crawl (None: never crawled) and up to `now`, inclusive."""
    if last_crawl is None:
        return True
    tick = schedule.next_tick(last_crawl)
    return tick is not None and tick <= now


def interval(text: str) -> timedelta:
    """The duration of a text such as 30m, 6h or 1d; at least a minute. Raises ValueError."""
    match = re.fullmatch(r"([1-9][0-9]{0,4})\s*([mhd])", text)
    if not match:
        raise ValueError('must be a number of minutes, hours or days, such as "30m", "6h" or "1d"')
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def in_words(duration: timedelta) -> str:
    """The inverse of `interval`, in the largest unit that fits: 1d for 24h."""
    seconds = int(duration.total_seconds())
    unit = next(unit for unit in reversed(_SECONDS) if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def check_cron(text: str) -> None:
    """Raises ValueError unless the text is five cron fields that match some time."""
    if len(text.split()) != 5:
        raise ValueError('must be five cron fields (minute hour day month weekday), such as "0 6 * * *"')
    try:
        tick = next(CronSim(text, ANCHOR), None)
    except CronSimError as error:
        raise ValueError(f"is no cron expression: {str(error).lower()}") from None
    if tick is None:
        raise ValueError("is a cron expression that never matches any day")
