"""Estimates of how much there is, held against a simulated newsroom of which that is known.

    python bench/coverage.py [--sources 100] [--seed 1] [--repeat 1]

Each source publishes 5 to 400 articles on a day; each of its lists catches each with a chance of its own (30 to 95 %),
and what they catch goes through a real ledger. `independent`: chance alone. `stories`: the bigger an article's story,
the likelier each list names it. `copied`: the front page shows what the feed has, but for a few. Printed for each
case: how many intervals hold the truth, the estimate's median error, the median width of intervals that have two ends (both as shares of
the truth), and for how many sources is said that lists depend on each other, or that there is at least so much.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, log
from pathlib import Path
from statistics import median

from articles.model import FeedEntry
from crawlers.history.url_dates import Span
from pipeline.coverage.covering import covered_source
from pipeline.coverage.estimate import Estimate
from pipeline.coverage.population import population
from store.ledger.catches import catch_table
from store.ledger.database import Ledger
from store.ledger.queries import sightings

DAY = datetime(2026, 11, 23, tzinfo=UTC)
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


def cases(
    ledger: Ledger, draw: random.Random, newsroom: Newsroom, lists: int, sources: int
) -> Iterator[Case]:
    for number in range(sources):
        source = f"{newsroom.__name__}-{lists}-{number}-{draw.random()}"
        size = round(5 * 80 ** draw.random())
        chances = [draw.uniform(0.3, 0.95) for _ in range(lists)]
        caught: list[list[FeedEntry]] = [[] for _ in range(lists)]
        for article, numbers in enumerate(newsroom(draw, size, chances)):
            for way in numbers:
                url = f"https://{source}.example/{article}"
                caught[way].append(FeedEntry(url=url, source=source, published_at=DAY))
        with ledger.transaction() as conn:
            for way, entries in zip(LISTS, caught, strict=False):
                catch_table.record(conn, source, way, entries, DAY)
            found = population(sightings.read(conn, source, DAY))
        yield Case(size, covered_source(source, found, Span(DAY, DAY + timedelta(days=1))).whole.estimate)


def line(name: str, found: list[Case]) -> str:
    given = [each for each in found if each.estimate.number is not None]
    ends = [(each.estimate.high - each.estimate.low) / each.truth for each in given if each.estimate.high]
    error = median(((each.estimate.number or 0) - each.truth) / each.truth for each in given)
    dependent = sum(bool(each.estimate.pairs) for each in found)
    least = sum(each.estimate.is_least for each in found)
    false = sum(not each.held and not each.estimate.is_least for each in found)
    return (
        f"{name:<24}{sum(each.held for each in found):>6} of {len(found)}{error:>+8.1%}{median(ends or [0.0]):>8.1%}"
        f"{dependent:>11}{least:>10}{false:>14}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    print(
        f"{'':<24}{'held':>10}{'error':>8}{'width':>8}{'dependent':>11}{'at least':>10}{'neither held':>14}"
    )
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite") as ledger:
        for newsroom, lists in (
            *((independent, lists) for lists in (2, 3, 4)),
            *((stories, lists) for lists in (2, 3, 4)),
            *((copied, lists) for lists in (3, 4)),
        ):
            found = list(cases(ledger, draw, newsroom, lists, options.sources * options.repeat))
            print(line(f"{newsroom.__name__}, {lists} lists", found))


if __name__ == "__main__":
    main()
