"""Figures for Prometheus, read by its own parser, and the alerts of the how-to, which name them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from sqlalchemy import Connection

from articles.errors import StorageError
from articles.urls import origin
from pipeline.configuration.config import Config, parse
from pipeline.health.metric_families import exposed, write
from pipeline.run import now
from pipeline.status import status
from store.ledger.capture_table import CAPTURES
from store.ledger.database import Ledger
from store.ledger.watch import baseline_table, robots_table, run_table
from store.ledger.watch.arrival_table import ARRIVALS
from store.ledger.watch.robots_table import Meaning, RobotsChange
from store.records import Outcome

DOCS = Path(__file__).parent.parent / "docs"
HOW_TO = (DOCS / "how-to.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference.md").read_text(encoding="utf-8")


def samples(config: Config) -> Iterator[Sample]:
    for family in text_string_to_metric_families(exposed(config, now()).decode()):
        yield from family.samples


def values(config: Config, name: str, **labels: str) -> list[float]:
    return [
        each.value
        for each in samples(config)
        if each.name == f"broadsheet_{name}" and labels.items() <= each.labels.items()
    ]


def test_the_figures_are_those_of_the_collection(crawled: Config) -> None:
    found = list(samples(crawled))
    by_name = {each.name.removeprefix("broadsheet_"): each.value for each in found if not each.labels}
    articles = status(crawled)["captures"]["indexed"]
    assert by_name["index_up"] == 1
    assert by_name["index_articles"] == articles
    assert by_name["pending_captures"] == 0
    assert by_name["health_code"] == 0
    assert by_name["disk_free_bytes"] > 0
    assert 0 < by_name["last_run_duration_seconds"] < 600
    assert by_name["last_good_run_timestamp_seconds"] > by_name["last_run_timestamp_seconds"]
    assert sum(values(crawled, "source_articles_total")) == articles
    assert values(crawled, "source_verdict", source="one", verdict="unknown") == [1]
    assert sum(values(crawled, "source_verdict", source="one")) == 1
    assert values(crawled, "last_run_end", end="done") == [1]
    assert all(values(crawled, "source_last_article_timestamp_seconds"))
    assert len(values(crawled, "source_last_success_timestamp_seconds")) == 4
    rejected = [each for each in found if each.name == "broadsheet_source_rejected_total"]
    assert sum(each.value for each in rejected) == status(crawled)["captures"]["rejected"]
    assert all(each.labels["reason"] for each in rejected)


def test_what_waits_is_dated_and_an_index_that_is_away_is_told(crawled: Config) -> None:
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        conn.execute(CAPTURES.update().values(outcome=Outcome.PENDING))
    for file in crawled.index_folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"")
    assert values(crawled, "pending_captures")[0] > 0
    assert now().timestamp() - values(crawled, "pending_oldest_timestamp_seconds")[0] > 0
    assert values(crawled, "index_up") == [0]
    assert not values(crawled, "index_articles")
    assert values(crawled, "health_code") == [2]


def test_labels_are_escaped(crawled: Config) -> None:
    evil = 'a "quoted" \\ reason\nbroadsheet_index_up 7'
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        conn.execute(CAPTURES.update().values(outcome=Outcome.REJECTED, reason=evil, source="one"))
    assert values(crawled, "source_rejected_total", reason=evil)
    assert values(crawled, "index_up") == [1]


def test_a_run_under_way_has_no_duration_yet(crawled: Config) -> None:
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        run_table.begin(conn, now())
    assert values(crawled, "last_run_end", end="running") == [1]
    assert not values(crawled, "last_run_duration_seconds")
    assert values(crawled, "last_good_run_timestamp_seconds")


def test_a_source_without_articles_has_a_count_of_none(crawled: Config) -> None:
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        conn.execute(ARRIVALS.delete())
    assert values(crawled, "source_articles_total") == [0, 0, 0, 0]
    assert not values(crawled, "source_last_article_timestamp_seconds")


def test_a_file_is_replaced_whole_or_stays_as_it_was(crawled: Config, tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.prom"
    path.write_text("before")
    reader = path.open()
    write(crawled, now(), path)
    assert reader.read() == "before", "a new file, not the old one written over"
    reader.close()
    assert path.read_text("utf-8").endswith("\n")
    assert [each.name for each in tmp_path.glob("broadsheet.prom*")] == ["broadsheet.prom"]
    with pytest.raises(StorageError, match=r"cannot be written: No such file or directory\.$"):
        write(crawled, now(), tmp_path / "nowhere" / "broadsheet.prom")


def test_the_figures_of_the_reference_are_all_there_are(crawled: Config) -> None:
    part = REFERENCE.split("## Figures for Prometheus")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(broadsheet_\w+)(?:\{([\w,]+)\})?` \| (\w+) \|", part, re.MULTILINE)
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        run_table.begin(conn, now())
        conn.execute(CAPTURES.update().values(outcome=Outcome.REJECTED, reason="empty"))
        first = conn.execute(CAPTURES.select()).first()
        assert first
        conn.execute(CAPTURES.update().where(CAPTURES.c.id == first.id).values(outcome=Outcome.PENDING))
        feed = crawled.sources[0].feeds[0]
        robots_table.note(conn, RobotsChange(site=origin(feed), at=now(), meaning=Meaning.REFUSED))
        _arrive_soon(conn, "one", 12)
    text = exposed(crawled, now()).decode()
    families = list(text_string_to_metric_families(text))
    found = {each.name: ",".join(sorted(each.labels)) for family in families for each in family.samples}
    assert {(name, ",".join(sorted(labels.split(",")))) for name, labels, _ in rows} == {
        *found.items(),
        ("broadsheet_last_run_duration_seconds", ""),  # of a run that ended
    }
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    assert all(kinds.get(name, "gauge") == kind for name, _, kind in rows)


def _arrive_soon(conn: Connection, source: str, count: int) -> None:
    """Articles, two hours apart, that were searchable ten minutes after their publication."""
    arrived = [
        {"article_id": f"soon {n}", "source": source, "at": now() - timedelta(hours=2 * n), "delay": 600.0}
        for n in range(count)
    ]
    conn.execute(ARRIVALS.insert(), arrived)
    baseline_table.change(conn, [source])


def test_the_alerts_of_the_how_to_name_figures_that_there_are(crawled: Config) -> None:
    (text,) = re.findall(r"```yaml\n(groups:.*?)```", HOW_TO, re.DOTALL)
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    assert len(rules) >= 2
    named = set(re.findall(r"broadsheet_\w+", " ".join(rule["expr"] for rule in rules)))
    assert named <= {each.name for each in samples(crawled)} | {"broadsheet_pending_oldest_timestamp_seconds"}


def test_the_how_to_is_read_as_it_stands(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(\[notify\].*?)```", HOW_TO, re.DOTALL)
    found = parse(text, tmp_path / "broadsheet.toml")
    assert found.notify.targets
    assert found.notify.heartbeat
    assert [source.canary for source in found.sources] == [True]
