"""A configuration for the benchmarks: sources on this machine, no delay per host."""

from pathlib import Path

from flows.config import SourceSection, add_sources, template


def configure(folder: Path, feeds: list[str]) -> Path:
    """Writes broadsheet.toml with a source for each feed into the folder; answers its path."""
    path = folder / "broadsheet.toml"
    text = template().replace("delay = 1.0", "delay = 0.0")
    text = text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]')
    path.write_text(text, encoding="utf-8")
    add_sources(path, [SourceSection(name=f"s{n}", feeds=(feed,)) for n, feed in enumerate(feeds)])
    return path
