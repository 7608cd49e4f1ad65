"""The folder of sites' rules beside broadsheet.toml: one file for each site, made to be edited by hand."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, Table

from articles.errors import ConfigError
from articles.sites.site_rules import RULE_KINDS, SiteRule, SiteRules, Sites
from pipeline.configuration.config import Config
from store.durable import sync_folder, writing

_HEAD = (
    "Rules for the pages of {host}, taught with `broadsheet teach`. Edit them as you like:",
    "after that, `broadsheet reclean` brings articles that are there already up to date.",
)


def load_sites(config: Config) -> Sites:
    """The rules of all files, and behind them those of [clean] site_configs.

    Raises ConfigError for a file that is wrong, and where two are for one host.
    """
    found: dict[Path, SiteRules] = {path: read_site(path) for path in sorted(config.sites.glob("*.toml"))}
    owners: dict[str, Path] = {}
    for path, site in found.items():
        for host in site.hosts:
            if (other := owners.setdefault(host, path)) != path:
                raise ConfigError(f"{path}: {other} has rules for {host} already; put them into one file.")
    taught = Sites.of_files(found.values())
    if config.site_configs is None:
        return taught
    from pipeline.sites.site_configs import configured_files  # with lxml, and few collections have any

    configs = configured_files(config)
    return replace(taught, others=configs.of) if configs else taught


def read_site(path: Path) -> SiteRules:
    """The rules of one file, none if it is not there. Raises ConfigError."""
    text = _text(path)
    return _rules(text, path) if text else SiteRules(hosts=(path.stem,))


def file_of(config: Config, host: str) -> Path:
    """The file with the rules for a host: the one that there is, else one for its name without `www.`."""
    name = host.removeprefix("www.")
    for path in sorted(config.sites.glob("*.toml")):
        if read_site(path).has(name):
            return path
    return config.sites / f"{name}.toml"


def with_rule(text: str, host: str, rule: SiteRule) -> str:
    """The text of the file with this rule: in place of the one of its name, else below the others. Comments stay."""
    document = tomlkit.parse(text)
    if not text.strip():
        for line in _HEAD:
            document.add(tomlkit.comment(line.format(host=host)))
    tables = document.get(rule.kind)
    if not isinstance(tables, AoT):
        tables = tomlkit.aot()
        document[rule.kind] = tables
    for table in tables:
        if table.get("name") == rule.name:
            _fill(table, rule)
            return tomlkit.dumps(document)
    table = tomlkit.table()
    _fill(table, rule)
    tables.append(table)
    return tomlkit.dumps(document)


def without_rule(text: str, name: str) -> str:
    """The text of the file without the rule of this name. Raises ConfigError if it has none."""
    document = tomlkit.parse(text)
    for kind in RULE_KINDS:
        tables = document.get(kind)
        if isinstance(tables, AoT):
            for at, table in enumerate(tables):
                if table.get("name") == name:
                    del tables[at]
                    if not len(tables):
                        del document[kind]
                    return tomlkit.dumps(document)
    raise ConfigError(f"There is no rule `{name}` of this site; `broadsheet sites` lists them.")


def with_extractor(text: str, host: str, extractor: str) -> str:
    """The text of the file with this extractor."""
    document = tomlkit.parse(text)
    if "extractor" in document or not text.strip():
        document["extractor"] = extractor
        head = "" if text.strip() else "".join(f"# {line.format(host=host)}\n" for line in _HEAD)
        return head + tomlkit.dumps(document)
    return f'extractor = "{extractor}"\n{text}'


def changed(path: Path, change: Callable[[str], str]) -> tuple[str, SiteRules]:
    """The text of the file after a change, and its rules. Raises ConfigError if these would be wrong."""
    text = change(_text(path))
    return text, _rules(text, path)


def write_site(path: Path, text: str) -> None:
    """Write the file, whole or not at all. Raises StorageError."""
    beside = path.with_name(path.name + ".new")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)


def _rules(text: str, path: Path) -> SiteRules:
    from articles.sites.site_file import read  # with lxml, and few collections have any

    return read(text, str(path), path.stem)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _fill(table: Table, rule: SiteRule) -> None:
    for key in ("name", "select", "line", "url"):
        if value := getattr(rule, key):
            table[key] = value
        elif key in table:
            del table[key]
    taught = tomlkit.array()
    for lesson in rule.lessons:
        inline = tomlkit.inline_table()
        inline.update({"url": lesson.url, "line": lesson.line, "on": lesson.on})
        taught.add_line(inline)
    taught.add_line(indent="")
    table["taught"] = taught
