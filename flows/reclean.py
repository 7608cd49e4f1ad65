"""The Prefect flow `reclean`: the archive cleaned again, as `broadsheet reclean` does it, with the differences as tables."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State

from articles.errors import LockedError
from flows import run_names
from flows.endings import done, within
from flows.skipping import skipped
from pipeline.configuration.config import choose, load
from pipeline.configuration.values import SourceName
from pipeline.maintenance.reprocess import Recleaned
from pipeline.maintenance.reprocess import reclean as clean_again

_LOG_EVERY = 1000  # pages between two lines of the log
_LINES = 30  # of one example


@flow(
    name="reclean",
    flow_run_name=run_names.of_reclean,
    log_prints=False,
)
def reclean(
    config: Path = Path("broadsheet.toml"),
    since: date | None = None,
    sources: tuple[SourceName, ...] = (),
    dry_run: bool = True,
) -> State[Any]:
    """Clean archived pages again by today's rules, and say what changes. Writes it, unless it is a dry run.

    Ends as Skipped while a rebuild is under way (or a run, where the index is embedded).

    Args:
        config: The configuration file, on the machine of the worker.
        since: Only what was fetched on this day (UTC) or later.
        sources: Names of sources. Without any: all.
        dry_run: Only say what would change.
    """
    settings = load(config)
    if sources:
        choose(settings, sources)
    start = datetime.combine(since, time.min, UTC) if since else None

    def work() -> State[Any]:
        try:
            report = clean_again(
                settings, since=start, sources=sources, dry_run=dry_run, progress=_progress()
            )
        except LockedError as error:
            return skipped(str(error))
        _publish(report)
        word = "would change" if dry_run else "changed"
        return done(f"{report.captures} pages cleaned again · {report.changed} {word}")

    return within(settings.timeout, work)


def _progress() -> Callable[[Recleaned], None]:
    log = get_run_logger()
    logged = 0

    def log_progress(report: Recleaned) -> None:
        nonlocal logged
        if report.captures >= logged + _LOG_EVERY:
            logged = report.captures
            log.info("so far %d pages, %d changed", report.captures, report.changed)

    return log_progress


def _publish(report: Recleaned) -> None:
    rows = [{"change": kind, "pages": count} for kind, count in report.kinds.most_common()]
    if rows:
        create_table_artifact(rows, key="changes", description="What today's rules make otherwise, by field")
        create_markdown_artifact(
            _examples(report), key="examples", description="The first changes of each kind"
        )


def _examples(report: Recleaned) -> str:
    """Page text is data: it stands in code blocks that it cannot end, indented."""
    parts = []
    for kind, examples in report.examples.items():
        parts.append(f"## {kind}")
        for example in examples:
            lines = example.diff[:_LINES]
            parts.append("\n".join(f"    {line}" for line in (example.url, *lines)))
    return "\n\n".join(parts)
