"""Output that cannot be written ends in one line and an exit code, for every command."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import pytest

from broadsheet.cli import app
from broadsheet.newsroom import Newsroom
from broadsheet.output import READER_GONE
from pipeline.configuration.config import load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.run import run
from tests import warm
from tests.command_line import call
from tests.patience import PATIENCE

# Whatever prints something; by the words that are typed.
COMMANDS = (
    "",
    "--help",
    "search --help",
    "index --help",
    "--config new.toml init",
    "add {feed}",
    "sources",
    "sources --lists",
    "sources --json",
    "health",
    "health --json",
    "metrics",
    "coverage",
    "coverage --json",
    "dead-letters",
    "dead-letters --json",
    "history {id}",
    "history {id} --json",
    "prove --help",
    "rename one two",
    "backup elsewhere",
    "backup elsewhere --json",
    "delete {id} --reason asked --yes",
    "delete {id} --reason asked --dry-run --json",
    "deleted",
    "deleted --json",
    "remove one",
    "run",
    "run --json",
    "search 关税",
    "search 关税 --json",
    "search 关税 --by source",
    "show {id}",
    "show {id} --json",
    "show {id} --markdown",
    "explain {url}",
    "explain {url} --json",
    "backfill one --from 2025-11-03 --to 2025-11-04 --dry-run",
    "backfill one --from 2025-11-03 --to 2025-11-04 --dry-run --json",
    "retry --dry-run",
    "retry --dry-run --json",
    "templates one",
    "templates one --json",
    "sites --help",
    "check {url}",
    "check {url} --json",
    "sites",
    "sites --json",
    "teach {url} --title h1",
    "teach {url} --title h1 --json",
    "status",
    "status --json",
    "export",
    "export --markdown",
    "reclean --dry-run",
    "reclean --dry-run --json",
    "import data/archive/segment-000001.warc.gz --dry-run",
    "rebuild",
    "index rebuild",
    "doctor",
    "maintain",
    "demo demo",
)
NEED_MORE = {
    "schedule",
    "deploy",
    "notify",
    "restore",
    "move",
}  # a server, somebody to tell, a backup, a database


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as room:
        yield room


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, newsroom: Newsroom) -> Path:
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("collected")
    path = folder / "broadsheet.toml"
    text = template().replace("delay = 1.0", "delay = 0.0").replace("workers = 2", "workers = 1")
    path.write_text(text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]'), "utf-8")
    add_sources(path, [SourceSection(name="one", feeds=(newsroom.feeds[3],))])
    run(load(path))
    return folder


@pytest.fixture
def folder(collected: Path, tmp_path: Path) -> Path:
    return shutil.copytree(collected, tmp_path / "copy")


def typed(
    folder: Path,
    words: str,
    stdout: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    most_bytes: int = 0,
) -> "subprocess.CompletedProcess[bytes]":
    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))

    with warm.commands():
        return subprocess.run(
            [sys.executable, "-m", "broadsheet", *words.split()],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=os.environ | (environment or {}),
            preexec_fn=limit_files if most_bytes else None,
            check=False,
            timeout=PATIENCE,
        )


def filled_in(words: str, folder: Path, newsroom: Newsroom) -> str:
    if "{" not in words:
        return words
    article = next(each for each in newsroom.articles() if each.url.startswith(newsroom.sites[3]))
    exported = json.loads(call(folder, "export").stdout.partition("\n")[0])
    return words.format(feed=newsroom.feeds[0], url=article.url, id=exported["id"])


def test_every_command_is_tried() -> None:
    commands = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    assert commands - NEED_MORE <= {word for words in COMMANDS for word in words.split()}


@pytest.mark.parametrize("words", COMMANDS)
def test_a_full_device_is_said_in_one_line(folder: Path, newsroom: Newsroom, words: str) -> None:
    words = filled_in(words, folder, newsroom)
    with Path("/dev/full").open("wb") as full:
        done = typed(folder, words, full)
    assert done.stderr.decode() == (
        "broadsheet: Standard output cannot be written: No space left on device.\n"
    )
    assert done.returncode == 1


@pytest.mark.parametrize("words", ["", "--help", "search 关税", "status --json", "export", "run", "doctor"])
def test_a_reader_that_is_gone_ends_it_quietly(folder: Path, words: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = typed(folder, words, writing)
    finally:
        os.close(writing)
    assert (done.stderr, done.returncode) == (b"", READER_GONE)


def test_a_reader_may_go_after_the_first_line(folder: Path) -> None:
    line = f"{sys.executable} -m broadsheet export | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, check=True)
    first, *rest = done.stdout.splitlines()
    assert json.loads(first)["id"]
    assert rest in ([b"0"], [b"141"])  # a few articles may fit into the pipe
    assert done.stderr == b""


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "latin-1:replace"])
def test_characters_that_the_encoding_lacks_are_escaped(folder: Path, encoding: str) -> None:
    environment = {"PYTHONIOENCODING": encoding}
    for words, wanted in (
        ("search 关税", "?" if "replace" in encoding else "\\u5173\\u7a0e"),
        ("--help", "search"),
        ("status", "indexed"),
        ("sources", "one"),
    ):
        done = typed(folder, words, subprocess.PIPE, environment)
        assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
        assert wanted in done.stdout.decode("latin-1")
    found = json.loads(typed(folder, "search 关税 --json", subprocess.PIPE, environment).stdout)
    assert any("关税" in hit["title"] for hit in found["hits"])
    assert "关税" in typed(folder, "export", subprocess.PIPE, environment).stdout.decode()
    wrong = typed(folder, "explain 关税", subprocess.PIPE, environment)
    assert (wrong.returncode, wrong.stdout) == (1, b"")
    assert wrong.stderr.startswith(b"broadsheet: ")
    assert b"Traceback" not in wrong.stderr


def test_json_stays_json_where_the_encoding_lacks_a_rare_letter(folder: Path, cold: None) -> None:
    path = folder / "broadsheet.toml"
    path.write_text(path.read_text("utf-8").replace('name = "one"', 'name = "one𐐀"'), "utf-8")
    done = typed(folder, "sources --json", subprocess.PIPE, {"PYTHONIOENCODING": "ascii"})
    assert [row["source"] for row in json.loads(done.stdout.decode("ascii"))] == ["one𐐀"]


def test_a_file_that_cannot_be_written_is_named(folder: Path) -> None:
    done = typed(folder, "export -o /dev/full", subprocess.PIPE)
    assert done.stderr == b"broadsheet: /dev/full cannot be written: No space left on device.\n"
    assert done.returncode == 1
    done = typed(folder, "export --markdown -o broadsheet.toml", subprocess.PIPE)
    assert done.stderr == b"broadsheet: broadsheet.toml cannot be written: File exists.\n"
    done = typed(folder, "export -o out.jsonl", subprocess.PIPE, most_bytes=4096)
    assert done.stderr == b"broadsheet: out.jsonl cannot be written: File too large.\n"
    assert done.returncode == 1


def test_standard_output_that_is_closed_takes_everything(folder: Path) -> None:
    line = f"{sys.executable} -m broadsheet status >&-"
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, check=True)
    assert done.stderr == b""


def test_an_error_that_cannot_be_said_keeps_its_exit_code(folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "broadsheet", "remove", "nothing"], cwd=folder, stderr=full, check=False
        )
    assert done.returncode == 1
