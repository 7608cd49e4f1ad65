"""The file of a site's rules, read: TOML to SiteRules, with the place of whatever is wrong in it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, get_args

from articles.errors import ConfigError, SelectorError
from articles.model import Extractor
from articles.sites.selectors import compiled
from articles.sites.site_rules import PICKED, RULE_KINDS, Lesson, RuleKind, SiteRule, SiteRules
from articles.sites.wordings import wording

MOST = 200  # rules of a site
_KEYS: Mapping[str, tuple[str, ...]] = {
    "cut": ("select", "line"),
    "keep": ("select", "line"),
    "not_article": ("url",),
    **dict.fromkeys((*PICKED, "next_page", "single_page"), ("select",)),
}
_LESSON = ("url", "line", "on")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class _WrongError(Exception):
    """What is wrong with a key of the file, or with all of a rule; the number counts rules of one kind from 0."""

    def __init__(self, what: str, key: str, kind: str = "", number: int = 0) -> None:
        super().__init__(what)
        self.key, self.kind, self.number = key, kind, number


def read(text: str, name: str, host: str) -> SiteRules:
    """The rules in the text of a file of this name; of this host, unless it names others.

    Raises ConfigError naming file, line and column, and what to do.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not valid TOML: {error}") from error
    try:
        return _site(values, host)
    except _WrongError as wrong:
        line, column = _place(text, wrong)
        raise ConfigError(f"{name}, line {line}, column {column}: {wrong}.") from None


def _site(values: Mapping[str, Any], host: str) -> SiteRules:
    for key in values:
        if key not in ("hosts", "extractor", *RULE_KINDS):
            raise _WrongError(_unknown(key, ("hosts", "extractor", *RULE_KINDS)), key)
    hosts = values.get("hosts", [host])
    if not (isinstance(hosts, list) and hosts and all(_is_host(each) for each in hosts)):
        raise _WrongError('`hosts` is a list of names such as "example.org"', "hosts")
    extractor = values.get("extractor", "")
    if extractor not in ("", *get_args(Extractor)):
        raise _WrongError(f"`extractor` is one of {', '.join(get_args(Extractor))}", "extractor")
    rules = tuple(_rules(values))
    if len(rules) > MOST:
        raise _WrongError(f"there are {len(rules)} rules; {MOST} are allowed", "hosts")
    return SiteRules(hosts=tuple(hosts), extractor=extractor, rules=rules)


def _rules(values: Mapping[str, Any]) -> Iterator[SiteRule]:
    names: set[str] = set()
    for kind in RULE_KINDS:
        tables = values.get(kind, [])
        if not (isinstance(tables, list) and all(isinstance(table, dict) for table in tables)):
            raise _WrongError(f"rules are written as tables, each under `[[{kind}]]`", kind)
        for number, table in enumerate(tables):
            try:
                yield _rule(kind, table, names)
            except _WrongError as wrong:
                raise _WrongError(str(wrong), wrong.key, kind, number) from None


def _rule(kind: RuleKind, table: Mapping[str, Any], names: set[str]) -> SiteRule:
    """One rule; its name is added to those that are taken."""
    known = ("name", *_KEYS[kind], "taught")
    for key, value in table.items():
        if key not in known:
            raise _WrongError(_unknown(key, known), key)
        if key != "taught" and not (isinstance(value, str) and value.strip()):
            raise _WrongError(f"`{key}` is a text that is not empty", key)
    if "name" not in table:
        raise _WrongError('the rule needs a `name`, such as "cut-1"', "")
    if table["name"] in names:
        raise _WrongError(
            f"there is another rule named `{table['name']}`; give one of them another name", "name"
        )
    names.add(table["name"])
    if not any(key in table for key in _KEYS[kind]):
        raise _WrongError(f"the rule needs {' or '.join(f'`{key}`' for key in _KEYS[kind])}", "")
    if "select" in table:
        try:
            compiled(table["select"])
        except SelectorError as error:
            raise _WrongError(f"`select` cannot be used: {error}", "select") from None
    if "line" in table and not wording(table["line"]).words:
        raise _WrongError("`line` needs words that are the same each time, not gaps alone", "line")
    return SiteRule(
        kind=kind,
        name=table["name"],
        select=table.get("select", ""),
        line=table.get("line", ""),
        url=table.get("url", ""),
        lessons=tuple(_lessons(table.get("taught", []))),
    )


def _lessons(taught: object) -> Iterator[Lesson]:
    for each in taught if isinstance(taught, list) else [None]:
        if not (isinstance(each, dict) and set(each) == set(_LESSON) and type(each["on"]) is date):
            raise _WrongError('`taught` is a list of { url = "…", line = "…", on = 2026-11-27 }', "taught")
        yield Lesson(url=str(each["url"]), line=str(each["line"]), on=each["on"])


def _is_host(value: object) -> bool:
    return isinstance(value, str) and _HOST.fullmatch(value) is not None


def _unknown(key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.0)
    return f"unknown key `{key}`; did you mean `{near[0]}`?".removesuffix(".")


def _place(text: str, wrong: _WrongError) -> tuple[int, int]:
    """The line and column of a key, counted from 1; of its table if that is not there, and of the file's beginning at last."""
    lines = text.splitlines()
    at = 0
    if wrong.kind:
        heads = [n for n, line in enumerate(lines) if re.match(rf"\s*\[\[\s*{wrong.kind}\s*\]\]", line)]
        at = heads[wrong.number] if wrong.number < len(heads) else 0
        end = next((n for n in range(at + 1, len(lines)) if lines[n].lstrip().startswith("[[")), len(lines))
    else:
        end = len(lines)
    for number in range(at, end) if wrong.key else ():
        if found := re.match(
            rf"\s*[\"']?{re.escape(wrong.key)}[\"']?\s*=\s*|\s*\[+\s*(?={re.escape(wrong.key)})",
            lines[number],
        ):
            return number + 1, found.end() + 1
    return at + 1, 1
