"""Upkeep reads each closed segment once a month, and keeps no run from beginning meanwhile."""

import fcntl
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from articles.errors import LockedError
from articles.model import FeedEntry, Page
from broadsheet.cli import app
from pipeline import indexes
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import template
from pipeline.maintenance.archive_check import CheckedArchive, check_archive
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.upkeep import maintain
from store.archive.writer import ArchiveWriter
from store.ledger import capture_table, segment_table
from store.ledger.database import Ledger
from store.ledger.watch import check_table
from store.lock import RunLock

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SEGMENTS = tuple(f"segment-{number:06}.warc.gz" for number in range(1, 5))


def at(days: float) -> Callable[[], datetime]:
    return lambda: NOON + days * DAY


@pytest.fixture
def folder(tmp_path: Path) -> Config:
    """Four segments of a day with three pages each, the last of which is open."""
    (tmp_path / "broadsheet.toml").write_text(template(), encoding="utf-8")
    config = load(tmp_path / "broadsheet.toml")
    now = NOON - 4 * DAY
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        writer = ArchiveWriter(config.archive, {}, lambda: now)
        for number in range(12):
            now = NOON + (number // 3 - 3) * DAY
            url = f"https://example.org/{number}"
            entry = FeedEntry(url=url, source="one")
            body = os.urandom(3000)
            page = Page(
                url=url, final_url=url, status=200, headers=(), body=body, fetched_at=now, entry=entry
            )
            capture_table.add(conn, [(page, writer.append(page))])
        segment_table.commit(conn, writer.sync())
        assert tuple(writer.sync()) == SEGMENTS
        writer.close()
    return config


def rot(path: Path) -> bytes:
    """Change a byte in the middle as a disk does, without a trace; what was there before."""
    whole, times = path.read_bytes(), (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    damaged = bytearray(whole)
    damaged[len(damaged) // 2] ^= 0xFF
    path.write_bytes(damaged)
    os.utime(path, ns=times)
    return whole


def archive(config: Config, clock: Callable[[], datetime], *, everything: bool = False) -> list[str]:
    """What examining says of the archive."""
    found = examine(config, clock, everything=everything)
    return [finding.text for finding in found if finding.part == "archive"]


def checked(config: Config, clock: Callable[[], datetime], portion: int) -> CheckedArchive:
    with Ledger.open(config.ledger) as ledger:
        return check_archive(config, ledger, clock, portion=portion)


def read_at(config: Config) -> dict[str, datetime]:
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        return {name: one.at for name, one in check_table.known(conn).items()}


def test_a_closed_segment_is_read_once_a_month(folder: Config) -> None:
    assert maintain(folder, at(0)).ok
    assert read_at(folder) == dict.fromkeys(SEGMENTS[:3], NOON)
    rot(folder.archive / SEGMENTS[1])
    assert archive(folder, at(1)) == ["all segments are whole (4), read since 2026-11-01 12:00 UTC."]
    assert maintain(folder, at(29)).ok, "the fourth was closed now, the others were read of late"
    (problem,) = archive(folder, at(30))
    assert f"{SEGMENTS[1]}: the record at byte" in problem
    assert problem.endswith("(read 2026-12-01 12:00 UTC)")


def test_what_rots_is_found_at_once_by_who_reads_all(folder: Config) -> None:
    assert maintain(folder, at(0)).ok
    whole = rot(folder.archive / SEGMENTS[0])
    (problem,) = archive(folder, at(1), everything=True)
    assert SEGMENTS[0] in problem
    assert archive(folder, at(1)) == [problem], "damage is looked at again each time"
    (folder.archive / SEGMENTS[0]).write_bytes(whole)
    (fine,) = archive(folder, at(2))
    assert fine == "all segments are whole (4), read since 2026-11-02 12:00 UTC."


def test_a_segment_that_was_written_to_is_read_again(folder: Config) -> None:
    maintain(folder, at(0))
    path = folder.archive / SEGMENTS[1]
    path.write_bytes(path.read_bytes())
    archive(folder, at(1))
    assert read_at(folder) == dict.fromkeys(SEGMENTS[:3], NOON) | {SEGMENTS[1]: NOON + DAY}
    path.write_bytes(path.read_bytes()[:-1])
    assert [SEGMENTS[1] in problem for problem in archive(folder, at(2))] == [True]
    path.unlink()
    (problem,) = archive(folder, at(2))
    assert "is missing" in problem


def test_the_open_segment_is_read_each_time(folder: Config) -> None:
    maintain(folder, at(0))
    rot(folder.archive / SEGMENTS[3])
    (problem,) = archive(folder, at(0))
    assert SEGMENTS[3] in problem


def test_a_large_archive_is_read_in_portions(folder: Config) -> None:
    first = checked(folder, at(0), portion=1)
    assert (first.problems, first.segments, first.unread, first.since) == ((), 4, 2, NOON)
    assert "2 of them not read yet" in first.told
    assert list(read_at(folder)) == [SEGMENTS[0]]
    checked(folder, at(1), portion=1)
    third = checked(folder, at(2), portion=1)
    assert (third.unread, third.since) == (0, NOON)
    assert read_at(folder) == {name: NOON + n * DAY for n, name in enumerate(SEGMENTS[:3])}
    assert checked(folder, at(3), portion=1).since == NOON, "nothing is due"
    assert checked(folder, at(40), portion=1).since == NOON + DAY, "the first was read again"


def test_what_was_found_and_is_not_read_again_this_time_is_still_told(folder: Config) -> None:
    checked(folder, at(0), portion=1 << 30)
    rot(folder.archive / SEGMENTS[0])
    rot(folder.archive / SEGMENTS[1])
    assert len(checked(folder, at(30), portion=1 << 30).problems) == 2
    assert len(checked(folder, at(31), portion=1).problems) == 2


def test_a_run_can_begin_while_the_archive_is_read(folder: Config) -> None:
    free: list[bool] = []

    def clock() -> datetime:
        try:
            with RunLock(folder.folder):
                free.append(True)
        except LockedError:
            free.append(False)
        return NOON

    assert maintain(folder, clock).ok
    assert free.index(True) <= free.count(False), "held first, and not again"
    assert free.count(True) >= 3, "asked for as each closed segment was read"
    assert free == sorted(free)


def test_killed_it_goes_on_where_it_was(folder: Config) -> None:
    asked = iter(range(100))

    def clock() -> datetime:
        if next(asked) == 3:
            raise KeyboardInterrupt
        return NOON

    with pytest.raises(KeyboardInterrupt):
        checked(folder, clock, portion=1 << 30)
    done = set(read_at(folder))
    assert done
    assert done < set(SEGMENTS[:3])
    checked(folder, at(1), portion=1 << 30)
    assert {name for name, moment in read_at(folder).items() if moment == NOON + DAY} == {
        *SEGMENTS[:3]
    } - done


def test_a_segment_that_goes_meanwhile_is_no_fault(folder: Config) -> None:
    def clock() -> datetime:
        with Ledger.open(folder.ledger) as ledger, ledger.transaction() as conn:
            segment_table.drop(conn, SEGMENTS[0], NOON)
        (folder.archive / SEGMENTS[0]).unlink(missing_ok=True)
        return NOON

    found = checked(folder, clock, portion=1)
    assert (found.problems, found.segments) == ((), 3)
    checked(folder, at(0), portion=1)
    assert SEGMENTS[0] not in read_at(folder)


def test_index_and_ledger_are_compared_in_the_turn_of_those_who_change_both(
    folder: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def exists(config: Config, *, older: bool) -> bool:
        with (folder.folder / "ledger.sqlite.turn").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(True)
        return False

    monkeypatch.setattr(indexes, "exists", exists)
    examine(folder, at(0))
    assert held == [True, True]


def test_doctor_reads_all_when_asked(folder: Config) -> None:
    command = ["--config", str(folder.path), "doctor"]
    assert "all segments are whole (4), read since" in CliRunner().invoke(app, command).stdout
    rot(folder.archive / SEGMENTS[0])
    assert CliRunner().invoke(app, command).exit_code == 0
    result = CliRunner().invoke(app, [*command, "--all"])
    assert result.exit_code == 1
    assert SEGMENTS[0] in result.stdout.replace("\n", "")
