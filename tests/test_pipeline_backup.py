"""Backups are made beside whatever goes on, share what they have in common, and bring back the same collection."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import pipeline.backup.backing_up
import pipeline.backup.restoring
from articles.errors import ArchiveError, BackupError, ConfigError, LedgerError, LockedError
from articles.model import to_json
from broadsheet.cli import app
from broadsheet.newsroom import Newsroom
from index.embedded.local_reader import EmbeddedReader
from index.query import Query
from pipeline.backup import manifest as kept
from pipeline.backup.backing_up import back_up
from pipeline.backup.restoring import restore
from pipeline.backup.verifying import verify
from pipeline.configuration.config import Config, load
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.upkeep import maintain
from pipeline.run import run
from store.ledger import segment_table
from store.ledger.database import Ledger
from store.lock import RunLock

SEGMENT = "archive/segment-000001.warc.gz"


class Killed(BaseException):
    """What a kill does, as far as the process that is killed can tell."""


def exported(config: Config) -> list[bytes]:
    with closing(EmbeddedReader(config.index_folder)) as reader:
        return [to_json(article) for article in reader.all()]


def hits(config: Config, words: str) -> list[str]:
    with closing(EmbeddedReader(config.index_folder)) as reader:
        return [hit.article.id for hit in reader.search(Query(text=words)).hits]


def well(config: Config) -> bool:
    return all(finding.ok for finding in examine(config))


def in_days(days: float) -> Callable[[], datetime]:
    at = datetime.now(UTC) + timedelta(days=days)
    return lambda: at


def elsewhere(tmp_path: Path) -> Path:
    """The configuration of a machine that has nothing yet."""
    return tmp_path / "elsewhere" / "broadsheet.toml"


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def test_a_restored_collection_is_the_same(crawled: Config, backups: Path, tmp_path: Path) -> None:
    """On a machine with nothing, the configuration comes back, too, with the user's spiders; the folder can go on."""
    (crawled.spiders).mkdir()
    (crawled.spiders / "own.py").write_text("OWN = 1\n", "utf-8")
    made = back_up(crawled, backups)
    elsewhere(tmp_path).parent.mkdir()
    done = restore(elsewhere(tmp_path), backups)
    assert (done.damages, done.backup, done.config) == ((), made.folder, elsewhere(tmp_path))
    restored = load(elsewhere(tmp_path))
    assert restored.sources == crawled.sources
    assert (restored.spiders / "own.py").read_text("utf-8") == "OWN = 1\n"
    assert exported(restored) == exported(crawled) != []
    assert hits(restored, "ferry OR bakery OR 关税") == hits(crawled, "ferry OR bakery OR 关税") != []
    assert well(restored)


