"""The commands notify and metrics, and what run and health say of what was told."""

import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.configuration.config import Config
from tests.command_line import Done, call
from tests.lost_index import lose_index

COMMAND = f"command = {json.dumps(['/bin/sh', '-c', 'cat >> heard; echo >> heard'])}"


@pytest.fixture
def folder(crawled: Config) -> Path:
    """A crawled folder whose command writes down what it is told."""
    text = crawled.path.read_text("utf-8")
    crawled.path.write_text(text.replace("command = []", COMMAND), "utf-8")
    return crawled.path.parent


def heard(folder: Path) -> list[dict[str, object]]:
    path = folder / "heard"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def without_index(folder: Path) -> None:
    lose_index(folder / "data" / "index")


def test_a_test_says_who_took_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(folder, "notify", "--test") == Done(0, "command: told\n", "")
    assert heard(folder)[0]["test"] is True
    path = folder / "broadsheet.toml"
    path.write_text(path.read_text("utf-8").replace("urls = []", 'urls = ["DESK"]'), "utf-8")
    monkeypatch.setenv("DESK", "")
    done = call(folder, "notify", "--test")
    assert done.returncode == 1
    assert done.stdout == "DESK: not told: the environment variable DESK is not set\ncommand: told\n"
    doctor = call(folder, "doctor")
    assert "PROBLEM  notify DESK: the environment variable DESK is not set" in doctor.stdout
    assert doctor.returncode == 1


def test_who_names_nobody_is_told_so(crawled: Config) -> None:
    for words in (("notify",), ("notify", "--test")):
        done = call(crawled.path.parent, *words)
        assert done.returncode == 1
        assert "names nobody to tell" in done.stderr


def test_a_run_that_fails_is_told_once_and_health_says_so(folder: Path) -> None:
    without_index(folder)
    for _ in range(2):
        done = call(folder, "run")
        assert done.returncode == 1
        assert "index rebuild" in done.stderr
    (message,) = heard(folder)
    assert str(message["title"]).endswith(": run: in trouble")
    assert "failed: The index is missing" in str(message["text"])
    assert call(folder, "notify").stdout == "There is nothing to tell.\n"
    shown = call(folder, "health")
    assert "run: the run of " in shown.stdout
    lines = [line.split()[2:] for line in shown.stdout.splitlines() if "command" in line]
    assert lines == [["command", "run:", "in", "trouble"]]
    (told,) = json.loads(call(folder, "health", "--json").stdout)["told"]
    assert (told["target"], told["subject"], told["well"]) == ("command", "run", False)


def test_a_run_says_whom_it_told(folder: Path) -> None:
    """Of a canary, after its first failure, and when it is well again."""
    path = folder / "broadsheet.toml"
    path.write_text(path.read_text("utf-8") + "canary = true\n", "utf-8")
    text = path.read_text("utf-8")
    feed = text.rpartition('feeds = ["')[2].partition('"')[0]
    path.write_text(text.replace(feed, feed + "-nowhere"), "utf-8")
    ran = json.loads(call(folder, "run", "four", "--json").stdout)
    assert ran["told"] == ["command: told"]
    (message,) = heard(folder)
    assert str(message["title"]).endswith("canary four: failing")
    assert [each["source"] for each in ran["health"]["sources"]] == ["four"]
    path.write_text(text, "utf-8")
    assert "command: told" in call(folder, "run", "four").stdout
    assert heard(folder)[1]["well"] == ["source four"]


def test_figures_are_printed_or_written(crawled: Config) -> None:
    folder = crawled.path.parent
    printed = call(folder, "metrics").stdout
    assert call(folder, "metrics", "--output", "b.prom") == Done(0, "", "")
    read = [
        {each.name for each in text_string_to_metric_families(text)}
        for text in (printed, (folder / "b.prom").read_text("utf-8"))
    ]
    assert read[0] == read[1]
    assert "broadsheet_source_verdict" in read[0]
    assert call(folder, "metrics", "--output", "nowhere/b.prom").returncode == 1


def test_before_the_first_run_there_are_no_figures(tmp_path: Path) -> None:
    call(tmp_path, "init")
    done = call(tmp_path, "metrics")
    assert done.returncode == 1
    assert "`broadsheet run` makes one" in done.stderr
