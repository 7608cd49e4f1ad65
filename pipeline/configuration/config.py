"""broadsheet.toml as a whole, and how it is read; `sections` has its settings.

Secrets are never in the file: they come only from the environment.
"""

import difflib
import tomllib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, ValidationError

from articles.errors import ConfigError, UrlError
from articles.model import Extractor, Extractors
from articles.urls import canonical, masked
from pipeline.configuration.index_section import IndexSection
from pipeline.configuration.schedule import Schedule, interval
from pipeline.configuration.sections import (
    CleanSection,
    CrawlSection,
    NotifySection,
    ScheduleSection,
    Section,
    SourceSection,
    StoreSection,
)
from store.archive.remote.bucket_url import BucketUrl
from store.ledger.engines.places import LedgerPlace, place

FILE_NAME = "broadsheet.toml"


class Config(Section):
    """All of broadsheet.toml, with defaults for the settings it leaves out."""

    store: StoreSection = StoreSection()
    crawl: CrawlSection = CrawlSection()
    clean: CleanSection = CleanSection()
    index: IndexSection = IndexSection()
    schedule: ScheduleSection = ScheduleSection()
    notify: NotifySection = NotifySection()
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
    def sites(self) -> Path:
        """The folder of sites' rules as an absolute path."""
        return (self.path.parent / "sites").absolute()

    @property
    def site_configs(self) -> Path | None:
        """The folder of Full-Text RSS's files on sites as an absolute path; None: there is none."""
        named = self.clean.site_configs
        return (self.path.parent / named).absolute() if named else None

    @property
    def archive(self) -> Path:
        """The folder of WARC segments."""
        return self.folder / "archive"

    @property
    def imports(self) -> Path:
        """The folder of WARC files that were downloaded to be imported."""
        return self.folder / "imports"

    @property
    def ledger(self) -> LedgerPlace:
        """Where the ledger is: a file, or a database. Raises ConfigError where its URL is to be in the environment and is not."""
        return place(self.folder, self.store.ledger)

    @property
    def retention(self) -> timedelta | None:
        """How long raw pages are kept; None: forever."""
        return interval(self.store.retention) if self.store.retention else None

    @property
    def bucket(self) -> BucketUrl | None:
        """Where closed segments are moved to; None: nowhere."""
        return BucketUrl.parse(self.store.archive) if self.store.archive else None

    @property
    def backlog(self) -> timedelta | None:
        """The age from which new pages are not fetched; None: all are."""
        return interval(self.crawl.backlog) if self.crawl.backlog else None

    @property
    def claimed(self) -> Mapping[tuple[str, str], str]:
        """Lists that an earlier source of the file has already, by source and URL, each with the name of that source.

        A sitemap may be of several sources that name a `site` each: they take their own pages of it.
        """
        first: dict[tuple[str, str], str] = {}
        found = {}
        for source in self.sources:
            for url in source.lists:
                with suppress(UrlError):  # what is no URL fails by itself
                    site = source.site if url in source.sitemaps else ""
                    owner = first.setdefault((canonical(url), site), source.name)
                    if owner != source.name:
                        found[source.name, url] = owner
        return found

    @property
    def timeout(self) -> timedelta:
        """How long a run on Prefect may take."""
        return self.schedule.timeout

    @property
    def extractors(self) -> Extractors:
        """What finds the text, for the pages of each source."""
        own = {source.name: source.extractor for source in self.sources}
        return Extractors(self.clean.extractor, {name: value for name, value in own.items() if value})

    def preferring(self, extractor: Extractor) -> Self:
        """The same configuration with this extractor for all sources."""
        clean = self.clean.model_copy(update={"extractor": extractor})
        sources = tuple(source.model_copy(update={"extractor": ""}) for source in self.sources)
        return self.model_copy(update={"clean": clean, "sources": sources})

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
    store = config.store
    if store.shared and not (store.ledger and store.archive and config.index.backend == "elasticsearch"):
        raise ConfigError(
            f"{path}: `store.shared` needs what several machines can write: a ledger in PostgreSQL ([store] ledger), an archive "
            'in a bucket ([store] archive) and [index] backend = "elasticsearch".'
        )
    for name, number in Counter(source.name for source in config.sources).items():
        if number > 1:
            raise ConfigError(f"{path}: two sources are called `{name}`; give each a different name.")
    return config


def choose(config: Config, names: tuple[str, ...]) -> tuple[SourceSection, ...]:
    """The sources with these names, or all of them. Raises ConfigError for an unknown one."""
    known = {source.name: source for source in config.sources}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigError(
            f"There is no source `{masked(unknown[0])}` in {config.path}; `broadsheet sources` lists them."
        )
    if not known:
        raise ConfigError(f"{config.path} names no source yet; `broadsheet add URL` adds one.")
    return tuple(known[name] for name in names) if names else config.sources


_SECRET = {"headers", "urls", "command", "heartbeat", "archive", "ledger"}


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
            secret = _SECRET & set(where)  # where a name belongs, somebody may have written the value
            said = "" if secret or isinstance(value, dict) else f" (it says `{masked(str(value))}`)"
            lines.append(f"{path}: `{key}`: {problem['msg'].removeprefix('Value error, ')}{said}.")
    return "\n".join(lines)


def _names(where: list[str]) -> list[str]:
    model = SECTIONS.get(where[0], SourceSection) if where else Config
    return [name for name in model.model_fields if name != "path"]
