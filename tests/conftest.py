"""What several test files share: a configuration that crawls the sample newsroom quickly."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from broadsheet.newsroom import Newsroom
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch
    from prefect.client.orchestration import SyncPrefectClient
    from sqlalchemy import URL

    from store.ledger.engines.places import LedgerPlace, ServerPlace
    from tests.elastic import Server
    from tests.object_store import ObjectStore

pytest.register_assert_rewrite("tests.index_contract")

_IN_MEMORY = 1 << 30  # bytes that must be free there

# A slow machine is no failure of an example.
settings.register_profile(
    "patient", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


@pytest.hookimpl(optionalhook=True)  # without xdist nobody asks
def pytest_xdist_auto_num_workers() -> int:
    """Twice as many as cores: tests wait for sockets and processes half of the time."""
    return len(os.sched_getaffinity(0)) * 2


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Folders of tests are in memory, where there is room: on a disk they wait for it a third of their time."""
    memory = Path("/dev/shm")  # noqa: S108  pytest makes a folder in it that is ours alone
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _IN_MEMORY:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


@pytest.hookimpl(tryfirst=True)  # before -m is looked at
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that ask an Elasticsearch; those that start a Prefect server come last.

    The threads of its client live on and draw from `random` meanwhile, which hypothesis takes for a strategy's doing. With
    `--dist loadgroup` the tests of a server are in one process, so that each is started once.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "elasticsearch_server" in fixtures or item.get_closest_marker("elasticsearch"):
            item.add_marker("elasticsearch")
            item.add_marker(pytest.mark.xdist_group("elasticsearch"))
        elif item.get_closest_marker("prefect"):
            item.add_marker(pytest.mark.xdist_group("prefect"))
    items.sort(key=lambda item: item.get_closest_marker("prefect") is not None)


@pytest.fixture(scope="session", autouse=True)
def forked() -> Iterator[None]:
    """Processes of the project are forked from a warm one: see tests.warm."""
    from tests import warm

    with warm.installed():
        yield


@pytest.fixture
def cold(forked: None) -> Iterator[None]:
    """Processes are started as outside of tests: for tests of what a start is."""
    from tests import warm

    with warm.cold():
        yield


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as room:
        yield room


@pytest.fixture
def config(tmp_path: Path, newsroom: Newsroom) -> Config:
    """The configuration `configured` in `tmp_path`."""
    return configured(tmp_path, newsroom)


def configured(folder: Path, newsroom: Newsroom) -> Config:
    """A broadsheet.toml in the folder with the newsroom's feeds as sources `one` to `four`; one worker, which starts sooner."""
    path = folder / "broadsheet.toml"
    text = template().replace("delay = 1.0", "delay = 0.0").replace("workers = 2", "workers = 1")
    path.write_text(
        text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]'), encoding="utf-8"
    )
    names = ("one", "two", "three", "four")
    add_sources(path, [SourceSection(name=n, feeds=(f,)) for n, f in zip(names, newsroom.feeds, strict=True)])
    return load(path)


@pytest.fixture(scope="session")
def crawled_newsroom() -> Iterator[Newsroom]:
    """The newsroom that `crawled` is of. It stays as it is: what a test publishes, it publishes in `newsroom`."""
    with Newsroom() as room:
        yield room


@pytest.fixture(scope="session")
def crawled_once(crawled_newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The configuration `configured` after a run; not to be changed."""
    from pipeline.run import run

    config = configured(tmp_path_factory.mktemp("crawled"), crawled_newsroom)
    run(config)
    return config


@pytest.fixture
def crawled(crawled_once: Config, tmp_path: Path) -> Config:
    """A copy of `crawled_once`, for a test that a run only prepares: it costs two seconds of CPU."""
    folder = tmp_path / "crawled"
    shutil.copytree(crawled_once.path.parent, folder)
    return load(folder / "broadsheet.toml")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator["URL"]:
    """A database on a real server: see tests.postgresql, which says where it comes from and when tests are skipped."""
    from tests import postgresql

    with postgresql.server_url() as url:
        yield url


@pytest.fixture
def server_place(postgresql_url: "URL", tmp_path: Path) -> Iterator["ServerPlace"]:
    """Where PostgreSQL may keep the ledger of the data folder `tmp_path`."""
    from tests import postgresql

    with postgresql.place(postgresql_url, tmp_path) as place:
        yield place


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_place(request: pytest.FixtureRequest, tmp_path: Path) -> "LedgerPlace":
    """Where the ledger of the data folder `tmp_path` is to be, once for each kind of database."""
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite"
    place: ServerPlace = request.getfixturevalue("server_place")
    return place


@pytest.fixture(scope="session")
def elasticsearch_server() -> Iterator["Server"]:
    """A real server: see tests.elastic, which says where it comes from and when tests are skipped."""
    from tests import elastic  # imports the client, which takes two seconds

    with elastic.server() as server:
        yield server


@pytest.fixture
def connection(elasticsearch_server: "Server") -> Iterator["Elasticsearch"]:
    with closing(elasticsearch_server.connect()) as client:
        yield client


@pytest.fixture
def in_elasticsearch(
    config: Config,
    elasticsearch_server: "Server",
    connection: "Elasticsearch",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Config]:
    """The configuration, with Elasticsearch as its index."""
    from tests import elastic

    for name, value in elasticsearch_server.environment.items():
        monkeypatch.setenv(name, value)
    with elastic.fresh_alias(connection) as alias:
        section = {
            "backend": "elasticsearch",
            "url": elasticsearch_server.url,
            "alias": alias,
            "patience": 0.5,
        }
        yield config.model_copy(update={"index": config.index.model_copy(update=section)})


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator["ObjectStore"]:
    """A real S3 server: see tests.object_store, which says where it comes from and when tests are skipped."""
    from tests import object_store

    with object_store.server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def bucket(object_store: "ObjectStore", monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an empty bucket, to which the environment leads."""
    for name, value in object_store.environment().items():
        monkeypatch.setenv(name, value)
    return object_store.new_bucket()


@pytest.fixture(scope="session")
def client() -> Iterator["SyncPrefectClient"]:
    """A client of a server that lives as long as the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("DO_NOT_TRACK", "1")
        from prefect.client.orchestration import get_client
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=120), get_client(sync_client=True) as client:
            yield client
