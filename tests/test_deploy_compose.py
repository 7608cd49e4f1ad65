"""The containers of deploy/compose.yaml, as far as they can be told without running them."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from broadsheet.cli import app
from pipeline.configuration.config import load

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
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
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
def test_a_service_has_no_privileges_and_writes_only_where_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert not service.get("privileged")
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"].keys() >= {"max-size", "max-file"}
    if name == "elasticsearch":  # makes its keystore beside the image's configuration
        return
    assert service["read_only"]
    mounted = [mount.split(":")[1] for mount in service.get("volumes", [])]
    scratch = [mount.split(":")[0] for mount in service["tmpfs"]]
    assert "/tmp" in scratch  # noqa: S108
    assert all("size=" in mount for mount in service["tmpfs"]), "what is in memory is bounded"
    if "build" in service:
        home = re.findall(r"PREFECT_HOME=(\S+)", DOCKERFILE)
        assert set(home) <= {*mounted, *scratch}


def test_the_image_is_of_a_user_without_rights() -> None:
    *_, last = re.findall(r"^USER (\w+)", DOCKERFILE, flags=re.MULTILINE)
    uid, gid = re.findall(r"--[ug]id (\d+)", DOCKERFILE)
    assert last == "broadsheet"
    for name, service in SERVICES.items():
        if "build" in service:
            assert "user" not in service, name
            own = [mount for mount in service["tmpfs"] if mount.startswith("/var/lib/broadsheet")]
            assert all(f"uid={uid},gid={gid}" in mount for mount in own), name


@each_service
def test_an_image_has_a_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert image == "broadsheet" or re.fullmatch(r"[a-z]+:(\d[\w.]*|\$\{STACK_VERSION:.*\})", image)


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
        official = r"(elasticsearch|kibana|postgres):"
        assert "build" in service or re.match(official, service["image"])
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
    assert len(set(secrets)) == len(secrets) == 9
    assert all(re.fullmatch("[0-9a-f]{48}", secret) for secret in secrets)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    again = subprocess.run([tmp_path / "make-env"], check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert (tmp_path / ".env").read_text(encoding="utf-8") == text


def test_make_env_adds_what_an_earlier_release_did_not_have(tmp_path: Path) -> None:
    for name in ("make-env", ".env.example"):
        shutil.copy(DEPLOY / name, tmp_path)
    before = "STACK_VERSION=8.19.13\nLOAD_PASSWORD=kept"
    (tmp_path / ".env").write_text(before, encoding="utf-8")
    done = subprocess.run([tmp_path / "make-env"], check=True, capture_output=True, text=True)
    text = (tmp_path / ".env").read_text(encoding="utf-8")
    assert text.startswith(f"{before}\n")
    names = re.findall(r"^([A-Z_]+)=.", text, flags=re.MULTILINE)
    assert sorted(names) == sorted(EXAMPLE)
    assert "EDITOR_PASSWORD" in done.stdout
    assert "LOAD_PASSWORD" not in done.stdout
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
