"""What a run and the health at its end are said to be: in a line, as a table, and in Elasticsearch's journal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch
from typer.testing import CliRunner

from broadsheet.cli import app
from index.elastic import journal
from pipeline.configuration.config import Config
from pipeline.health.checkup import Condition, Health
from pipeline.health.diagnosis import Verdict
from pipeline.health.observed import KEPT, RunSeen, documents, forget, observe
from pipeline.health.summary import headline, rows
from pipeline.health.verdicts import SourceHealth
from pipeline.report import RunReport

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WELL = tuple(SourceHealth(source=f"well{n}", verdict=Verdict.WELL) for n in range(3))
QUIET = SourceHealth(
    source="quiet", verdict=Verdict.QUIET, evidence="nothing new", since=NOW - timedelta(days=3)
)
DEAD = SourceHealth(source="dead", verdict=Verdict.FAILING, evidence="HTTP 503, 2 times in a row", failures=2)
REMARK = Condition(part="contact", text="put yours into user_agent", code=0)
DISK = Condition(part="disk", text="1 MiB left", code=2)
SICK = Health(conditions=(REMARK, DISK), sources=(*WELL, QUIET, DEAD))
RUN = RunSeen(start=NOW - timedelta(seconds=90), end=NOW, report=RunReport(outcomes={"indexed": 52}))


def test_a_run_is_told_in_a_line() -> None:
    assert RUN.report is not None
    told = headline(RUN.report, SICK)
    assert told == "52 indexed · 2 of 5 sources in trouble (1 failing, 1 quiet) · disk"
    assert headline(RunReport(), Health(conditions=(REMARK,), sources=WELL)) == (
        "0 indexed · no trouble with 3 sources"
    )


def test_the_table_has_the_gravest_first_and_counts_the_rest() -> None:
    told = [(row["verdict"], row["source"], row["since"]) for row in rows(SICK, NOW)]
    assert told == [
        ("disk", "", ""),
        ("contact", "", ""),
        ("failing", "dead", ""),
        ("quiet", "quiet", "3 d ago"),
        ("well", "3 sources", ""),
    ]
    many = replace(SICK, sources=tuple(replace(DEAD, source=f"dead{n}") for n in range(250)))
    assert len(rows(many, NOW)) == 2 + 200 + 1
    assert rows(many, NOW)[-1]["source"] == "50 sources"


def test_how_the_sources_are_is_said_by_the_last_worker_alone() -> None:
    others = replace(RUN, report=RunReport(outcomes={"indexed": 52}, others_go_on=True))
    assert list(documents(others, SICK, {})) == ["run-20261120T085830.000000Z"]


def test_a_run_and_its_sources_are_documents_of_the_common_schema() -> None:
    found = documents(RUN, SICK, {"dead": "dead.example"})
    run, dead = found["run-20261120T085830.000000Z"], found["source-20261120T085830.000000Z-dead"]
    assert run["event"]["duration"] == 90_000_000_000  # type: ignore[index]
    assert run["event"]["outcome"] == "success"  # type: ignore[index]
    assert run["broadsheet"]["conditions"] == ["disk"]  # type: ignore[index]
    assert dead["message"] == "HTTP 503, 2 times in a row"
    assert dead["url"] == {"domain": "dead.example"}
    assert (dead["event"]["kind"], dead["event"]["outcome"]) == ("state", "failure")  # type: ignore[index]
    failed = documents(replace(RUN, report=None, error="The crawl ended"), SICK, {})
    assert "success" not in str(failed["run-20261120T085830.000000Z"])
    assert str(failed["run-20261120T085830.000000Z"]["message"]).startswith("The crawl ended · 2 of 5")


def test_an_embedded_index_keeps_no_journal(config: Config) -> None:
    assert observe(config, RUN, SICK) == ""
    assert forget(config, NOW) == ""


def test_the_journal_is_written_by_any_run_looked_at_trimmed_and_dropped(
    in_elasticsearch: Config, connection: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = in_elasticsearch
    alias = journal.alias_of(config.index.alias)
    monkeypatch.setattr("broadsheet.commands.collect.configured", lambda _: config)
    monkeypatch.setattr("broadsheet.commands.admin.configured", lambda _: config)
    assert CliRunner().invoke(app, ["run", "--json"]).exit_code == 0
    by_run = connection.search(index=alias, query={"term": {"event.dataset": "broadsheet.run"}})
    (hit,) = by_run["hits"]["hits"]
    assert hit["_source"]["broadsheet"]["run"]["indexed"] == 26
    assert connection.count(index=alias)["count"] == 5, "one of the run, one of each source"
    old = replace(RUN, start=NOW - KEPT, end=NOW - KEPT)
    assert observe(config, old, SICK) == observe(config, old, SICK) == ""
    assert connection.count(index=alias)["count"] == 11, "what is written twice is there once"
    assert "6 documents" in forget(config, NOW + timedelta(seconds=1))
    connection.indices.refresh(index=alias)
    assert connection.count(index=alias)["count"] == 5
    checked = CliRunner().invoke(app, ["index", "check"])
    assert (checked.exit_code, journal.check(connection, config.index.alias)) == (0, []), checked.output
    connection.indices.put_mapping(index=alias, properties={"theirs": {"type": "keyword"}})
    assert "theirs" in CliRunner().invoke(app, ["index", "check"]).output
    assert f"{alias}-v1-000001" in CliRunner().invoke(app, ["index", "drop", "--yes"]).output
    assert not connection.indices.exists(index=f"{alias}-v1-000001")
    assert not connection.indices.exists_index_template(name=alias)
    assert "no journal" in " ".join(CliRunner().invoke(app, ["index", "check"]).output.split())
    assert f"The alias {alias} names" in CliRunner().invoke(app, ["index", "create"]).output


def test_a_journal_that_cannot_be_written_costs_no_run(
    in_elasticsearch: Config, connection: Elasticsearch
) -> None:
    alias = journal.alias_of(in_elasticsearch.index.alias)
    connection.indices.create(index=alias)  # an index where the alias should be
    assert "is not in the journal" in observe(in_elasticsearch, RUN, SICK)
    assert "keeps what is older" in forget(in_elasticsearch, NOW)
    connection.indices.delete(index=alias)
