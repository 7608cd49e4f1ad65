"""A collection that several workers share, each in a process with a data folder of its own, as on as many machines."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet.newsroom import Newsroom
from pipeline.configuration.config import Config, load
from tests.conftest import configured

if TYPE_CHECKING:
    from store.ledger.engines.places import ServerPlace

AGENT = "Worker-{}/1.0 (+https://example.org/contact)"


@dataclass
class Sharing:
    """The configurations of the workers, by name; the environment leads them to the servers."""

    folder: Path
    newsroom: Newsroom
    bucket: str
    ledger: "ServerPlace"
    alias: str
    elasticsearch: str
    delay: float = 0.2
    hosts: int = 1
    """How many hosts a worker has at a time."""
    configs: dict[str, Config] = field(default_factory=dict)

    def worker(self, name: str) -> Config:
        """The configuration of this worker, which tells servers its name."""
        if name not in self.configs:
            folder = self.folder / name
            folder.mkdir(parents=True)
            path = configured(folder, self.newsroom).path
            changes = {
                'ledger = ""': 'ledger = "NEWS_LEDGER"',
                'archive = ""': f'archive = "s3://{self.bucket}/news"',
                "shared = false": "shared = true",
                'backend = "embedded"': 'backend = "elasticsearch"',
                'url = "http://127.0.0.1:9200"': f'url = "{self.elasticsearch}"',
                'alias = "articles"': f'alias = "{self.alias}"',
                "delay = 0.0": f"delay = {self.delay}",
                "concurrency_total = 32": f"concurrency_total = {self.hosts}",
                'user_agent = "Broadsheet/0.1 (+https://example.org/contact)"': f'user_agent = "{AGENT.format(name)}"',
            }
            text = path.read_text(encoding="utf-8")
            for old, new in changes.items():
                assert text.count(old) == 1, old
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")
            self.configs[name] = load(path)
        return self.configs[name]

    def change(self, name: str, old: str, new: str) -> None:
        """Change the configuration of this worker, from its next process on."""
        path = self.worker(name).path
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), encoding="utf-8")
        self.configs[name] = load(path)

    def start(self, name: str, *words: str, **environment: str) -> "subprocess.Popen[str]":
        """A process of this worker, as on a machine of its own."""
        command = [sys.executable, "-m", "broadsheet", "--config", str(self.worker(name).path), *words]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NEWS_LEDGER": self.ledger.url, **environment},
        )
