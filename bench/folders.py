"""What the benchmarks share: a configuration with sources on this machine and no delay per host, and the command line."""

import sys
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


def command(folder: Path, *words: str) -> list[str]:
    """The command `broadsheet`, as another process of this Python, for the broadsheet.toml in the folder."""
    return [sys.executable, "-m", "broadsheet", "-c", str(folder / "broadsheet.toml"), *words]
