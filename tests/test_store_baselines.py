"""Baselines in the ledger: kept until arrivals change, and never of arrivals that have changed since they were read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import Connection

from broadsheet import clean_html
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.health import baseline, checkup, record
from pipeline.health.looks import Look
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.queries import moved_sources
from store.ledger.watch import arrival_table, baseline_table
from store.ledger.watch.arrival_table import ARRIVALS
from store.ledger.watch.baseline_table import Derived

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HTML = """<!doctype html><title>The harbour gets a new bridge in spring</title><article><h1>The harbour gets a new bridge in spring</h1>
<p>The council voted for a new bridge over the river after a debate of six hours, in which farmers warned of floods.</p>
<p>Its costs are said to be 12 million, of which the county pays the half, and its building begins in May.</p></article>"""
NEWS = replace(clean_html(HTML, "https://harbour.example/a"), source="harbour", first_seen_at=NOON)


def packed(conn: Connection, source: str = "harbour") -> bytes | None:
    return baseline_table.known(conn, 1)[source].packed


def derive(conn: Connection) -> None:
    changes = baseline_table.known(conn, 1)["harbour"].changes
    baseline_table.keep(conn, 1, [("harbour", Derived(changes=changes, packed=b"x"))])


def test_a_baseline_is_kept_until_arrivals_change(ledger_place: LedgerPlace) -> None:
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        arrival_table.record(conn, [NEWS], NOON)
        derive(conn)
        assert packed(conn) == b"x"
        assert baseline_table.known(conn, 2)["harbour"].packed is None, "another format"
        arrival_table.record(conn, [replace(NEWS, id="b")], NOON)
        assert packed(conn) is None
        derive(conn)
        arrival_table.record(conn, [replace(NEWS, title="The harbour gets a bridge")], NOON)
        assert packed(conn) == b"x", "the article arrived before"
        arrival_table.blank(conn, ["b"])
        assert packed(conn) is None
        derive(conn)
        moved_sources.move(conn, "harbour", "port")
        assert baseline_table.known(conn, 1).keys() == {"port"}
        assert packed(conn, "port") is None


def test_what_was_derived_from_arrivals_that_changed_meanwhile_is_not_kept(ledger_place: LedgerPlace) -> None:
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        baseline_table.keep(conn, 1, [("harbour", Derived(changes=0, packed=b"before any"))])
        arrival_table.record(conn, [NEWS], NOON)
        baseline_table.keep(conn, 1, [("harbour", Derived(changes=0, packed=b"late"))])
        assert packed(conn) is None


def test_what_a_look_showed_is_kept_until_an_article_comes(ledger_place: LedgerPlace) -> None:
    harbour = SourceSection(name="harbour", feeds=("https://harbour.example/feed",))
    look = Look(at=NOON, page="https://harbour.example/", unknown=1, newer=("https://harbour.example/b",))
    with Ledger.open(ledger_place) as ledger:
        record.keep_looks(ledger, {"harbour": look})
        with ledger.transaction() as conn:
            arrival_table.record(conn, [NEWS], NOON)
        record.keep_looks(ledger, {"harbour": look})
        (found,) = record.histories(ledger, [harbour], NOON)
        assert found.articles.look is None, "an article had come since health was derived"
        record.keep_looks(ledger, {"harbour": look})
        (found,) = record.histories(ledger, [harbour], NOON)
        assert found.articles.look == look
        with ledger.transaction() as conn:
            arrival_table.record(conn, [replace(NEWS, id="b")], NOON)
        (found,) = record.histories(ledger, [harbour], NOON)
        assert found.articles.look is None


def test_a_source_that_was_silent_for_months_is_still_known(ledger_place: LedgerPlace) -> None:
    """Its last weeks are those before its newest article."""
    harbour = SourceSection(name="harbour", feeds=("https://harbour.example/feed",))
    times = [NOON + timedelta(hours=7 * n) for n in range(300)]
    rows = [{"article_id": str(n), "source": "harbour", "at": at} for n, at in enumerate(times)]
    with Ledger.open(ledger_place) as ledger:
        with ledger.transaction() as conn:
            conn.execute(ARRIVALS.insert(), rows)
        (found,) = record.histories(ledger, [harbour], times[-1] + timedelta(days=200))
    assert found.articles.rhythm is not None
    assert found.articles.times == tuple(at for at in times if times[-1] - at <= record.WINDOW)


def test_the_format_rises_with_what_is_packed() -> None:
    """Whoever changes this, or how any of it is derived, raises FORMAT: what was kept before is then derived anew."""
    kinds = msgspec.json.schema(baseline.Baseline)["$defs"]
    assert {name: " ".join(kind["properties"]) for name, kind in kinds.items()} == {
        "Baseline": "times published rhythm notice copies wall changes delay usual_delay late look",
        "Published": "newest rhythm",
        "Look": "at page unknown newer is_quiet",
        "Rhythm": "week limit doubt usual minutes",
        "Streak": "length since",
        "Surge": "bad length since",
        "Shift": "what since",
        "Late": "articles delay since",
    }
    assert baseline.FORMAT == 2


def test_health_is_the_same_from_what_is_kept(crawled: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """And reads no arrivals again."""
    first = checkup.examine(crawled, crawled.sources, NOON)
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        conn.execute(ARRIVALS.delete())
    assert checkup.examine(crawled, crawled.sources, NOON).sources == first.sources
    monkeypatch.setattr("pipeline.health.record.FORMAT", baseline.FORMAT + 1)
    assert all(each.new_at is None for each in checkup.examine(crawled, crawled.sources, NOON).sources)
