"""Arrivals in the ledger: what is kept of an article's page for telling when that changes."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from articles.model import Article
from broadsheet import clean_html
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.watch import arrival_table
from store.ledger.watch.arrival_table import Arrival, arrived

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
WALL = """<!doctype html><title>Your privacy</title><h1>Your privacy</h1><div><p>We and our {} partners store and access information on a
device, such as cookies, and process personal data.</p><p>You can accept or manage your choices by clicking below, where our partners
claim a legitimate interest.</p><p>We use cookies to measure how our content performs and to develop our services.</p></div>"""
NEWS = """<!doctype html><title>The harbour gets a new bridge in spring</title><article><h1>The harbour gets a new bridge in spring</h1><p>The
council voted for a new bridge over the river after a debate of six hours, in which farmers warned of floods.</p><p>Its costs are said
to be 12 million, of which the county pays the half, and its building begins in May.</p></article>"""


def article(html: str, name: str) -> Article:
    return clean_html(html, f"https://harbour.example/{name}")


def test_a_wall_of_consent_that_passes_for_an_article_is_known_by_its_text() -> None:
    """Whatever the number of partners; cleaning takes it for an article whose subject is privacy."""
    one, other, news = (
        arrived(article(html, name), NOON)
        for name, html in (("a", WALL.format(842)), ("b", WALL.format(845)), ("c", NEWS))
    )
    assert one.asks
    assert one.text == other.text
    assert one.text
    assert not news.asks
    assert news.text not in (0, one.text)


def test_what_a_page_gave_is_kept_once_and_can_be_forgotten(ledger_place: LedgerPlace) -> None:
    news = replace(article(NEWS, "c"), source="harbour", first_seen_at=NOON)
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        arrival_table.record(conn, [news], NOON)
        arrival_table.record(conn, [replace(news, body=("Another text, long enough to be one.",))], NOON)
        assert arrival_table.of_source(conn, "harbour", NOON) == (arrived(news, NOON),)
        assert arrival_table.of_source(conn, "harbour", NOON + timedelta(microseconds=1)) == ()
        assert arrival_table.timings(conn, "harbour", NOON) == [(NOON, None)]
        assert arrival_table.newest(conn, "harbour") == NOON
        assert arrival_table.newest(conn, "market") is None
        arrival_table.blank(conn, [news.id])
        assert arrival_table.of_source(conn, "harbour", NOON) == (Arrival(at=NOON),)


def test_a_ledger_of_version_11_keeps_its_arrivals(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    news = replace(article(NEWS, "c"), source="harbour", first_seen_at=NOON)
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        arrival_table.record(conn, [news], NOON)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP INDEX arrivals_source")
        for column in ("text", "asks"):
            connection.execute(f"ALTER TABLE arrivals DROP COLUMN {column}")
        connection.execute("DROP INDEX captures_failed")
        connection.execute("ALTER TABLE segments DROP COLUMN owner")
        connection.execute("UPDATE schema SET version = 11")
    connection.close()
    with Ledger.open(path) as ledger, ledger.reading() as conn:
        known = arrived(news, NOON)._replace(text=None, asks=None)
        assert arrival_table.of_source(conn, "harbour", NOON) == (known,)
        assert ledger.check() == []
        indexes = {name for (name,) in conn.exec_driver_sql("SELECT name FROM sqlite_master")}
    assert indexes >= {"arrivals_source", "captures_failed"}
