"""The containers of deploy/compose.yaml, as far as they can be told without running them, and their users for real."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from elasticsearch import ApiError

from articles.errors import SearchIndexError
from broadsheet.cli import app
from index.elastic import mapping
from index.elastic.client import connect
from index.elastic.cluster_reader import ElasticReader
from index.elastic.cluster_writer import ElasticWriter
from index.query import Query
from pipeline.configuration.config import load
from tests import elastic
from tests.index_contract import LIBRARY

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: Any = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
ONCE = {"security", "setup", "dashboards", "pool", "schedules"}
EXAMPLE = dict(
    line.split("=", 1)
    for line in (DEPLOY / ".env.example").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
each_service = pytest.mark.parametrize("name", SERVICES)


@each_service
def test_a_service_waits_for_what_can_come(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        needed = {"service_healthy": "healthcheck", "service_completed_successfully": "command"}
        assert needed[how["condition"]] in SERVICES[other] or "entrypoint" in SERVICES[other]
        assert (how["condition"] == "service_completed_successfully") == (other in ONCE)


@each_service
def test_a_service_is_bounded_and_starts_again(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["restart"] == ("on-failure:5" if name in ONCE else "unless-stopped")
    assert ("healthcheck" in service) == (name not in ONCE)


@each_service
def test_ports_are_open_on_this_machine_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_volumes_are_declared_and_used_and_files_are_there() -> None:
    mounts = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])]
    files = {mount for mount in mounts if mount.startswith(".")}
    assert set(mounts) - files == set(COMPOSE["volumes"])
    assert files
    for file in files:
        assert (DEPLOY / file).exists(), file


def test_variables_are_those_of_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)(?!\w|:-\})", TEXT))  # those with no empty default
    assert used == set(EXAMPLE)
    passed = set(
        re.findall(
            r'"((?!BROADSHEET)[A-Z_]+_PASSWORD)"', (DEPLOY / "security.py").read_text(encoding="utf-8")
        )
    )
    assert passed == set(SERVICES["security"]["environment"])


def test_one_image_is_built_from_what_is_there() -> None:
    for service in SERVICES.values():
        assert "build" in service or re.match(r"(elasticsearch|kibana):\$\{STACK_VERSION", service["image"])
    dockerfile = SERVICES["worker"]["build"]["dockerfile"]
    assert (DEPLOY / SERVICES["worker"]["build"]["context"] / dockerfile).is_file()
    kept = re.findall(
        r"^!(.+)$", (ROOT / f"{dockerfile}.dockerignore").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) < set(kept)
    for path in kept:
        assert (ROOT / path).exists(), path


def test_the_readme_tells_of_every_service_and_secret() -> None:
    readme = (DEPLOY / "README.md").read_text(encoding="utf-8")
    for name in [*SERVICES, *(name for name in EXAMPLE if not name.endswith("_PORT"))]:
        assert re.search(rf"(?<!\w){name}(?!\w)", readme), name


@each_service
def test_its_command_is_one_of_ours(name: str) -> None:
    words = SERVICES[name].get("command", [])
    if words[:1] != ["broadsheet"]:
        return
    command: Any = typer.main.get_command(app)
    for place, word in enumerate(words[1:], start=1):
        if hasattr(command, "commands"):
            command = command.commands[word]
        elif word.startswith("--"):
            options = {option for parameter in command.params for option in parameter.opts}
            assert word in options, words[place:]


def test_the_configuration_fits_the_containers() -> None:
    config = load(DEPLOY / "config" / "broadsheet.toml")
    assert config.index.backend == "elasticsearch"
    assert config.index.url == "http://elasticsearch:9200"
    assert config.index.allow_plain_http
    assert f'"title":"{config.index.alias}"' in (DEPLOY / "kibana" / "broadsheet.ndjson").read_text("utf-8")
    assert f"collected:{config.folder}" in SERVICES["worker"]["volumes"]


def test_make_env_makes_secrets_once(tmp_path: Path) -> None:
    for name in ("make-env", ".env.example"):
        shutil.copy(DEPLOY / name, tmp_path)
    subprocess.run([tmp_path / "make-env"], check=True, capture_output=True)
    text = (tmp_path / ".env").read_text(encoding="utf-8")
    written = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, flags=re.MULTILINE))
    assert written.keys() == EXAMPLE.keys()
    assert {name: value for name, value in written.items() if EXAMPLE[name]} == {
        name: value for name, value in EXAMPLE.items() if value
    }
    secrets = [value for name, value in written.items() if not EXAMPLE[name]]
    assert len(set(secrets)) == len(secrets) == 7
    assert all(re.fullmatch("[0-9a-f]{48}", secret) for secret in secrets)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    again = subprocess.run([tmp_path / "make-env"], check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert (tmp_path / ".env").read_text(encoding="utf-8") == text


@pytest.fixture
def server(elasticsearch_server: elastic.Server) -> elastic.Server:
    if not elasticsearch_server.environment:
        pytest.skip("the server has no security: tests/elasticsearch_node.py run --security -- pytest ...")
    return elasticsearch_server


def test_each_user_may_do_its_own_work_and_no_more(server: elastic.Server, tmp_path: Path) -> None:
    with closing(server.connect()) as every, elastic.fresh_alias(every) as alias:
        config = tmp_path / "broadsheet.toml"
        config.write_text(
            f'[index]\nbackend = "elasticsearch"\nurl = "{server.url}"\nalias = "{alias}"\n', "utf-8"
        )
        passwords = {name: f"{name}-for-the-test" for name in EXAMPLE if name.endswith("PASSWORD")}
        passwords["ELASTIC_PASSWORD"] = server.environment["BROADSHEET_ELASTICSEARCH_PASSWORD"]
        environment = {**os.environ, **server.environment, **passwords, "BROADSHEET_CONFIG": str(config)}
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, DEPLOY / "security.py"],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, "")

        def user(name: str, variable: str) -> Any:
            own = {
                "BROADSHEET_ELASTICSEARCH_USERNAME": name,
                "BROADSHEET_ELASTICSEARCH_PASSWORD": passwords[variable],
            }
            return closing(connect(server.url, {**server.environment, **own}))

        with (
            user("broadsheet_setup", "SETUP_PASSWORD") as setup,
            user("broadsheet_load", "LOAD_PASSWORD") as loader,
            user("broadsheet_reader", "READER_PASSWORD") as reader,
            user("kibana_system", "KIBANA_SYSTEM_PASSWORD") as kibana,
        ):
            with pytest.raises(SearchIndexError):
                mapping.create(loader, alias)
            mapping.create(setup, alias)
            assert mapping.check(setup, alias) == []
            assert mapping.create(loader, alias)
            (ack,) = ElasticWriter(loader, alias).add([LIBRARY["steel"]])
            assert ack.status == "indexed"
            assert ElasticReader(reader, alias).search(Query(text="steel")).total == 1
            with pytest.raises(ApiError):
                reader.indices.delete(index=f"{alias}-v*")
            with pytest.raises(ApiError):
                loader.indices.delete(index=mapping.current(every, alias))
            with pytest.raises(ApiError):
                setup.search(index="of-someone-else")
            assert kibana.security.authenticate()["username"] == "kibana_system"
            new = mapping.make(setup, alias)
            mapping.publish(setup, alias, new)
            assert mapping.drop(setup, alias) == [new]


def test_a_password_that_is_missing_is_named(tmp_path: Path) -> None:
    config = tmp_path / "broadsheet.toml"
    config.write_text('[index]\nbackend = "elasticsearch"\n', encoding="utf-8")
    plain = {"PATH": os.environ["PATH"], "BROADSHEET_CONFIG": str(config)}
    done = subprocess.run(
        [sys.executable, DEPLOY / "security.py"], env=plain, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "'ELASTIC_PASSWORD' is not set" in done.stderr
