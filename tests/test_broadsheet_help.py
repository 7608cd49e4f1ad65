"""The help of every command ends with an example, and the example is a command line that would be accepted."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from broadsheet.cli import app

PROGRAM: Any = typer.main.get_command(app)


def commands(command: Any = PROGRAM, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command with the words that name it: the program itself (none), its commands, those of groups."""
    yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, *words, name)


NAMES = [words for words, _ in commands()]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The words that name each command that was called; arguments are parsed as ever, but nothing is done."""
    calls: list[tuple[str, ...]] = []
    for words, command in commands():
        if not hasattr(command, "commands"):
            monkeypatch.setattr(command, "callback", lambda _words=words, **_: calls.append(_words))
    return calls


def call(line: str) -> None:
    PROGRAM.main(shlex.split(line)[1:], "broadsheet", standalone_mode=False)


@pytest.mark.parametrize("words", NAMES, ids=lambda words: " ".join(words) or "broadsheet")
def test_help_shows_an_example_that_would_be_accepted(
    words: tuple[str, ...], called: list[tuple[str, ...]]
) -> None:
    done = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    assert done.exit_code == 0
    examples = re.findall(r"Example: (broadsheet .*?)\s*$", done.output, flags=re.MULTILINE)
    assert examples
    for example in examples:
        call(example)
        assert called.pop()[: len(words)] == words, example


@pytest.mark.parametrize(
    "example",
    [
        "broadsheet serach x",
        "broadsheet search x --frm 2026-11-01",
        "broadsheet show",
        "broadsheet index mend",
    ],
)
def test_an_example_that_would_not_be_accepted_is_noticed(
    example: str, called: list[tuple[str, ...]]
) -> None:
    with pytest.raises(Exception, match=r"No such|Missing"):
        call(example)
    assert not called


def test_all_commands_are_covered() -> None:
    assert {(), ("search",), ("index",), ("index", "rebuild")} < set(NAMES)
