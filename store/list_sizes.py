"""How many entries a list has, and whether it suddenly has far fewer than it ever had. Pure: the time is passed in."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

KNOWN = timedelta(days=7)
"""The time in which the sizes of a list become known: lists of a day's or a week's news shrink by night and on Sundays."""

_FEW = 0.6  # of the fewest entries
_SMALL = 5  # entries: a list that ever had fewer may have none at any time
_FORGETTING = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The sizes of a list, noted since `noted_since` and last at `noted_at`: it never had fewer entries than `least`.

    `least` slowly grows where the list does. `short` counts the latest answers in a row that had far fewer entries, the
    first of them at `short_since`, the last with `few`.
    """

    noted_since: datetime | None = None
    noted_at: datetime | None = None
    least: float = 0.0
    short: int = 0
    few: int = 0
    short_since: datetime | None = None


def after(size: Size, entries: int | None, at: datetime) -> Size:
    """After an answer with so many entries; None: with those of the last time.

    A list that was short and is whole again may be so short again without being so named.
    """
    if entries is None:
        return replace(size, short=size.short + 1) if size.short else size
    if size.noted_since is None or size.noted_at is None:
        return Size(noted_since=at, noted_at=at, least=entries)
    known = at - size.noted_since >= KNOWN and size.least >= _SMALL
    if known and entries < _FEW * size.least:
        since = size.short_since or at
        return replace(size, short=size.short + 1, few=entries, short_since=since)
    least = min(size.least, size.few) if size.short else size.least
    grown = least + max(0.0, entries - least) * min(1.0, (at - size.noted_at) / _FORGETTING)
    return Size(noted_since=size.noted_since, noted_at=at, least=min(grown, entries))
