"""Create and edit broadsheet.toml, leaving its comments as they are."""

from pathlib import Path

import tomlkit

from articles.errors import StorageError
from pipeline.configuration.config import SECTIONS, parse
from pipeline.configuration.sections import SourceSection


def template() -> str:
    """A commented broadsheet.toml with every setting at its default."""
    document = tomlkit.document()
    document.add(
        tomlkit.comment(
            "Broadsheet's configuration. Every setting is shown with its default; see docs/reference.md."
        )
    )
    document.add(
        tomlkit.comment(
            "`broadsheet add URL` appends sources; secrets come from the environment, never from this file."
        )
    )
    for name, section in SECTIONS.items():
        table = tomlkit.table()
        for key, value in section().model_dump(mode="json").items():
            table.add(tomlkit.comment(section.model_fields[key].description or ""))
            table.add(key, tomlkit.inline_table() if value == {} else value)
        document.add(tomlkit.nl())
        document.add(name, table)
    return tomlkit.dumps(document)


def add_sources(path: Path, sources: list[SourceSection]) -> None:
    """Append sources to the file, leaving the rest of it as it is. Raises StorageError."""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    tables = document.setdefault("sources", tomlkit.aot())
    for source in sources:
        table = tomlkit.table()
        table.add("name", source.name)
        for key in ("feeds", "sitemaps", "sections"):
            if addresses := getattr(source, key):
                table.add(key, list(addresses))
        if source.site:
            table.add("site", source.site)
        tables.append(table)
    _write(path, tomlkit.dumps(document))


def remove_sources(path: Path, names: set[str]) -> None:
    """Take sources out of the file, leaving the rest of it as it is. Raises StorageError."""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    tables = document["sources"]
    kept = tomlkit.aot()
    for table in tables:
        if table["name"] not in names:
            kept.append(table)
    if kept:
        document["sources"] = kept
    else:
        del document["sources"]
    _write(path, tomlkit.dumps(document))


def rename_source(path: Path, old: str, new: str) -> None:
    """Give a source of the file another name, leaving the rest of it as it is. Raises ConfigError, StorageError."""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    for table in document["sources"]:
        if table["name"] == old:
            table["name"] = new
    _write(path, tomlkit.dumps(document))


def set_ledger(path: Path, url: str) -> None:
    """Write where the ledger is into the file ("": a file in the data folder), leaving the rest of it as it is. Raises StorageError."""
    _write(path, with_ledger(path.read_text(encoding="utf-8"), url))


def with_ledger(text: str, url: str) -> str:
    """The configuration in `text`, with this URL of the ledger."""
    document = tomlkit.parse(text)
    document.setdefault("store", tomlkit.table())["ledger"] = url
    return tomlkit.dumps(document)


def in_folder(text: str, path: Path, folder: Path) -> str:
    """The configuration in `text`, to be written to `path`, with this data folder."""
    if parse(text, path).folder == folder:
        return text
    document = tomlkit.parse(text)
    base = path.absolute().parent
    relative = folder.relative_to(base) if folder.is_relative_to(base) else folder
    document.setdefault("store", tomlkit.table())["folder"] = str(relative)
    return tomlkit.dumps(document)


def _write(path: Path, text: str) -> None:
    parse(text, path)
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
