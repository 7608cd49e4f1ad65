"""How often a source has news, by hour and weekday, and how long a silence is unusual for it. Pure.

Time is measured by what is expected of it: a night that never brings news counts for next to nothing, a busy hour for
almost one. In that measure the pauses of a source that goes on as before are alike (the time-rescaling theorem: E. N.
Brown and others, Neural Computation 14, 2002), so that one limit holds for night and day, working day and weekend. What
is counted is hours with news, not articles, so that a hundred articles at once are no more than one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise

HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_SATURDAY = 5
_PRIOR = 3.0  # days with which each hour's rate is drawn towards the mean of all
_FEWEST, _SHORTEST = (
    10,
    timedelta(days=7),
)  # hours with news, and the time that they span, to know a source by
_PATIENCE = 2.0  # times the longest pause
_DOUBT = (
    5.0  # hours with news: with so many the patience is doubled, with more of them it is less and less so
)
_LEAST = 3.0  # expected hours with news


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a source has news. `hours` counts the hours with news, the last of which began at `last`.

    `week` is how many of them are expected from Monday 0:00 UTC until each hour of a week, 169 numbers. `longest` is its
    longest pause, in expected hours with news; `usual` the time within which nine of ten came.
    """

    week: tuple[float, ...]
    hours: int
    last: datetime
    longest: float
    usual: timedelta

    def expected(self, start: datetime, end: datetime) -> float:
        """The hours with news that are expected between two times."""
        return self._until(end) - self._until(start)

    def _until(self, time: datetime) -> float:
        hours, part = divmod(time - _MONDAY, HOUR)
        weeks, hour = divmod(hours, len(self.week) - 1)
        begun, ended = self.week[hour], self.week[hour + 1]
        return weeks * self.week[-1] + begun + (ended - begun) * (part / HOUR)

    @property
    def limit(self) -> float:
        """From how many expected hours with news a silence is unusual."""
        return max(_LEAST, _PATIENCE * self.longest * (1 + _DOUBT / self.hours))

    def is_silent(self, until: datetime) -> bool:
        """Whether it is unusual that nothing new came until then."""
        return self.expected(self.last + HOUR, until) > self.limit


def rhythm(arrivals: Sequence[datetime]) -> Rhythm | None:
    """The rhythm of these arrivals, oldest first; None if they are too few to tell.

    What came within the first hour is left out: a first look at a site finds what is there already.
    """
    times = [time for time in arrivals if time - arrivals[0] > HOUR]
    active = sorted({time.replace(minute=0, second=0, microsecond=0) for time in times})
    if len(active) < _FEWEST or active[-1] - active[0] < _SHORTEST:
        return None
    known = Rhythm(week=_week(active), hours=len(active), last=active[-1], longest=0, usual=HOUR)
    pauses = sorted(known.expected(one + HOUR, other) for one, other in pairwise(active))
    gaps = sorted(other - one for one, other in pairwise(active))
    return Rhythm(
        week=known.week,
        hours=known.hours,
        last=known.last,
        longest=_longest(pauses),
        usual=gaps[len(gaps) * 9 // 10],
    )


def _week(active: Sequence[datetime]) -> tuple[float, ...]:
    days = [active[0] + n * _DAY for n in range((active[-1] - active[0]) // _DAY + 1)]
    there = Counter(map(_is_weekend, days))
    news = Counter((_is_weekend(hour), hour.hour) for hour in active)
    mean = len(active) / (24 * len(days))
    rates = [
        (news[weekend, hour] + _PRIOR * mean) / (there[weekend] + _PRIOR)
        for weekend in (False,) * _SATURDAY + (True,) * 2
        for hour in range(24)
    ]
    return (0.0, *accumulate(rates))


def _longest(pauses: Sequence[float]) -> float:
    """The longest of these, shortest first; but one exception is no rule: a day that nobody crawled, a day of mourning."""
    return pauses[-2] if pauses[-1] > _PATIENCE * pauses[-2] else pauses[-1]


def _is_weekend(time: datetime) -> bool:
    return time.weekday() >= _SATURDAY
