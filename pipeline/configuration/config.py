"""broadsheet.toml: its settings, what they mean, and how the file is read.

Secrets are never in the file: they come only from the environment.
"""

import difflib
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from articles.errors import ConfigError
from articles.urls import masked
from pipeline.configuration.schedule import Schedule, interval
from pipeline.configuration.values import (
    Alias,
    BackendName,
    Cron,
    Days,
    Every,
    Network,
    SourceName,
    SpiderName,
    TimeZone,
    UserAgent,
)

FILE_NAME = "broadsheet.toml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreSection(_Section):
    """Where data is kept."""

    folder: Path = Field(default=Path("data"), description="The data folder, relative to broadsheet.toml.")
    retention: Days = Field(
        default="",
        description='How long raw pages are kept, in days, such as 90d; forever if "". Articles stay.',
    )


class CrawlSection(_Section):
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
    max_redirects: int = Field(default=5, ge=0, le=20, description="Maximum redirects followed for one page.")
    max_attempts: int = Field(
        default=3, ge=1, le=10, description="Maximum attempts at one page within a run."
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


class CleanSection(_Section):
    """How pages are cleaned."""

    workers: int = Field(default=2, ge=1, le=256, description="Number of cleaning processes.")
    timeout: float = Field(
        default=20.0, gt=0, description="Time limit for one page, in seconds; after it the page is rejected."
    )


class IndexSection(_Section):
    """Where articles are searched."""

    backend: BackendName = Field(
        default="embedded", description="The index: embedded (needs no server) or elasticsearch."
    )
    url: str = Field(default="http://127.0.0.1:9200", description="URL of Elasticsearch.")
    alias: Alias = Field(
        default="articles",
        description="The alias used for searching and writing in Elasticsearch; one per data folder.",
    )
    allow_plain_http: bool = Field(
        default=False, description="Allow connections to Elasticsearch on another machine without TLS."
    )
    patience: float = Field(
        default=60.0,
        ge=0,
        description="Seconds to keep retrying an Elasticsearch that does not accept articles.",
    )


class _Scheduled(_Section):
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

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.every and not self.cron:
            raise ValueError("neither `every` nor `cron` is set; set one of them")
        return self


class SourceSection(_Scheduled):
    """One publisher."""

    name: SourceName = Field(description="The source's name in queries and tables.")
    feeds: tuple[str, ...] = Field(default=(), description="The URLs of its feeds.")
    spider: SpiderName = Field(
        default="",
        description="A spider of your own, as module:Class; the module is a file in `[crawl] spiders`.",
    )
    arguments: dict[str, str] = Field(default_factory=dict, description="Arguments for the spider.")
    scrapy: dict[str, Any] = Field(
        default_factory=dict, description="Settings for Scrapy, for this source, by Scrapy's names."
    )
    every: Every = Field(default="", description="How often this source is crawled, if not as in [schedule].")
    cron: Cron = Field(default="", description="When this source is crawled, if not as in [schedule].")

    @model_validator(mode="after")
    def _a_way_in(self) -> Self:
        if not self.feeds and not self.spider:
            raise ValueError("neither `feeds` nor `spider` is set; set one of them")
        return self

    @property
    def ways(self) -> tuple[str, ...]:
        """What leads to its articles, as the ledger names it: the URLs of its feeds, and its spider."""
        return (*self.feeds, self.spider) if self.spider else self.feeds


class Config(_Section):
    """All of broadsheet.toml, with defaults for the settings it leaves out."""

    store: StoreSection = StoreSection()
    crawl: CrawlSection = CrawlSection()
    clean: CleanSection = CleanSection()
    index: IndexSection = IndexSection()
    schedule: ScheduleSection = ScheduleSection()
    sources: tuple[SourceSection, ...] = ()
    path: Path = Field(default=Path(FILE_NAME), exclude=True)

    @property
    def folder(self) -> Path:
        """The data folder as an absolute path."""
        return (self.path.parent / self.store.folder).absolute()

    @property
    def spiders(self) -> Path:
        """The folder of users' spiders as an absolute path."""
        return (self.path.parent / self.crawl.spiders).absolute()

    @property
    def archive(self) -> Path:
        """The folder of WARC segments."""
        return self.folder / "archive"

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.folder / "ledger.sqlite"

    @property
    def retention(self) -> timedelta | None:
        """How long raw pages are kept; None: forever."""
        return interval(self.store.retention) if self.store.retention else None

    @property
    def common_schedule(self) -> Schedule:
        """The schedule of sources without their own."""
        return self._schedule(self.schedule)

    def schedule_of(self, source: SourceSection) -> Schedule:
        """A source's own schedule, or the common one."""
        return self._schedule(source) if source.every or source.cron else self.common_schedule

    def _schedule(self, rule: ScheduleSection | SourceSection) -> Schedule:
        if rule.cron:
            return Schedule(cron=rule.cron, timezone=self.schedule.timezone)
        return Schedule(every=rule.every)

    @property
    def index_folder(self) -> Path:
        """The folder of the embedded index."""
        return self.folder / "index"


# By name in the file, except [[sources]], which repeats.
SECTIONS: Mapping[str, type[BaseModel]] = {
    name: type(field.default)
    for name, field in Config.model_fields.items()
    if isinstance(field.default, BaseModel)
}


def load(path: Path) -> Config:
    """Read broadsheet.toml. Raises ConfigError naming file, key and remedy."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {path.absolute()}. Run `broadsheet init` to create one here, or name yours with --config."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Config:
    """The configuration in `text`, which was read from `path`. Raises ConfigError."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    if "path" in values:
        raise ConfigError(f"{path}: unknown key `path`.")
    try:
        config = Config(**values, path=path.absolute())
    except ValidationError as error:
        raise ConfigError(_explain(error, path)) from None
    if masked(config.index.url) != config.index.url:
        raise ConfigError(
            f"{path}: `index.url`: leave user and password out; they come from the environment."
        )
    names = [source.name for source in config.sources]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{path}: two sources are called `{name}`; give each a different name.")
    return config


def _explain(error: ValidationError, path: Path) -> str:
    lines = []
    for problem in error.errors():
        where = [str(part) for part in problem["loc"]]
        key = ".".join(where)
        if problem["type"] == "extra_forbidden":
            nearest = difflib.get_close_matches(where[-1], _names(where[:-1]), n=1, cutoff=0.0)
            lines.append(f"{path}: unknown key `{key}`; did you mean `{nearest[0]}`?")
        else:
            value = problem["input"]
            said = "" if isinstance(value, dict) else f" (it says `{masked(str(value))}`)"
            lines.append(f"{path}: `{key}`: {problem['msg'].removeprefix('Value error, ')}{said}.")
    return "\n".join(lines)


def _names(where: list[str]) -> list[str]:
    model = SECTIONS.get(where[0], SourceSection) if where else Config
    return [name for name in model.model_fields if name != "path"]
