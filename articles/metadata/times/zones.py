"""Offsets and names of time zones as dates state them. An offset is what local time is ahead of UTC."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_MOST = timedelta(hours=14)
_LEAST = timedelta(hours=-14)
# -500 is five hours, not fifty
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_AREA = re.compile(r"[A-Za-z]+(?:/[A-Za-z_+-]+){1,2}")
# Names that are one offset wherever they are used, or that RFC 5322 defines, in hours. Those of several zones leave the day.
# fmt: off
_HOURS = {
    "Z": 0, "UTC": 0, "UT": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "МСК": 3, "TRT": 3, "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3, "PKT": 5, "IST": 5.5, "NPT": 5.75, "ICT": 7,
    "WIB": 7, "WITA": 8, "WIT": 9, "HKT": 8, "SGT": 8, "PHT": 8, "JST": 9, "KST": 9, "AWST": 8, "ACST": 9.5, "ACDT": 10.5,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "NDT": -2.5, "NST": -3.5, "EDT": -4, "EST": -5,
    "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10,
}
# fmt: on
# Names of a zone in summer and winter alike.
_ZONES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AKT": "America/Anchorage",
}
_SEVERAL = frozenset(("BST", "AST", "ADT", "GST", "WST", "AMT", "ECT", "SST"))
_BRITISH = ZoneInfo("Europe/London")


def offset(stated: str, local: datetime) -> timedelta | None:
    """What a zone's local time is ahead of UTC, at a naive local time; None if it is unknown, or not certain then.

    An offset in figures (+01:00, -500, GMT+9), an abbreviation, or a name such as Europe/Berlin.
    """
    stated = stated.strip(" ()[]")
    if figures := _OFFSET.fullmatch(stated):
        ahead = timedelta(hours=int(figures[2]), minutes=int(figures[3] or 0))
        ahead = -ahead if figures[1] == "-" else ahead
        return ahead if _LEAST <= ahead <= _MOST else None
    name = stated.upper()
    if name in _HOURS:
        return timedelta(hours=_HOURS[name])
    if name == "BST":  # in winter it is not Britain's
        return _at(_BRITISH, local) or None
    try:
        if name in _ZONES or _AREA.fullmatch(stated):
            return _at(ZoneInfo(_ZONES.get(name, stated)), local)
    except (KeyError, ValueError, OSError):
        return None
    return None


def is_name(stated: str) -> bool:
    """Whether it is the name of a zone, known or of the form of one (Area/City)."""
    name = stated.upper()
    return name in _HOURS or name in _ZONES or name in _SEVERAL or bool(_AREA.fullmatch(stated))


def _at(zone: ZoneInfo, local: datetime) -> timedelta | None:
    """None for an hour that the zone has twice, or not at all."""
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first if first == second else None
