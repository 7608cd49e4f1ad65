"""Estimates of how much there is, held against a simulated newsroom of which that is known.

    python bench/coverage.py [--sources 100] [--seed 1]

Each source publishes 5 to 400 articles; each of its lists names each with a chance of its own (30 to 95 %).
`independent`: by chance alone. `stories`: the bigger an article's story, the likelier each list names it. `copied`: the
front page shows what the feed has, but for a few. Printed for each case: how many intervals hold the truth; the median
of the estimates' errors and of the widths of intervals with two ends, as shares of the truth; for how many sources it
is said that lists depend on each other, or that there is at least so much; and how many do not hold the truth though
nothing of the kind was said.
"""

import argparse
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, log
from statistics import median

from pipeline.coverage.estimate import Estimate, estimate

LISTS = ("feed", "sitemap", "section", "link")

Newsroom = Callable[[random.Random, int, list[float]], Iterator[list[int]]]
"""Draws, for each of so many articles, the numbers of the lists that catch it, by the chances of these."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is published, and what the estimate says of it."""

    truth: int
    estimate: Estimate

    @property
    def held(self) -> bool:
        """Whether the interval holds the truth."""
        high = self.estimate.high
        return self.estimate.low <= self.truth and (high is None or self.truth <= high)


def independent(draw: random.Random, size: int, chances: list[float]) -> Iterator[list[int]]:
    for _ in range(size):
        yield [number for number, chance in enumerate(chances) if draw.random() < chance]


def stories(draw: random.Random, size: int, chances: list[float]) -> Iterator[list[int]]:
    for _ in range(size):
        story = draw.gauss(0, 2)
        odds = [exp(log(chance / (1 - chance)) + story) for chance in chances]
        yield [number for number, odd in enumerate(odds) if draw.random() < odd / (1 + odd)]


def copied(draw: random.Random, size: int, chances: list[float]) -> Iterator[list[int]]:
    front = LISTS.index("section")
    for caught in independent(draw, size, chances):
        others = [number for number in caught if number != front]
        same = (0 in caught) if draw.random() < 0.95 else (0 not in caught)
        yield [*others, front] if same and front < len(chances) else others


def cases(draw: random.Random, newsroom: Newsroom, lists: int, sources: int) -> Iterator[Case]:
    for _ in range(sources):
        size = round(5 * 80 ** draw.random())
        chances = [draw.uniform(0.3, 0.95) for _ in range(lists)]
        caught = newsroom(draw, size, chances)
        yield Case(size, estimate([LISTS[number] for number in numbers] for numbers in caught))


def line(name: str, found: list[Case]) -> str:
    given = [each for each in found if each.estimate.number is not None]
    ends = [(each.estimate.high - each.estimate.low) / each.truth for each in given if each.estimate.high]
    error = median(((each.estimate.number or 0) - each.truth) / each.truth for each in given)
    dependent = sum(bool(each.estimate.pairs) for each in found)
    least = sum(each.estimate.is_least for each in found)
    unsaid = sum(not each.held and not each.estimate.is_least for each in found)
    return (
        f"{name:<24}{sum(each.held for each in found):>6} of {len(found)}{error:>+8.1%}{median(ends or [0.0]):>8.1%}"
        f"{dependent:>11}{least:>10}{unsaid:>8}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    print(f"{'':<24}{'held':>10}{'error':>8}{'width':>8}{'dependent':>11}{'at least':>10}{'unsaid':>8}")
    for newsroom, lists in (
        *((independent, lists) for lists in (2, 3, 4)),
        *((stories, lists) for lists in (2, 3, 4)),
        *((copied, lists) for lists in (3, 4)),
    ):
        found = list(cases(draw, newsroom, lists, options.sources))
        print(line(f"{newsroom.__name__}, {lists} lists", found), flush=True)


if __name__ == "__main__":
    main()
