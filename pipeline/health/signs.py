"""Signs that something about a source has changed, in what its pages gave one after the other. Pure."""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from statistics import median
from typing import TypeVar

from pipeline.health.rhythm import Rhythm
from store.ledger.watch.arrival_table import Arrival

_CHANCE = 1e-4  # the probability at which a run of bad ones is no longer taken for chance
_RARE = 0.02  # what never happened is taken to happen so often...
_COMMON = 0.5  # ...and what happens more often than this is no sign
_UNKNOWN, _WEIGHT = 0.2, 1.0  # what is usual before anything is known, and for how many pages that counts
_SOME = 10  # articles, to know what is usual of them
_SHORT, _LONG, _UNSURE = 0.25, 4.0, 0.3
_DAYS = (1, 2, 4, 7)
_WINDOWS = 6  # stretches of so many days, to know what is usual
_FEW, _FEWER = 8, 0.7  # articles in such a stretch; the share of them that is few
_DEVIATIONS = 5.0
_FIRST = timedelta(days=1)  # after a first look, which finds what is there already
_MAD = 1.4826  # times the median absolute deviation is the standard deviation of what is normally distributed

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """The last `length` of something, all bad, since `since`."""

    length: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What is no longer as it was: `what`, for people, from when on."""

    what: str
    since: datetime


def streak(
    values: Sequence[_T], bad: Callable[[_T], bool], at: Callable[[_T], datetime], known: int = 0
) -> Streak | None:
    """The bad ones at the end of these, if they are too many to be chance, going by how many before them were bad.

    None, too, if fewer than `known` came before them.
    """
    last = list(takewhile(bad, reversed(values)))
    before = values[: len(values) - len(last)]
    share = (sum(map(bad, before)) + _UNKNOWN * _WEIGHT) / (len(before) + _WEIGHT)
    usual = max(_RARE, share)
    if not last or len(before) < known or usual > _COMMON:
        return None
    if len(last) < math.log(_CHANCE) / math.log(usual):
        return None
    return Streak(length=len(last), since=at(last[-1]))


def changes(arrivals: Sequence[Arrival]) -> list[Shift]:
    """What a source's latest articles all lack, or have much more or less of than those before."""
    known = [each for each in arrivals if each.words is not None]
    if not known:
        return []
    words = median(each.words or 0 for each in known)
    certain = median(each.confidence or 0.0 for each in known)
    signs: dict[str, Callable[[Arrival], bool]] = {
        "without a date of their own": lambda each: not each.dated,
        "without an author": lambda each: not each.signed,
        "much shorter than usual": lambda each: (each.words or 0) < _SHORT * words,
        "much longer than usual": lambda each: (each.words or 0) > _LONG * words,
        "less certain than usual": lambda each: (each.confidence or 0.0) < certain - _UNSURE,
    }
    streaks = ((what, streak(known, bad, _at, _SOME)) for what, bad in signs.items())
    return [
        Shift(what=f"its last {found.length} articles are {what}", since=found.since)
        for what, found in streaks
        if found
    ]


def walled(arrivals: Sequence[Arrival]) -> Streak | None:
    """The latest articles, if all of them stand behind a wall for payment."""
    return streak([each for each in arrivals if each.paid is not None], lambda each: bool(each.paid), _at)


def fewer(arrivals: Sequence[datetime], rhythm: Rhythm, until: datetime) -> Shift | None:
    """A stretch of some days until then that brought far fewer articles than those before it, for what was expected of each."""
    for days in _DAYS:
        stretch = timedelta(days=days)
        starts = [until - stretch]
        while starts[-1] - stretch >= arrivals[0] + _FIRST:
            starts.append(starts[-1] - stretch)
        if len(starts) <= _WINDOWS:
            continue
        counts = [bisect_left(arrivals, one + stretch) - bisect_left(arrivals, one) for one in starts]
        expected = [rhythm.expected(one, one + stretch) for one in starts]
        rate = median(count / hours for count, hours in zip(counts[1:], expected[1:], strict=True))
        usual = rate * expected[0]
        off = median(abs(n - rate * hours) for n, hours in zip(counts[1:], expected[1:], strict=True))
        spread = max(_MAD * off, math.sqrt(usual) / 2, 1.0)
        if usual >= _FEW and counts[0] <= _FEWER * usual and counts[0] < usual - _DEVIATIONS * spread:
            what = f"{counts[0]} new articles in {days} day{'s' if days > 1 else ''}, where {usual:.0f} are usual"
            return Shift(what=what, since=until - stretch)
    return None


def _at(arrival: Arrival) -> datetime:
    return arrival.at
