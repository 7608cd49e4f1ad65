"""The ledger is looked through whole while it is small; a large one another part each night, and all of it within a month."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from articles.model import FeedEntry, Page
from pipeline.maintenance.ledger_check import check_ledger, look_at, parts
from store.ledger import capture_table, segment_table
from store.ledger.capture_table import CAPTURES
from store.ledger.database import Ledger
from store.ledger.schema import METADATA
from store.records import ArchiveRef

NIGHT = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)
SEGMENT = "segment-000001.warc.gz"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with a capture that has an outcome at no time."""
    opened = Ledger.open(tmp_path / "ledger.sqlite")
    url = "https://harbour.example/ferry"
    entry = FeedEntry(url=url, source="harbour")
    page = Page(url=url, final_url=url, status=200, headers=(), body=b"", fetched_at=NIGHT, entry=entry)
    with opened.transaction() as conn:
        segment_table.commit(conn, {SEGMENT: 100})
        capture_table.add(conn, [(page, ArchiveRef(segment=SEGMENT, offset=0, length=10))])
        conn.execute(update(CAPTURES).values(settled_at=NIGHT))
    return opened


def test_a_small_ledger_is_looked_through_whole(ledger: Ledger) -> None:
    found = check_ledger(ledger, NIGHT)
    assert not found.tables
    assert len(found.problems) == 1


def test_a_large_one_another_part_each_night(ledger: Ledger) -> None:
    nights = [check_ledger(ledger, NIGHT + timedelta(days=night), whole=0) for night in range(len(parts()))]
    looked_at = [table for night in nights for table in night.tables]
    assert sorted(looked_at) == sorted(METADATA.tables)
    assert [bool(night.problems) for night in nights] == [night.tables == ("captures",) for night in nights]
    assert len(nights) <= 15  # so that a month has had all of it twice


def test_a_damaged_index_is_found_with_its_table(ledger: Ledger) -> None:
    with ledger.transaction() as conn:  # the index then says another source than its table
        conn.exec_driver_sql("PRAGMA writable_schema = ON")
        conn.exec_driver_sql(
            "UPDATE sqlite_master SET sql = replace(sql, 'source, fetched_at', 'final_url, fetched_at') "
            "WHERE name = 'captures_source'"
        )
        conn.exec_driver_sql("PRAGMA writable_schema = RESET")
    assert any("captures_source" in problem for problem in look_at(ledger, ("captures",)).problems)
    assert not look_at(ledger, ("urls",)).problems
