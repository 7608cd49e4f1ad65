"""The values of single settings: each a string that is checked when the configuration is read. Pure."""

import ipaddress
import re
from datetime import timedelta
from typing import Annotated, Literal, get_args
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from articles.model import Extractor
from articles.urls import refuse_unfetchable
from index.backends import BACKENDS
from pipeline.configuration.quiet_hours import hours
from pipeline.configuration.schedule import check_cron, in_words, interval
from store.archive.remote.bucket_url import BucketUrl


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


def _extractor(value: object) -> object:
    if value not in get_args(Extractor):
        raise ValueError("must be auto, container or trafilatura")
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


def _span(value: object) -> timedelta:
    if not isinstance(value, str):
        raise ValueError('must be a text such as "30m", "6h" or "1d"')  # noqa: TRY004  pydantic's way
    return interval(value)


def _days(value: str) -> str:
    if value and not (value.endswith("d") and interval(value)):
        raise ValueError('must be a number of days, such as "90d"')
    return value


def _bucket(value: str) -> str:
    if value:
        BucketUrl.parse(value)
    return value


def _server_url(value: str) -> str:
    if not value or re.fullmatch(r"[A-Z_][A-Z0-9_]*", value):
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"postgresql", "postgresql+psycopg"}:
        raise ValueError(
            "must be a URL such as postgresql+psycopg://user@host:5432/database, or the name of an environment variable "
            "with one, in capitals, such as NEWS_LEDGER"
        )
    if parts.password is not None or "password" in parse_qs(parts.query, keep_blank_values=True):
        raise ValueError(
            "leave the password out; it comes from PGPASSWORD or ~/.pgpass, or name an environment variable with all of the URL"
        )
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


def _header(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", value):
        raise ValueError("names of headers have letters, digits and `-`")
    if value.lower() in _OURS or value.lower().startswith("proxy-"):
        raise ValueError(f"`{value}` is set by Broadsheet, and cannot be replaced")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", value):
        raise ValueError(
            "give the name of an environment variable, in capitals, such as GAZETTE_COOKIES; "
            "the value stands only there"
        )
    return value


def _own_variable(value: str) -> str:
    return _variable(value) if value else value


def _variables(value: object) -> object:
    if isinstance(value, (list, tuple)) and len(set(map(str, value))) < len(value):
        raise ValueError("names a variable twice")
    return value


def _command(value: object) -> object:
    if not isinstance(value, (list, tuple)) or not all(isinstance(word, str) for word in value):
        raise ValueError(
            'must be a list: a program and its arguments, such as ["/usr/local/bin/page", "news"]'
        )
    if value and (not value[0] or any("\0" in word for word in value)):
        raise ValueError("names no program, or holds a character that no argument may have")
    return value


def _quiet(value: str) -> str:
    if value:
        hours(value)
    return value


def _site(value: str) -> str:
    if value:
        refuse_unfetchable(value)
    return value


# Headers by which a crawler says who it is, and those of the connection.
_OURS = frozenset(
    (
        *("accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "te"),
        *("trailer", "transfer-encoding", "upgrade", "user-agent"),
    )
)

Network = Annotated[str, AfterValidator(_network)]
Alias = Annotated[str, AfterValidator(_alias)]
ExtractorName = Annotated[Extractor, BeforeValidator(_extractor)]
OwnExtractor = Annotated[
    Extractor | Literal[""], BeforeValidator(lambda value: value if value == "" else _extractor(value))
]
BackendName = Annotated[str, AfterValidator(_backend)]
HeaderName = Annotated[str, AfterValidator(_header)]
Variable = Annotated[str, AfterValidator(_variable)]
Variables = Annotated[tuple[Variable, ...], BeforeValidator(_variables)]
OwnVariable = Annotated[str, AfterValidator(_own_variable)]
Command = Annotated[tuple[str, ...], BeforeValidator(_command)]
QuietHours = Annotated[str, AfterValidator(_quiet)]
Site = Annotated[str, AfterValidator(_site)]
UserAgent = Annotated[str, AfterValidator(_user_agent)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
Span = Annotated[
    timedelta, BeforeValidator(_span), PlainSerializer(in_words, return_type=str, when_used="json")
]
Every = Annotated[str, AfterValidator(_every)]
Backlog = Annotated[str, AfterValidator(_backlog)]
BucketText = Annotated[str, AfterValidator(_bucket)]
Days = Annotated[str, AfterValidator(_days)]
ServerUrl = Annotated[str, AfterValidator(_server_url)]
Cron = Annotated[str, AfterValidator(_cron)]
SourceName = Annotated[str, Field(pattern=r"^[\w.:-]+$", max_length=100)]
SpiderName = Annotated[str, Field(pattern=r"^([A-Za-z_]\w*:[A-Za-z_]\w*)?$")]
