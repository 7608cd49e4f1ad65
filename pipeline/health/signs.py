"""Signs that something about a source has changed, in what its pages gave one after the other. Pure."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from statistics import median
from typing import TypeVar

from pipeline.health.rhythm import Rhythm
from store.ledger.watch.arrival_table import Arrival

_CHANCE = 1e-4  # the probability at which bad ones are no longer taken for chance
_COMMON = 0.5  # what happens more often than this is no sign
_BAD, _GOOD = 0.2, 0.8  # as many are taken to have been there before the first
_LATEST = (10, 20, 40)
LATEST = _LATEST[-1]
_MANY = 0.6  # of the latest
_SOME = 10  # articles, to know what is usual of them
_SHORT, _LONG, _UNSURE = 0.25, 4.0, 0.3
_DAYS = (1, 2, 4, 7)
_STEP = timedelta(days=1)
_WINDOWS = 6  # stretches of so many days, to know what is usual
_FEW, _FEWER = 8, 0.7  # articles in such a stretch; the share of the fewest ever that is few
_DEVIATIONS = 3.0  # times the square root of what is usual
_FIRST = timedelta(days=1)  # after a first look, which finds what is there already

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """The last `length` of something, all bad, since `since`."""

    length: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """`bad` of the last `length` of something, the first of them at `since`."""

    bad: int
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
    """The bad ones at the end of these, if they `are_no_chance`, each bad one before being where a streak could have begun.

    None, too, if fewer than `known` came before them.
    """
    last = list(takewhile(bad, reversed(values)))
    before = len(values) - len(last)
    if not last or before < known:
        return None
    count = sum(map(bad, values[:before]))
    if not are_no_chance(len(last), count, before, count + 1):
        return None
    return Streak(length=len(last), since=at(last[-1]))


def are_no_chance(length: int, count: int, before: int, times: float = 1) -> bool:
    """Whether so many bad ones in a row are too many to be chance in any of some `times`, if `count` of those `before` them were bad.

    The chance is by the rule of succession: with each bad one it is more likely that the next is bad, too, but no more so
    than it was usual, or is taken to be where nothing is known.
    """
    if count > _COMMON * before:
        return False
    first, all_of_them = count + _BAD, before + _BAD + _GOOD
    usual = max(_BAD / (_BAD + _GOOD), first / all_of_them)
    return math.prod(min(usual, (first + n) / (all_of_them + n)) for n in range(length)) * times < _CHANCE


def surge(latest: Sequence[tuple[datetime, bool]], bad: int, count: int) -> Surge | None:
    """The latest ones, if many of them are bad: too many to be chance, going by those before them.

    `latest` says of at least LATEST of them, or of all, when they were and whether they are bad; `bad` of all `count` are.
    """
    for many in _LATEST:
        last = latest[-many:]
        number = sum(is_bad for _, is_bad in last)
        before, usual = count - len(last), bad - number
        if before < _SOME or usual > _COMMON * before or number < _MANY * many:
            continue
        if _chance(number, many, usual + _BAD, before - usual + _GOOD) < _CHANCE:
            return Surge(bad=number, length=many, since=next(at for at, is_bad in last if is_bad))
    return None


def _chance(least: int, count: int, bad: float, good: float) -> float:
    """The probability of at least so many bad ones among `count`, after so many bad and good ones (beta-binomial)."""

    def log_beta(one: float, other: float) -> float:
        return math.lgamma(one) + math.lgamma(other) - math.lgamma(one + other)

    return sum(
        math.comb(count, n) * math.exp(log_beta(bad + n, good + count - n) - log_beta(bad, good))
        for n in range(least, count + 1)
    )


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


def one_notice(arrivals: Sequence[Arrival]) -> Streak | None:
    """The latest articles, if all of them ask for consent, with a text that others of them have as well: a wall before all."""
    known = [each for each in arrivals if each.asks is not None]
    times = Counter(each.text for each in known if each.asks)
    return streak(known, lambda each: bool(each.asks) and times[each.text] > 1, _at)


def copies(arrivals: Sequence[Arrival]) -> Surge | None:
    """The latest articles, if many of them have a text that came before, which is rare among the others; notices do not count."""
    seen: set[int] = set()
    again: list[tuple[datetime, bool]] = []
    for each in arrivals:
        if each.text and not each.asks:
            again.append((each.at, each.text in seen))
            seen.add(each.text)
    return surge(again, sum(is_copy for _, is_copy in again), len(again))


def may_be_fewer(times: Sequence[datetime], until: datetime) -> bool:
    """Whether `fewer` may find something. That needs a rhythm; this is by the same days of the weeks before alone."""
    whole = int((until - times[0] - _FIRST) / _STEP)
    before = [bisect_left(times, until - day * _STEP) for day in range(whole + 1)]
    for days in _DAYS:
        counts = [later - earlier for later, earlier in zip(before[::7], before[days::7], strict=False)]
        if len(counts) > 1 and 0 < counts[0] <= _FEWER * min(counts[1:]):
            return True
    return False


def fewer(arrivals: Sequence[datetime], rhythm: Rhythm, until: datetime) -> Shift | None:
    """A stretch of some days until then that brought far fewer articles, for what was expected of it, than any before it.

    Its latter half must have brought few as well, or it is over. One that brought none is a silence, which its rhythm tells.
    """
    usual_rate = len(arrivals) / rhythm.expected(arrivals[0], until)
    for days in _DAYS:
        stretch = timedelta(days=days)
        starts = [until - stretch]
        if _rate(arrivals, rhythm, starts[0], stretch) > _FEWER * usual_rate:
            continue
        while starts[-1] - _STEP >= arrivals[0] + _FIRST:
            starts.append(starts[-1] - _STEP)
        before = starts[days:]
        if len(before) <= _WINDOWS * days:
            continue
        rates = [_rate(arrivals, rhythm, start, stretch) for start in before]
        expected = rhythm.expected(starts[0], until)
        usual, least = median(rates) * expected, min(rates) * expected
        count = bisect_left(arrivals, until) - bisect_left(arrivals, starts[0])
        late = until - stretch / 2
        still = _rate(arrivals, rhythm, late, stretch / 2) <= _FEWER * median(rates)
        is_few = usual >= _FEW and 0 < count <= _FEWER * least and still
        if is_few and count < usual - _DEVIATIONS * math.sqrt(usual):
            what = f"{count} new articles in {days} day{'s' if days > 1 else ''}, where {usual:.0f} are usual"
            return Shift(what=what, since=starts[0])
    return None


def _rate(arrivals: Sequence[datetime], rhythm: Rhythm, start: datetime, stretch: timedelta) -> float:
    count = bisect_left(arrivals, start + stretch) - bisect_left(arrivals, start)
    return count / rhythm.expected(start, start + stretch)


def _at(arrival: Arrival) -> datetime:
    return arrival.at
