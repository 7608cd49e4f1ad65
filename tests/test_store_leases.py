"""Leases in the ledger: one worker has each, until it ends by the clock of the database."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.watch import lease_table
from store.ledger.watch.lease_table import LEASES

MINUTE = timedelta(minutes=1)
SOON = timedelta(seconds=0.2)


@pytest.fixture
def conn(ledger_place: LedgerPlace) -> Iterator[Connection]:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as connection:
        yield connection
    ledger.close()


def test_each_is_one_workers(conn: Connection) -> None:
    assert lease_table.take(conn, ["a", "b"], "one", MINUTE) == {"a", "b"}
    assert lease_table.take(conn, ["b", "c"], "two", MINUTE) == {"c"}
    assert lease_table.take(conn, ["a", "b", "c"], "one", MINUTE) == {"a", "b"}
    assert lease_table.take(conn, [], "one", MINUTE) == set()


def test_that_of_a_dead_worker_ends(conn: Connection) -> None:
    lease_table.take(conn, ["a"], "one", SOON)
    assert lease_table.take(conn, ["a"], "two", MINUTE) == set()
    time.sleep(0.3)  # within one transaction: the time at which that began does not count
    assert lease_table.take(conn, ["a"], "two", MINUTE) == {"a"}
    assert lease_table.take(conn, ["a"], "one", MINUTE) == set()


def test_one_that_is_renewed_lasts(conn: Connection) -> None:
    lease_table.take(conn, ["a"], "one", SOON)
    lease_table.take(conn, ["a"], "one", MINUTE)
    time.sleep(0.3)
    assert lease_table.take(conn, ["a"], "two", MINUTE) == set()


def test_one_that_is_given_up_ends_when_it_is_to_end(conn: Connection) -> None:
    lease_table.take(conn, ["a", "b"], "one", MINUTE)
    lease_table.give_up(conn, {"a": 0.0, "b": 0.2}, "one")
    assert lease_table.take(conn, ["a", "b"], "two", MINUTE) == {"a"}
    lease_table.give_up(conn, {"a": 0.0}, "one")  # it is another's by now
    time.sleep(0.3)
    assert lease_table.take(conn, ["a", "b"], "three", MINUTE) == {"b"}


def test_those_that_have_ended_are_forgotten(conn: Connection) -> None:
    lease_table.take(conn, ["a", "b"], "one", MINUTE)
    lease_table.give_up(conn, {"a": 0.0}, "one")
    lease_table.forget(conn)
    assert conn.scalar(select(func.count()).select_from(LEASES)) == 1
