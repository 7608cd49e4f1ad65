"""Figures for Prometheus, in the text form that node_exporter's textfile collector reads. Moments are seconds since 1970."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client.exposition import generate_latest, write_to_textfile
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import Connection

from articles.errors import SearchIndexError, StorageError
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.health.checkup import Health, examine
from pipeline.health.diagnosis import Verdict
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.queries import tallies
from store.ledger.watch import run_table
from store.ledger.watch.run_table import RunEnd


@dataclass(frozen=True, slots=True)
class _Measured:
    families: Sequence[Metric]

    def collect(self) -> Sequence[Metric]:
        return self.families


def exposed(config: Config, now: datetime) -> bytes:
    """The figures as text, in UTF-8. Raises LedgerError, also if there is no ledger yet."""
    return generate_latest(_measured(config, now))


def write(config: Config, now: datetime, path: Path) -> None:
    """Write the figures to a file, which others find whole, as before or as now. Raises LedgerError, StorageError."""
    try:
        write_to_textfile(str(path), _measured(config, now))
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error


def _measured(config: Config, now: datetime) -> _Measured:
    health = examine(config, config.sources, now)
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        return _Measured(
            [
                *_of_sources(conn, health),
                *_waiting(conn),
                *_runs(conn),
                *_index(config),
                _gauge("disk_free_bytes", "Room for the data folder.", shutil.disk_usage(config.folder).free),
                _gauge("health_code", "The exit code of `broadsheet health`.", health.code),
            ]
        )


def _of_sources(conn: Connection, health: Health) -> Iterator[Metric]:
    arrived, rejected = tallies.arrived(conn), tallies.rejected(conn)
    success = _labelled("last_success_timestamp_seconds", "When one of its lists last answered.")
    newest = _labelled("last_article_timestamp_seconds", "When its last new article was first seen.")
    failures = _labelled("failures", "Failed requests in a row for its worst list.")
    delay = _labelled("delay_seconds", "Median time from publication until searchable, of its latest week.")
    usual = _labelled("usual_delay_seconds", "The same of its last 60 days.")
    robots = _labelled(
        "robots_changed_timestamp_seconds", "When its robots.txt last came to mean this for us.", "meaning"
    )
    verdicts = _labelled("verdict", "How it is doing: 1 for the verdict that holds.", "verdict")
    articles = CounterMetricFamily("broadsheet_source_articles", "New articles so far.", labels=("source",))
    losses = CounterMetricFamily(
        "broadsheet_source_rejected", "Captures without an article so far.", labels=("source", "reason")
    )
    for each in health.sources:
        name = each.source
        count, at = arrived.get(name, (0, None))
        articles.add_metric((name,), count)
        failures.add_metric((name,), each.failures)
        if at:
            newest.add_metric((name,), at.timestamp())
        if each.asked_at:
            success.add_metric((name,), each.asked_at.timestamp())
        for family, length in ((delay, each.delay), (usual, each.usual_delay)):
            if length is not None:
                family.add_metric((name,), length.total_seconds())
        for meaning, changed_at in {change.meaning: change.at for change in each.robots}.items():
            robots.add_metric((name, meaning), changed_at.timestamp())
        for verdict in Verdict:
            verdicts.add_metric((name, verdict), verdict is each.verdict)
    known = {each.source for each in health.sources}
    for (name, reason), count in sorted(rejected.items()):
        if name in known:
            losses.add_metric((name, reason), count)
    yield from (success, newest, failures, delay, usual, robots, verdicts, articles, losses)


def _waiting(conn: Connection) -> Iterator[Metric]:
    yield _gauge("pending_captures", "Pages that wait to be loaded.", capture_table.counts(conn)["pending"])
    if first := capture_table.pending(conn, 1):
        at = first[0].fetched_at.timestamp()
        yield _gauge("pending_oldest_timestamp_seconds", "When the first of them was fetched.", at)


def _runs(conn: Connection) -> Iterator[Metric]:
    """Of runs of which it is known how they ended; the last, and the last good one."""
    if good := run_table.latest(conn, 1, RunEnd.DONE):
        at = (good[0].ended_at or good[0].started_at).timestamp()
        yield _gauge("last_good_run_timestamp_seconds", "When the last run without an error ended.", at)
    for run in run_table.latest(conn, 1):
        at = run.started_at.timestamp()
        yield _gauge("last_run_timestamp_seconds", "When the last run began.", at)
        if run.ended_at:
            took = (run.ended_at - run.started_at).total_seconds()
            yield _gauge("last_run_duration_seconds", "How long it took.", took)
        ends = GaugeMetricFamily(
            "broadsheet_last_run_end", "How it ended: 1 for what is so.", labels=("end",)
        )
        for end in RunEnd:
            ends.add_metric((end,), end is run.end)
        yield ends


def _index(config: Config) -> Iterator[Metric]:
    try:
        count = indexes.reader(config).count() if indexes.exists(config) else 0
    except SearchIndexError:
        yield _gauge("index_up", "Whether the index answers.", 0)
        return
    yield _gauge("index_up", "Whether the index answers.", 1)
    yield _gauge("index_articles", "Articles in the index.", count)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"broadsheet_{name}", meaning, value)


def _labelled(name: str, meaning: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"broadsheet_source_{name}", meaning, labels=("source", *labels))
