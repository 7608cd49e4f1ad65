"""The sections of broadsheet.toml: their settings, what they mean, and their defaults."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from articles.model import Right
from pipeline.configuration.values import (
    Backlog,
    BucketText,
    Command,
    Cron,
    Days,
    Every,
    ExtractorName,
    HeaderName,
    Network,
    OwnExtractor,
    OwnVariable,
    QuietHours,
    ServerUrl,
    Site,
    SourceName,
    Span,
    SpiderName,
    TimeZone,
    UserAgent,
    Variable,
    Variables,
)


class Section(BaseModel):
    """What all sections have in common: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSection(Section):
    """Where data is kept."""

    folder: Path = Field(default=Path("data"), description="The data folder, relative to broadsheet.toml.")
    retention: Days = Field(
        default="",
        description='How long raw pages are kept, in days, such as 90d; forever if "". Articles stay.',
    )
    archive: BucketText = Field(
        default="",
        description='A bucket that closed segments of the archive are moved to, such as s3://news/raw; none if "".',
    )
    keep_local: Span = Field(
        default=timedelta(days=7),
        description="How long a segment stays in the data folder after it was moved to the bucket, such as 12h or 7d.",
    )
    ledger: ServerUrl = Field(
        default="",
        repr=False,
        description='A PostgreSQL database for the ledger: its URL without a password, or the environment variable with its URL; a file if "".',
    )
    shared: bool = Field(
        default=False,
        description="Whether several machines collect together, each with a data folder of its own; needs `ledger`, `archive` and Elasticsearch.",
    )


class CrawlSection(Section):
    """How sites are crawled. Times in seconds, sizes in bytes."""

    user_agent: UserAgent = Field(
        default="Broadsheet/0.1 (+https://example.org/contact)",
        description="The User-Agent header, with a way to reach you; its first word is matched against robots.txt.",
    )
    delay: float = Field(default=1.0, ge=0, description="Minimum pause between two requests to one host.")
    concurrency: int = Field(default=1, ge=1, le=16, description="Maximum simultaneous requests to one host.")
    concurrency_total: int = Field(
        default=32, ge=1, le=256, description="Maximum simultaneous requests in total."
    )
    max_crawl_delay: float = Field(
        default=60.0, ge=0, description="Longest Crawl-delay in robots.txt that is obeyed in full."
    )
    max_retry_after: float = Field(
        default=120.0, ge=0, description="Longest Retry-After that a run waits for."
    )
    max_bytes: int = Field(default=10_000_000, ge=1000, description="Size limit for a page, decompressed.")
    max_feed_bytes: int = Field(
        default=5_000_000, ge=1000, description="Size limit for a feed, decompressed."
    )
    timeout: float = Field(
        default=30.0, gt=0, description="Time limit for one request, from connecting to the last byte."
    )
    backlog: Backlog = Field(
        default="7d",
        description='Age from which new pages of a sitemap are not fetched, such as 7d; all are if "" or forever.',
    )
    max_redirects: int = Field(default=5, ge=0, le=20, description="Maximum redirects followed for one page.")
    max_attempts: int = Field(
        default=3, ge=1, le=10, description="Maximum attempts at one page within a run."
    )
    revisits: tuple[Span, ...] = Field(
        default=(timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7)),
        description="When an article is looked at again, from its first sight on; never if [].",
    )
    article_pages: int = Field(
        default=20,
        ge=1,
        le=50,
        description="Maximum pages of one article; further ones are not fetched, and none but the first if 1.",
    )
    obey: tuple[Right, ...] = Field(
        default=(),
        description="What pages reserve that is binding: noarchive, noai, noimageai, tdm-reservation, robots-noai; such a page is not kept.",
    )
    allow_addresses: tuple[Network, ...] = Field(
        default=(),
        description="Private networks (CIDR) that may be crawled, such as 127.0.0.0/8.",
    )
    spiders: str = Field(
        default="spiders",
        description="The folder of your own spiders, relative to this file; nothing else is loaded from it.",
    )
    scrapy: dict[str, Any] = Field(
        default_factory=dict, description="Settings for Scrapy, for all sources, by Scrapy's names."
    )
    allow_scrapy: tuple[str, ...] = Field(
        default=(),
        description="Settings that protect other sites, and that `scrapy` tables and spiders may replace all the same.",
    )


class CleanSection(Section):
    """How pages are cleaned."""

    workers: int = Field(default=2, ge=1, le=256, description="Number of cleaning processes.")
    timeout: float = Field(
        default=20.0, gt=0, description="Time limit for one page, in seconds; after it the page is rejected."
    )
    extractor: ExtractorName = Field(
        default="auto",
        description="What finds the text: container (our own search), trafilatura, or auto (ours, and trafilatura where that is in doubt).",
    )
    site_configs: str = Field(
        default="",
        description="A folder with files of ftr-site-config (Full-Text RSS, wallabag), relative to this file; none if empty.",
    )


