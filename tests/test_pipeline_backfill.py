"""The past of a source loaded from sites on loopback: by sitemaps, archive pages and backlog; bounded, killed, repeated."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.clock import ahead_by
from pipeline.backfilling.backfilled import Backfill
from pipeline.backfilling.filling import backfill as fill
from pipeline.configuration.config import load
from pipeline.run import Watch, data_folder, now, run
from store.ledger import url_table
from tests.command_line import call
from tests.loopback import Hit, Reply, Site, serve
from tests.patience import group_lives, until

XML = (("Content-Type", "application/xml"),)
MAY_21 = datetime(2025, 5, 21, 9, tzinfo=UTC)
YEAR = [f"2025-{month:02}" for month in range(1, 13)]
WORDS = (
    "The harbour board of {town} voted on {day} to close pier {number} for repairs that are expected to take most of the "
    "coming season, after divers had found cracks in eleven of its pillars. The members heard two engineers first.",
    "Fishermen from {town} said that they would move their boats to the northern basin on {day}, where number {number} of "
    "the old berths had been dredged in spring. The mayor promised them that no fees would be charged until then.",
    "A vote on the budget of {number} thousand, which the council had put off twice, is to follow a week after {day}. "
    "Nobody in {town} expects the ferry company to take part in the costs, a spokeswoman told reporters at noon.",
)


def article(day: str, number: int = 0) -> Reply:
    """A page of an article published at noon of a day."""
    text = "".join(f"<p>{words.format(town='Brennbach', day=day, number=number)}</p>" for words in WORDS)
    title = f"Pier {number} closed for the season on {day}"
    return Reply(
        f'<html lang="en"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{day}T12:00:00Z"></head>'
        f"<body><article><h1>{title}</h1>{text}</article></body></html>".encode()
    )


def sitemap(*links: tuple[str, str], root: str = "urlset") -> Reply:
    name = "url" if root == "urlset" else "sitemap"
    rows = (
        f"<{name}><loc>{link}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</{name}>" for link, at in links
    )
    return Reply(f"<{root}>{''.join(rows)}</{root}>".encode(), headers=XML)


def path_of(day: str, number: int = 0) -> str:
    return f"/news/pier-closed-for-the-season-{day.replace('-', '')}{number:02}.html"


def by_month(site: Site) -> None:
    """A sitemap for each month of a year, in an index that robots.txt names; an article on the 3rd, 10th and 20th."""
    site.routes["/robots.txt"] = Reply(f"Sitemap: {site.url}/maps/index.xml".encode())
    for month in YEAR:
        days = [f"{month}-{day}" for day in ("03", "10", "20")]
        site.routes[f"/maps/sitemap-{month}.xml"] = sitemap(
            *((site.url + path_of(day), f"{day}T12:30:00Z") for day in days)
        )
        site.routes.update({path_of(day): article(day) for day in days})
    children = ((f"{site.url}/maps/sitemap-{month}.xml", "2026-01-01") for month in YEAR)
    site.routes["/maps/index.xml"] = sitemap(*children, root="sitemapindex")


@pytest.fixture
def site() -> Iterator[Site]:
    with serve("127.0.0.1", {}) as one:
        yield one


@pytest.fixture
def folder(site: Site, tmp_path: Path) -> Path:
    """A folder with a configuration: the source `harbour`, of which only a feed is known that has nothing."""
    (tmp_path / "broadsheet.toml").write_text(
        '[crawl]\nuser_agent = "TestCrawler/1.0 (+https://example.org/crawler)"\ndelay = 0.0\n'
        f'allow_addresses = ["127.0.0.0/8"]\n[clean]\nworkers = 1\n[[sources]]\nname = "harbour"\nfeeds = ["{site.url}/feed"]\n'
    )
    return tmp_path


def backfill(folder: Path, first: str, last: str, *more: str) -> dict[str, Any]:
    done = call(folder, "backfill", "harbour", "--from", first, "--to", last, "--json", *more)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def asked(site: Site) -> list[str]:
    """The pages of articles that were asked for."""
    return [path for path in site.paths() if "pier" in path]


def test_the_sitemaps_of_the_range_are_read_and_its_pages_alone_are_fetched(site: Site, folder: Path) -> None:
    by_month(site)
    told = backfill(folder, "2025-03-05", "2025-05-12", "--dry-run")
    assert (told["sitemaps"]["new"], told["chosen"], told["dry_run"]) == (7, 7, True)
    assert asked(site) == []
    read = {path for path in site.paths() if path.startswith("/maps/sitemap")}
    assert read == {f"/maps/sitemap-2025-0{month}.xml" for month in (3, 4, 5)}

    report = backfill(folder, "2025-03-05", "2025-05-12")
    days = ["2025-03-10", "2025-03-20", "2025-04-03", "2025-04-10", "2025-04-20", "2025-05-03", "2025-05-10"]
    assert sorted(asked(site)) == sorted(map(path_of, days))
    assert report["sitemaps"] == {"lists": 3, "new": 7, "known": 0, "outside": 2, "undated": 0}
    assert (report["run"]["crawl"]["fetched"], report["run"]["outcomes"]) == (7, {"indexed": 7})
    assert "2025-03-10" not in report["empty"]
    assert {"2025-03-09", "2025-05-12"} <= set(report["empty"])
    assert len(report["empty"]) == (date(2025, 5, 12) - date(2025, 3, 5)).days + 1 - 7
    found = json.loads(call(folder, "search", "harbour", "--json").stdout)
    assert found["total"] == 7

    again = backfill(folder, "2025-03-01", "2025-05-12")
    assert (again["sitemaps"]["known"], again["sitemaps"]["new"]) == (7, 1)
    assert sorted(asked(site)) == sorted(map(path_of, [*days, "2025-03-03"])), "each was asked for once"
    with data_folder(load(folder / "broadsheet.toml")) as (_, ledger), ledger.reading() as conn:
        assert url_table.get(conn, site.url + path_of("2025-05-20")) is None, "left for a run to find"


def test_a_backfill_goes_by_the_clock_that_it_is_given(site: Site, folder: Path) -> None:
    """What it finds of the last week is due, and fetched at once, whatever the machine's clock says."""
    by_month(site)
    task = Backfill(source="harbour", first=date(2025, 5, 18), last=date(2025, 5, 21), pages=9)
    loaded = fill(load(folder / "broadsheet.toml"), task, Watch(clock=ahead_by(MAY_21 - now())))
    assert (loaded.sitemaps.new, loaded.chosen, asked(site)) == (1, 1, [path_of("2025-05-20")])


