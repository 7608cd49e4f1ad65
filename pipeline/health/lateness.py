"""Whether what a source publishes becomes searchable later than it used to. Pure.

Articles that arrive within an hour are one catch, which is as late as the least late of them: after a pause, or a run that
was missed, all that was published meanwhile comes at once. Articles without an exact time, and those that were a day old,
have no delay, and say nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from pipeline.health.rhythm import HOUR
from pipeline.health.signs import streak

_FEWEST = 10  # catches, to know what is usual
_SUSTAINED = 4  # catches in a row: what delays one delays the next
_TIMES, _MORE = 4, 3 * 3600.0  # as much, and so much more than usual is late


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """The last `articles` became searchable late, since `since`: after this `delay`, which is their median."""

    articles: int
    delay: timedelta
    since: datetime


Timing = tuple[datetime, float | None]
"""When an article arrived, and its delay in seconds, if it has one."""


class _Catch(NamedTuple):
    at: datetime
    delay: float


def lateness(timings: Sequence[Timing]) -> tuple[timedelta | None, Late | None]:
    """The median delay of a source's catches, None if there are too few to tell; and whether the latest are clearly late.

    They are if all of them are, going by those before them, and too many for chance.
    """
    caught = _caught(timings)
    if len(caught) < _FEWEST:
        return None, None
    usual = median([each.delay for each in caught])
    limit = max(_TIMES * usual, usual + _MORE)
    found = streak(caught, lambda each: each.delay > limit, lambda each: each.at, _FEWEST)
    if found is None or found.length < _SUSTAINED:
        return timedelta(seconds=usual), None
    delays = [delay for at, delay in timings if delay is not None and at >= found.since]
    delay = timedelta(seconds=median(delays))
    return timedelta(seconds=usual), Late(articles=len(delays), delay=delay, since=found.since)


def _caught(timings: Sequence[Timing]) -> list[_Catch]:
    found: list[_Catch] = []
    for at, delay in timings:
        if delay is None:
            continue
        if not found or at - found[-1].at >= HOUR:
            found.append(_Catch(at, delay))
        elif delay < found[-1].delay:
            found[-1] = _Catch(found[-1].at, delay)
    return found
