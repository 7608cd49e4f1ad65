"""What can be wrong with a server that keeps the ledger, and what is said of it; never a password."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

import store.ledger.database
import store.ledger.schema
from articles.errors import ConfigError, LedgerError, LedgerUnavailableError, LockedError, StorageError
from articles.model import FeedEntry
from broadsheet.newsroom import Newsroom
from pipeline.configuration.config import load
from pipeline.configuration.config_file import set_ledger, template
from pipeline.crawl import plan
from pipeline.maintenance.doctor import examine
from pipeline.run import run
from store.ledger import segment_table, url_table
from store.ledger.database import Ledger
from store.ledger.engines import postgresql_server
from store.ledger.engines.places import LedgerPlace, ServerPlace, parsed, place
from store.ledger.engines.postgresql_server import PostgresqlServer
from tests import postgresql
from tests.conftest import configured
from tests.patience import PATIENCE
from tests.postgresql import PASSWORD

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def other(place: ServerPlace, **parts: object) -> ServerPlace:
    url = make_url(place.url).set(**parts)  # type: ignore[arg-type]
    return ServerPlace(url.render_as_string(hide_password=False), place.folder)


@pytest.mark.parametrize(
    ("parts", "kind", "told"),
    [
        ({"password": "wrong"}, LedgerError, "PGPASSWORD"),
        ({"database": "nowhere"}, LedgerError, "createdb"),
        ({"port": 1}, LedgerUnavailableError, "cannot be reached"),
    ],
)
def test_a_server_that_is_not_to_be_had_is_told_with_what_to_do(
    server_place: ServerPlace, parts: dict[str, object], kind: type[LedgerError], told: str
) -> None:
    wrong = other(server_place, **parts)
    for ask in (wrong.exists, lambda: Ledger.open(wrong)):
        with pytest.raises(kind, match=told) as refused:
            ask()
        assert PASSWORD not in str(refused.value)
        assert "wrong" not in str(refused.value)
        assert str(wrong) in str(refused.value)


def test_a_password_is_never_said(server_place: ServerPlace, tmp_path: Path) -> None:
    assert PASSWORD not in f"{server_place!r} {server_place}"
    for url in ("mysql://u:s3cret@h/d", "postgresql+psycopg://u:s3cret@h:x/d", "s3cret", "sqlite:///s3cret"):
        with pytest.raises(ConfigError) as refused:
            ServerPlace(url, tmp_path)
        assert "s3cret" not in str(refused.value)
    for url in ("postgresql://u:s3cret@h/d", "postgresql+psycopg://h/d?password=s3cret"):
        path = tmp_path / "broadsheet.toml"
        path.write_text(template().replace('ledger = ""', f'ledger = "{url}"'), encoding="utf-8")
        with pytest.raises(ConfigError, match="leave the password out") as refused:
            load(path)
        assert "s3cret" not in str(refused.value)


def test_the_environment_says_where_the_ledger_is(
    tmp_path: Path, server_place: ServerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(template(), encoding="utf-8")
    assert load(path).ledger == tmp_path / "data" / "ledger.sqlite"
    set_ledger(path, "NEWS_LEDGER")
    config = load(path)
    with pytest.raises(ConfigError, match="NEWS_LEDGER is not set"):
        assert config.ledger
    monkeypatch.setenv("NEWS_LEDGER", server_place.url)
    assert config.ledger == ServerPlace(server_place.url, config.folder)
    assert PASSWORD not in f"{config!r} {config.ledger!r} {plan(config, ())!r}"
    assert place(tmp_path, "") == tmp_path / "ledger.sqlite", "a folder that is thrown away has a file"


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        ("53100", StorageError, "Make room on the server"),
        ("25006", StorageError, "read-only"),
        ("55P03", LockedError, "Another process"),
        ("40P01", LockedError, "run again"),
        ("42501", LedgerError, "Grant"),
        ("XX001", LedgerError, "rebuild"),
        ("57P01", LedgerUnavailableError, "Nothing is lost"),
    ],
)
def test_what_a_server_says_is_put_into_our_words(
    server_place: ServerPlace, code: str, kind: type[Exception], told: str
) -> None:
    with Ledger.open(server_place) as ledger, pytest.raises(kind, match=told), ledger.transaction() as conn:
        conn.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{code}'; END $$"))


def test_an_error_of_ours_is_no_fault_of_the_server(server_place: ServerPlace) -> None:
    with Ledger.open(server_place) as ledger:
        with pytest.raises(Exception, match="no_such_table") as raised, ledger.transaction() as conn:
            conn.execute(text("SELECT * FROM no_such_table"))
        assert not isinstance(raised.value, (LedgerError, OperationalError))


def test_tables_of_others_and_a_lost_ledger_are_told(server_place: ServerPlace, tmp_path: Path) -> None:
    engine = PostgresqlServer(parsed(server_place.url), "", tmp_path)
    with engine.session() as conn:
        conn.execute(text("CREATE TABLE accounts (id integer)"))
    with pytest.raises(LedgerError, match="a database of its own"):
        Ledger.open(server_place)
    with engine.session() as conn:
        conn.execute(text("DROP TABLE accounts"))
    engine.close()
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "segment-000001.warc.gz").write_bytes(b"x")
    with pytest.raises(
        LedgerError, match="missing or empty, but there is an archive: run `broadsheet rebuild`"
    ):
        Ledger.open(server_place)


def test_one_writes_at_a_time(ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_server, "_SETTINGS", ("SET lock_timeout = '100ms'",))
    monkeypatch.setattr("store.ledger.engines.sqlite_file._BUSY_SECONDS", 0.1)
    with Ledger.open(ledger_place) as one, Ledger.open(ledger_place) as two, one.transaction() as conn:
        url_table.discover(conn, [FeedEntry(url="https://a.example/", source="a")], NOON)
        with pytest.raises(LockedError), two.transaction():
            raise AssertionError
        with two.reading() as other_conn:
            assert url_table.counts(other_conn)["due"] == 0


def test_a_migration_is_written_once_for_both(
    ledger_place: LedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger.open(ledger_place).close()
    version = store.ledger.schema.VERSION
    statements = (
        "ALTER TABLE hosts ADD COLUMN again DATETIME",
        "ALTER TABLE hosts ADD COLUMN note VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE hosts ADD COLUMN asked BOOLEAN NOT NULL DEFAULT 0",
        "ALTER TABLE hosts ADD COLUMN share FLOAT NOT NULL DEFAULT 0",
        "CREATE INDEX hosts_again ON hosts (again) WHERE again IS NOT NULL",
    )
    migrations = {**store.ledger.database.MIGRATIONS, version: statements}
    monkeypatch.setattr(store.ledger.database, "MIGRATIONS", migrations)
    monkeypatch.setattr(store.ledger.database, "VERSION", version + 1)
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        conn.execute(text("INSERT INTO hosts (host, until, why) VALUES ('a', '2026-01-01', '')"))
        row = conn.execute(text("SELECT again, note, asked, share FROM hosts")).one()
        assert (row.again, row.note, bool(row.asked), row.share) == (None, "", False, 0)


def test_text_is_sorted_alike_and_all_of_it_is_taken(ledger_place: LedgerPlace) -> None:
    names = ["Z", "a", "É", "z", "é", "關", "_", "a b", "a-b"]
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        segment_table.commit(conn, dict.fromkeys(names, 2**40))
        assert list(segment_table.lengths(conn)) == sorted(names)
        entry = FeedEntry(url="https://a.example/", source="a\ud800b", title="\0 \ud800")
        url_table.discover(conn, [entry], NOON)
        assert url_table.entry(conn, entry.url).title == "\0 \ud800"


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[postgresql.PostgresqlServer]:
    with postgresql.own_server() as server:
        yield server


def test_a_run_whose_server_goes_ends_and_the_next_goes_on(
    own_server: postgresql.PostgresqlServer,
    tmp_path: Path,
    newsroom: Newsroom,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = own_server.url.render_as_string(hide_password=False)
    monkeypatch.setenv("NEWS_LEDGER", url)
    set_ledger(configured(tmp_path, newsroom).path, "NEWS_LEDGER")
    config = load(tmp_path / "broadsheet.toml")
    command = [sys.executable, "-m", "broadsheet", "-c", str(config.path)]
    for stopping in ("immediate", "fast", "immediate"):
        with subprocess.Popen(
            [*command, "run", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            deadline = time.monotonic() + PATIENCE
            while process.poll() is None and _captures(config.ledger) == 0:
                assert time.monotonic() < deadline
            own_server.stop(stopping)
            said = "".join(process.communicate(timeout=PATIENCE))
        assert PASSWORD not in said
        assert "Traceback" not in said, said
        own_server.start()
    run(config)
    assert all(finding.ok for finding in examine(config)), examine(config)
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        urls = conn.execute(text("SELECT count(*), count(DISTINCT url) FROM captures")).one()
    assert urls == (29, 29)
    own_server.stop()
    done = subprocess.run([*command, "status"], capture_output=True, text=True, check=False)
    assert (done.returncode, "cannot be reached" in done.stderr) == (75, True), done.stderr
    assert [finding.ok for finding in examine(config) if finding.part == "ledger"] == [False]
    own_server.start()


def _captures(place: LedgerPlace) -> int:
    if not place.exists():
        return 0
    with Ledger.open(place) as ledger, ledger.reading() as conn:
        return int(conn.execute(text("SELECT count(*) FROM captures")).scalar_one())
