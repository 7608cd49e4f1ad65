"""What the crawl process is told, and what it reports: the records on its pipes, one JSON line each."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from articles.model import FeedEntry, Right

UNLIMITED = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSettings:
    """How to treat sites, and how far to let them go. Times in seconds, sizes in bytes.

    `delay` is the least pause between two requests to a host and `concurrency` the most requests to a host
    at once; a robots.txt Crawl-delay longer than `delay` wins, up to `max_crawl_delay`. `max_bytes` counts
    decoded bytes. `timeout` bounds a request from connect to the last byte. `revisits` are the times from the
    first sight of an article to each visit. `allow_addresses` are networks (CIDR) that may be reached although
    they are private; `obey` is what is binding of what pages reserve. The defaults are the configuration's.
    """

    user_agent: str
    delay: float
    concurrency: int
    concurrency_total: int
    max_crawl_delay: float
    max_retry_after: float
    max_bytes: int
    max_feed_bytes: int
    timeout: float
    max_redirects: int
    max_attempts: int
    revisits: tuple[timedelta, ...]
    obey: tuple[Right, ...]
    allow_addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFeeds:
    """A source's name and its ways in: the URLs of its feeds, sitemaps and sections, and a spider of the user's own.

    `spider` is "module:Class" in the plan's folder of spiders, called with `arguments`. `scrapy` are settings for
    the crawl of this source alone. `headers` are environment variables by the header that each has the value of.
    `site` is a URL of the site that they are sent to, and whose pages its sitemaps list; "" for that of the feeds,
    sitemaps and sections. `render`: whether a browser runs the scripts of its pages. Feeds that are not worth asking
    before `due_by` are passed over (None: none is). `claimed` are those of its lists that another source, by name, has
    already: they are not asked.
    """

    name: str
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    spider: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    scrapy: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    site: str = ""
    render: bool = False
    due_by: datetime | None = None
    claimed: dict[str, str] = field(default_factory=dict)

    @property
    def lists(self) -> tuple[str, ...]:
        """The URLs of its feeds, sitemaps and sections."""
        return (*self.feeds, *self.sitemaps, *self.sections)

    @property
    def ways(self) -> tuple[str, ...]:
        """All its ways in, as the ledger names them."""
        return (*self.lists, self.spider) if self.spider else self.lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Days of the past, from `first` until before `end`, whose pages are looked for in lists and noted, not fetched.

    `sitemaps` are read, and at most `most` of those that they list; of those that the source does not name itself, only pages
    of the site of the URL `site` count. `archives` are patterns of pages that list what a day or
    a month brought (crawlers.history.dated_archives); of each, at most `most` pages are read. Of the articles found, those
    dated `recent` or later become due, and the others wait in the backlog; unless `keep`, they are only counted.
    """

    first: datetime
    end: datetime
    recent: datetime
    sitemaps: tuple[str, ...] = ()
    site: str = ""
    archives: tuple[str, ...] = ()
    most: int
    keep: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlPlan:
    """A crawl: which sources, into which data folder, with which `ledger` (as `store.ledger.engines.places.place` takes it), by
    which `worker`, where several share that ("": by the only one).

    `pages` are fetched as well, whether a feed lists them or not.

    New pages dated more than `backlog` seconds ago are not fetched (0: all are). With `past` its lists are read instead of
    the sources' own, and no page is fetched; with `only_pages` no list is read, and nothing else that is due is fetched.
    The crawl's clock is `ahead` of the machine's. `ask_robots`: every robots.txt is asked for, whatever earlier crawls kept.

    `spiders` is the folder that users' spiders are loaded from; `scrapy` are settings for all crawls, of which
    those that keep robots.txt, address guard and limits in force count only if they are named in `allow_scrapy`.
    """

    folder: str
    settings: CrawlSettings
    ledger: str = ""
    worker: str = ""
    sources: tuple[SourceFeeds, ...] = ()
    pages: tuple[FeedEntry, ...] = ()
    backlog: float = 0.0
    past: Past | None = None
    only_pages: bool = False
    ahead: timedelta = timedelta(0)
    ask_robots: bool = False
    spiders: str = ""
    scrapy: dict[str, Any] = field(default_factory=dict)
    allow_scrapy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedFeed:
    """A feed that could not be fetched or read, and why."""

    source: str
    url: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """How far the crawl is; printed about twice a second, and once more at its end.

    `finish` is "" while it runs, then "finished", "stopped" (asked to) or "failed: ..." (the store could not be
    written). `feeds` counts the feeds to fetch, `feeds_passed_over` those not worth asking yet; sitemaps and sections count
    as feeds. `new` and `seen` count their entries whose URL was unknown or known, `backlog` the new ones that are not fetched;
    `due` the articles to fetch; `not_modified` those that were looked at again and are as they were.
    `misses` counts fetches without a capture by reason, `feed_errors` likewise; `failed_feeds` names those feeds.
    `sitemaps_left` counts the sitemaps of an index that were not read. `past` counts what was found of the past, by the way
    ("sitemap", "section") and what it was, such as "sitemap new".
    """

    finish: str = ""
    feeds: int = 0
    feeds_passed_over: int = 0
    feeds_fetched: int = 0
    feeds_unchanged: int = 0
    feeds_failed: int = 0
    entries: int = 0
    new: int = 0
    seen: int = 0
    backlog: int = 0
    sitemaps_left: int = 0
    due: int = 0
    fetched: int = 0
    not_modified: int = 0
    misses: dict[str, int] = field(default_factory=dict)
    feed_errors: dict[str, int] = field(default_factory=dict)
    past: dict[str, int] = field(default_factory=dict)
    failed_feeds: tuple[FailedFeed, ...] = ()


def encode(record: CrawlPlan | CrawlReport) -> bytes:
    """One line, newline included."""
    return msgspec.json.encode(record) + b"\n"


def decode_plan(line: bytes) -> CrawlPlan:
    """Raises msgspec.ValidationError for anything else than a plan."""
    return msgspec.json.decode(line, type=CrawlPlan)


def decode_report(line: bytes) -> CrawlReport:
    """Raises msgspec.ValidationError for anything else than a report."""
    return msgspec.json.decode(line, type=CrawlReport)
