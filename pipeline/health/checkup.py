"""How the collection as a whole is doing: what waits, index, disk, schedule, contact address, and each source."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from articles.errors import SearchIndexError
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.configuration.sections import HEARTBEAT, NotifySection, SourceSection
from pipeline.due import asks_by_source, last_crawl
from pipeline.health import record
from pipeline.health.diagnosis import Verdict, span
from pipeline.health.verdicts import SourceHealth, judge
from pipeline.maintenance.offloading import in_bucket
from pipeline.maintenance.other_names import under_other_names
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.watch import run_table, told_table
from store.ledger.watch.run_table import RunEnd
from store.ledger.watch.told_table import Telling

_WAITING = timedelta(hours=1)
_ROOM, _LITTLE = 14, 2  # days
_LEAST_FREE = 256 << 20
_WEEK = timedelta(days=7)
_TICKS = 2
_NO_CONTACT = "example.org/contact"  # what the User-Agent names before it is set
_SEVERAL, _MOST = 3, 0.5  # sources that became late, at least; their share of those of which it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A part of the collection that is not as it should be.

    `code` is 2 if nothing gets in any more, or will not for long, 1 if something else needs doing, 0 for a remark.
    """

    part: str
    text: str
    code: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The collection's conditions, if anything is wrong, and each source."""

    conditions: tuple[Condition, ...]
    sources: tuple[SourceHealth, ...]

    def of(self, names: Collection[str]) -> "Health":
        """The same, of the sources with these names alone."""
        return Health(
            conditions=self.conditions,
            sources=tuple(source for source in self.sources if source.source in names),
        )

    @property
    def troubled(self) -> tuple[SourceHealth, ...]:
        """The sources in trouble, the gravest verdicts first."""
        order = list(Verdict)
        found = [source for source in self.sources if source.verdict.is_trouble]
        return tuple(sorted(found, key=lambda each: (order.index(each.verdict), each.source)))

    @property
    def remarked(self) -> tuple[SourceHealth, ...]:
        """The sources that are well, but of which there is something to say."""
        return tuple(each for each in self.sources if each.verdict is Verdict.WELL and each.evidence)

    @property
    def code(self) -> int:
        """The exit code: 0 if all is well, 1 if something is wrong, 2 if nothing, or not for long, gets in any more."""
        fruitless = [each for each in self.troubled if each.verdict in (Verdict.FAILING, Verdict.BLOCKED)]
        if fruitless and len(fruitless) == len(self.sources):
            return 2
        return max(int(bool(self.troubled)), *(each.code for each in self.conditions), 0)


def examine(config: Config, sources: Sequence[SourceSection], now: datetime) -> Health:
    """The health of these sources, and of the collection. Raises LedgerError, also if there is no ledger yet."""
    with Ledger.existing(config.ledger) as ledger:
        found = tuple([judge(each, now) for each in record.histories(ledger, sources, now)])
        with ledger.reading() as conn:
            conditions = tuple(_conditions(config, conn, now))
    return together(Health(conditions=conditions, sources=found))


def together(health: Health) -> Health:
    """The same, but where most sources became late, it is the collection that did: its runs come more seldom, or take longer."""
    late = [each for each in health.sources if each.verdict is Verdict.LATE]
    known = sum(each.usual_delay is not None for each in health.sources)
    if len(late) < _SEVERAL or len(late) <= _MOST * known:
        return health
    text = f"of {known} sources {len(late)} became late at once: do runs come as often as before, and end as soon? {late[0].source}: {late[0].evidence}."
    return replace(
        health,
        conditions=(*health.conditions, Condition(part="delay", text=text)),
        sources=tuple(
            [
                replace(each, verdict=Verdict.WELL, since=None) if each.verdict is Verdict.LATE else each
                for each in health.sources
            ]
        ),
    )


def unknown(sources: Sequence[SourceSection], now: datetime) -> Health:
    """The health of sources before the first run."""
    found = (judge(record.History(source=source.name), now) for source in sources)
    return Health(conditions=(), sources=tuple(found))


def _conditions(config: Config, conn: Connection, now: datetime) -> Iterator[Condition]:
    found = (
        _waiting(conn, now),
        _index(config),
        _disk(config, conn, now),
        _bucket(config, conn),
        _schedule(config, conn, now),
        _runs(conn),
        *_undelivered(config, conn),
        _contact(config),
        *(Condition(part="sources", text=text) for text in under_other_names(config, conn)),
    )
    yield from filter(None, found)


