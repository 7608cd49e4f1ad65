"""A site that is crawled daily changes its template on the tenth day: the rule that was taught on the first is named, and taught again."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.sites import Asked, answer, serve
from bench.taught_sites import TaughtPage, pages
from broadsheet import Collection
from broadsheet.cli import app
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.maintenance.doctor import examine
from pipeline.run import now, run
from pipeline.sites.correcting import corrected
from pipeline.sites.teaching import Correction, look_up

A_DAY = 6  # articles
CHANGES = 10  # the day of the new template, counted from 1
HOST = "127.0.0.1"


@dataclass
class Site:
    """Its articles so far, by day. From the tenth day on it has another template: all pages, or only those of new articles."""

    all_pages: bool
    stories: list[TaughtPage] = field(
        default_factory=lambda: pages("changing wording", A_DAY * (CHANGES + 1), missing=0)
    )
    day: int = 1

    def news(self, day: int) -> range:
        return range((day - 1) * A_DAY, day * A_DAY)

    def body(self, number: int) -> bytes:
        text = self.stories[number].page.body.decode()
        if self.day < CHANGES or not (self.all_pages or number in self.news(self.day)):
            return text.encode()
        moved = re.sub(
            r"<div class=zz-strip><p>(.*?)</p></div>", r"<section class=kk-note><b>\1</b></section>", text
        )
        assert moved != text
        return (
            moved.replace("<div class=story>", "<div class=text-2><div>")
            .replace("</body>", "</div></body>")
            .encode()
        )

    def answer(self, asked: Asked) -> Iterable[bytes]:
        if asked.path == "/feed":
            items = "".join(
                f"<item><title>Report {each}</title><link>/report/{each}</link></item>"
                for each in self.news(self.day)
            )
            listed = f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'
            return answer(listed.encode(), "application/rss+xml")
        if asked.path.startswith("/report/"):
            return answer(self.body(int(asked.path.rpartition("/")[2])))
        return answer(b"", "text/plain", "404 Not Found")


def configured(folder: Path, port: int) -> Config:
    path = folder / "broadsheet.toml"
    text = template().replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]')
    text = re.sub(r"^delay = .*", "delay = 0.0", text, count=1, flags=re.MULTILINE)
    path.write_text(text.replace("workers = 2", "workers = 1"), encoding="utf-8")
    add_sources(path, [SourceSection(name="coast", feeds=(f"http://{HOST}:{port}/feed",))])
    return load(path)


def right(config: Config, site: Site) -> dict[int, bool]:
    """Of each article, by number, whether its text is word for word that of the story."""
    with Collection(config.path) as collection:
        texts = {int(one.url.rpartition("/")[2]): one.body for one in collection.articles()}
    return {number: text == site.stories[number].truth for number, text in sorted(texts.items())}


def told(config: Config, *words: str) -> str:
    return CliRunner().invoke(app, ["--config", str(config.path), *words], env={"COLUMNS": "250"}).stdout


def doctors(config: Config, at: datetime) -> list[str]:
    return [each.text for each in examine(config, lambda: at) if each.part == "site rules" and not each.ok]


@pytest.mark.parametrize(
    "all_pages", [pytest.param(True, marks=pytest.mark.long), False], ids=["all pages", "new articles"]
)
def test_a_rule_that_a_new_template_ends_is_named_and_taught_again(tmp_path: Path, all_pages: bool) -> None:
    site, tenth = Site(all_pages), now()
    with serve(site.answer) as (port, _):
        config = configured(tmp_path, port)
        for day in range(1, CHANGES):
            site.day, at = day, tenth - timedelta(days=CHANGES - day)
            run(config, clock=lambda at=at: at)  # type: ignore[misc]
            if day == 1:
                assert not any(right(config, site).values())
                teach(config, site, port, 0)
        assert right(config, site) == dict.fromkeys(range(A_DAY * (CHANGES - 1)), True)
        assert doctors(config, tenth) == []

        site.day = CHANGES  # from here on by the machine's clock, as the commands have it
        (named,) = json.loads(told(config, "run", "--json"))["stopped_rules"]
        assert (named["site"], named["rule"]) == (HOST, "cut-1")
        assert re.fullmatch(r"on 100%, since \S+ on 0%", named["change"])
        assert named["advice"] in told(config, "run")
        assert f"{HOST}: cut-1 did something {named['change']}" in told(config, "sites")
        assert doctors(config, now()) == [named["advice"]]
        found = right(config, site)
        assert not any(found[number] for number in site.news(CHANGES))
        untouched = range(A_DAY * 3, A_DAY * 5)  # which are not looked at again on that day
        assert [number for number in untouched if not found[number]] == []

        teach(config, site, port, site.news(CHANGES)[0])
        site.day = CHANGES + 1
        run(config, clock=lambda: tenth + timedelta(days=1))
        assert right(config, site) == dict.fromkeys(range(A_DAY * (CHANGES + 1)), True)
        assert doctors(config, tenth + timedelta(days=1)) == []


def teach(config: Config, site: Site, port: int, number: int) -> None:
    """Correct an article by the line that is not its text, with the first rule that is proposed."""
    url = f"http://{HOST}:{port}/report/{number}"
    change = corrected(look_up(config, url), [Correction("cut", site.stories[number].line)])
    assert change.preview().warning == ""
    change.apply()
