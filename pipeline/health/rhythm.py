"""How often a source has news, by hour and weekday, and how long a silence is unusual for it. Pure.

Time is measured by what is expected of it: a night that never brings news counts for nothing, an hour that brings some
with the chance p for -log(1 - p), which is the logarithm of the chance of a silence. In that measure the pauses of a
source that goes on as before are alike (the time-rescaling theorem: E. N. Brown and others, Neural Computation 14, 2002),
so that one limit holds for night and day, working day and weekend. What is counted is hours with news, not articles, so
that a hundred articles at once are no more than one.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from statistics import median

HOUR = timedelta(hours=1)
_HOURS = 7 * 24
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_SATURDAY = 5
_PRIOR = 3.0  # days with which an hour's rate is drawn towards the mean
_LIKE = 8.0  # weeks with which that of a weekday is drawn towards that of all working days, or of the weekend
_FEWEST, _SHORTEST = (
    10,
    timedelta(days=14),
)  # hours with news, and the time that they span, to know a source by
_CHANCE = 1e-4  # of a pause, to be longer than the limit
_CHANCE_ALONE = 15.0  # pauses with which those of a source are drawn towards what comes by chance alone
_LONGER = 1.25  # times the longest pause that there was, at least
_LEAST = 4.5  # by chance alone one silence in 90 is as long
_REST = 0.25  # of what the best day brings, and less: the source rests


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a source has news. Its last hour with news began at `last`.

    `week` is what is expected from Monday 0:00 UTC until each hour of a week, 169 numbers. `limit` is from how much a
    silence is unusual, in a source that rests on some day of the week the length of a working day more, for that may be a
    holiday; `usual` the time within which nine of ten came.
    """

    week: tuple[float, ...]
    last: datetime
    limit: float
    usual: timedelta

    def expected(self, start: datetime, end: datetime) -> float:
        """What is expected between two times."""
        return _until(self.week, (end - _MONDAY) / HOUR) - _until(self.week, (start - _MONDAY) / HOUR)

    def is_silent(self, until: datetime) -> bool:
        """Whether it is unusual that nothing new came until then."""
        return self.expected(self.last + HOUR, until) > self.limit


def rhythm(arrivals: Sequence[datetime]) -> Rhythm | None:
    """The rhythm of these arrivals, oldest first; None if they are too few to tell.

    What came within the first hour is left out: a first look at a site finds what is there already.
    """
    looked = arrivals[0] + HOUR
    active = sorted({(time - _MONDAY) // HOUR for time in arrivals if time > looked})
    if len(active) < _FEWEST or (active[-1] - active[0]) * HOUR < _SHORTEST:
        return None
    week = _week(active)
    pauses = sorted(_until(week, after) - _until(week, before + 1) for before, after in pairwise(active))
    gaps = sorted(after - before for before, after in pairwise(active))
    return Rhythm(
        week=week,
        last=_MONDAY + active[-1] * HOUR,
        limit=_limit(pauses) + _holiday(week),
        usual=gaps[len(gaps) * 9 // 10] * HOUR,
    )


def _until(week: Sequence[float], time: float) -> float:
    """What is expected until a time, in hours since a Monday."""
    weeks, hours = divmod(time, _HOURS)
    hour = int(hours)
    return weeks * week[-1] + week[hour] + (week[hour + 1] - week[hour]) * (hours - hour)


def _week(active: Sequence[int]) -> tuple[float, ...]:
    days = range(active[0] // 24, active[-1] // 24 + 1)
    there, news = Counter(day % 7 for day in days), Counter(hour % _HOURS for hour in active)
    drawn = _PRIOR * len(active) / (24 * len(days))
    week: list[float] = []
    for kind in (range(_SATURDAY), range(_SATURDAY, 7)):
        of_kind = [
            (sum(news[24 * day + hour] for day in kind) + drawn) / (sum(there[day] for day in kind) + _PRIOR)
            for hour in range(24)
        ]
        week += [
            -math.log1p(-(news[24 * day + hour] + _LIKE * of_kind[hour]) / (there[day] + _LIKE))
            for day in kind
            for hour in range(24)
        ]
    return (0.0, *accumulate(week))


def _holiday(week: Sequence[float]) -> float:
    days = [after - before for before, after in pairwise(week[::24])]
    return max(days) if min(days) < _REST * max(days) else 0.0


def _limit(pauses: Sequence[float]) -> float:
    """The pause that hardly any exceeds, going by these, shortest first.

    The longer half is taken to be distributed exponentially beyond the median (peaks over a threshold: J. Pickands, Annals of
    Statistics 3, 1975, with the shape 0 of what comes by chance), drawn towards the 1 of what comes by chance alone. One exception
    is no rule: a day that nobody crawled, a day of mourning.
    """
    known = len(pauses) > 2 * _FEWEST
    usual = pauses[:-1] if known and pauses[-1] > 2 * pauses[-2] else pauses
    middle = median(usual)
    longer = usual[len(usual) // 2 :]
    excess = (sum(longer) - len(longer) * middle + _CHANCE_ALONE) / (len(longer) + _CHANCE_ALONE)
    rare = middle + excess * math.log(0.5 / _CHANCE)
    return max(rare, _LONGER * usual[-1], _LEAST)
