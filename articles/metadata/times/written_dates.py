"""Read a date as people and machines write it, in any form and language. No part of it is ever taken from the clock."""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from articles.metadata.times import months, zones

_LONGEST = 80
_MOST_READ = 400
_UNIX = re.compile(r"\d{10}(?:\d{3})?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(.*))?", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")  # (CET), [Europe/Berlin], (火)
_MINUS = str.maketrans(dict.fromkeys("\N{MINUS SIGN}\N{HYPHEN}\N{SMALL HYPHEN-MINUS}", "-"))
_DASH = re.compile(r"(?<=T\d\d:\d\d:\d\d)[‒–—](?=\d\d:?\d\d$)")
_HALF = r"(?:[ap]\.?\s?m\b\.?|μ\.?\s?μ\.?|π\.?\s?μ\.?)"
# Times in other forms than 10:30, and what they become.
_CLOCKS = tuple(
    (re.compile(pattern, re.IGNORECASE), form)
    for pattern, form in (
        (
            r"(?<!\d)(\d{1,2})\s*[時时點点시]\s*(\d\d?)\s*[分분]\s*(\d\d?)\s*[秒초]",
            r" \1:\2:\3 ",
        ),  # 14時30分15秒
        (r"(?<!\d)(\d{1,2})\s*[時时點点시]\s*(\d\d?)\s*[分분]?(?!\d)", r" \1:\2 "),  # 14時30分
        (r"(?<!\d)(\d{1,2})\s*[時时點点시](?!\w)", r" \1:00 "),
        (r"(?<![\d:.])(\d{1,2})\s?h\s?(\d\d)(?!\d)", r"\1:\2"),  # 10h30
        (r"(?<![\d:.])(\d{1,2})\.(\d\d)(?=\s?(?:uhr\b|[ap]\.?\s?m\b))", r"\1:\2"),  # 10.30 Uhr, 10.30pm
        (r"\b(?:kl|klo|klockan|ore)\b\.?\s?(\d{1,2})[.:](\d\d)(?!\d)", r"\1:\2"),  # kl. 10.30, alle ore 10.30
        (rf"(?<![\d:.,/-])(\d{{1,2}})\s?(?={_HALF})", r"\1:00 "),  # 10 pm
        (r"(:\d)(?!\d)", lambda found: f":0{found[1][1]}"),  # 14:5, of 14時5分
    )
)
_TIME = re.compile(r"(?<![\d:.+-])(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?![\d:])")
_ANY_TIME = re.compile(r"\d:\d\d")
_BEFORE_TIME = re.compile(r"(上午|午前|오전|下午|午後|오후|\b[AP]M\b)\s*$")
_AFTER_TIME = re.compile(rf"\s*({_HALF})", re.IGNORECASE)
_LATE = ("p", "下", "午後", "오후", "μ")
_OCLOCK = re.compile(r"\s*(?:uhr|hrs?|h|ч|с)\b\.?", re.IGNORECASE)
_ZONE = re.compile(
    r"\s*((?:GMT|UTC|UT)?\s?[+-]\d{1,2}(?::?\d\d)?(?![\d:])|[A-Za-z]+/[A-Za-z_/+-]+|(?-i:[A-ZА-Я]{1,5})\b|(?:z|utc|gmt)\b)",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:GMT|UTC)?[+-]\d[\d:]*|[A-Z][A-Za-z]*/[A-Za-z_/+-]+|[A-ZА-Я]{2,5}"
)  # what in brackets is one
_UNKNOWN_ZONE = re.compile(r"\s*(?:(?:GMT|UTC)?[+-]\d|[A-ZА-Я]{2,5}\b)")
_YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})(?:\s*([-./])\s*(\d{1,2})\s*\2\s*|\s*[年년]\s*(\d{1,2})\s*[月월]\s*|(?<=^\d{4})\s(\d{1,2})\s)(\d{1,2})(?!\d)(?:\s*[.日일])?"
)
_YEAR_THIRD = re.compile(r"(?<![\d./-])(\d{1,2})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{4})(?!\d)")
_WORD = r"[^\W\d_][^\s\d,.:/()\[\]]*"
_OF = r"(?:\s+(?:de|del|of|di|d'))?"
_NAMED = (
    re.compile(
        rf"(?<![\d.:/-])(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|[.ºª°])?,?{_OF}\s*-?(?P<month>{_WORD})\.?,?{_OF}[\s-]\s*(?P<year>\d{{4}})(?!\d)"
    ),
    re.compile(
        rf"(?P<month>{_WORD})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:,|\s)\s*(?P<year>\d{{4}})(?!\d)"
    ),
    re.compile(
        rf"(?<!\d)(?P<year>\d{{4}})\.?(?:\s+m\.)?,?\s+(?P<month>{_WORD})\.?\s+(?P<day>\d{{1,2}})(?!\d)"
    ),
)
_VIETNAMESE = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2}),?\s+(?:năm\s+)?(\d{4})", re.IGNORECASE)
_MONTH_FIRST = frozenset(("en-us", "en-ph"))
_EITHER_FIRST = frozenset(("", "en", "en-ca"))


@dataclass(frozen=True, slots=True)
class Written:
    """A date as written: its wall clock, to the second, and what that is ahead of UTC (None if no zone is named).

    Without a time of day, or if that cannot be read whole, `timed` is false and `local` is midnight. `impossible`: it names a
    time that no day has.
    """

    local: datetime
    timed: bool = False
    offset: timedelta | None = None
    impossible: bool = False

    @property
    def day(self) -> date:
        """The day in its own zone."""
        return self.local.date()

    @property
    def moment(self) -> datetime:
        """In UTC, which a time without a zone is taken for. Raises OverflowError before the year 1."""
        return (self.local - (self.offset or timedelta())).replace(tzinfo=UTC)


