"""Several workers over one collection: real processes on one PostgreSQL, one S3 server and one Elasticsearch."""

import json
import random
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from articles.errors import ArchiveError, LockedError
from articles.model import to_json
from broadsheet.newsroom import Newsroom
from pipeline import indexes
from pipeline.backup.backing_up import back_up
from pipeline.configuration.config import Config, load
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.renaming import rename
from pipeline.maintenance.reprocess import reclean
from pipeline.maintenance.upkeep import maintain
from pipeline.run import data_folder, run, workplace
from pipeline.sharing.giving_up import give_up_lost
from pipeline.status import status
from store.ledger import capture_table
from store.ledger.database import Ledger
from tests.conftest import configured
from tests.patience import PATIENCE
from tests.sharing import Sharing

if TYPE_CHECKING:
    import subprocess

    from elasticsearch import Elasticsearch

    from store.ledger.engines.places import ServerPlace
    from tests.elastic import Server

VARYING = ("fetched_at", "first_seen_at", "archive", "snapshot")


@pytest.fixture
def sharing(
    tmp_path: Path,
    newsroom: Newsroom,
    bucket: str,
    server_place: "ServerPlace",
    elasticsearch_server: "Server",
    connection: "Elasticsearch",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Sharing]:
    from tests import elastic

    monkeypatch.setenv("NEWS_LEDGER", server_place.url)
    for name, value in elasticsearch_server.environment.items():
        monkeypatch.setenv(name, value)
    with elastic.fresh_alias(connection) as alias:
        yield Sharing(tmp_path / "workers", newsroom, bucket, server_place, alias, elasticsearch_server.url)


def exported(config: Config) -> dict[str, dict[str, object]]:
    """What `export` gives, times and places aside."""
    reader = indexes.reader(config)
    found = {one.id: json.loads(to_json(one)) for one in reader.all()}
    return {key: {name: one[name] for name in one if name not in VARYING} for key, one in found.items()}


def problems(config: Config) -> list[str]:
    return [f"{finding.part}: {finding.text}" for finding in examine(config) if not finding.ok]


@pytest.fixture
def alone(tmp_path: Path, newsroom: Newsroom) -> Config:
    """The same newsroom, collected by one worker on SQLite."""
    (tmp_path / "alone").mkdir()
    config = configured(tmp_path / "alone", newsroom)
    run(config)
    return config


