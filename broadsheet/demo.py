"""`broadsheet demo`: crawl the sample newsroom twice and show a newcomer the results."""

import shutil
import sys
import time
from pathlib import Path

from articles.errors import ConfigError
from broadsheet.commands.find import show_article, show_hit
from broadsheet.funnel import show_funnel, watch
from broadsheet.newsroom import Newsroom
from broadsheet.terminal import say
from index.embedded.local_reader import EmbeddedReader
from index.query import Query
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.report import RunReport
from pipeline.run import run

_SEARCHES = ("关税", '"city council" OR Orgel', "title:ferry from:2026-03-01 NOT tram")
_MARK = "demo.txt"


def demo(folder: Path) -> None:
    """Crawl the sample newsroom into `folder`, replacing an earlier demo, and show the results. Keeps the folder."""
    started = time.monotonic()
    config = _begin(folder)
    with Newsroom() as newsroom:
        add_sources(
            config.path,
            [
                SourceSection(name=name, feeds=(feed,))
                for name, feed in zip(_NAMES, newsroom.feeds, strict=True)
            ],
        )
        config = load(config.path)
        _heading(f"Serving a newsroom of four publishers: {', '.join(newsroom.sites)}")
        _heading("The first run")
        _run(config)
        newsroom.publish_update()
        _heading("The second run; one article was updated in between")
        _run(config)
    reader = EmbeddedReader(config.index_folder)
    for text in _SEARCHES:
        _heading(f"broadsheet search {text!r}")
        hits = reader.search(Query(text=text, limit=2))
        say(f"{hits.total} found")
        for hit in hits.hits:
            show_hit(hit)
    _heading("One article, and what was cut from it")
    show_article(reader.search(Query(text='title:"tide buoys"')).hits[0].article)
    _farewell(config, time.monotonic() - started)


_NAMES = ("marrowick", "brennbach", "raihan", "yungang")


def _begin(folder: Path) -> Config:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise ConfigError(
                f"{folder} is not empty and not from a demo; choose another: broadsheet demo FOLDER"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text(
        "Created by `broadsheet demo`, which replaces this folder each time.\n", encoding="utf-8"
    )
    path = folder / "broadsheet.toml"
    text = (
        template()
        .replace("delay = 1.0", "delay = 0.05")
        .replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]')
    )
    path.write_text(text, encoding="utf-8")
    return load(path)


def _run(config: Config) -> RunReport:
    with watch() as progress:
        report = run(config, progress=progress)
    show_funnel(report)
    return report


def _heading(text: str) -> None:
    say()
    say(f"== {text}", style="bold cyan")
    say()


def _farewell(config: Config, seconds: float) -> None:
    folder = config.path.parent
    command = "broadsheet" if shutil.which("broadsheet") else str(Path(sys.argv[0]).absolute())
    _heading(f"Done in {seconds:.0f} s. The data stays in {folder}; to go on searching:")
    say(f"  cd {folder}")
    say(f"  {command} search 关税")
    say(f"  {command} status")
    say()
    say("For a site of your own, in a folder of its own:")
    say()
    for words in ("init", "add https://www.example.org/", "run", "search WORDS"):
        say(f"  {command} {words}")
