"""What a backfill did, and the same as rows to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from crawlers.plan import FailedFeed
from pipeline.report import RunReport

MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """The task: a source by its name, the days (UTC) to load, `last` included, and how many pages at most.

    A dry run reads the lists and fetches none of their pages.
    """

    source: str
    first: date
    last: date
    pages: int = MOST_PAGES
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WayFound:
    """What a way into the past gave: lists with pages of these days, their pages by whether they were known, and the others."""

    lists: int = 0
    new: int = 0
    known: int = 0
    outside: int = 0
    undated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """What was found of a source's past from `first` to `last`, and what of it was fetched.

    `backlog` counts the pages of these days that were known and waited before. `chosen` are fetched now (in a dry run: would
    be), `left` wait for the same command. `lists_left` counts sitemaps and archive pages that were not read, being too many. `failed` are lists
    that could not be read. `empty` are the days without any article in the index, at the end. `run` is the report of the fetching.
    """

    source: str
    first: date
    last: date
    dry_run: bool
    backlog: int
    sitemaps: WayFound = WayFound()
    archives: WayFound = WayFound()
    lists_left: int = 0
    failed: tuple[FailedFeed, ...] = ()
    chosen: int = 0
    left: int = 0
    empty: tuple[date, ...] = ()
    run: RunReport = field(default_factory=RunReport)

    @property
    def indexed(self) -> int:
        """How many articles were indexed."""
        return self.run.outcomes.get("indexed", 0)


def way_found(past: Mapping[str, int], way: str) -> WayFound:
    """What the crawl's report counts for this way."""
    return WayFound(
        **{key.removeprefix(f"{way} "): n for key, n in past.items() if key.startswith(f"{way} ")}
    )


def found_rows(report: Backfilled) -> list[tuple[str, int, int, int, int]]:
    """A row for each way: its name, and its pages that are new, known, of other days, undated."""
    ways = (("sitemaps", report.sitemaps), ("archive pages", report.archives))
    return [("backlog", 0, report.backlog, 0, 0)] + [
        (f"{way.lists} {name}", way.new, way.known, way.outside, way.undated) for name, way in ways
    ]


def spans(days: Sequence[date]) -> list[str]:
    """The days, those in a row as one: `2025-11-03 to 2025-11-07 (5)`."""
    found = []
    for _, group in groupby(enumerate(days), key=lambda each: each[1] - timedelta(days=each[0])):
        row = [day for _, day in group]
        found.append(f"{row[0]} to {row[-1]} ({len(row)})" if len(row) > 1 else f"{row[0]}")
    return found