def test_what_a_backup_holds_is_as_of_one_moment(
    crawled: Config, backups: Path, tmp_path: Path, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole run between the reading of the ledger and the copying of the rest does not show."""
    before = exported(crawled)
    text = crawled.path.read_text("utf-8")
    taking = pipeline.backup.backing_up._Making._take_all

    def after_a_run(making: pipeline.backup.backing_up._Making, wanted: list[Any]) -> None:
        for source, feed in zip(crawled.sources, newsroom.feeds, strict=True):
            (old,) = source.feeds
            crawled.path.write_text(crawled.path.read_text("utf-8").replace(old, feed), "utf-8")
        assert run(load(crawled.path)).crawl.fetched
        crawled.path.write_text(text, "utf-8")
        taking(making, wanted)

    monkeypatch.setattr(pipeline.backup.backing_up._Making, "_take_all", after_a_run)
    back_up(crawled, backups)
    assert len(exported(crawled)) > len(before)
    elsewhere(tmp_path).parent.mkdir()
    restore(elsewhere(tmp_path), backups)
    assert exported(load(elsewhere(tmp_path))) == before
    assert well(load(elsewhere(tmp_path)))


def test_the_ledger_is_settled_before_others_may_go_on(crawled: Config, tmp_path: Path) -> None:
    def change() -> None:
        with Ledger.open(crawled.ledger) as other, other.transaction() as conn:
            segment_table.commit(conn, {"segment-000009.warc.gz": 9})

    with Ledger.open(crawled.ledger) as ledger:
        ledger.copy(tmp_path / "copy.sqlite", begun=change)
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert copy.execute("SELECT name FROM segments").fetchall() == [("segment-000001.warc.gz",)]


def test_backups_share_what_did_not_change(crawled: Config, backups: Path) -> None:
    """A segment is read again only where it was written to; then its sum decides."""
    first = back_up(crawled, backups)
    second = back_up(crawled, backups)
    assert second.folder.name > first.folder.name
    assert second.copied_files == 1  # the ledger
    for path in first.manifest.files:
        same = (first.folder / path).stat().st_ino == (second.folder / path).stat().st_ino
        assert same == (path != kept.LEDGER)
    segment = crawled.archive / "segment-000001.warc.gz"
    with segment.open("ab") as file:
        file.write(b"behind what is committed")
    assert back_up(crawled, backups).copied_files == 1
    shutil.rmtree(first.folder)
    assert verify(backups).damages == ()


def test_a_run_that_appends_to_a_segment_has_that_copied(
    crawled: Config, backups: Path, crawled_newsroom: Newsroom
) -> None:
    back_up(crawled, backups)
    with Ledger.open(crawled.ledger) as ledger, ledger.transaction() as conn:
        size = segment_table.lengths(conn)["segment-000001.warc.gz"]
        segment_table.commit(conn, {"segment-000001.warc.gz": size + 4})
    with (crawled.archive / "segment-000001.warc.gz").open("ab") as file:
        file.write(b"more")
    made = back_up(crawled, backups)
    assert made.copied_files == 2
    assert made.manifest.files[SEGMENT].size == size + 4


def test_a_backup_goes_on_after_a_kill(
    crawled: Config, backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not whole is no backup; what was copied is not copied again."""
    finish = pipeline.backup.backing_up._Making._finish

    def killed(*_: object) -> Path:
        raise Killed

    monkeypatch.setattr(pipeline.backup.backing_up._Making, "_finish", killed)
    with pytest.raises(Killed):
        back_up(crawled, backups)
    assert kept.whole(backups) == []
    with pytest.raises(BackupError, match="one was interrupted: `broadsheet backup` goes on"):
        restore(crawled.path, backups)
    (backups / kept.UNFINISHED / "index" / "left.over").write_bytes(b"of an index that was merged since")
    (backups / kept.UNFINISHED / SEGMENT).write_bytes(b"torn")
    monkeypatch.setattr(pipeline.backup.backing_up._Making, "_finish", finish)
    made = back_up(crawled, backups)
    assert made.copied_files == 2  # the ledger, and the segment that was torn
    assert not (made.folder / "index" / "left.over").exists()
    assert verify(backups).damages == ()
    assert kept.whole(backups) == [made.folder]


def test_segments_that_go_by_retention_meanwhile(
    crawled: Config, backups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger is copied again, as it is after that; articles whose raw pages went are restored all the same."""
    text = crawled.path.read_text("utf-8").replace('retention = ""', 'retention = "1d"', 1)
    crawled.path.write_text(text, "utf-8")
    config = load(crawled.path)
    before = dict.fromkeys(hits(config, "ferry OR bakery OR tram"))
    taking = pipeline.backup.backing_up._Making._take_all
    turns: list[int] = []

    def after_upkeep(making: pipeline.backup.backing_up._Making, wanted: list[Any]) -> None:
        turns.append(len(wanted))
        if len(turns) == 1:
            for days in (5, 9):
                maintain(config, in_days(days))
        taking(making, wanted)

    monkeypatch.setattr(pipeline.backup.backing_up._Making, "_take_all", after_upkeep)
    made = back_up(config, backups)
    assert len(turns) == 2
    assert SEGMENT not in made.manifest.files
    elsewhere(tmp_path).parent.mkdir()
    restore(elsewhere(tmp_path), backups)
    restored = load(elsewhere(tmp_path))
    assert well(restored)
    assert exported(restored) == exported(config)
    assert dict.fromkeys(hits(restored, "ferry OR bakery OR tram")) == before


def test_a_damaged_backup_is_named_and_the_rest_offered(
    crawled: Config, backups: Path, tmp_path: Path
) -> None:
    made = back_up(crawled, backups)
    damaged = made.folder / SEGMENT
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 0xFF
    damaged.write_bytes(data)
    (found,) = verify(backups).damages
    assert found == f"{damaged} is damaged: its SHA-256 does not match"
    elsewhere(tmp_path).parent.mkdir()
    with pytest.raises(BackupError) as refused:
        restore(elsewhere(tmp_path), backups)
    assert str(damaged) in str(refused.value)
    assert "--despite-damage" in str(refused.value)
    assert not elsewhere(tmp_path).exists()
    done = restore(elsewhere(tmp_path), backups, despite_damage=True)
    assert done.damages == (found,)
    assert "`broadsheet rebuild`" in done.next_steps[0]
    restored = load(elsewhere(tmp_path))
    assert not well(restored)
    assert exported(restored) == exported(crawled)


@pytest.mark.parametrize(
    ("lost", "step", "repaired"),
    [
        ("ledger.sqlite", "`broadsheet rebuild`", True),
        ("index/meta.json", "`broadsheet index rebuild`", False),
    ],
)
def test_what_is_missing_is_made_again(
    crawled: Config, backups: Path, tmp_path: Path, lost: str, step: str, repaired: bool
) -> None:
    made = back_up(crawled, backups)
    (made.folder / lost).unlink()
    assert verify(backups).damages == (f"{made.folder / lost} cannot be read: No such file or directory",)
    elsewhere(tmp_path).parent.mkdir()
    done = restore(elsewhere(tmp_path), backups, despite_damage=True)
    assert step in done.next_steps[0]
    restored = load(elsewhere(tmp_path))
    assert (restored.ledger.exists(), restored.index_folder.exists()) == (not repaired, repaired)


def test_a_restore_begins_again_after_a_kill(
    crawled: Config, backups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(crawled, backups)
    elsewhere(tmp_path).parent.mkdir()
    renaming = Path.rename
    for number in (1, 2, 3):
        renamed: list[Path] = []

        def killed(path: Path, target: Path, number: int = number, renamed: list[Path] = renamed) -> Path:
            renamed.append(path)
            if len(renamed) == number:
                raise Killed
            return renaming(path, target)

        monkeypatch.setattr(Path, "rename", killed)
        with pytest.raises(Killed):
            restore(elsewhere(tmp_path), backups)
    monkeypatch.setattr(Path, "rename", renaming)
    restore(elsewhere(tmp_path), backups)
    restored = load(elsewhere(tmp_path))
    assert well(restored)
    assert exported(restored) == exported(crawled)
    with pytest.raises(BackupError, match=r"is not empty \(it holds archive\)"):
        restore(elsewhere(tmp_path), backups)


def test_an_index_on_a_server_is_left_out(crawled: Config, backups: Path, tmp_path: Path) -> None:
    """The restore says how it is filled again; the server is not asked for either."""
    text = crawled.path.read_text("utf-8").replace('backend = "embedded"', 'backend = "elasticsearch"')
    crawled.path.write_text(text, "utf-8")
    made = back_up(load(crawled.path), backups)
    assert not any(path.startswith(kept.INDEXES) for path in made.manifest.files)
    elsewhere(tmp_path).parent.mkdir()
    done = restore(elsewhere(tmp_path), backups)
    assert done.next_steps == ("`broadsheet index rebuild` fills the index from ledger and archive",)
    assert not load(elsewhere(tmp_path)).index_folder.exists()


def test_restore_to_another_folder(crawled: Config, backups: Path, tmp_path: Path) -> None:
    """The configuration that is there stays; one that is brought back names the folder."""
    back_up(crawled, backups)
    before = crawled.path.read_text("utf-8")
    done = restore(crawled.path, backups, tmp_path / "other")
    assert done.next_steps[0] == f'put `folder = "{tmp_path / "other"}"` into [store] of {crawled.path}'
    assert crawled.path.read_text("utf-8") == before
    elsewhere(tmp_path).parent.mkdir()
    restore(elsewhere(tmp_path), backups, elsewhere(tmp_path).parent / "news")
    assert load(elsewhere(tmp_path)).folder == elsewhere(tmp_path).parent / "news"
    assert well(load(elsewhere(tmp_path)))


def test_what_is_refused(crawled: Config, backups: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lies in the data folder"):
        back_up(crawled, crawled.folder / "backups")
    with RunLock(crawled.folder, "rebuild"), pytest.raises(LockedError, match="a rebuild|another rebuild"):
        back_up(crawled, backups)
    backups.mkdir()
    with RunLock(backups, "backup"), pytest.raises(LockedError, match="another backup"):
        back_up(crawled, backups)
    with pytest.raises(BackupError, match="holds no whole backup"):
        verify(backups)
    (crawled.archive / "segment-000001.warc.gz").unlink()
    with pytest.raises(ArchiveError, match="is missing; see `broadsheet doctor`"):
        back_up(crawled, backups)
    nothing = crawled.model_copy(update={"path": tmp_path / "nothing" / "broadsheet.toml"})
    with pytest.raises(LedgerError, match="no ledger"):
        back_up(nothing, backups)


def test_the_commands(crawled: Config, backups: Path, tmp_path: Path) -> None:
    def said(*words: str, code: int = 0, config: Path = crawled.path) -> str:
        result = CliRunner().invoke(app, ["--config", str(config), *words])
        assert result.exit_code == code, result.output
        return result.stdout

    made = json.loads(said("backup", str(backups), "--json"))
    assert made["files"] > 3
    assert made["copied_bytes"] == made["bytes"] - crawled.path.stat().st_size or made["copied_bytes"]
    assert "were copied" in said("backup", str(backups))
    assert "2 backups" in said("backup", str(backups), "--verify")
    elsewhere(tmp_path).parent.mkdir()
    done = json.loads(said("restore", made["backup"], "--json", config=elsewhere(tmp_path)))
    assert done["next"] == ["`broadsheet doctor` looks at what was brought back"]
    assert done["config"] == str(elsewhere(tmp_path))
    (Path(made["backup"]) / SEGMENT).write_bytes(b"")
    checked = json.loads(said("backup", str(backups), "--verify", "--json", code=1))
    assert len(checked["damages"]) == 2  # both backups share the file
