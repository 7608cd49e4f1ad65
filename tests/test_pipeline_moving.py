"""The ledger moves into PostgreSQL and back; whatever it is killed at, nothing of it is lost."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url, select
from typer.testing import CliRunner

from articles.errors import ConfigError, LedgerError, LockedError
from articles.model import to_json
from broadsheet.cli import app
from index.embedded.local_reader import EmbeddedReader
from pipeline.backup.backing_up import back_up
from pipeline.backup.restoring import restore
from pipeline.configuration.config import Config, load
from pipeline.maintenance import moving
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.moving import FILE, move
from pipeline.run import run
from store.ledger.database import Ledger
from store.ledger.schema import METADATA
from store.lock import RunLock
from tests.postgresql import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.ledger.engines.places import ServerPlace

Tables = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def url(server_place: "ServerPlace", monkeypatch: pytest.MonkeyPatch) -> str:
    """The database, without its password, which is in the environment."""
    whole = make_url(server_place.url)
    monkeypatch.setenv("PGPASSWORD", str(whole.password))
    return whole._replace(password=None).render_as_string(hide_password=False)


def tables(config: Config) -> Tables:
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        return {
            table.name: [tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key))]
            for table in METADATA.sorted_tables
        }


def export(config: Config) -> list[bytes]:
    return sorted(to_json(one) for one in EmbeddedReader(config.index_folder).all())


def well(config: Config) -> bool:
    return all(finding.ok for finding in examine(config))


def test_there_and_back_everything_is_the_same(crawled: Config, url: str) -> None:
    before, exported = tables(crawled), export(crawled)
    moved = move(crawled, url)
    config = load(crawled.path)
    assert config.store.ledger == url
    assert moved.rows == {name: len(rows) for name, rows in before.items()}
    assert moved.left == crawled.folder / "ledger.sqlite.moved"
    assert not (crawled.folder / "ledger.sqlite").exists()
    assert (tables(config), export(config)) == (before, exported)
    assert well(config)
    run(config)
    now = tables(config)
    assert len(now["runs"]) == len(before["runs"]) + 1, "numbers go on after the highest"
    assert move(config, FILE).rows == {name: len(rows) for name, rows in now.items()}
    again = load(crawled.path)
    assert again.ledger == crawled.folder / "ledger.sqlite"
    assert (tables(again), export(again)) == (now, exported)
    assert well(again)
    with pytest.raises(LedgerError, match="not in use"):
        Ledger.open(config.ledger)
    assert sum(move(again, url).rows.values()), "what was left may be filled again"
    assert tables(load(crawled.path)) == now


STEPS = [
    *(("copy_rows", False), ("compare", False), ("set_ledger", False), ("_take", False), ("_leave", False)),
    *(("copy_rows", True), ("_put", True), ("set_ledger", True)),
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("step", "back"), STEPS)
def test_killed_it_goes_on(
    crawled: Config, url: str, monkeypatch: pytest.MonkeyPatch, step: str, after: bool, back: bool
) -> None:
    before = tables(crawled)
    to = url
    if back:
        move(crawled, url)
        to = FILE
    function: Callable[..., Any] = getattr(moving, step)

    def killed(*words: Any, **named: Any) -> Any:
        if after:
            function(*words, **named)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moving, step, killed)
        with pytest.raises(KeyboardInterrupt):
            move(load(crawled.path), to)
    config = load(crawled.path)
    try:
        assert tables(config) == before
    except LedgerError as error:
        assert "`broadsheet move` was interrupted" in str(error)
    move(config, to)
    config = load(crawled.path)
    assert tables(config) == before
    assert well(config)
    assert config.store.ledger == ("" if back else url)
    assert (config.folder / "ledger.sqlite").exists() == back


def test_what_cannot_be_moved_is_left_alone(
    crawled: Config, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, before = crawled.path.read_text(encoding="utf-8"), tables(crawled)
    whole = make_url(url).set(password=PASSWORD).render_as_string(hide_password=False)
    with pytest.raises(ConfigError, match="leave the password out") as refused:
        move(crawled, whole)
    assert PASSWORD not in str(refused.value)
    with pytest.raises(ConfigError, match="URL"):
        move(crawled, "mysql://news@db.example/news")
    with RunLock(crawled.folder), pytest.raises(LockedError):
        move(crawled, url)
    with pytest.raises(ConfigError, match="NEWS_LEDGER is not set"):
        move(crawled, "NEWS_LEDGER")
    monkeypatch.setenv("NEWS_LEDGER", "sqlite:///s3cret")
    with pytest.raises(ConfigError, match="none of PostgreSQL") as refused:
        move(crawled, "NEWS_LEDGER")
    assert "s3cret" not in str(refused.value)
    assert crawled.path.read_text(encoding="utf-8") == text
    assert tables(crawled) == before


def test_the_url_may_be_in_the_environment(
    crawled: Config, server_place: "ServerPlace", monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tables(crawled)
    monkeypatch.setenv("NEWS_LEDGER", server_place.url)
    move(crawled, "NEWS_LEDGER")
    config = load(crawled.path)
    assert config.store.ledger == "NEWS_LEDGER"
    assert tables(config) == before
    move(config, FILE)
    assert tables(load(crawled.path)) == before


def test_a_database_with_a_ledger_is_not_overwritten(
    crawled: Config, url: str, tmp_path: Path, server_place: "ServerPlace"
) -> None:
    other = tmp_path / "other"
    shutil.copytree(crawled.path.parent, other)
    move(load(other / "broadsheet.toml"), url)
    with pytest.raises(LedgerError, match="holds a ledger already"):
        move(crawled, url)
    assert well(crawled)


def test_a_backup_comes_back_as_a_file(crawled: Config, url: str, tmp_path: Path) -> None:
    move(crawled, url)
    config = load(crawled.path)
    before = tables(config)
    back_up(config, tmp_path / "backups")
    new = tmp_path / "new"
    new.mkdir()
    restored = restore(new / "broadsheet.toml", tmp_path / "backups")
    assert restored.config == new / "broadsheet.toml"
    assert tables(load(new / "broadsheet.toml")) == before
    shutil.rmtree(config.folder)
    with pytest.raises(ConfigError, match="broadsheet move --to URL"):
        restore(config.path, tmp_path / "backups")


def test_the_command_says_what_was_moved(crawled: Config, url: str) -> None:
    result = CliRunner().invoke(app, ["--config", str(crawled.path), "move", "--to", url])
    assert result.exit_code == 0, result.output
    assert "captures" in result.stdout
    assert PASSWORD not in result.output
    again = CliRunner().invoke(app, ["--config", str(crawled.path), "move", "--to", url])
    assert "The ledger is in the database" in again.stdout