def finished(*workers: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    """What the runs of these processes report."""
    reports = []
    for process in workers:
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        reports.append(json.loads(out))
    return reports


def asked(newsroom: Newsroom, first: int) -> dict[str, list[tuple[datetime, str, str]]]:
    """The requests that each host served from the `first` on: when, of which worker, for what."""
    found = defaultdict(list)
    for each in newsroom.requests[first:]:
        found[each.host].append((each.time, each.headers.get("user-agent", "").partition("/")[0], each.path))
    return found


def test_two_workers_give_what_one_gives_and_never_ask_a_host_together(
    sharing: Sharing, newsroom: Newsroom, alone: Config
) -> None:
    before = len(newsroom.requests)
    reports = finished(*(sharing.start(name, "run", "--json") for name in ("one", "two")))
    assert exported(sharing.worker("one")) == exported(alone)
    assert [problems(config) for config in sharing.configs.values()] == [[], []]
    assert status(sharing.worker("two"))["captures"] == status(alone)["captures"]
    assert sorted(report["others_go_on"] for report in reports) == [False, True]
    assert all(report["crawl"]["fetched"] for report in reports), "each had a part of it"
    assert sum(report["crawl"]["feeds"] for report in reports) == len(newsroom.feeds)
    found = asked(newsroom, before)
    assert {who for requests in found.values() for _, who, _ in requests} == {"Worker-one", "Worker-two"}
    for host, requests in found.items():
        times = [at for at, _, _ in requests]
        assert min(b - a for a, b in pairwise(times)) > timedelta(seconds=sharing.delay / 2), host
        paths = [path for _, _, path in requests]
        assert len(paths) == len(set(paths)), f"{host} was asked for something twice"


def captures(config: Config) -> Counter[str]:
    """How many captures there are of each URL."""
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        return Counter(conn.scalars(select(capture_table.CAPTURES.c.url)))


def test_killed_workers_lose_and_double_nothing(sharing: Sharing, alone: Config) -> None:
    moments = random.Random(15)
    for victim in ("one", "two", "one"):
        workers = {name: sharing.start(name, "run", "--json") for name in ("one", "two")}
        time.sleep(moments.uniform(4.0, 12.0))
        for name, process in workers.items():
            if name == victim:
                process.kill()
            process.communicate(timeout=PATIENCE)
    finished(*(sharing.start(name, "run", "--json") for name in ("one", "two")))
    assert exported(sharing.worker("two")) == exported(alone)
    assert captures(sharing.worker("two")) == captures(alone)
    assert status(sharing.worker("two"))["captures"] == status(alone)["captures"]
    assert [problems(config) for config in sharing.configs.values()] == [[], []]


AWAY = "http://127.0.0.1:9"


def without_index(sharing: Sharing, name: str, **environment: str) -> None:
    """A run of this worker that can load nothing of what it fetches."""
    sharing.change(name, f'url = "{sharing.elasticsearch}"', f'url = "{AWAY}"')
    sharing.change(name, "patience = 60.0", "patience = 0.2")
    process = sharing.start(name, "run", "--json", **environment)
    assert "stay pending" in process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 75
    sharing.change(name, f'url = "{AWAY}"', f'url = "{sharing.elasticsearch}"')


def test_what_a_worker_left_behind_is_loaded_by_another(sharing: Sharing, alone: Config) -> None:
    without_index(sharing, "one")
    (report,) = finished(sharing.start("two", "run", "--json"))
    assert report["crawl"]["fetched"] == 0
    assert not report["others_go_on"]
    assert exported(sharing.worker("two")) == exported(alone)
    assert captures(sharing.worker("two")) == captures(alone)
    assert [problems(config) for config in sharing.configs.values()] == [[], []]


def test_what_is_lost_with_a_worker_is_told_and_given_up(sharing: Sharing, alone: Config) -> None:
    without_index(sharing, "one", AWS_ENDPOINT_URL=AWAY)
    finished(sharing.start("two", "run", "--json"))
    two = sharing.worker("two")
    assert status(two)["captures"]["pending"] == len(captures(alone))
    (problem,) = problems(two)
    assert f"with {len(captures(alone))} pages that are not loaded; `broadsheet run` there" in problem
    with pytest.raises(ArchiveError, match="retry --lost"), data_folder(two):
        pass
    shutil.rmtree(sharing.worker("one").folder)
    given_up = give_up_lost(two)
    assert (len(given_up.segments), given_up.pages) == (1, len(captures(alone)))
    assert problems(two) == []
    finished(sharing.start("two", "run", "--json"))
    assert exported(two) == exported(alone)
    assert problems(two) == []


def test_what_changes_everything_has_no_worker_beside_it(sharing: Sharing, tmp_path: Path) -> None:
    finished(*(sharing.start(name, "run", "--json") for name in ("one", "two")))
    one, two = sharing.worker("one"), sharing.worker("two")
    backup = partial(back_up, folder=tmp_path / "backup")
    with workplace(one):
        for exclusive in (rebuild, reindex, reclean, maintain, backup):
            with pytest.raises(LockedError):
                exclusive(two)
    assert reindex(two).articles == len(exported(one))
    rename(one, "one", "examiner")
    sharing.change("two", 'name = "one"', 'name = "examiner"')
    one, two = load(one.path), sharing.worker("two")
    before = exported(one)
    gone = next(iter(before))
    deleted = delete(two, DeleteRequest(which=(gone,), reason="asked for"))
    assert deleted is not None
    assert exported(one) == {key: article for key, article in before.items() if key != gone}
    rebuild(two)
    assert exported(two) == {key: article for key, article in before.items() if key != gone}
    finished(*(sharing.start(name, "run", "--json") for name in ("one", "two")))
    assert [problems(config) for config in (one, two)] == [[], []]
    assert maintain(two).ok
