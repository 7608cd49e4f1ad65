"""A collection whose ledger is in PostgreSQL does all that one with a SQLite file does."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from articles.errors import LockedError
from articles.model import to_json
from broadsheet.newsroom import Newsroom
from index.embedded.local_reader import EmbeddedReader
from pipeline.backup.backing_up import back_up
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import set_ledger
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete
from pipeline.explain import explain
from pipeline.health import checkup
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.renaming import rename
from pipeline.maintenance.upkeep import maintain
from pipeline.run import run
from pipeline.status import status
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import crawling, locked
from store.ledger.queries import seen_texts, tallies
from store.ledger.watch import robots_table
from tests.conftest import configured
from tests.postgresql import PASSWORD

if TYPE_CHECKING:
    from store.ledger.engines.places import ServerPlace

VARYING = ("fetched_at", "first_seen_at", "archive", "snapshot")


@pytest.fixture
def on_server(
    tmp_path: Path, newsroom: Newsroom, server_place: "ServerPlace", monkeypatch: pytest.MonkeyPatch
) -> Config:
    """The newsroom, with a ledger in PostgreSQL."""
    monkeypatch.setenv("NEWS_LEDGER", server_place.url)
    config = configured(tmp_path, newsroom)
    set_ledger(config.path, "NEWS_LEDGER")
    return load(config.path)


def in_days(days: float) -> Callable[[], datetime]:
    at = datetime.now(UTC) + timedelta(days=days)
    return lambda: at


def articles(config: Config) -> dict[str, dict[str, object]]:
    found = {one.id: json.loads(to_json(one)) for one in EmbeddedReader(config.index_folder).all()}
    return {key: {name: one[name] for name in one if name not in VARYING} for key, one in found.items()}


def healths(config: Config) -> list[dict[str, object]]:
    found = map(dataclasses.asdict, checkup.examine(config, config.sources, datetime.now(UTC)).sources)
    return [
        {key: one[key] for key in ("source", "verdict", "of_week", "rejected", "failures")} for one in found
    ]


def kept(config: Config) -> tuple[object, ...]:
    """What the ledger says beside captures: whose robots.txt it has, the sources with their rejections, versions."""
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        hosts = {urlsplit(url).hostname for url in robots_table.known(conn, datetime.now(UTC))}
        arrived = {source: count for source, (count, _) in tallies.arrived(conn).items()}
        versions = seen_texts.waiting(conn, 9), seen_texts.edited(conn, 9), seen_texts.count_older(conn)
        return hosts, tallies.sources(conn), arrived, tallies.rejected(conn), versions


def problems(config: Config) -> list[str]:
    return [f"{finding.part}: {finding.text}" for finding in examine(config) if not finding.ok]


def test_a_run_gives_what_it_gives_with_a_file(
    on_server: Config, newsroom: Newsroom, crawled: Config
) -> None:
    report = run(on_server)
    assert not (on_server.folder / "ledger.sqlite").exists()
    assert status(on_server) == status(crawled)
    assert len(articles(on_server)) == len(articles(crawled)) == report.outcomes["indexed"]
    assert healths(on_server) == healths(crawled)
    assert kept(on_server) == kept(crawled)
    assert kept(on_server)[0], "robots.txt files are kept"
    assert problems(on_server) == []
    newsroom.publish_update()
    assert run(on_server).outcomes == {"indexed": 1}
    assert status(on_server)["captures"]["superseded"] == 1
    with Ledger.open(on_server.ledger) as ledger, ledger.reading() as conn:
        assert seen_texts.count_older(conn) == 1
    assert run(on_server).crawl.fetched == 0
    assert problems(on_server) == []


def test_what_is_done_with_a_collection_is_done_with_this_one(on_server: Config, newsroom: Newsroom) -> None:
    run(on_server)
    before, counted = articles(on_server), status(on_server)
    reindex(on_server)
    assert articles(on_server) == before
    rebuilt = rebuild(on_server)
    assert rebuilt.carried_over
    assert (articles(on_server), status(on_server)["captures"]) == (before, counted["captures"])
    assert problems(on_server) == []
    one = next(iter(before.values()))
    assert any(
        step.step == "indexed" or "indexed" in step.what for step in explain(on_server, str(one["url"]))
    )
    deleted = delete(on_server, DeleteRequest(which=(str(one["id"]),), reason="asked for"))
    assert deleted is not None
    assert "replicas and dumps of the database" in deleted.left[-1]
    assert PASSWORD not in deleted.left[-1]
    assert status(on_server)["captures"]["deleted"] == 1
    assert problems(on_server) == []
    renamed = load(on_server.path)
    done = rename(renamed, "one", "examiner")
    assert done
    renamed = load(on_server.path)
    assert problems(renamed) == []
    assert maintain(renamed, in_days(2)).ok
    assert run(renamed).crawl.fetched == 0


def test_raw_pages_go_when_they_are_old(on_server: Config) -> None:
    run(on_server)
    assert maintain(on_server, in_days(1.5)).done[0].startswith("closed")
    before, counted = articles(on_server), status(on_server)
    text = on_server.path.read_text(encoding="utf-8").replace('retention = ""', 'retention = "1d"', 1)
    on_server.path.write_text(text, encoding="utf-8")
    upkeep = maintain(load(on_server.path), in_days(3))
    assert "dropped 1 segment" in upkeep.done[0]
    assert upkeep.ok, upkeep.findings
    assert (articles(on_server), status(on_server)) == (before, counted)


def test_a_backup_has_the_ledger_as_a_file(
    on_server: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(on_server)
    made = back_up(on_server, tmp_path / "backups")
    with Ledger.open(made.folder / "ledger.sqlite") as copy, copy.reading() as conn:
        counts = capture_table.counts(conn)
    with Ledger.open(on_server.ledger) as ledger, ledger.reading() as conn:
        assert capture_table.counts(conn) == counts
    assert PASSWORD.encode() not in b"".join(
        path.read_bytes() for path in made.folder.rglob("*") if path.is_file()
    )


def test_locks_hold_for_other_folders_with_the_same_ledger(
    server_place: "ServerPlace", tmp_path: Path
) -> None:
    other = dataclasses.replace(server_place, folder=tmp_path / "other")
    with locked(tmp_path, server_place):
        with (
            pytest.raises(LockedError, match=r"in use by another run \(broadsheet, process \d+ on"),
            locked(tmp_path / "other", other),
        ):
            pass
        with (
            locked(tmp_path / "other", other, "rebuild"),
            pytest.raises(LockedError),
            locked(tmp_path, server_place, "rebuild"),
        ):
            pass
    with (
        crawling(server_place),
        crawling(server_place),
        pytest.raises(LockedError),
        locked(tmp_path / "other", other),
    ):
        pass
    with locked(tmp_path / "other", other):
        pass