def test_a_sitemap_elsewhere_counts_for_the_site_whose_robots_txt_names_it(site: Site, folder: Path) -> None:
    days = ["2025-06-01", "2025-06-02"]
    with serve("127.0.0.2", {}) as other:
        site.routes["/robots.txt"] = Reply(f"Sitemap: {other.url}/index.xml".encode())
        own = ((site.url + path_of(day), day) for day in days)
        other.routes |= {
            "/index.xml": sitemap((f"{other.url}/one.xml", ""), root="sitemapindex"),
            "/one.xml": sitemap(*own, (other.url + path_of(days[0], 9), days[0])),
        }
        told = backfill(folder, "2025-06-01", "2025-06-30", "--dry-run")
        assert "/one.xml" in other.paths()
    assert (told["sitemaps"]["new"], told["chosen"]) == (2, 2)


def test_a_bounded_backfill_goes_on_until_all_is_there_once(site: Site, folder: Path) -> None:
    by_month(site)
    lefts = []
    while not lefts or lefts[-1]:
        lefts.append(backfill(folder, "2025-01-01", "2025-03-31", "--pages", "4")["left"])
    assert lefts == [5, 1, 0]
    days = [f"2025-{month}-{day}" for month in ("01", "02", "03") for day in ("03", "10", "20")]
    assert asked(site) == [*map(path_of, days)], "the oldest first"


