"""A site whose robots.txt changes, from the crawl that is told so to what health says of the source."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.health import checkup
from pipeline.health.diagnosis import Verdict
from pipeline.health.verdicts import SourceHealth
from pipeline.run import run
from store.ledger.watch.robots_table import Meaning
from tests.loopback import Reply, rss, serve
from tests.warcs import html

DAY = timedelta(days=1)
TEXT = (("Content-Type", "text/plain"),)


def configured(folder: Path, feed: str) -> Config:
    path = folder / "broadsheet.toml"
    text = template().replace("workers = 2", "workers = 1").replace("delay = 1.0", "delay = 0.0")
    path.write_text(text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]'), "utf-8")
    add_sources(path, [SourceSection(name="harbour", feeds=(feed,))])
    return load(path)


def after_a_run(config: Config, at: datetime) -> SourceHealth:
    run(config, clock=lambda: at)
    (found,) = checkup.examine(config, config.sources, at + timedelta(minutes=1)).sources
    return found


def test_a_feed_that_robots_txt_comes_to_refuse_is_told_by_the_first_run_that_knows(tmp_path: Path) -> None:
    start = datetime.now(UTC)
    routes = {f"/news/{n}": Reply(html(n)) for n in range(3)}
    routes["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /admin\n", headers=TEXT)
    with serve("127.0.6.2", dict(routes)) as site:
        site.routes["/feed"] = rss(*(site.url + path for path in routes if path != "/robots.txt"))
        config = configured(tmp_path, f"{site.url}/feed")
        assert after_a_run(config, start).verdict is Verdict.UNKNOWN
        site.routes["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n", headers=TEXT)
        found = after_a_run(config, start + 2 * DAY)
        day = start + 2 * DAY
        assert found.verdict is Verdict.BLOCKED
        assert found.evidence.endswith(f"; robots.txt changed on {day.day} {day:%b}: refused since")
        assert [(each.site, each.meaning) for each in found.robots] == [(site.url, Meaning.REFUSED)]
        site.routes["/robots.txt"] = routes["/robots.txt"]
        found = after_a_run(config, start + 3 * DAY)
        assert (found.verdict, found.evidence) == (
            Verdict.UNKNOWN,
            "too few articles yet to know what is usual",
        )
        assert [each.meaning for each in found.robots] == [Meaning.REFUSED, Meaning.ALLOWED]
