"""The command line where something else answers in Elasticsearch's place: one line, exit code 75, nothing lost."""

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from articles.errors import IndexUnavailableError
from broadsheet.cli import main
from broadsheet.newsroom import Newsroom
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.maintenance.doctor import examine
from pipeline.run import run
from store.ledger import capture_table
from store.ledger.database import Ledger
from tests import elastic
from tests.elastic import LOGIN, STRANGE, Answer, Front

COMMANDS = (
    "run",
    "search bridge",
    "search bridge --by source",
    "search bridge --by day",
    "show 00000000000000000000000000000000",
    "show 00000000",
    "show https://norland-post.example/a",
    "export",
    "status",
    "status --json",
    "doctor",
    "maintain",
    "reclean",
    "rebuild",
    "index check",
    "index create",
    "index rebuild",
    "index drop --yes",
)


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    with closing(Front(lambda _: None)) as opened:
        yield opened


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, front: Front) -> Iterator[Path]:
    """The broadsheet.toml of a folder in which a run was loaded and a page is pending; its index is where `front` is."""
    path = tmp_path_factory.mktemp("collected") / "broadsheet.toml"
    text = template().replace("delay = 1.0", "delay = 0.0").replace("workers = 2", "workers = 1")
    path.write_text(text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]'), "utf-8")
    with Newsroom() as newsroom:
        add_sources(path, [SourceSection(name="all", feeds=tuple(newsroom.feeds))])
        run(load(path))
        moved = path.read_text("utf-8").replace('"embedded"', '"elasticsearch"').replace("60.0", "0.1")
        path.write_text(moved.replace("http://127.0.0.1:9200", front.url), "utf-8")
        newsroom.publish_update()
        front.instead = lambda _: LOGIN
        with pytest.raises(IndexUnavailableError, match="1 captures stay pending"):
            run(load(path))
        yield path


def captures_of(path: Path) -> dict[str, int]:
    """Captures by outcome."""
    with closing(Ledger.open(load(path).ledger)) as ledger, ledger.reading() as conn:
        return capture_table.counts(conn)


def typed(path: Path, words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of the command."""
    monkeypatch.setattr(sys, "argv", ["broadsheet", "--config", str(path), *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize("answer", [LOGIN, STRANGE["signed, names"]], ids=["page", "shape"])
@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_says_what_answered_and_to_try_again(
    collected: Path,
    front: Front,
    tmp_path: Path,
    words: str,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = shutil.copytree(collected.parent, tmp_path / "copy") / collected.name
    before = captures_of(path)
    front.instead = lambda _: answer
    assert typed(path, words, monkeypatch) == 75
    said = "".join(capsys.readouterr())
    (line,) = (line for line in said.splitlines() if "not as Elasticsearch" in line)
    begin = "PROBLEM  index: " if words in {"doctor", "maintain"} else "broadsheet: "
    assert line.startswith(f"{begin}{front.url} answered with ")
    assert ("text/html" if answer is LOGIN else "JSON of another shape") in line
    assert captures_of(path) == before


# A front that does so for a while


@pytest.fixture
def hidden(in_elasticsearch: Config, elasticsearch_server: elastic.Server, front: Front) -> Config:
    """The configuration with `front` between it and the server."""
    if elasticsearch_server.environment:
        pytest.skip("the proxy does not speak TLS")
    front.target = urlsplit(elasticsearch_server.url).port or 0
    front.asked.clear()
    section = in_elasticsearch.index.model_copy(update={"url": front.url, "patience": 0.2})
    return in_elasticsearch.model_copy(update={"index": section})


def whole(config: Config) -> bool:
    """Whether the data folder is as a run leaves it that nothing disturbs."""
    counts = captures_of(config.path)
    settled = counts["indexed"] == 26 and counts["pending"] == 0 and sum(counts.values()) == 29
    return settled and all(finding.ok for finding in examine(config))


def hide(front: Front, requests: str, answer: Answer, times: int) -> None:
    """Let so many of the requests that match be answered by another."""
    left = [answer] * times

    def instead(number: int) -> Answer | None:
        return left.pop() if left and re.search(requests, front.asked[number]) else None

    front.instead = instead


@pytest.mark.parametrize(
    ("requests", "answer"),
    [
        ("", "login page"),
        ("_alias/", "signed, names"),
        ("_bulk", "signed, names"),
        ("_refresh", "login page"),
        ("_search", "signed, cut"),
    ],
)
def test_nothing_is_lost_when_a_front_hides_the_server_for_the_rest_of_a_run(
    hidden: Config, front: Front, requests: str, answer: str
) -> None:
    hide(front, requests, STRANGE[answer], 1_000)
    with pytest.raises(IndexUnavailableError, match="not as Elasticsearch"):
        run(hidden)
    front.instead = lambda _: None
    assert run(hidden).crawl.fetched == 0
    assert whole(hidden)


@pytest.mark.parametrize(
    ("requests", "answer"), [("", "login page"), ("_bulk", "signed, names"), ("_refresh", "login page")]
)
def test_a_front_that_hides_the_server_for_a_moment_is_waited_for(
    hidden: Config, front: Front, requests: str, answer: str
) -> None:
    patient = hidden.model_copy(update={"index": hidden.index.model_copy(update={"patience": 60.0})})
    hide(front, requests, STRANGE[answer], 2)
    run(patient)
    assert whole(hidden)
