"""The reference is complete, and the documents' links lead somewhere."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import typer

from articles.model import (
    Access,
    Article,
    CaptionStatus,
    DateOrigin,
    Image,
    Part,
    Place,
    Reason,
    Removal,
    Right,
    Rule,
    TextOrigin,
    to_json,
)
from articles.structure.markup import Link, Markup, ParagraphKind
from broadsheet.cli import app
from index.documents import FIELDS, keywords, numbers, texts, timestamp
from pipeline.configuration.config import Config
from pipeline.configuration.config_file import template
from store import policy
from store.records import FeedReason, FetchReason, Outcome, OutcomeReason, UrlState
from tests.article_schema import PATH, schema

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


def rows(section: str, level: str = "##") -> dict[str, list[str]]:
    """The rows of a section's first table, without its head: what stands in the first column, and the other columns."""
    (part,) = re.findall(
        rf"^{level} {re.escape(section)}\n(.*?)(?=^#|\Z)", REFERENCE, re.DOTALL | re.MULTILINE
    )
    cells = [
        [cell.strip() for cell in line[1:-1].split("|")] for line in part.splitlines() if line[:1] == "|"
    ]
    found = {cell.strip("`"): others for cell, *others in cells[2:]}
    assert len(found) == len(cells[2:]), "a row stands twice"
    return found


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("States of a URL", UrlState),
        ("Why a fetch failed", FetchReason),
        ("Why a feed failed", FeedReason),
        ("Outcomes of a capture", Outcome),
        ("Reasons of an outcome", OutcomeReason),
        ("Reasons of a rejection", get_args(Reason)),
        ("Statuses of a caption", get_args(CaptionStatus)),
    ],
)
def test_states_outcomes_and_reasons_are_those_of_the_reference(section: str, words: Iterable[str]) -> None:
    assert rows(section).keys() == {str(word) for word in words}


@pytest.mark.parametrize("reason", FetchReason)
def test_the_reference_says_what_becomes_of_a_failed_fetch(reason: FetchReason) -> None:
    _, state, at_once = rows("Why a fetch failed")[reason]
    assert state == f"`{reason.state}`"
    assert at_once == ("yes" if reason.passing else "no")


def test_the_reference_says_when_a_failed_fetch_is_tried_again() -> None:
    waits = [
        policy.FIRST_RETRY * policy.GROWTH**n / timedelta(hours=1) for n in range(policy.MAX_ATTEMPTS - 1)
    ]
    *first, last = (f"{wait:g}" for wait in waits)
    assert f"{', '.join(first)} and {last} hours" in REFERENCE
    *first, last = (f"{wait / timedelta(hours=1):g}" for wait in policy.SECOND_CHANCES)
    assert f"the waits are {', '.join(first)} and {last} hours" in REFERENCE
    for reason in policy.PASSING_REJECTIONS:
        assert f"`{reason}`" in REFERENCE.split("the waits are ")[0].rpartition("\n")[2]
    assert policy.MAX_ATTEMPTS == 5, "the fifth failure, says the reference"
    assert policy.REFUSAL.days == 1


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ARTICLE = Article(
    id="0" * 32,
    url="https://www.harbour.example/a",
    canonical_url="https://www.harbour.example/a",
    source="harbour",
    title="Ferry",
    body=(),
    first_seen_at=NOON,
    fetched_at=NOON,
    images=(Image(url=""),),
    removed=(Removal(text="", rule="byline", place="head"),),
    markup=(Markup(at=0, links=(Link(start=0, end=1, url=""),)),),
    word_count=0,
    content_hash="",
    rules=1,
)
QUOTES = '""'
KINDS = {
    str: "text",
    int: "integer",
    int | None: "integer or null",
    float: "number",
    get_type_hints(Removal)["rule"]: "text",
    tuple[str, ...]: "list of texts",
    tuple[Right, ...]: f"list of {', '.join(f'`{word}`' for word in get_args(Right))}",
    tuple[Image, ...]: "list of objects",
    tuple[Removal, ...]: "list of objects",
    tuple[Markup, ...]: "list of objects",
    tuple[Link, ...]: "list of objects",
    tuple[Part, ...]: f"list of {', '.join(f'`{part}`' for part in get_args(Part))}",
    datetime: "time",
    datetime | None: "time or null",
    date | None: "day or null",
    **{
        kind: f"one of {', '.join(f'`{word or QUOTES}`' for word in get_args(kind))}"
        for kind in (Access, CaptionStatus, DateOrigin, ParagraphKind, Place, TextOrigin)
    },
}
OTHERS = {
    str: "https://mast.example/b",
    tuple[str, ...]: ("mast",),
    tuple[Part, ...]: ("title",),
    int: 3,
    datetime: NOON - timedelta(days=1),
    datetime | None: NOON - timedelta(days=1),
    tuple[Right, ...]: ("noai",),
    Access: "paywalled",
    DateOrigin: "feed",
    TextOrigin: "stated",
    float: 0.5,
}


def fields() -> Iterator[tuple[str, Any, Article]]:
    """Every field of an article and of its parts, its type, and an article that differs from ARTICLE in it alone."""
    for name, kind in get_type_hints(Article).items():
        yield name, kind, replace(ARTICLE, **{name: OTHERS[kind]}) if kind in OTHERS else ARTICLE
    for name, kind in get_type_hints(Link).items():
        yield f"markup[].links[].{name}", kind, ARTICLE
    for owner, part in (("images", Image), ("removed", Removal), ("markup", Markup)):
        for name, kind in get_type_hints(part).items():
            changed = replace(getattr(ARTICLE, owner)[0], **{name: OTHERS[kind]} if kind in OTHERS else {})
            yield f"{owner}[].{name}", kind, replace(ARTICLE, **{owner: (changed,)})


def searched(article: Article) -> set[str]:
    """In which fields of queries it is not found as ARTICLE is."""
    values, before = (texts(each) | keywords(each) | numbers(each) for each in (article, ARTICLE))
    dated = {"from", "to"} if timestamp(article) != timestamp(ARTICLE) else set()
    return {name for name in values if values[name] != before[name]} | dated


def test_the_fields_of_an_article_are_those_of_the_reference() -> None:
    parts = (rows(name, "###") for name in ("A markup", "An image", "A removal"))
    sections = rows("The article, field by field"), *parts
    documented = {name: row for section in sections for name, row in section.items()}
    assert documented.keys() == {name for name, _, _ in fields()}
    for name, kind, other in fields():
        typed, meaning, found_by = documented[name]
        assert typed == KINDS[kind], name
        assert meaning
        assert set(re.findall(r"`(\w+)`", found_by)) == searched(other), name


def test_the_fields_of_queries_are_those_of_the_reference() -> None:
    named = REFERENCE.split("\nFields: ")[1].partition(". ")[0]
    assert re.findall(r"`(\w+)`", named) == list(FIELDS)


def test_the_schema_is_that_of_the_articles() -> None:
    assert PATH.read_text(encoding="utf-8") == schema(), "renew it: make schema"
    stated = json.loads(schema())
    assert json.loads(to_json(ARTICLE)).keys() == set(stated["required"]) == stated["properties"].keys()


def test_every_rule_that_cuts_is_in_the_reference_and_no_other() -> None:
    part = REFERENCE.split("## Rules that cut")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \| \S", part, flags=re.MULTILINE) == sorted(Rule)


def test_the_template_shows_every_setting_with_its_meaning() -> None:
    text = template()
    for section in ("store", "crawl", "clean", "index", "schedule", "notify"):
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