def test_after_a_kill_the_same_command_fetches_the_rest_once(site: Site, folder: Path) -> None:
    by_month(site)
    words = ("backfill", "harbour", "--from", "2025-01-01", "--to", "2025-12-31", "--json")
    pages = {path: reply for path, reply in site.routes.items() if "pier" in path}
    for path, reply in list(pages.items())[5:]:
        assert isinstance(reply, Reply)
        site.routes[path] = Reply(reply.body, wait=0.3)
    process = subprocess.Popen(
        [sys.executable, "-m", "broadsheet", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: len(asked(site)) > 8)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    until(lambda: not group_lives(process.pid))  # the crawl process holds the folder's lock, too
    assert len(asked(site)) < 36
    site.routes |= pages
    report = backfill(folder, "2025-01-01", "2025-12-31")
    assert report["left"] == 0
    assert len(set(asked(site))) == 36
    assert len(asked(site)) <= 36 + 8 + 1, "only what was under way is asked for again"
    total = json.loads(call(folder, "search", "harbour", "--json").stdout)["total"]
    assert total == 36


def test_archive_pages_of_days_give_undated_articles(site: Site, folder: Path) -> None:
    days = [f"2025-11-{day:02}" for day in range(1, 11)]
    aside = '<h2><a href="/news/the-most-read-story-of-the-whole-harbour-912345">The most read story of all</a></h2>'
    for day in days:
        if day != "2025-11-04":
            number = int(day[-2:])
            path = f"/news/pier-closed-for-the-whole-season-{70000 + number}"
            site.routes[path] = article(day, number)
            site.routes[f"/archive/{day.replace('-', '/')}"] = Reply(
                f'<main><h2><a href="{path}">Pier {number} closed for the season, the harbour board says</a></h2>'
                f"{aside}</main>".encode()
            )
    report = backfill(folder, "2025-11-03", "2025-11-08")
    assert report["archives"] == {"lists": 5, "new": 5, "known": 0, "outside": 0, "undated": 0}
    assert sorted(asked(site)) == [f"/news/pier-closed-for-the-whole-season-7000{n}" for n in (3, 5, 6, 7, 8)]
    assert report["empty"] == ["2025-11-04"]
    tried = [path for path in site.paths() if path.startswith("/archiv/")]
    assert len(tried) == 3, "a pattern that leads nowhere is given up"
    backfill(folder, "2025-11-01", "2025-11-08")
    assert len(asked(site)) == 7


def test_a_site_that_shows_its_front_page_for_any_address_has_no_archive(site: Site, folder: Path) -> None:
    links = (f"/news/pier-closed-for-the-whole-season-{70000 + n}" for n in range(9))
    front = Reply(
        "".join(
            f'<h2><a href="{link}">Pier closed for the season, says the board</a></h2>' for link in links
        ).encode()
    )
    days = [datetime(2025, 11, day, tzinfo=UTC) for day in (3, 4, 5)]
    for day in days:
        site.routes[f"/{day:%Y/%m/%d}/"] = front
        site.routes[f"/archive/{day:%Y/%m/%d}"] = Reply(status=302, headers=(("Location", "/"),))
    site.routes["/"] = front
    report = backfill(folder, "2025-11-03", "2025-11-05")
    assert report["archives"]["new"] == 0
    assert asked(site) == []


def test_the_folders_of_known_articles_are_tried_as_archives(site: Site, folder: Path) -> None:
    def story(day: str) -> str:
        return f"/harbour/{day.replace('-', '/')}/pier-closed-for-the-season"

    days = [f"2025-11-{day:02}" for day in range(3, 8)]
    for day in days:
        site.routes[story(day)] = article(day)
        site.routes[f"/harbour/{day.replace('-', '/')}/"] = Reply(
            f'<main><h2><a href="{story(day)}">Pier closed, the harbour board says</a></h2></main>'.encode()
        )
    site.routes["/old.xml"] = sitemap((site.url + story(days[0]), ""))
    first = backfill(with_sitemap(folder, f"{site.url}/old.xml"), days[0], days[0])
    assert (first["sitemaps"]["new"], first["archives"]["new"]) == (1, 0)
    report = backfill(folder, days[0], days[-1])
    assert (report["archives"]["new"], report["archives"]["known"]) == (4, 1)
    assert asked(site) == [*map(story, days)]


def with_sitemap(folder: Path, url: str) -> Path:
    path = folder / "broadsheet.toml"
    path.write_text(path.read_text() + f'sitemaps = ["{url}"]\n')
    return folder


def test_the_backlog_of_runs_is_fetched_when_its_days_are_asked_for(site: Site, folder: Path) -> None:
    days = ["2025-06-01", "2025-06-02", "2025-07-01"]
    site.routes["/old.xml"] = sitemap(*((site.url + path_of(day), f"{day}T12:00:00Z") for day in days))
    site.routes.update({path_of(day): article(day) for day in days})
    config = load(with_sitemap(folder, f"{site.url}/old.xml") / "broadsheet.toml")
    assert run(config).crawl.backlog == 3
    assert asked(site) == []
    site.routes["/old.xml"] = Reply(status=404)
    report = backfill(folder, "2025-06-01", "2025-06-30")
    assert (report["backlog"], report["chosen"], report["left"]) == (2, 2, 0)
    assert asked(site) == [*map(path_of, days[:2])]
    (failed,) = report["failed"]
    assert (failed["url"], failed["error"]) == (f"{site.url}/old.xml", "HTTP 404")


def test_what_a_run_would_fetch_is_left_to_it_and_not_to_the_backlog(site: Site, folder: Path) -> None:
    today = datetime.now(UTC).date()
    days = [f"{today - timedelta(days=ago)}" for ago in (40, 2, 1)]
    site.routes["/new.xml"] = sitemap(*((site.url + path_of(day), day) for day in days))
    site.routes.update({path_of(day): article(day) for day in days})
    path = with_sitemap(folder, f"{site.url}/new.xml") / "broadsheet.toml"
    report = backfill(folder, days[0], "2099-01-01", "--pages", "1")
    assert (report["chosen"], report["left"], report["last"]) == (1, 2, f"{today}")
    assert asked(site) == [path_of(days[0])]
    run(load(path))
    assert sorted(asked(site)) == sorted(map(path_of, days))


def test_a_sources_headers_are_sent_for_its_past_too(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def guarded(hit: Hit) -> Reply:
        return article("2025-06-01") if hit.headers["X-Key"] == "open" else Reply(status=403)

    monkeypatch.setenv("HARBOUR_KEY", "open")
    site.routes["/old.xml"] = sitemap((site.url + path_of("2025-06-01"), "2025-06-01"))
    site.routes[path_of("2025-06-01")] = guarded
    path = with_sitemap(folder, f"{site.url}/old.xml") / "broadsheet.toml"
    path.write_text(path.read_text() + 'headers = {X-Key = "HARBOUR_KEY"}\n')
    report = backfill(folder, "2025-06-01", "2025-06-01")
    assert report["run"]["outcomes"] == {"indexed": 1}
    assert report["empty"] == []


def test_the_report_is_readable_in_80_columns(site: Site, folder: Path) -> None:
    by_month(site)
    words = ("backfill", "harbour", "--from", "2025-01-01", "--to", "2025-02-28", "--pages", "5")
    dry = call(folder, *words, "--dry-run")
    assert "5 pages would be fetched, 1 left" in dry.stdout
    done = call(folder, *words)
    assert done.returncode == 0
    assert max(map(len, (dry.stdout + done.stdout).splitlines())) <= 80
    assert re.search(r"^2 sitemaps +6 +0 +0 +0$", done.stdout, flags=re.MULTILINE), done.stdout
    assert "5 of 59 days have an article, all but:\n  2025-01-01 to 2025-01-02 (2)\n" in done.stdout
    assert done.stdout.endswith("1 page left; next: the same command again\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("nobody", "--from", "2025-01-01", "--to", "2025-01-02"), "There is no source `nobody`"),
        (("harbour", "--from", "2025-01-03", "--to", "2025-01-02"), "there is no day to load"),
        (("harbour", "--from", "2099-01-03", "--to", "2099-01-04"), "there is no day to load"),
        (("harbour", "--from", "January", "--to", "2025-01-02"), "--from January: not a date"),
    ],
)
def test_what_cannot_be_loaded_is_said(folder: Path, words: tuple[str, ...], complaint: str) -> None:
    done = call(folder, "backfill", *words)
    assert done.returncode == 1
    assert complaint in done.stderr.replace("\n", " ")


def test_a_dry_run_changes_nothing_in_the_ledger(site: Site, folder: Path) -> None:
    by_month(site)
    backfill(folder, "2025-01-01", "2025-12-31", "--dry-run")
    with data_folder(load(folder / "broadsheet.toml")) as (_, ledger), ledger.reading() as conn:
        assert set(url_table.counts(conn).values()) == {0}
