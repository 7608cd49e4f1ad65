"""What a rebuild takes over from the old ledger, readable or not."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from articles.model import FeedEntry, Page
from pipeline.maintenance.carried_over import OldLedger, carry_imports_over, carry_over, old_ledger
from store.ledger import capture_table, host_table, import_table, lastmod_table, segment_table
from store.ledger.database import Ledger
from store.ledger.host_table import LeftAlone
from store.ledger.import_table import ImportState
from store.ledger.watch import run_table, told_table
from store.ledger.watch.run_table import RunEnd
from store.ledger.watch.told_table import Telling, Told
from store.records import ArchiveRef

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SEGMENT = "segment-000001.warc.gz"
URL = "https://harbour.example/1"
PAGE = Page(
    url=URL,
    final_url=URL,
    status=200,
    headers=(),
    body=b"",
    fetched_at=NOON,
    entry=FeedEntry(url=URL, source="harbour"),
)
ALONE = LeftAlone(host="harbour.example", until=NOON + timedelta(days=1), why="HTTP 429")
IMPORT = ImportState(id="1", name="news.warc.gz", options="", begun_at=NOON)


def add(path: Path, page: Page = PAGE) -> None:
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        segment_table.commit(conn, {SEGMENT: 700})
        capture_table.add(conn, [(page, ArchiveRef(segment=SEGMENT, offset=0, length=9))])


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A ledger with a capture, a host to be left alone, an import and proofs."""
    path = tmp_path / "ledger.sqlite"
    (tmp_path / "archive").mkdir()
    add(path)
    (tmp_path / "archive" / SEGMENT).touch()
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        host_table.leave_alone(conn, ALONE)
        import_table.record(conn, IMPORT)
        conn.execute(lastmod_table.PROOFS.insert().values(source="harbour", proofs="++-"))
    return path


def carried(path: Path, found: OldLedger) -> tuple[list[LeftAlone], ImportState | None, str]:
    with Ledger.open(path) as ledger, ledger.transaction() as conn:
        carry_over(conn, found)
        carry_imports_over(conn, found)
        hosts, proofs = host_table.left_alone(conn, NOON), lastmod_table.proofs(conn, "harbour")
        return hosts, import_table.get(conn, IMPORT.id), proofs


def test_what_the_archive_does_not_tell_is_carried_over(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new" / "ledger.sqlite"
    add(new, replace(PAGE, fetched_at=NOON + timedelta(hours=1)))
    assert carried(new, old_ledger(old)) == ([ALONE], IMPORT, "++-")


def test_nobody_is_told_again_after_a_rebuild(old: Path, tmp_path: Path) -> None:
    line = Told(target="DESK", subject="index", at=NOON, text="index")
    with Ledger.open(old) as ledger, ledger.transaction() as conn:
        told_table.note(conn, Telling(target="DESK", at=NOON), [line])
        run_table.finish(conn, run_table.begin(conn, NOON), NOON, RunEnd.DONE)
    new = tmp_path / "new" / "ledger.sqlite"
    carried(new, old_ledger(old))
    with Ledger.open(new) as ledger, ledger.reading() as conn:
        assert told_table.standing(conn, "DESK") == {"index": line}
        assert told_table.attempts(conn).keys() == {"DESK"}
        assert [each.end for each in run_table.latest(conn, 2)] == [RunEnd.DONE]


def test_imports_are_forgotten_where_captures_are_lost(old: Path, tmp_path: Path) -> None:
    """Else their pages would never be imported again."""
    assert carried(tmp_path / "new" / "ledger.sqlite", old_ledger(old)) == ([ALONE], None, "++-")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no database" * 999),
        lambda path: path.write_bytes(path.read_bytes()[:8192]),
        lambda path: _spoil(path, "UPDATE schema SET version = 99"),
        lambda path: _spoil(path, "UPDATE hosts SET until = 'never'"),
        lambda path: _spoil(path, "DROP TABLE imports"),
    ],
    ids=["lost", "empty", "other", "cut", "newer", "spoilt", "part"],
)
def test_a_ledger_that_cannot_be_read_gives_nothing(old: Path, damage: object) -> None:
    assert callable(damage)
    damage(old)
    assert old_ledger(old) == OldLedger()


def _spoil(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as conn:
        conn.execute(statement)
    conn.close()
