"""A second look at a source whose list is silent: what its front page shows, and what health makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.health import checkup
from pipeline.health.diagnosis import Verdict
from pipeline.health.verdicts import SourceHealth
from pipeline.run import run
from store.ledger import feed_table
from store.ledger.catches import catch_table
from store.ledger.database import Ledger
from store.ledger.watch.arrival_table import ARRIVALS
from tests.loopback import Hit, Reply, Site, rss, serve

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime.now(UTC)
# A rhythm has weekdays and hours: always the same ones, the evening of the last Friday.
START = (NOW - timedelta(days=(NOW.weekday() - 4) % 7)).replace(hour=19, minute=0, second=0, microsecond=0)
START -= timedelta(days=7) if START > NOW else timedelta(0)
PROSE = "The harbour council met on Tuesday and agreed to repair the old pier before the winter storms. " * 6
XML = (("Content-Type", "application/rss+xml"), ("ETag", '"always"'))


def path_of(number: int) -> str:
    return f"/news/the-harbour-board-votes-on-pier-{number}"


def article(number: int, at: datetime) -> Reply:
    title = f"The harbour board votes on pier {number}"
    meta = f'<meta property="article:published_time" content="{at.isoformat()}">'
    html = f"<html lang=en><head><title>{title}</title>{meta}</head><body><article><h1>{title}</h1><p>{PROSE}</p><p>{title}. {PROSE}</p>"
    return Reply(f"{html}</article></body></html>".encode())


def front(*numbers: int) -> Reply:
    links = "".join(
        f'<article><h2><a href="{path_of(n)}">The harbour board votes on pier {n}</a></h2></article>'
        for n in numbers
    )
    return Reply(f"<html><body><main>{links}</main></body></html>".encode())


@dataclass
class Harbour:
    """A source that brought an article every other hour for 40 days, the last ten of which are on its site."""

    site: Site
    config: Config

    def add(self, number: int, at: datetime) -> None:
        self.site.routes[path_of(number)] = article(number, at)

    def after_a_run(self, at: datetime) -> SourceHealth:
        run(self.config, clock=lambda: at)
        (found,) = checkup.examine(self.config, self.config.sources, at + timedelta(minutes=1)).sources
        return found

    def looks(self) -> int:
        return self.site.paths().count("/")


def feed(site: Site, *numbers: int) -> Reply:
    return rss(*(site.url + path_of(n) for n in numbers))


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Harbour]:
    routes: dict[str, Reply] = {"/robots.txt": Reply(b"User-agent: *\nDisallow: /admin\n")}
    with serve("127.0.6.9", dict(routes)) as site:
        for n in range(10):
            site.routes[path_of(n)] = article(n, START - 2 * (9 - n) * HOUR - HOUR)
        site.routes["/feed"] = feed(site, *range(10))
        site.routes["/"] = front(*reversed(range(10)))
        path = tmp_path / "broadsheet.toml"
        text = template().replace("workers = 2", "workers = 1").replace("delay = 1.0", "delay = 0.0")
        path.write_text(text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]'), "utf-8")
        add_sources(path, [SourceSection(name="harbour", feeds=(f"{site.url}/feed",))])
        one = Harbour(site, load(path))
        run(one.config, clock=lambda: START)
        past = [START - n * 2 * HOUR for n in range(12, 480)]
        with Ledger.open(one.config.ledger) as ledger, ledger.transaction() as conn:
            conn.execute(
                ARRIVALS.insert(),
                [
                    {"article_id": f"past {n}", "source": "harbour", "at": at, "delay": 600.0}
                    for n, at in enumerate(past)
                ],
            )
            conn.exec_driver_sql("DELETE FROM baselines")
        yield one


def test_a_feed_that_stands_still_is_told_by_the_front_page(harbour: Harbour) -> None:
    assert harbour.after_a_run(START + HOUR).verdict is Verdict.WELL
    assert harbour.looks() == 0, "nobody doubts it yet"
    for n in (10, 11, 12):
        harbour.add(n, START + (2 * n - 19) * HOUR)
    harbour.site.routes["/"] = front(12, 11, 10, *reversed(range(10)))
    found = harbour.after_a_run(START + 9 * HOUR)
    assert harbour.looks() == 1
    assert found.verdict is Verdict.QUIET
    newer = ", ".join(harbour.site.url + path_of(n) for n in (12, 11, 10))
    assert found.evidence.endswith(
        f"but {harbour.site.url}/ names 3 pages that they do not, and 3 that were read are newer articles: {newer}"
    )
    with Ledger.existing(harbour.config.ledger) as ledger, ledger.reading() as conn:
        caught = [each.url for each in catch_table.of_source(conn, "harbour") if each.way == "section"]
        assert len(caught) == 13
        (page,) = (each for each in feed_table.health(conn) if each.is_section)
        assert (page.url, page.entries) == (f"{harbour.site.url}/", 13)

    assert harbour.after_a_run(START + 10 * HOUR).verdict is Verdict.QUIET
    assert harbour.looks() == 1, "it is known already"
    harbour.site.routes["/feed"] = feed(harbour.site, *range(13))
    assert harbour.after_a_run(START + 11 * HOUR).verdict is Verdict.WELL


def test_a_source_whose_front_page_has_nothing_new_either_is_awaited_longer(harbour: Harbour) -> None:
    """Looked at once a day, and told in the end."""
    told = {}
    for hours in (9, 10, 12, 14, 16, 18, 20, 24, 30, 36, 48, 72):
        found = harbour.after_a_run(START + hours * HOUR)
        told[hours] = found.verdict is Verdict.QUIET
        if hours in (9, 30):
            assert harbour.looks() == 1, hours
    assert harbour.looks() == 3
    assert told[72]
    assert found.evidence.endswith(f"; {harbour.site.url}/ has nothing new either")
    harbour.site.routes["/"] = Reply(status=500)
    first = min(hours for hours, quiet in told.items() if quiet)
    assert first > 9


def test_a_front_page_that_always_names_more_says_nothing(harbour: Harbour) -> None:
    for n in range(20, 40):
        harbour.add(n, START - 30 * DAY + n * HOUR)
    for n in (10, 11):
        harbour.add(n, START + (2 * n - 19) * HOUR)
    harbour.site.routes["/"] = front(11, 10, *reversed(range(10)), *range(20, 40))
    assert harbour.after_a_run(START + 9 * HOUR).verdict is Verdict.WELL
    assert harbour.looks() == 1


def test_a_feed_that_is_falsely_called_unchanged_is_asked_whole_at_the_next_run(harbour: Harbour) -> None:
    """What it lacks for us is not missing from it."""
    for n in (10, 11, 12):
        harbour.add(n, START + (2 * n - 19) * HOUR)
    now = Reply(feed(harbour.site, *range(13)).body, headers=XML)

    def lying(hit: Hit) -> Reply:
        return Reply(status=304, headers=XML) if hit.headers["If-None-Match"] else now

    harbour.site.routes["/feed"] = Reply(feed(harbour.site, *range(10)).body, headers=XML)
    assert harbour.after_a_run(START + HOUR).verdict is Verdict.WELL
    harbour.site.routes["/feed"] = lying
    harbour.site.routes["/"] = front(12, 11, 10, *reversed(range(10)))
    assert harbour.after_a_run(START + 9 * HOUR).verdict is Verdict.WELL
    assert harbour.looks() == 1
    found = harbour.after_a_run(START + 10 * HOUR)
    assert found.verdict is Verdict.WELL
    assert found.new_at is not None
    assert found.new_at >= START + 10 * HOUR
    assert "is called unchanged by its server when it is not" in found.evidence


def test_a_front_page_that_robots_txt_refuses_is_not_read(harbour: Harbour) -> None:
    harbour.site.routes["/robots.txt"] = Reply(b"User-agent: *\nAllow: /feed\nAllow: /news\nDisallow: /\n")
    assert harbour.after_a_run(START + 9 * HOUR).verdict is Verdict.WELL
    assert harbour.looks() == 0
