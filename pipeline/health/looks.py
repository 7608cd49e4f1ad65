"""What a look at a source's front page shows, when its lists are silent for longer than usual and not surely too long. Pure.

The page says something if it names what the lists named before: then what it names beyond that, and what is newer than all that
the lists gave, is missing from them. A page that always names more than they do says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.health.signs import are_no_chance

FEW = 3
"""Pages that a front page must share with the lists, to be held against them."""
AGAIN = timedelta(hours=23)
"""Time in which a source is looked at once."""

READ = 5
"""Pages, at most, that are read in a look."""

_DOUBTED = 0.03  # of silences are as long as one that is doubted
_TIMES, _MORE = (
    4.0,
    4.0,
)  # as many as the lists gave in such a time, and so many more, are another stream than theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a front page named at a time: `known` pages that the lists had named, and `unknown` ones like these.

    Of the latter some were read: `newer` are articles that a list ought to name by now, from after all that the lists named;
    `older` is the number of those from before. Others, just published or no articles, say nothing.
    """

    at: datetime
    page: str
    known: int
    unknown: int
    newer: tuple[str, ...]
    older: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look at `page`, `at` a time: of `unknown` pages that the lists do not name, the `newer` articles, if they are to be told.

    `is_quiet` if nothing is newer there, either. Neither, if it says nothing.
    """

    at: datetime
    page: str
    unknown: int = 0
    newer: tuple[str, ...] = ()
    is_quiet: bool = False


def some(pages: Sequence[str]) -> list[str]:
    """Those of these that are read: from all parts of the page, the first among them."""
    step = max(1.0, len(pages) / READ)
    return [pages[int(n * step)] for n in range(min(READ, len(pages)))]


def weighed(seen: Seen, usual: float) -> Look:
    """What is to be said by what was seen, where the lists gave `usual` articles in as long a time."""
    nothing = Look(at=seen.at, page=seen.page)
    if seen.known < FEW:
        return nothing
    read = len(seen.newer) + seen.older
    if not seen.newer:
        return replace(nothing, is_quiet=seen.older > 0 or not seen.unknown)
    newer = seen.unknown * len(seen.newer) / read
    older = round(seen.unknown - newer)
    is_missing = are_no_chance(len(seen.newer), older, seen.known + older, _DOUBTED)
    if not is_missing or newer > _TIMES * usual + _MORE:
        return nothing
    return replace(nothing, unknown=seen.unknown, newer=seen.newer)


def usual_in(times: Sequence[datetime], pause: timedelta) -> float:
    """The articles that a source gave on average in so long a time; these are the times when it gave them, oldest first."""
    return len(times) * pause / max(times[-1] - times[0], pause)
