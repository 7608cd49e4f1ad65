"""The versions of an article, counted over its captures in the order in which they were fetched."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from articles.edits.normal_form import Marks, differing, redated
from articles.model import PARTS, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What counting needs to know of a capture: `at` is its time, `marks` are those of its text, empty if it showed no article."""

    capture_id: int
    at: datetime
    marks: Marks
    stated_on: date | None = None


@dataclass(frozen=True, slots=True)
class VersionPlace:
    """The version that a capture shows, from 1 on (0: none), and, if it is the version's first, what was edited."""

    number: int = 0
    changed: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Edits:
    """How many versions of an article were seen, and what was changed by any of its edits."""

    versions: int = 1
    changed: tuple[Part, ...] = ()


ONE = Edits()


def numbered(sightings: Iterable[Sighting]) -> dict[int, VersionPlace]:
    """The place of each capture, by its id. It hangs on the times of the captures alone, in whatever order they came.

    A version begins where a text differs from the one before by more than its setting, or the stated day of publication
    is another than the one that was stated last. A text that returns is another version.
    """
    places: dict[int, VersionPlace] = {}
    number = 0
    before: Marks = ()
    stated: date | None = None
    for each in sorted(sightings, key=lambda one: (one.at, one.marks, one.capture_id)):
        if not each.marks:
            places[each.capture_id] = VersionPlace()
            continue
        moved = redated(stated, each.stated_on)
        changed = differing(before, each.marks) if before else ()
        stated = each.stated_on or stated
        if not before or changed or moved:
            number, before = number + 1, each.marks
        places[each.capture_id] = VersionPlace(number, (*changed, "times") if moved else changed)
    return places


def edits(places: Iterable[VersionPlace]) -> Edits:
    """Those of one article."""
    found = list(places)
    changed = {part for place in found for part in place.changed}
    return Edits(
        versions=max((place.number for place in found), default=0) or 1,
        changed=tuple(part for part in PARTS if part in changed),
    )
