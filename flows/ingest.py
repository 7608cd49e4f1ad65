"""The Prefect flow `ingest`: a run as `broadsheet run` does it, with its log and tables where Prefect shows them."""

import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import get_run_context

from articles.errors import (
    ArchiveUnavailableError,
    CrawlError,
    IndexUnavailableError,
    LedgerUnavailableError,
    LockedError,
    StorageError,
)
from crawlers.clock import now
from flows import run_names
from flows.endings import done, within
from flows.skipping import is_skipped, skipped, skipped_task
from pipeline.configuration.config import Config, load
from pipeline.configuration.values import SourceName
from pipeline.due import due_sources
from pipeline.health.checkup import Health, examine
from pipeline.health.observed import RunSeen, observe
from pipeline.health.summary import headline, rows
from pipeline.report import RunReport, funnel, rejections, troubled
from pipeline.run import run
from pipeline.sites.rule_watch import stopped
from pipeline.telling.tell import announce
from store.ledger.database import Ledger
from store.ledger.queries import recent

_PASSING = (
    StorageError,
    ArchiveUnavailableError,
    IndexUnavailableError,
    LedgerUnavailableError,
    CrawlError,
)
_BACK_OFF = [30.0, 120.0, 600.0]
_LOG_SECONDS = 30.0
_FEW = 5


@flow(name="ingest", flow_run_name=run_names.by_schedule, log_prints=False)
def ingest(config: Path = Path("broadsheet.toml"), sources: tuple[SourceName, ...] = ()) -> State[Any]:
    """Crawl, clean and index.

    A run that a schedule started takes every source that is due then, whichever schedule that was, and of its feeds
    those that are worth asking; one started by hand takes the sources named, or all, and all their feeds. It ends as
    Troubled when something about the collection or a source needs a look; as Skipped while another run has the data
    folder, or when nothing is due; as Failed when that is so as it is tried again after a failure.

    Args:
        config: The configuration file, on the machine of the worker.
        sources: Names of sources. Without any: those that are due, or all in a run started by hand.
    """
    settings = load(config)
    return within(settings.timeout, lambda: _ingest(settings, sources))


def _ingest(config: Config, names: tuple[str, ...]) -> State[Any]:
    log = get_run_logger()
    tick = _scheduled_start()
    if tick:
        time.sleep(max(0.0, (tick - now()).total_seconds()))  # a worker may begin a moment before
    started = now()
    if tick and not names:
        names = due_sources(config, started)
        if not names:
            return skipped("no source is due: each was crawled since the last tick of its schedule")
        log.info("%d of %d sources are due: %s", len(names), len(config.sources), few(names))
    failures: list[object] = []  # a task is tried again within the same call, in the same process

    def worth_retrying(_task: object, _run: TaskRun, state: State[Any]) -> bool:
        """What may have passed by itself in some minutes: a disk, an index, a crawl process that died."""
        failures.append(state.result(raise_on_failure=False))
        return isinstance(failures[-1], _PASSING)

    tried = crawl_and_load.with_options(retry_condition_fn=worth_retrying)
    state = tried(config, names, tick is not None, return_state=True)
    if is_skipped(state) and not failures:
        return skipped(state.message or "")
    result = state.result(raise_on_failure=False)
    if not (isinstance(result, RunReport) and result.others_go_on):  # the last worker tells
        announce(config, good=isinstance(result, RunReport), say=log.info)
    health = publish(config, started, failures[0] if is_skipped(state) else result)
    if is_skipped(state):
        return skipped(state.message or "", failures[0])
    report = state.result()
    assert isinstance(report, RunReport)
    return done(headline(report, health), troubled=health.code > 0)


@task(name="crawl and load", retries=3, retry_delay_seconds=_BACK_OFF)
def crawl_and_load(config: Config, names: tuple[str, ...], scheduled: bool = False) -> RunReport | State[Any]:
    """The run. Ended from outside, it stops the crawl process and leaves what was fetched to the next run."""
    log = get_run_logger()
    try:
        report = run(
            config,
            names,
            _progress(log),
            tell=lambda line: log.log(*_level_and_text(line)),
            scheduled=scheduled,
        )
    except LockedError as error:
        return skipped_task(str(error))
    for stage, count, remark in funnel(report):
        log.info("%s: %d %s", stage.strip(), count, remark)
    return report


@task(name="publish")
def publish(config: Config, started: datetime, result: object) -> Health:
    """The run's tables: its funnel (where it came to an end), rejections, troubled hosts, and the health of all sources.

    `result` is the run's report, or what made it fail. The index's journal gets the same, where one is kept.
    """
    report = result if isinstance(result, RunReport) else None
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        rejected = rejections(recent.rejected(conn, started))
        hosts = troubled(recent.hosts(conn, started))
    if report:
        stages = [{"stage": s.strip(), "count": n, "remark": r} for s, n, r in funnel(report)]
        create_table_artifact(stages, key="funnel", description="From feeds to searchable articles")
    if rejected:
        create_table_artifact(
            rejected, key="rejections", description="Captures that gave no article, by reason"
        )
    if hosts:
        create_table_artifact(hosts, key="hosts", description="Hosts that failed, or took ten seconds a page")
    at = now()
    health = examine(config, config.sources, at)
    create_table_artifact(rows(health, at), key="health", description="What needs a look, the gravest first")
    for each in stopped(config, at) if report else ():
        get_run_logger().warning(each.advice)
    error = "" if report else str(result)
    if trouble := observe(config, RunSeen(start=started, end=at, report=report, error=error), health):
        get_run_logger().warning(trouble)
    return health


def few(names: tuple[str, ...]) -> str:
    """The first of these names, for a line of the log."""
    return ", ".join(names[:_FEW]) + (", ..." if len(names) > _FEW else "")


def _scheduled_start() -> datetime | None:
    """When a schedule wanted this run to start; None for a run started by hand."""
    context = get_run_context()
    flow_run = getattr(context, "flow_run", None)
    if flow_run is None or not flow_run.auto_scheduled:
        return None
    start = flow_run.expected_start_time
    return start.astimezone(UTC) if start else None


def _progress(log: "logging.Logger | logging.LoggerAdapter[logging.Logger]") -> Callable[[RunReport], None]:
    due = time.monotonic() + _LOG_SECONDS

    def log_progress(report: RunReport) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + _LOG_SECONDS
            crawl = report.crawl
            loaded = sum(report.outcomes.values())
            log.info("so far %d of %d pages fetched, %d loaded", crawl.fetched, crawl.due, loaded)

    return log_progress


def _level_and_text(line: str) -> tuple[int, str]:
    """Level and text of a line of the crawl's log, which begins with date, time and level."""
    match = re.fullmatch(r"\S+ \S+ (WARNING|ERROR|CRITICAL) (.*)", line)
    return (logging.getLevelNamesMapping()[match[1]], match[2]) if match else (logging.INFO, line)
