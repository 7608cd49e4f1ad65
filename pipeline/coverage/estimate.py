"""How many articles there are, by what several lists name independently of each other: capture and recapture. Pure.

Two lists: the estimate of Lincoln and Petersen, in the form of Chapman (1951). Three and more: log-linear models after
Fienberg (1972), with a term for each pair of lists that is seen to depend on each other. Intervals are those of the
likelihood's profile (Cormack 1992). Where all lists tend to name the same articles, Chao's lower bound (1987) is all that
can be said; between two lists that cannot be seen.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp, inf, log, sqrt
from typing import Literal

from pipeline.coverage.log_linear import Fitted, Pair, association, fit, likelihood_together

Dependence = Literal["none", "positive", "negative", "untested"]

# Half the point of chi-squared with one degree of freedom that chance passes in 5 % of all tests, by the number of pairs tested.
_CHANCE = {1: 1.92, 3: 2.87, 6: 3.49}
_ALIKE = 1.35  # the same for one term that can but be positive
_FEWEST_TWICE = 30  # pages that two lists and more name: with fewer, dependence would not show


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How many there are: `seen` by any list, `number` in all, with the ends of its 95 % interval.

    `number` is None where there is no estimate (one list, or lists that have nothing in common), `high` None where
    there is no upper end. `dependence` says whether lists were seen to name the same (positive) or different (negative)
    articles, in which `pairs`.
    """

    seen: int
    number: int | None
    low: int
    high: int | None
    dependence: Dependence
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def is_least(self) -> bool:
        """Whether there may well be more than the interval says: lists depend on each other, or that could not be tested."""
        return self.dependence in ("positive", "untested")


def estimate(caught: Iterable[Collection[str]]) -> Estimate:
    """The estimate by the names of the lists that each article is on. What is on none is ignored."""
    members = [frozenset(each) for each in caught if each]
    lists = sorted({name for each in members for name in each})
    counts = [0] * (1 << len(lists))
    for each in members:
        counts[sum(1 << lists.index(name) for name in each)] += 1
    if len(lists) < 2:
        return Estimate(seen=len(members), number=None, low=len(members), high=None, dependence="untested")
    if len(lists) == 2:
        return _of_two(counts)
    return _of_several(counts, lists)


def _of_two(counts: Sequence[int]) -> Estimate:
    only_first, only_second, both = counts[1:]
    seen, fitted = sum(counts), fit(counts)
    number = (only_first + both + 1) * (only_second + both + 1) / (both + 1) - 1
    return Estimate(
        seen=seen,
        number=round(number) if both else None,
        low=seen + fitted.low,
        high=None if fitted.high is None else max(seen + fitted.high, round(number)),
        dependence="untested",
    )


def _of_several(counts: Sequence[int], lists: Sequence[str]) -> Estimate:
    seen, (fitted, pairs) = sum(counts), _chosen(counts, len(lists))
    twice = sum(number for cell, number in enumerate(counts) if cell.bit_count() > 1)
    found = Estimate(
        seen=seen,
        number=None if fitted.missed is None else seen + fitted.missed,
        low=seen + fitted.low,
        high=None if fitted.high is None else seen + fitted.high,
        dependence="untested" if twice < _FEWEST_TWICE else _dependence(counts, fitted, pairs),
        pairs=tuple((lists[one], lists[other]) for one, other in pairs),
    )
    if found.is_least or likelihood_together(counts, fitted.missed or 0) - fitted.likelihood <= _ALIKE:
        return found
    number, low = _least(counts, len(lists))
    return replace(
        found,
        number=max(number, found.number or 0),
        low=min(low, found.low),
        high=None,
        dependence="positive",
        pairs=tuple(combinations(lists, 2)),
    )


def _least(counts: Sequence[int], lists: int) -> tuple[int, int]:
    """The lower bound of Chao (1987) for what is more or less easily caught, and the lower end of its 95 % interval."""
    once, twice = (sum(n for cell, n in enumerate(counts) if cell.bit_count() == times) for times in (1, 2))
    seen, share = sum(counts), (lists - 1) / lists
    missed = share * once * (once - 1) / (2 * (twice + 1))
    if not missed:
        return seen, seen
    ratio = once / max(twice, 1)
    spread = max(twice, 1) * (share * ratio**2 / 2 + share**2 * ratio**3 + share**2 * ratio**4 / 4)
    return seen + round(missed), seen + int(missed / exp(1.96 * sqrt(log(1 + spread / missed**2))))


def _chosen(counts: Sequence[int], lists: int) -> tuple[Fitted, tuple[Pair, ...]]:
    """The model with the pairs that depend on each other: one after the other, as long as it is hardly chance."""
    possible = list(combinations(range(lists), 2))
    chance = _CHANCE.get(len(possible), max(_CHANCE.values()))
    best = fit(counts)
    pairs: tuple[Pair, ...] = ()
    while len(pairs) < len(possible) - 1:
        trials = {(*pairs, pair): fit(counts, (*pairs, pair)) for pair in possible if pair not in pairs}
        more = max(trials, key=lambda each: _weight(trials[each]))
        if trials[more].likelihood - best.likelihood <= chance:
            break
        best, pairs = trials[more], more
    return best, tuple(sorted(pairs))


def _weight(fitted: Fitted) -> tuple[float, float]:
    """Of models as likely as each other, the one with more that is missed."""
    return round(fitted.likelihood, 6), inf if fitted.missed is None else fitted.missed


def _dependence(counts: Sequence[int], fitted: Fitted, pairs: Sequence[Pair]) -> Dependence:
    if not pairs:
        return "none"
    missed = fitted.low if fitted.missed is None else fitted.missed
    signs = [association(counts, missed, pairs, pair) for pair in pairs]
    return "positive" if max(signs) > 0 else "negative"
