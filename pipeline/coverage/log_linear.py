"""Log-linear models of several lists of one population, some of whose members are on none of them. Pure.

A model lets lists depend on each other in some pairs; `likelihood_together` is that of one in which all of them do, and
alike, as they do if some members are more easily caught than others (Darroch, Fienberg, Glonek and Junker 1993).

The lists are numbered; a member's cell is the sum of 2**number over the lists that it is on. The counts of all cells are
given in order, that of cell 0 (on no list) is unknown and ignored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from operator import mul

Pair = tuple[int, int]

_CLOSE = 1e-5
_LEAST = 1e-9
_STEPS = 100
_MOST_SWEEPS = 500
# Half the 95 % point of chi-squared (1.92), and more: few lists make a profile that is too steep (bench/coverage.py).
_DROP = 2.3


@dataclass(frozen=True, slots=True)
class Fitted:
    """The most likely number on no list by a model, and the 95 % interval around it, by the profile of its likelihood.

    `missed` and `high` are None where the likelihood has no maximum, or does not fall again. `likelihood` is the
    logarithm of that of the counts alone, whatever is missed: by it, models can be compared.
    """

    missed: int | None
    low: int
    high: int | None
    likelihood: float


def fit(counts: Sequence[int], pairs: Sequence[Pair] = ()) -> Fitted:
    """The model in which lists depend on each other in these pairs, and else not at all."""
    seen = sum(counts[1:])
    furthest = 1000 * (seen + 10)
    known: dict[int, float] = {}

    def likelihood(missed: int) -> float:
        if missed not in known:
            known[missed] = _likelihood(counts, missed, expected(counts, missed, pairs))
        return known[missed]

    best = _first(lambda n: likelihood(n + 1) <= likelihood(n) + _LEAST, 0, furthest)
    limit = likelihood(best) - _DROP
    low = _first(lambda n: likelihood(n) >= limit, 0, best)
    high = _first(lambda n: likelihood(n + 1) < limit, best, furthest)
    return Fitted(
        missed=best if best < furthest else None,
        low=low,
        high=high + 1 if high < furthest else None,
        likelihood=_of_counts(counts, expected(counts, best, pairs)),
    )


def association(counts: Sequence[int], missed: int, pairs: Sequence[Pair], pair: Pair) -> float:
    """The logarithm of the odds ratio of two lists in the fitted table: above 0 where they name the same pages."""
    table = expected(counts, missed, pairs)
    one, other = (1 << number for number in pair)
    both, neither = table[one | other], table[0]
    return log(max(both * neither, _LEAST)) - log(max(table[one] * table[other], _LEAST))


def likelihood_together(counts: Sequence[int], missed: int) -> float:
    """The logarithm of the likelihood of the counts if all lists depend on each other alike, as `Fitted` has it.

    `missed` is a first guess. It may be a little less than the most: the search ends after some steps.
    """
    observed: list[float] = [missed, *counts[1:]]
    table = expected(counts, missed)
    for _ in range(_STEPS):
        for number in range(len(observed).bit_length() - 1):
            table = _drawn(observed, table, 1 << number)
        table = _drawn_together(observed, table)
        observed[0] = table[0]
    return _of_counts(counts, table)


def expected(counts: Sequence[int], missed: int, pairs: Sequence[Pair] = ()) -> list[float]:
    """The expected counts of all cells if so many are on no list, by iterative proportional fitting."""
    observed = [missed, *counts[1:]]
    lists = range(len(observed).bit_length() - 1)
    margins = [1 << one | 1 << other for one, other in pairs]
    margins += [1 << number for number in lists if not any(number in pair for pair in pairs)]
    table = [sum(observed) / len(observed)] * len(observed)
    for _ in range(_MOST_SWEEPS):
        before = table
        for margin in margins:
            table = _drawn(observed, table, margin)
        furthest = max(abs(one - other) for one, other in zip(before, table, strict=True))
        if furthest <= _CLOSE * (1 + sum(observed)):
            break
    return table


def _drawn(observed: Sequence[float], table: Sequence[float], margin: int) -> list[float]:
    """The table with the sums of what was observed over the lists in `margin`."""
    wanted, there = _sums(observed, margin), _sums(table, margin)
    return [
        value * wanted[cell & margin] / there[cell & margin] if there[cell & margin] else 0.0
        for cell, value in enumerate(table)
    ]


def _drawn_together(observed: Sequence[float], table: Sequence[float]) -> list[float]:
    """The table with more nearly as many pairs of lists that name the same as were observed."""
    pairs = [cell.bit_count() * (cell.bit_count() - 1) / 2 for cell in range(len(table))]
    wanted, there = (sum(map(mul, pairs, each)) for each in (observed, table))
    usual = there / sum(table)
    spread = sum(value * (of - usual) ** 2 for of, value in zip(pairs, table, strict=True))
    step = max(-1.0, min(1.0, (wanted - there) / spread)) if spread else 0.0
    return [value * exp(step * of) for of, value in zip(pairs, table, strict=True)]


def _sums(table: Sequence[float], margin: int) -> dict[int, float]:
    sums: dict[int, float] = {}
    for cell, value in enumerate(table):
        sums[cell & margin] = sums.get(cell & margin, 0.0) + value
    return sums


def _likelihood(counts: Sequence[int], missed: int, table: Sequence[float]) -> float:
    """The logarithm, without what depends neither on `missed` nor on the table."""
    whole = missed + sum(counts[1:])
    if not whole:
        return 0.0
    observed = [missed, *counts[1:]]
    cells = sum(n * log(value / whole) for n, value in zip(observed, table, strict=True) if n and value)
    return lgamma(whole + 1) - lgamma(missed + 1) + cells


def _of_counts(counts: Sequence[int], table: Sequence[float]) -> float:
    whole = sum(table[1:])
    return sum(n * log(value / whole) for n, value in zip(counts[1:], table[1:], strict=True) if n and value)


def _first(holds: Callable[[int], bool], start: int, end: int) -> int:
    """The first number from `start` on for which it holds, and from there on does; `end` if there is none before."""
    below, step = start - 1, 1
    while below + step < end and not holds(below + step):
        below, step = below + step, step * 2
    above = min(below + step, end)
    while above - below > 1:
        middle = (above + below) // 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
