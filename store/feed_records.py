"""Records of feeds, between the crawl and the ledger. Sitemaps and sections are feeds to both."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTarget:
    """A feed to fetch, with validators and time of its last successful response ("" and None if there are none)."""

    source: str
    url: str
    etag: str = ""
    last_modified: str = ""
    read_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedResult:
    """One fetch of a feed. `status` is 0 if there was no response.

    `error` is "" on success, else a FetchReason or FeedReason and the detail: "no_feed: ...", "HTTP 404". `moved_to` is
    the feed's new address if only permanent redirects led there, else "". `kind` is feed, sitemap, section, or "".
    """

    source: str
    url: str
    at: datetime
    status: int
    entries: int = 0
    etag: str = ""
    last_modified: str = ""
    error: str = ""
    moved_to: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """The health of a feed. `entries` is the number in its last successful response, `failures` the failed fetches since.

    `moved_to` is its new address if that response came from another one for good, else "". The last `short` responses had
    far fewer entries than the `least` that it ever had, since `short_since`. `is_called_unchanged`: its server says that
    of it though it has changed, so that it is always asked for whole.
    """

    source: str
    url: str
    at: datetime
    status: int
    entries: int
    error: str
    failures: int
    succeeded_at: datetime | None
    moved_to: str = ""
    least: float = 0.0
    short: int = 0
    short_since: datetime | None = None
    is_called_unchanged: bool = False
    is_section: bool = False
