"""How complete a collection is, source by source and day by day: what is had, of what there is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from articles.errors import ConfigError
from crawlers.history.url_dates import Span
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.coverage.estimate import Estimate, estimate
from pipeline.coverage.population import Sighted, population
from store.ledger.catches.catch_table import KEPT, WAYS, Way
from store.ledger.database import Ledger
from store.ledger.queries import sightings

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """Some articles: how many there are by estimate, how many are had, how many each kind of list names.

    `reasons` says why those are not had that a list names.
    """

    estimate: Estimate
    had: int
    named: Mapping[Way, int]
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """Of what there is by estimate, how much is had; None without an estimate, or where there is nothing."""
        return self.had / self.estimate.number if self.estimate.number else None

    def missed_by(self, way: Way) -> float:
        """How much of what there is (without an estimate: of what is seen) this kind of list alone would miss."""
        whole = self.estimate.number or self.estimate.seen
        return 1 - self.named.get(way, 0) / whole if whole else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCoverage:
    """A source's articles of some days: all of them, each day, and those that are not had.

    `undated` is the number of pages that lists name and that nothing dates; they are left out.
    """

    source: str
    whole: Covered
    days: Mapping[date, Covered]
    missing: tuple[Sighted, ...]
    undated: int = 0


def chosen_days(first: datetime | None, end: datetime | None, at: datetime) -> Span:
    """The days from `first` until before `end`; without an end, until today, without a first, seven. Raises ConfigError."""
    end = end or datetime.combine(at.date(), time.min, UTC) + _DAY
    first = first or end - _WEEK
    if first >= end:
        raise ConfigError(f"{first:%Y-%m-%d} lies behind {end - _DAY:%Y-%m-%d}: give the earlier day first.")
    return Span(first, end)


def cover(config: Config, sources: Sequence[SourceSection], days: Span) -> tuple[SourceCoverage, ...]:
    """How much of what these sources published on these days is had; of one source alone, day by day as well.

    Raises LedgerError, also if there is no ledger yet.
    """
    found = []
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        for source in sources:
            read = sightings.read(conn, source.name, days.first - KEPT)
            found.append(covered_source(source.name, population(read), days, by_day=len(sources) == 1))
    return tuple(found)


def covered_source(
    source: str, articles: Sequence[Sighted], days: Span, *, by_day: bool = True
) -> SourceCoverage:
    """The same of one source, by all the articles that its lists name."""
    wanted = {moment.date() for moment in days.days()}
    within = [each for each in articles if each.day in wanted]
    return SourceCoverage(
        source=source,
        whole=covered(within),
        days={day: covered([each for each in within if each.day == day]) for day in sorted(wanted) if by_day},
        missing=tuple(each for each in within if not each.had),
        undated=sum(each.day is None for each in articles),
    )


def covered(articles: Sequence[Sighted]) -> Covered:
    """The same of some articles."""
    named = Counter(way for each in articles for way in each.ways)
    return Covered(
        estimate=estimate(each.ways for each in articles),
        had=sum(each.had for each in articles),
        named={way: named[way] for way in WAYS if named[way]},
        reasons=dict(Counter(each.reason for each in articles if not each.had).most_common()),
    )
