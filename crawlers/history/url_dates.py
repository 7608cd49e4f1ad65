"""The days that a page or a list belongs to, by what is stated of it and by the dates in addresses. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from articles.model import FeedEntry

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)"
_MM, _DD = r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
_DAYS = (
    re.compile(
        rf"{_YEAR}(?P<mark>[-/_.])(?P<month>0?[1-9]|1[0-2]|{'|'.join(_NAMES)})[a-z]*(?P=mark)"
        r"(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(rf"{_YEAR}[-/_]?{_MM}[-/_]?{_DD}"),
)
_MONTH_FOLDER = re.compile(
    r"/(?P<year>(?:19|20)\d\d)(?:/(?P<month>0?[1-9]|1[0-2])|[-_]?(?P<mm>0[1-9]|1[0-2]))(?=[/.]|$)"
)
_MONTH = re.compile(rf"{_YEAR}[-_.]?{_MM}(?!\d)")
_YEAR_ALONE = re.compile(rf"{_YEAR}(?!\d)")
_PARAMETERS = {
    "year": ("yyyy", "year", "y", "jahr"),
    "month": ("mm", "month", "m", "monat"),
    "day": ("dd", "day", "d", "tag"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A time from `first` until before `end`, both aware."""

    first: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether they have any moment in common."""
        return self.first < other.end and other.first < self.end

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies within."""
        return self.first <= moment < self.end

    def days(self) -> Iterator[datetime]:
        """The first moment of each day (UTC), if it begins with one."""
        day = self.first
        while day < self.end:
            yield day
            day += timedelta(days=1)


def page_span(url: str) -> Span | None:
    """The day, or else the month, that the path of a page's address names; None if it names none."""
    path = urlsplit(url).path
    return _first((*_DAYS, _MONTH_FOLDER), path)


def list_span(url: str) -> Span | None:
    """The day, month or year that the address of a list names: sitemap-2025-11.xml, /2025/11/03/, ?yyyy=2025&mm=11."""
    parts = urlsplit(url)
    forms = (*_DAYS, _MONTH_FOLDER, _MONTH, _YEAR_ALONE)
    return (
        _first(forms[:-1], parts.path)
        or _of_query(parts.query)
        or _first(forms, f"{parts.path}?{parts.query}")
    )


def span_of(entry: FeedEntry) -> Span | None:
    """When a page was published, as exactly as it is known.

    By the stated time; else by its address, within which a stated update counts if it agrees; else by the update; else by
    the address of the list that it was found in.
    """
    if entry.published_at:
        return _moment(entry.published_at)
    by_address = page_span(entry.url)
    if entry.updated_at and (by_address is None or by_address.holds(entry.updated_at)):
        return _moment(entry.updated_at)
    return by_address or (list_span(entry.feed) if entry.feed else None)


def _moment(at: datetime) -> Span:
    return Span(at, at + timedelta(microseconds=1))


def _first(forms: tuple[re.Pattern[str], ...], text: str) -> Span | None:
    found = (_span(**_parts(match)) for form in forms for match in form.finditer(text))
    return next((span for span in found if span), None)


def _parts(match: re.Match[str]) -> dict[str, str]:
    said = match.groupdict()
    month = said.get("month") or said.get("mm") or ""
    return {"year": said["year"], "month": month, "day": said.get("day") or ""}


def _of_query(query: str) -> Span | None:
    given = {name.lower(): value for name, value in parse_qsl(query)}
    said = {
        part: next((given[name] for name in names if name in given), "")
        for part, names in _PARAMETERS.items()
    }
    return _span(**said) if re.fullmatch(r"(?:19|20)\d\d", said["year"]) else None


def _span(year: str, month: str, day: str) -> Span | None:
    """The year, or the month or day of it; None for a day that there is not."""
    number = _number(month)
    try:
        first = datetime(int(year), number or 1, int(day) if number and day else 1, tzinfo=UTC)
        if number and day:
            return Span(first, first + timedelta(days=1))
        after = (first.year, first.month + 1) if number else (first.year + 1, 1)
        return Span(first, datetime(after[0] + (after[1] > 12), (after[1] - 1) % 12 + 1, 1, tzinfo=UTC))
    except ValueError:
        return None


def _number(month: str) -> int:
    name = month[:3].lower()
    return _NAMES.index(name) + 1 if name in _NAMES else int(month or 0)
