"""The Prefect flow `backfill`: the past of one source loaded, as `broadsheet backfill` does it."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from pydantic import PositiveInt

from articles.errors import LockedError
from flows import run_names
from flows.endings import done, within
from flows.skipping import skipped
from pipeline.backfilling.backfilled import MOST_PAGES, Backfill, Backfilled, found_rows, spans
from pipeline.backfilling.filling import backfill as fill
from pipeline.configuration.config import load
from pipeline.configuration.values import SourceName
from pipeline.report import RunReport, funnel
from pipeline.run import Watch

if TYPE_CHECKING:
    import logging

_LOG_SECONDS = 30.0


@flow(name="backfill", flow_run_name=run_names.of_backfill, log_prints=False)
def backfill(
    source: SourceName,
    from_day: date,
    to_day: date,
    pages: PositiveInt = MOST_PAGES,
    dry_run: bool = True,
    config: Path = Path("broadsheet.toml"),
) -> State[Any]:
    """Load what a source published on some days: from its backlog, sitemaps and archive pages.

    Ends as Skipped while another run has the data folder. A run with the same days goes on where one was stopped.

    Args:
        source: The name of the source.
        from_day: The first day (UTC).
        to_day: The last day, inclusive.
        pages: Most pages to fetch.
        dry_run: Only read the lists, and count what would be fetched.
        config: The configuration file, on the machine of the worker.
    """
    log = get_run_logger()
    settings = load(config)
    task = Backfill(source=source, first=from_day, last=to_day, pages=pages, dry_run=dry_run)

    def work() -> State[Any]:
        try:
            report = fill(settings, task, Watch(_progress(log), tell=log.info))
        except LockedError as error:
            return skipped(str(error))
        _publish(report)
        if dry_run:
            return done(f"{report.chosen} pages would be fetched · {report.left} left")
        return done(f"{report.chosen} pages chosen · {report.indexed} indexed · {report.left} left")

    return within(settings.timeout, work)


def _publish(report: Backfilled) -> None:
    names = ("found in", "new", "known", "other days", "undated")
    rows = [dict(zip(names, row, strict=True)) for row in found_rows(report)]
    create_table_artifact(rows, key="found", description="What each way into the past gave")
    if not report.dry_run:
        stages = [{"stage": s.strip(), "count": n, "remark": r} for s, n, r in funnel(report.run)]
        create_table_artifact(stages, key="funnel", description="From pages to searchable articles")
    gaps = "\n".join(f"- {row}" for row in spans(report.empty)) or "None."
    create_markdown_artifact(gaps, key="empty-days", description="Days without an article in the index")


def _progress(log: "logging.Logger | logging.LoggerAdapter[logging.Logger]") -> Callable[[RunReport], None]:
    due = time.monotonic() + _LOG_SECONDS

    def log_progress(report: RunReport) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + _LOG_SECONDS
            crawl = report.crawl
            log.info(
                "so far %d lists and %d of %d pages fetched", crawl.feeds_fetched, crawl.fetched, crawl.due
            )

    return log_progress
