"""What a run did, and how each source was at its end, as documents of the index's journal, where its kind keeps one.

Names are those of the Elastic Common Schema where it has one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from articles.errors import IndexUnavailableError, SearchIndexError
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.health.checkup import Health
from pipeline.health.diagnosis import Verdict
from pipeline.health.summary import headline, sources
from pipeline.health.verdicts import SourceHealth
from pipeline.report import RunReport
from store.records import Outcome

KEPT = timedelta(days=90)
_COUNTED = (Outcome.INDEXED, Outcome.REJECTED, Outcome.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSeen:
    """A run from `start` to `end`, which gave the report or ended with an error."""

    start: datetime
    end: datetime
    report: RunReport | None = None
    error: str = ""


def observe(config: Config, run: RunSeen, health: Health) -> str:
    """Write the run and the health at its end into the journal. Returns what kept it from that, as a sentence; "" if nothing did."""
    journal = indexes.backend(config).journal
    if journal is None:
        return ""
    domains = {source.name: _domain(source) for source in config.sources}
    try:
        journal.write(indexes.place(config), documents(run, health, domains), run.end)
    except SearchIndexError as error:
        return f"The run is not in the journal for Kibana: {error}"
    return ""


def forget(config: Config, now: datetime) -> str:
    """Delete from the journal what is older than 90 days. Returns what was done, or what kept it from that; "" if nothing."""
    journal = indexes.backend(config).journal
    if journal is None:
        return ""
    try:
        deleted = journal.trim(indexes.place(config), now - KEPT)
    except IndexUnavailableError:
        return ""  # which is told of the index itself
    except SearchIndexError as error:
        return f"the journal for Kibana keeps what is older than {KEPT.days} days: {error}"
    return f"{deleted} documents older than {KEPT.days} days deleted from the journal." if deleted else ""


def documents(run: RunSeen, health: Health, domains: Mapping[str, str]) -> dict[str, Mapping[str, object]]:
    """The documents by their ids: one of the run, and one of each source, whose `domains` are by its name.

    Where other workers go on, the last of them says how the sources are.
    """
    started = f"{run.start:%Y%m%dT%H%M%S.%fZ}"
    found: dict[str, Mapping[str, object]] = {f"run-{started}": _run(run, health)}
    if run.report and run.report.others_go_on:
        return found
    for each in health.sources:
        found[f"source-{started}-{each.source}"] = _source(each, run.end, domains.get(each.source, ""))
    return found


def _run(run: RunSeen, health: Health) -> Mapping[str, object]:
    report = run.report
    counts = {"sources": len(health.sources), "troubled": len(health.troubled)}
    if report:
        crawl = report.crawl
        counts |= {"feeds": crawl.feeds, "feeds_failed": crawl.feeds_failed, "fetched": crawl.fetched}
        counts |= {outcome.value: report.outcomes.get(outcome.value, 0) for outcome in _COUNTED}
    return {
        "@timestamp": run.end,
        "message": headline(report, health) if report else f"{run.error} · {sources(health)}",
        "event": {
            "kind": "event",
            "category": ["process"],
            "type": ["end"],
            "dataset": "broadsheet.run",
            "action": "run",
            "outcome": "success" if report else "failure",
            "start": run.start,
            "end": run.end,
            "duration": (run.end - run.start) // timedelta(microseconds=1) * 1000,
        },
        "broadsheet": {
            "run": counts,
            "conditions": [condition.part for condition in health.conditions if condition.code],
        },
    }


def _source(each: SourceHealth, at: datetime, domain: str) -> Mapping[str, object]:
    known = None if each.verdict is Verdict.UNKNOWN else not each.verdict.is_trouble
    own = {
        "source": each.source,
        "verdict": each.verdict.value,
        "gravity": len(Verdict) - list(Verdict).index(each.verdict),
        "since": each.since,
        "asked_at": each.asked_at,
        "new_at": each.new_at,
        "week": each.of_week,
        "usual": each.usual,
        "rejected": each.rejected,
        "delay": each.delay.total_seconds() if each.delay else None,
        "failures": each.failures,
    }
    document: dict[str, object] = {
        "@timestamp": at,
        "event": {
            "kind": "state",
            "category": ["web"],
            "type": ["info"],
            "dataset": "broadsheet.source",
            "outcome": {None: "unknown", True: "success", False: "failure"}[known],
        },
        "broadsheet": {name: value for name, value in own.items() if value is not None},
    }
    if each.evidence:
        document["message"] = each.evidence
    if domain:
        document["url"] = {"domain": domain}
    return document


def _domain(source: SourceSection) -> str:
    address = source.site or next(iter(source.lists), "")
    return urlsplit(address).hostname or ""
