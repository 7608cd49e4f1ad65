"""Hosts in the ledger: who asked to be left alone, and until when."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from store.ledger import host_table
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.host_table import LeftAlone

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HARBOUR = LeftAlone(host="harbour.example", until=NOON + HOUR, why="HTTP 429")
MAST = LeftAlone(host="mast.example", until=NOON + 2 * HOUR, why="HTTP 503")


@pytest.fixture
def conn(ledger_place: LedgerPlace) -> Iterator[Connection]:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as connection:
        yield connection
    ledger.close()


def test_a_host_is_left_alone_until_its_time_has_come(conn: Connection) -> None:
    host_table.leave_alone(conn, MAST)
    host_table.leave_alone(conn, HARBOUR)
    assert host_table.left_alone(conn, NOON) == [HARBOUR, MAST]
    assert host_table.left_alone(conn, NOON + HOUR) == [MAST]
    assert host_table.left_alone(conn, NOON + 2 * HOUR) == []


@pytest.mark.parametrize("order", [1, -1])
def test_the_longest_pause_that_was_asked_for_counts(conn: Connection, order: int) -> None:
    longer = replace(HARBOUR, until=NOON + 3 * HOUR, why="HTTP 503")
    for each in (HARBOUR, longer)[::order]:
        host_table.leave_alone(conn, each)
    assert host_table.left_alone(conn, NOON) == [longer]


def test_a_pause_that_is_over_does_not_count(conn: Connection) -> None:
    host_table.leave_alone(conn, MAST)
    assert host_table.left_alone(conn, NOON + 3 * HOUR) == []
    again = replace(MAST, until=NOON + 4 * HOUR, why="again")
    host_table.leave_alone(conn, again)
    assert host_table.left_alone(conn, NOON + 3 * HOUR) == [again]


def test_a_host_that_is_reopened_is_asked_again(conn: Connection) -> None:
    for each in (HARBOUR, MAST):
        host_table.leave_alone(conn, each)
    assert host_table.reopen(conn, {"mast.example", "other.example"}, NOON) == [MAST]
    assert host_table.left_alone(conn, NOON) == [HARBOUR]
    assert host_table.reopen(conn, {"harbour.example"}, NOON + HOUR) == [], "its time has come by itself"
