"""Data folders for the benchmarks: sources on this machine, no delay per host, and their export."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection

VARYING = ("fetched_at", "first_seen_at", "archive", "snapshot")
NO_DELAY = {"delay": 0.0}
State = dict[str, object]


def configure(folder: Path, feeds: list[str], crawl: Mapping[str, object] = NO_DELAY) -> Path:
    """Writes a broadsheet.toml with a source for each feed and these settings of [crawl] into the folder; returns its path."""
    path = folder / "broadsheet.toml"
    text = template()
    for name, value in crawl.items():
        text = re.sub(rf"^{name} = .*", f"{name} = {value}", text, count=1, flags=re.MULTILINE)
    text = text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]')
    path.write_text(text, encoding="utf-8")
    add_sources(path, [SourceSection(name=f"s{n}", feeds=(feed,)) for n, feed in enumerate(feeds)])
    return path


def command(folder: Path, *words: str) -> list[str]:
    """The command line of `broadsheet`, with this Python, for the broadsheet.toml in the folder."""
    return [sys.executable, "-m", "broadsheet", "-c", str(folder / "broadsheet.toml"), *words]


def export(folder: Path) -> list[State]:
    """The articles in the index, without the fields that differ in every run."""
    done = subprocess.run(command(folder, "export"), check=True, capture_output=True)
    articles = [json.loads(line) for line in done.stdout.splitlines()]
    return [{name: value for name, value in one.items() if name not in VARYING} for one in articles]
