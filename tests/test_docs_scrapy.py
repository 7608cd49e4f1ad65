"""docs/scrapy.md: its spider is run as written, on a site of this machine."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.loopback import ROOT, Reply, serve

PAGE = (ROOT / "docs" / "scrapy.md").read_text("utf-8")
PROSE = "The harbour council met on Tuesday and agreed to repair the old pier before the winter storms. " * 8


def block(language: str, number: int = 0) -> str:
    """A block of code on the page."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[number]


def test_the_spider_of_the_page_finds_articles(tmp_path: Path) -> None:
    code = block("python")
    name = re.match(r"# (spiders/\w+\.py)\n", code)
    assert name
    (tmp_path / name[1]).parent.mkdir()
    (tmp_path / name[1]).write_text(code)
    archive = "".join(f'<article><h2><a href="/n/{n}">Pier {n}</a></h2></article>' for n in range(2))
    articles = {
        f"/n/{n}": Reply(
            f"<html lang=en><title>Pier {n}</title><main><h1>Pier {n}</h1><p>{n} {PROSE}</p></main>".encode()
        )
        for n in range(2)
    }
    with serve("127.0.0.1", {"/archive": Reply(archive.encode()), **articles}) as site:
        sources = block("toml").replace("https://gazette.example", site.url)
        crawl = '[crawl]\ndelay = 0.0\nallow_addresses = ["127.0.0.0/8"]\n\n'
        (tmp_path / "broadsheet.toml").write_text(crawl + sources)
        command = [
            sys.executable,
            "-m",
            "broadsheet",
            "-c",
            str(tmp_path / "broadsheet.toml"),
            "run",
            "--json",
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert report["outcomes"] == {"indexed": 2}
    assert report["crawl"]["failed_feeds"] == []


def test_the_table_of_concerns_names_what_is_there() -> None:
    """Each class and number of the page is that of the settings."""
    from crawlers import settings

    numbers = {
        path.rpartition(".")[2]: number for path, number in settings.DOWNLOADER_MIDDLEWARES.items() if number
    }
    named = dict(re.findall(r"`(\w+Middleware)`, (\d+)", PAGE))
    assert {name: int(number) for name, number in named.items()} == numbers
