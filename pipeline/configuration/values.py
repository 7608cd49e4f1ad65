"""The values of single settings: each a string that is checked when the configuration is read. Pure."""

import ipaddress
import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from index.backends import BACKENDS
from pipeline.configuration.schedule import check_cron, interval


def _network(value: str) -> str:
    ipaddress.ip_network(value, strict=False)
    return value


def _alias(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,99}", value):
        raise ValueError("must be lower-case letters, digits, `-`, `_` and `.`, at most 100")
    return value


def _backend(value: str) -> str:
    if value not in BACKENDS:
        raise ValueError(f"must be {' or '.join(BACKENDS)}")
    return value


def _user_agent(value: str) -> str:
    if not value.isprintable() or not value.strip():
        raise ValueError("must be one line of printable characters")
    return value


def _every(value: str) -> str:
    if value:
        interval(value)
    return value


def _backlog(value: str) -> str:
    return "" if value == "forever" else _every(value)


def _days(value: str) -> str:
    if value and not (value.endswith("d") and interval(value)):
        raise ValueError('must be a number of days, such as "90d"')
    return value


def _cron(value: str) -> str:
    if value:
        check_cron(value)
    return " ".join(value.split())


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('is no time zone; use a name such as "Europe/Berlin" or "UTC"') from None
    return value


Network = Annotated[str, AfterValidator(_network)]
Alias = Annotated[str, AfterValidator(_alias)]
BackendName = Annotated[str, AfterValidator(_backend)]
UserAgent = Annotated[str, AfterValidator(_user_agent)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
Every = Annotated[str, AfterValidator(_every)]
Backlog = Annotated[str, AfterValidator(_backlog)]
Days = Annotated[str, AfterValidator(_days)]
Cron = Annotated[str, AfterValidator(_cron)]
SourceName = Annotated[str, Field(pattern=r"^[\w.:-]+$", max_length=100)]
SpiderName = Annotated[str, Field(pattern=r"^([A-Za-z_]\w*:[A-Za-z_]\w*)?$")]
