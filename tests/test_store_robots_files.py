"""robots.txt files in the ledger: what one crawl was told, the next ones of the day go by."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.watch import robots_table
from store.ledger.watch.robots_table import KEPT, LARGEST, RobotsFile

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


def test_a_file_counts_for_a_day(conn: Connection) -> None:
    robots_table.keep(conn, {HARBOUR.url: HARBOUR})
    assert robots_table.fresh(conn, NOON + KEPT - MOMENT) == {HARBOUR.url: HARBOUR}
    assert robots_table.fresh(conn, NOON + KEPT) == {}
    assert robots_table.fresh(conn, NOON) == {}, "it was forgotten"


def test_the_last_answer_counts(conn: Connection) -> None:
    later = replace(HARBOUR, fetched_at=NOON + MOMENT, status=404, text="")
    for file in (HARBOUR, later):
        robots_table.keep(conn, {file.url: file})
    assert robots_table.fresh(conn, NOON + 2 * MOMENT) == {HARBOUR.url: later}


@pytest.mark.parametrize("said", [None, replace(HARBOUR, text="#" * (LARGEST + 1))])
def test_what_could_not_be_had_or_is_too_large_is_asked_for_again(
    conn: Connection, said: RobotsFile | None
) -> None:
    robots_table.keep(conn, {HARBOUR.url: HARBOUR})
    robots_table.keep(conn, {HARBOUR.url: said})
    assert robots_table.fresh(conn, NOON) == {}
