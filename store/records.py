"""The records that are written to the ledger and read from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from articles.model import FeedEntry


class UrlState(StrEnum):
    """The state of a discovered URL; it has exactly one."""

    DUE = "due"
    FETCHED = "fetched"
    REFUSED = "refused"
    GONE = "gone"
    FAILED = "failed"
    BACKLOG = "backlog"
    DELETED = "deleted"


class Outcome(StrEnum):
    """The outcome of a capture; it has exactly one."""

    PENDING = "pending"
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    DEAD_LETTER = "dead_letter"
    DELETED = "deleted"
    PART = "part"


class FetchReason(StrEnum):
    """Why a fetch left nothing to archive, the URL's new state, and whether the problem may well pass (`passing`)."""

    state: UrlState
    passing: bool

    URL = "url", UrlState.REFUSED
    ROBOTS = "robots", UrlState.REFUSED
    ADDRESS = "address", UrlState.REFUSED
    DELETED = "deleted", UrlState.REFUSED
    TOO_LARGE = "too_large", UrlState.FAILED
    REDIRECT = "redirect", UrlState.FAILED
    ENCODING = "encoding", UrlState.FAILED
    ROBOTS_UNREACHABLE = "robots_unreachable", UrlState.DUE
    RETRY_AFTER = "retry_after", UrlState.DUE
    SILENT = "silent", UrlState.DUE
    TIMEOUT = "timeout", UrlState.DUE, True
    CONNECTION = "connection", UrlState.DUE, True
    DNS = "dns", UrlState.DUE, True
    TLS = "tls", UrlState.DUE
    CUT = "cut", UrlState.DUE, True
    ERROR = "error", UrlState.DUE

    def __new__(cls, word: str, state: UrlState = UrlState.DUE, passing: bool = False) -> Self:
        reason = str.__new__(cls, word)
        reason._value_ = word
        reason.state = state
        reason.passing = passing
        return reason

    @property
    def asked(self) -> bool:
        """Whether a request for the page was begun: a page that was refused or held back before that has not failed."""
        return self not in _UNASKED


_UNASKED = frozenset(
    (
        FetchReason.URL,
        FetchReason.ROBOTS,
        FetchReason.ADDRESS,
        FetchReason.ROBOTS_UNREACHABLE,
        FetchReason.RETRY_AFTER,
        FetchReason.SILENT,
    )
)


class FeedReason(StrEnum):
    """Why a fetched feed gave no entries; "HTTP" is followed by the status."""

    HTTP = "HTTP"
    NO_FEED = "no_feed"
    NO_SITEMAP = "no_sitemap"
    NO_LINKS = "no_links"
    PARSER_TIMEOUT = "parser_timeout"
    PARSER_DIED = "parser_died"
    PARSER_ERROR = "parser_error"
    GONE = "gone"
    CLAIMED = "claimed"
    SPIDER = "spider"
    HEADERS = "headers"
    BROWSER = "browser"


class OutcomeReason(StrEnum):
    """Why a capture has its outcome, if that is not a rejection, which has its own reasons."""

    CANONICAL = "canonical"
    TWIN = "twin"
    NEWER = "newer"
    INDEX = "index"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRef:
    """Where a capture's records are: `length` bytes (a page's two records, or its remains) from `offset`."""

    segment: str
    offset: int
    length: int

    def __str__(self) -> str:
        return f"{self.segment}:{self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueUrl:
    """A URL to fetch now. `attempts` is the number of failed fetches since the last successful one.

    An article that is looked at again has the validators of its last answer, as far as there were any.
    """

    url: str
    entry: FeedEntry
    attempts: int = 0
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A page that is as it was: the server answered its validators with 304."""

    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The result for a feed's entries: those to fetch now, how many were new or already known, and of these, updated.

    `backlog` counts those of the new ones that are not fetched.
    """

    due: tuple[DueUrl, ...]
    new: int
    seen: int
    updated: int = 0
    backlog: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A fetch that left nothing to archive.

    `state` is the new state of the URL: `due` again (at `retry_at`), `refused` or `failed`. `detail` is for people.
    """

    url: str
    at: datetime
    state: UrlState
    reason: FetchReason
    detail: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One archived response and its outcome.

    `reason` is that of a rejection or an OutcomeReason ("" for most outcomes). `article_id` is that of the canonical
    final URL; `related` the article that a duplicate belongs to; `canonical` the article that the page names as its
    original (by an accepted rel=canonical), until it turns out that their texts differ. `dropped_at` is when retention
    dropped its raw page (None before that); `ref` then refers to its `Remains`. `removed_at` is when the page was taken out of
    the archive, of which `Removed` is left. `parts` are the captures of further pages that it is cleaned with, where it is cleaned.
    """

    id: int
    url: str
    final_url: str
    article_id: str
    source: str
    status: int
    fetched_at: datetime
    ref: ArchiveRef
    outcome: Outcome
    reason: str = ""
    detail: str = ""
    related: str = ""
    content_hash: str = ""
    canonical: str = ""
    settled_at: datetime | None = None
    dropped_at: datetime | None = None
    removed_at: datetime | None = None
    parts: tuple["PartCapture", ...] = ()

    def as_settled(self, at: datetime) -> "Settled":
        """Its outcome, as the loader reported it; `at` stands for a time that is not known."""
        names = ("outcome", "reason", "detail", "related", "content_hash", "canonical")
        said = {name: getattr(self, name) for name in names}
        return Settled(capture_id=self.id, at=self.settled_at or at, **said)


@dataclass(frozen=True, slots=True)
class PartCapture:
    """A capture of a further page of an article, and the URL by which the article names that page.

    `apart`: it turned out, when it was to be joined, to be an article of its own.
    """

    url: str
    capture: Capture
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A capture's outcome, as the loader reports it; the fields are as in `Capture`."""

    capture_id: int
    outcome: Outcome
    at: datetime
    reason: str = ""
    detail: str = ""
    related: str = ""
    content_hash: str = ""
    canonical: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Selects captures with one of these outcomes, settled and fetched at these times or later, of these sources.

    A field that is empty or None selects all.
    """

    outcomes: tuple[Outcome, ...] = ()
    settled_from: datetime | None = None
    fetched_from: datetime | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownUrl:
    """Everything that the ledger knows about a URL.

    `due_at` is None unless it will be fetched (again); `tried_at` is the time of the last fetch, `last_error` its
    error; `updated_at` the newest change stated by a feed that was acted upon. `rejections` counts the pages in a
    row that were no article, though they may become one.
    """

    url: str
    source: str
    state: UrlState
    entry: FeedEntry
    first_seen_at: datetime
    due_at: datetime | None
    attempts: int
    tried_at: datetime | None
    updated_at: datetime | None
    last_error: str
    rejections: int = 0