def read(text: str, language: str = "") -> Written | None:
    """The date that a text names, and nothing else of it; None if it names no day, or several.

    Of a date that cannot be read whole (an unknown zone, two times), the day. None for 10/11/2026, too, unless a `language`
    (a tag, or "") says which part is the month.
    """
    return _read(text[:_MOST_READ], language.strip().lower().replace("_", "-"))


@lru_cache(maxsize=2048)
def _read(text: str, language: str) -> Written | None:
    with suppress(ValueError, OverflowError):
        text, named = _tidied(text)
        if _UNIX.fullmatch(text):
            return Written(
                datetime.fromtimestamp(int(text[:10]), UTC).replace(tzinfo=None), True, timedelta()
            )
        if compact := _COMPACT.fullmatch(text):
            year, month, day, hour, minute, second, rest = compact.groups(default="")
            time = f" {hour}:{minute}:{second or '00'}{rest}" if hour else ""
            text = f"{year}-{month}-{day}{time}"
        if len(text) > _LONGEST or not any(each.isdigit() for each in text):
            return None
        return _parted(text, named, language)
    return None


def _tidied(text: str) -> tuple[str, tuple[str, ...]]:
    """The text in plain figures and signs, and what stood in brackets."""
    text = unicodedata.normalize("NFKC", text).translate(_MINUS)
    text = _DASH.sub("-", text.strip())
    text = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)
    named = tuple("".join(found.groups("")).strip() for found in _BRACKETS.finditer(text))
    return " ".join(_BRACKETS.sub(" ", text).split()).strip(" ,;|"), named


def _parted(text: str, named: tuple[str, ...], language: str) -> Written | None:
    """The date in what is left of a text without its time; the time counts only if nothing else remains around it."""
    for pattern, form in _CLOCKS:
        text = pattern.sub(form, text)
    time = _TIME.search(text)
    if time is None:
        alone = _day(text, language, half=False)
        return Written(_midnight(alone[0])) if alone else None
    before, after = text[: time.start()], text[time.end() :]
    early = _BEFORE_TIME.search(before)
    before = before[: early.start()] if early else before
    late = _AFTER_TIME.match(after)
    after = after[late.end() :] if late else after
    half = early[1] if early else late[1] if late else ""
    zone, after = _zone(after)
    found = _day(f"{before} {after}", language, bool(late)) or _day(before, language, bool(late))
    if found is None:
        return None
    day, start, end = found
    midnight = _midnight(day)
    clock = _clock(time, half)
    if clock is None:
        return Written(midnight, impossible=True)
    local = midnight + clock
    rest = after if end <= len(before) + 1 else after[: max(0, start - len(before) - 1)]
    if not _is_whole(rest, last=end <= len(before) + 1) or _ANY_TIME.search(before + after):
        return Written(midnight)
    stated = zone or next((name for name in named if _NAME.fullmatch(name)), "")
    offset = zones.offset(stated, local) if stated else None
    return Written(midnight) if stated and offset is None else Written(local, True, offset)


def _zone(after: str) -> tuple[str, str]:
    """The zone that follows a time, "" if none does, and what follows then."""
    if oclock := _OCLOCK.match(after):
        after = after[oclock.end() :]
    if not (found := _ZONE.match(after)):
        return "", after
    in_figures = any(each in "+-" for each in found[1])
    if not in_figures and not zones.is_name(found[1]):
        return "", after
    rest = after[found.end() :]
    again = _ZONE.match(rest) if in_figures else None  # +0000 UTC
    return found[1], rest[again.end() :] if again and zones.is_name(again[1]) else rest


def _clock(time: re.Match[str], half: str) -> timedelta | None:
    hour, minute, second = (int(part or 0) for part in time.groups())
    late = half.lower().startswith(_LATE)
    if hour > 23 or minute > 59 or second > 60 or (half and not late and hour > 12):
        return None
    if late and hour < 12:
        hour += 12
    if half and not late and hour == 12:
        hour = 0
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _is_whole(rest: str, *, last: bool) -> bool:
    """Whether what stands between a time and the date after it, or the end, can say nothing more of the time."""
    if last:
        return not re.search(r"\w", rest)
    return not re.search(r"\d", rest) and not _UNKNOWN_ZONE.match(rest) and len(rest.split()) <= 3


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock


def _day(text: str, language: str, half: bool) -> tuple[date, int, int] | None:
    """The day that the text names, and from where to where. Raises ValueError for one that cannot be, such as the 32nd."""
    if found := _VIETNAMESE.search(text):
        return date(int(found[3]), int(found[2]), int(found[1])), *found.span()
    if found := _YEAR_FIRST.search(text):
        return date(int(found[1]), int(found[3] or found[4] or found[5]), int(found[6])), *found.span()
    if found := _YEAR_THIRD.search(text):
        first, second = int(found[1]), int(found[3])
        order = _order(first, second, found[2], language, half)
        return (date(int(found[4]), *order), *found.span()) if order else None
    for pattern in _NAMED:
        for found in pattern.finditer(text):
            if number := months.number(found["month"], language):
                return date(int(found["year"]), number, int(found["day"])), *found.span()
    return None


def _order(first: int, second: int, mark: str, language: str, half: bool) -> tuple[int, int] | None:
    """Month and day of a date in figures whose year comes last; None if it cannot be known which is which."""
    if second > 12 or first == second:
        return first, second
    if first > 12 or mark == ".":
        return second, first
    if language in _EITHER_FIRST:
        return (first, second) if half else None
    return (first, second) if language in _MONTH_FIRST else (second, first)
