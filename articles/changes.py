"""How two cleanings of one page differ, field by field, for people to read."""

import difflib
from dataclasses import dataclass

from articles.content_hash import CONTENT
from articles.model import Article, Image, Removal
from articles.structure.markup import Markup


@dataclass(frozen=True, slots=True)
class Change:
    """A changed field; `diff` is its removed (`- `) and added (`+ `) lines, in order."""

    field: str
    diff: tuple[str, ...]


def changes(before: Article, after: Article) -> tuple[Change, ...]:
    """The fields of an article's content that differ, in the order of the record. Each paragraph or list entry is a line."""
    found = []
    for name in CONTENT:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(Change(name, _diff(_lines(old), _lines(new))))
    return tuple(found)


def _diff(old: list[str], new: list[str]) -> tuple[str, ...]:
    return tuple(line for line in difflib.Differ().compare(old, new) if line.startswith(("- ", "+ ")))


def _lines(value: object) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, tuple):
        return [_line(each) for each in value]
    return [_line(value)]


def _line(value: object) -> str:
    if isinstance(value, Image):
        return f"[{value.status}] {value.caption} ({value.credit}) {value.url}"
    if isinstance(value, Removal):
        return f"[{value.rule}, {value.place}] {value.text}"
    if isinstance(value, Markup):
        number = "" if value.number is None else f" {value.number}."
        leads = "".join(f" {link.start}-{link.end} {link.url}" for link in value.links)
        return f"[{value.kind} {value.level}{number}] paragraph {value.at}{leads}"
    return " ".join(str(value).split())