def _waiting(conn: Connection, now: datetime) -> Condition | None:
    first = capture_table.pending(conn, 1)
    if not first or now - first[0].fetched_at < _WAITING:
        return None
    count = capture_table.counts(conn)["pending"]
    return Condition(
        part="loading",
        text=f"{count} pages wait to be loaded, the first for {span(now - first[0].fetched_at)}: "
        "the next `broadsheet run` loads them.",
    )


def _index(config: Config) -> Condition | None:
    try:
        if indexes.exists(config):
            indexes.reader(config).count()
    except SearchIndexError as error:
        return Condition(part="index", text=str(error), code=2)
    return None


def _disk(config: Config, conn: Connection, now: datetime) -> Condition | None:
    """By what a day took of late: the raw pages of a week, and as much more as the folder holds beside its raw pages."""
    free = shutil.disk_usage(config.folder).free
    names = [source.name for source in config.sources]
    pages, first = capture_table.intake(conn, names, now - _WEEK)
    days = (now - first) / timedelta(days=1) if first else 0.0
    raw, whole = _size(config.archive), _size(config.folder)
    a_day = pages / max(days, 1.0) * (whole / raw if raw else 1.0)
    left = free / a_day if a_day else float("inf")
    if free < _LEAST_FREE or left < _ROOM:
        lasts = f", which lasts for {left:.0f} days" if left < 1000 else ""
        text = f"{config.folder} has {free >> 20} MiB left{lasts}; make room, or set [store] retention."
        grave = free < _LEAST_FREE or left < _LITTLE
        return Condition(part="disk", text=text, code=2 if grave else 1)
    return None


def _bucket(config: Config, conn: Connection) -> Condition | None:
    """What the last try to reach the bucket came to; it is not asked now."""
    found = in_bucket(config, conn)
    return Condition(part="bucket", text=found.waits()) if found and found.trouble else None


def _size(folder: Path) -> int:
    """The bytes of the files in a folder, but for those that are gone meanwhile."""
    total = 0
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total


def _schedule(config: Config, conn: Connection, now: datetime) -> Condition | None:
    """Where `broadsheet schedule` was used: whether ticks went by without a crawl."""
    if not (config.folder / "prefect").is_dir():
        return None
    known = asks_by_source(conn)
    missed = []
    for source in config.sources:
        crawled, schedule = last_crawl(source, known.get(source.name, ())), config.schedule_of(source)
        tick = crawled and schedule.next_tick(crawled)
        for _ in range(_TICKS):
            tick = tick and schedule.next_tick(tick)
        if crawled and tick and tick < now:
            missed.append(crawled)
    if not missed:
        return None
    return Condition(
        part="schedule",
        text=f"{len(missed)} of {len(config.sources)} sources were not crawled when they were due, one for "
        f"{span(now - min(missed))}: does `broadsheet schedule` run?",
        code=2 if len(missed) == len(config.sources) else 1,
    )


def _runs(conn: Connection) -> Condition | None:
    """The last run, if it failed, or one of the last two, if it crashed: of that only the next one tells."""
    ended = run_table.latest(conn, 2, *(end for end in RunEnd if end is not RunEnd.RUNNING))
    bad = next((run for run in ended if run.end is RunEnd.CRASHED), None)
    if ended and ended[0].end is RunEnd.FAILED:
        bad = ended[0]
    if bad is None:
        return None
    how = f"failed: {bad.detail}"
    if bad.end is RunEnd.CRASHED:
        how = "was ended from outside (killed, or the machine went down); the next one goes on where it was."
    return Condition(part="run", text=f"the run of {bad.started_at:%Y-%m-%d %H:%M} UTC {how}")


def _undelivered(config: Config, conn: Connection) -> Iterator[Condition]:
    for telling in undelivered(conn, config.notify):
        yield Condition(part=f"notify {telling.target}", text=why(telling))


def undelivered(conn: Connection, notify: NotifySection) -> list[Telling]:
    """The targets that did not take what they were told last."""
    last = told_table.attempts(conn)
    return [last[name] for name in notify.named if name in last and last[name].error]


def why(telling: Telling) -> str:
    """Why a target was not told, for people."""
    again = (
        "it is asked again after the next good run"
        if telling.target == HEARTBEAT
        else "it is told again after the next run, `broadsheet notify --test` tries it now"
    )
    return f"{telling.error}, at {telling.at:%Y-%m-%d %H:%M} UTC; {again}."


def _contact(config: Config) -> Condition | None:
    if _NO_CONTACT not in config.crawl.user_agent:
        return None
    return Condition(
        part="contact",
        text="the User-Agent names a contact that does not exist; put yours into [crawl] user_agent.",
        code=0,
    )
