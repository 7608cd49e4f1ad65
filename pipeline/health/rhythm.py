"""How often a source has news, by hour and weekday, and how long a silence is unusual for it. Pure; all times are in UTC.

Time is measured by what is expected of it: a night that never brings news counts for nothing, an hour that brings none
with the chance p for -log(p). In that measure the pauses of a source that goes on as before are alike (the time-rescaling
theorem: E. N. Brown and others, Neural Computation 14, 2002), so that one limit holds for night and day, working day and
weekend. The chance is that of a negative binomial distribution: articles that come a dozen at once tell little more than
one of them, steady ones tell as much as they are.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from statistics import median

HOUR = timedelta(hours=1)
_HOURS = 7 * 24
_SATURDAY = 5
_PRIOR = 1.0  # days with which an hour's rate is drawn towards the mean
_LIKE = 8.0  # weeks with which that of a weekday is drawn towards that of all working days, or of the weekend
_FEWEST, _SHORTEST = 10, 14 * 24  # hours with news, and the hours that they span, to know a source by
_STEADIEST, _NEARLY = 0.2, 1e-3  # variance by mean of an hour's articles: the least, and what is nearly 1
_UNSURE = 2.0  # times as much it may be where it seems to be less than 1, in what the rates were learned from
_CHANCE = 1e-4  # of a pause, to be longer than the limit
_CHANCE_ALONE = 30.0  # pauses with which those of a source are drawn towards what comes by chance alone
_DOUBT = 0.03  # the same, from how long on it is worth looking elsewhere
_LONGER = 1.25  # times the longest pause that there was, at least
_LEAST = 6.0  # by chance alone one silence in 400 is as long
_FETCHED = 10  # minutes after a list is read, in which its pages are fetched
_REST = 0.25  # of what the best day brings, and less: the source rests


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a source has news.

    `week` is what is expected from Monday 0:00 until each hour of a week, 169 numbers. `limit` is from how much a
    silence is unusual, in a source that rests on some day of the week the length of a working day more, for that may be a
    holiday; from `doubt` on it is worth looking elsewhere. `usual` is the time within which nine of ten came; `minutes` are
    those of an hour at which something came, sorted.
    """

    week: tuple[float, ...]
    limit: float
    doubt: float
    usual: timedelta
    minutes: tuple[int, ...]

    def expected(self, start: datetime, end: datetime) -> float:
        """What is expected between two times."""
        return self._until(end) - self._until(start)

    def silence(self, since: datetime, until: datetime) -> float:
        """What was expected from the hour after its news of `since` until its lists were read; to be held against the limits.

        Of the hour that is not over, that is what usually came by this minute, and soon after a list is read: of a
        source that is asked at six and at eighteen o'clock, all of it.
        """
        last = since.replace(minute=0, second=0, microsecond=0)
        over = until.replace(minute=0, second=0, microsecond=0)
        if over <= last:
            return 0.0
        by_now = bisect_right(self.minutes, until.minute + _FETCHED) / len(self.minutes)
        return self.expected(last + HOUR, over) + by_now * self.expected(over, over + HOUR)

    def _until(self, time: datetime) -> float:
        weeks, hour = divmod(_hour(time), _HOURS)
        before, by_its_end = self.week[hour], self.week[hour + 1]
        return (
            weeks * self.week[-1] + before + (by_its_end - before) * (time.minute / 60 + time.second / 3600)
        )


def rhythm(arrivals: Sequence[datetime]) -> Rhythm | None:
    """The rhythm of these arrivals, oldest first; None if they are too few to tell.

    What came within the first hour is left out: a first look at a site finds what is there already.
    """
    later = arrivals[bisect_right(arrivals, arrivals[0] + HOUR) :]
    came = Counter(map(_hour, later))
    active = sorted(came)
    if len(active) < _FEWEST or active[-1] - active[0] < _SHORTEST:
        return None
    week = _week(came, range(active[0] // 24, active[-1] // 24 + 1))
    ends = [hour // _HOURS * week[-1] + week[hour % _HOURS + 1] for hour in active]
    starts = [hour // _HOURS * week[-1] + week[hour % _HOURS] for hour in active]
    pauses = sorted(start - end for end, start in zip(ends, starts[1:], strict=False))
    gaps = sorted(after - before for before, after in pairwise(active))
    doubt, limit = _limits(pauses)
    return Rhythm(
        week=week,
        limit=limit + _holiday(week),
        doubt=doubt,
        usual=gaps[len(gaps) * 9 // 10] * HOUR,
        minutes=tuple(sorted([time.minute for time in later])),
    )


def _hour(time: datetime) -> int:
    """The number of hours from the first Monday until the one that a time is in."""
    return (time.toordinal() - 1) * 24 + time.hour


def _week(came: Counter[int], days: range) -> tuple[float, ...]:
    """What is expected until each hour of a week, by how many came in which hour of these days."""
    there, counts = Counter(day % 7 for day in days), [0] * _HOURS
    for hour, count in came.items():
        counts[hour % _HOURS] += count
    drawn = _PRIOR * came.total() / (24 * len(days))
    rates: list[float] = []
    for kind in (range(_SATURDAY), range(_SATURDAY, 7)):
        known = sum(there[day] for day in kind) + _PRIOR
        same_hours = zip(*(counts[24 * day : 24 * day + 24] for day in kind), strict=True)
        of_kind = [(sum(hour) + drawn) / known * _LIKE for hour in same_hours]
        for day in kind:
            own = counts[24 * day : 24 * day + 24]
            rates += [(count + like) / (there[day] + _LIKE) for count, like in zip(own, of_kind, strict=True)]
    told = _told_by_one(came, rates, there)
    return (0.0, *accumulate([rate * told for rate in rates]))


def _told_by_one(came: Counter[int], rates: Sequence[float], there: Counter[int]) -> float:
    """How much less likely an hour without news is for each article that is expected in it: 1 if they come by chance alone.

    Less where an hour's articles vary more than by chance, more where they vary less (a binomial distribution, then).
    """
    mean = sum(there[hour // 24] * rate for hour, rate in enumerate(rates))
    square = sum(there[hour // 24] * rate * rate for hour, rate in enumerate(rates))
    square += sum(count * (count - 2 * rates[hour % _HOURS]) for hour, count in came.items())
    seen = square / mean
    spread = seen if seen > 1 else max(_STEADIEST, min(1.0, _UNSURE * seen))
    return math.log(spread) / (spread - 1) if abs(spread - 1) > _NEARLY else 1.0


def _holiday(week: Sequence[float]) -> float:
    days = [after - before for before, after in pairwise(week[::24])]
    return max(days) if min(days) < _REST * max(days) else 0.0


def _limits(pauses: Sequence[float]) -> tuple[float, float]:
    """The pause that few exceed, and the one that hardly any does, going by these, shortest first.

    The longer half is taken to be distributed exponentially beyond the median (peaks over a threshold: J. Pickands, Annals of
    Statistics 3, 1975, with the shape 0 of what comes by chance), drawn towards the 1 of what comes by chance alone. One exception
    is no rule: a day that nobody crawled, a day of mourning.
    """
    known = len(pauses) > 2 * _FEWEST
    usual = pauses[:-1] if known and pauses[-1] > 2 * pauses[-2] else pauses
    middle = median(usual)
    longer = usual[len(usual) // 2 :]
    excess = (sum(longer) - len(longer) * middle + _CHANCE_ALONE) / (len(longer) + _CHANCE_ALONE)
    few, rare = (middle + excess * math.log(0.5 / chance) for chance in (_DOUBT, _CHANCE))
    return few, max(rare, _LONGER * usual[-1], _LEAST)
