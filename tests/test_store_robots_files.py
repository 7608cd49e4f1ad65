"""robots.txt files in the ledger: what one crawl was told, the next ones of the day go by."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.watch import robots_table
from store.ledger.watch.robots_table import KEPT, LARGEST, REMEMBERED, Meaning, RobotsChange, RobotsFile

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
HARBOUR = RobotsFile(
    url="https://harbour.example/robots.txt", fetched_at=NOON, status=200, text="User-agent: *"
)


@pytest.fixture
def conn(ledger_place: LedgerPlace) -> Iterator[Connection]:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as connection:
        yield connection
    ledger.close()


def test_a_file_counts_for_a_day_and_is_known_for_longer(conn: Connection) -> None:
    robots_table.keep(conn, {HARBOUR.url: HARBOUR})
    assert HARBOUR.counts(NOON + KEPT - MOMENT)
    assert not HARBOUR.counts(NOON + KEPT)
    assert robots_table.known(conn, NOON + REMEMBERED - MOMENT) == {HARBOUR.url: HARBOUR}
    assert robots_table.known(conn, NOON + REMEMBERED) == {}
    assert robots_table.known(conn, NOON) == {}, "it was forgotten"


def test_the_last_answer_counts(conn: Connection) -> None:
    later = replace(
        HARBOUR, fetched_at=NOON + MOMENT, status=404, text="", before=HARBOUR.text, changed_at=NOON + MOMENT
    )
    for file in (HARBOUR, later):
        robots_table.keep(conn, {file.url: file})
    assert robots_table.known(conn, NOON + 2 * MOMENT) == {HARBOUR.url: later}


def test_what_could_not_be_had_is_asked_for_again_and_known_as_it_was(conn: Connection) -> None:
    robots_table.keep(conn, {HARBOUR.url: HARBOUR})
    robots_table.keep(conn, {HARBOUR.url: None})
    (known,) = robots_table.known(conn, NOON).values()
    assert known == replace(HARBOUR, status=0)
    assert not known.counts(NOON)


def test_what_is_too_large_is_not_kept(conn: Connection) -> None:
    robots_table.keep(conn, {HARBOUR.url: HARBOUR})
    robots_table.keep(conn, {HARBOUR.url: replace(HARBOUR, text="#" * (LARGEST + 1))})
    assert robots_table.known(conn, NOON) == {}


def test_a_change_is_remembered_once_and_for_a_time(conn: Connection) -> None:
    first = RobotsChange(site="https://harbour.example", at=NOON, meaning=Meaning.REFUSED)
    second = replace(first, meaning=Meaning.DELAY, detail="10 s between requests, no pause before")
    for change in (first, second, first):
        robots_table.note(conn, change)
    assert robots_table.changes(conn) == [second, first]
    last = replace(first, at=NOON + REMEMBERED)
    robots_table.note(conn, last)
    assert robots_table.changes(conn) == [last]
