"""Pages that gave no article, as health reads them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from articles.model import FeedEntry, Page
from store.ledger import capture_table, miss_table, segment_table, url_table
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.queries import failed_pages
from store.ledger.queries.failed_pages import Failure
from store.records import ArchiveRef, FetchReason, Miss, Outcome, Settled, UrlState

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEGMENT = "segment-000001.warc.gz"


@pytest.fixture
def conn(ledger_place: LedgerPlace) -> Iterator[Connection]:
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as connection:
        segment_table.commit(connection, {SEGMENT: 10_000})
        yield connection


def address(name: str) -> str:
    return f"https://harbour.example/{name}"


def fetched(conn: Connection, name: str, at: datetime, outcome: Outcome, reason: str = "") -> None:
    """A capture of a page, with its outcome."""
    entry = FeedEntry(url=address(name), source="harbour")
    page = Page(
        url=address(name),
        final_url=address(name),
        status=200,
        headers=(),
        body=b"",
        fetched_at=at,
        entry=entry,
    )
    offset = 100 * sum(capture_table.counts(conn).values())
    capture_table.add(conn, [(page, ArchiveRef(segment=SEGMENT, offset=offset, length=100))])
    (capture,) = capture_table.pending(conn, 1)
    capture_table.settle(
        conn, [Settled(capture_id=capture.id, outcome=outcome, at=at, reason=reason, detail=f"{name}!")]
    )


def missed(conn: Connection, name: str, at: datetime) -> None:
    url_table.discover(conn, [FeedEntry(url=address(name), source="harbour")], at)
    miss = Miss(url=address(name), at=at, state=UrlState.DUE, reason=FetchReason.TIMEOUT, detail="30 s")
    miss_table.record_misses(conn, [miss])


def test_a_page_counts_by_its_first_time_with_what_the_last_one_gave(conn: Connection) -> None:
    fetched(conn, "film", NOON, Outcome.REJECTED, "no_article")
    missed(conn, "slow", NOON + HOUR)
    fetched(conn, "copy", NOON + 2 * HOUR, Outcome.DUPLICATE, "canonical")
    fetched(conn, "good", NOON + 3 * HOUR, Outcome.INDEXED)
    fetched(conn, "film", NOON + 4 * HOUR, Outcome.REJECTED, "too_short")
    found = failed_pages.since(conn, NOON)
    assert found.keys() == {"harbour"}
    assert found["harbour"] == (
        Failure(url=address("film"), at=NOON, reason="too_short", detail="film!"),
        Failure(url=address("slow"), at=NOON + HOUR, reason="timeout", detail="30 s"),
        Failure(url=address("copy"), at=NOON + 2 * HOUR, reason="duplicate", detail="copy!"),
    )
    assert [each.url for each in failed_pages.since(conn, NOON + 2 * HOUR)["harbour"]] == [
        address("copy"),
        address("film"),
    ]


def test_a_page_that_was_repaired_is_none_and_one_that_broke_is(conn: Connection) -> None:
    missed(conn, "slow", NOON)
    fetched(conn, "slow", NOON + HOUR, Outcome.INDEXED)
    fetched(conn, "good", NOON + 2 * HOUR, Outcome.INDEXED)
    assert failed_pages.since(conn, NOON) == {"harbour": ()}
    fetched(conn, "good", NOON + 3 * HOUR, Outcome.REJECTED, "empty")
    (broken,) = failed_pages.since(conn, NOON)["harbour"]
    assert (broken.url, broken.at, broken.reason) == (address("good"), NOON + 2 * HOUR, "empty")


def test_what_waits_or_was_deleted_has_not_failed(conn: Connection) -> None:
    fetched(conn, "gone", NOON, Outcome.DELETED)
    fetched(conn, "same", NOON, Outcome.UNCHANGED)
    assert failed_pages.since(conn, NOON) == {}


def test_failed_pages_are_found_by_their_index(tmp_path: Path) -> None:
    question = f"EXPLAIN QUERY PLAN {str(failed_pages._FAILED).replace(':since', '0')}"
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.reading() as conn:
        plan = conn.exec_driver_sql(question).all()
    assert any("captures_failed" in str(row) for row in plan)
