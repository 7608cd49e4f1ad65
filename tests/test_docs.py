"""The reference is complete, and the documents' links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from articles.model import Reason, Rule
from broadsheet.cli import app
from pipeline.configuration.config import Config
from pipeline.configuration.config_file import template
from store.records import Outcome, UrlState

ROOT = Path(__file__).parent.parent
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, those of groups included."""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())
        else:
            yield name, command


def test_every_command_and_option_is_in_the_reference() -> None:
    part = REFERENCE.split("## Commands")[1].split("\n## ")[0]
    assert len(list(commands())) >= 17
    for name, command in commands():
        (row,) = re.findall(rf"^\|.*`{name}\b.*$", part, flags=re.MULTILINE)
        for parameter in command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert option in row, f"{name} {option}"


def test_the_options_of_all_commands_are_in_the_reference() -> None:
    part = REFERENCE.split("## Commands")[1].split("| command |")[0]
    options = [
        opt for each in typer.main.get_command(app).params for opt in each.opts if "completion" not in opt
    ]
    assert {"--config", "--version"} <= set(options)
    for option in options:
        assert re.search(rf"(?<![\w-]){option}\b", part), option


def test_every_setting_is_in_the_reference_with_its_default() -> None:
    assert "`[store]`" in REFERENCE
    for section, info in Config.model_fields.items():
        model = {"sources": "[[sources]]"}.get(section, f"[{section}]")
        if section == "path":
            continue
        assert f"### `{model}`" in REFERENCE
        part = REFERENCE.split(f"### `{model}`")[1].split("\n#")[0]
        annotation = info.annotation if section != "sources" else info.annotation.__args__[0]  # type: ignore[union-attr]
        for key, setting in annotation.model_fields.items():  # type: ignore[union-attr]
            assert f"| `{key}` | " in part, f"{section}.{key}"
            assert (setting.description or "") in part


@pytest.mark.parametrize("word", [*UrlState, *Outcome, *get_args(Reason)])
def test_every_state_outcome_and_reason_is_in_the_reference(word: str) -> None:
    assert f"| `{word}` |" in REFERENCE


def test_every_rule_that_cuts_is_in_the_reference_and_no_other() -> None:
    part = REFERENCE.split("## Rules that cut")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \| \S", part, flags=re.MULTILINE) == sorted(Rule)


def test_the_template_shows_every_setting_with_its_meaning() -> None:
    text = template()
    for section in ("store", "crawl", "clean", "index", "schedule"):
        for key, setting in Config.model_fields[section].annotation.model_fields.items():  # type: ignore[union-attr]
            assert re.search(rf"^{key} = ", text, flags=re.MULTILINE), key
            assert f"# {setting.description}" in text


@pytest.mark.parametrize(
    "document",
    sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")]),
    ids=lambda p: p.name,
)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/explanation.md"])
def test_files_and_folders_that_are_named_exist(document: str) -> None:
    packages = "articles|store|crawlers|index|pipeline|flows|broadsheet|tests|deploy|docs"
    named = re.findall(rf"`((?:{packages})/[\w./]*)`", (ROOT / document).read_text(encoding="utf-8"))
    assert not [name for name in named if not (ROOT / name).exists()]


def test_tests_that_contributing_names_exist() -> None:
    named = re.findall(r"`(test_\w+\.py)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(named) > 5
    assert not [name for name in named if not (ROOT / "tests" / name).exists()]