class _Scheduled(Section):
    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        given = {key for key in ("every", "cron") if key in self.model_fields_set and getattr(self, key)}
        if len(given) == 2:
            raise ValueError("`every` and `cron` are both set; keep one of them")
        return self


class ScheduleSection(_Scheduled):
    """When sources are crawled by `broadsheet schedule` and `broadsheet deploy`."""

    every: Every = Field(
        default="1h",
        description="How often sources are crawled, in minutes, hours or days (m, h, d).",
    )
    cron: Cron = Field(
        default="", description="Instead of `every`: minute, hour, day, month and weekday, as in cron."
    )
    timezone: TimeZone = Field(
        default="UTC", description="The time zone of cron expressions, such as Europe/Berlin."
    )
    upkeep: Cron = Field(default="30 3 * * *", description='When upkeep runs, as in cron; never if "".')
    timeout: Span = Field(
        default=timedelta(hours=6),
        description="How long a run on Prefect may take before it is ended, such as 6h.",
    )

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.every and not self.cron:
            raise ValueError("neither `every` nor `cron` is set; set one of them")
        return self


COMMAND, HEARTBEAT = "command", "heartbeat"


class NotifySection(Section):
    """Who is told what is wrong. URLs stand in environment variables alone; here are these variables' names."""

    urls: Variables = Field(
        default=(),
        description="Environment variables, each with the URL of a service that Apprise knows, such as NEWSDESK_SLACK.",
    )
    command: Command = Field(
        default=(),
        repr=False,
        description="A program and its arguments, which gets each message as JSON on standard input.",
    )
    heartbeat: OwnVariable = Field(
        default="",
        description="The environment variable with a URL that is asked after each good run, such as NEWS_HEARTBEAT.",
    )
    quiet: QuietHours = Field(
        default="",
        description="Hours in which nothing is told, such as 22:00-07:00, in the time zone of [schedule].",
    )

    @property
    def targets(self) -> tuple[str, ...]:
        """Who is told, by name: the variables, and `command`."""
        return (*self.urls, COMMAND) if self.command else self.urls

    @property
    def named(self) -> tuple[str, ...]:
        """The targets, and `heartbeat` if there is one."""
        return (*self.targets, HEARTBEAT) if self.heartbeat else self.targets


class SourceSection(_Scheduled):
    """One publisher."""

    name: SourceName = Field(description="The source's name in queries and tables.")
    feeds: tuple[str, ...] = Field(default=(), description="The URLs of its feeds.")
    sitemaps: tuple[str, ...] = Field(
        default=(), description="The URLs of its sitemaps, news sitemaps and sitemap indexes."
    )
    sections: tuple[str, ...] = Field(
        default=(), description="The URLs of front and section pages whose links to articles are followed."
    )
    spider: SpiderName = Field(
        default="",
        description="A spider of your own, as module:Class; the module is a file in `[crawl] spiders`.",
    )
    arguments: dict[str, str] = Field(default_factory=dict, description="Arguments for the spider.")
    scrapy: dict[str, Any] = Field(
        default_factory=dict, description="Settings for Scrapy, for this source, by Scrapy's names."
    )
    headers: dict[HeaderName, Variable] = Field(
        default_factory=dict,
        description="Headers for requests to the source's site, each with the environment variable that has its value.",
    )
    site: Site = Field(
        default="",
        description="A URL of the site that `headers` are sent to, and whose pages its sitemaps list, if it is not the site of its lists.",
    )
    render: bool = Field(
        default=False,
        description="Run the scripts of its pages in a browser, for sites that are empty without.",
    )
    extractor: OwnExtractor = Field(
        default="", description="What finds the text of its pages, if not as in [clean]."
    )
    canary: bool = Field(
        default=False,
        description="A site that is always there: trouble with it is told at once, as likely our own fault.",
    )
    every: Every = Field(default="", description="How often this source is crawled, if not as in [schedule].")
    cron: Cron = Field(default="", description="When this source is crawled, if not as in [schedule].")

    @model_validator(mode="after")
    def _a_way_in(self) -> Self:
        if not self.ways:
            raise ValueError(
                "neither `feeds` nor `spider` is set; set one of them, or `sitemaps` or `sections`"
            )
        lists = [address for kind in (self.feeds, self.sitemaps, self.sections) for address in set(kind)]
        if twice := next((address for address in lists if lists.count(address) > 1), ""):
            raise ValueError(f"`{twice}` is named twice: an address is either a feed, a sitemap or a section")
        return self

    @model_validator(mode="after")
    def _a_site_for_headers(self) -> Self:
        if self.headers and not (self.lists or self.site):
            raise ValueError(
                "`headers` is set, but neither a list nor `site` says where they are sent; set `site`"
            )
        return self

    @property
    def lists(self) -> tuple[str, ...]:
        """The URLs of its feeds, sitemaps and sections."""
        return (*self.feeds, *self.sitemaps, *self.sections)

    @property
    def ways(self) -> tuple[str, ...]:
        """What leads to its articles, as the ledger names it: the URLs of its lists, and its spider."""
        return (*self.lists, self.spider) if self.spider else self.lists
