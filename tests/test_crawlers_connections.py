"""Many hosts with few open files: idle connections are closed, and where that is not enough, no site is blamed for it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import ROOT, Reply, Site, finish, plan, rss, serve, start
from tests.patience import PATIENCE

ROBOTS = Reply(b"User-agent: *\nDisallow: /private\n")


@pytest.fixture
def everywhere() -> Iterator[Site]:
    """A site that is every host of 127.0.0.0/8."""
    with serve("0.0.0.0", {"/robots.txt": ROBOTS, "/feed": rss()}) as site:  # noqa: S104
        yield site


def feeds(site: Site, count: int) -> list[str]:
    return [site.url.replace("0.0.0.0", f"127.0.9.{number + 1}") + "/feed" for number in range(count)]  # noqa: S104


def test_more_hosts_than_files_may_be_open(everywhere: Site, tmp_path: Path) -> None:
    wanted = plan(tmp_path, feeds(everywhere, 250))
    crawled = finish(start(wanted, files=220), tmp_path)
    assert crawled.code == 0, crawled.log
    assert crawled.report.failed_feeds == ()
    assert crawled.report.feeds_fetched == 250


def test_a_want_of_files_ends_the_crawl_and_blames_nobody(everywhere: Site, tmp_path: Path) -> None:
    everywhere.routes["/robots.txt"] = Reply(ROBOTS.body, wait=2.0)
    wanted = plan(tmp_path, feeds(everywhere, 100), concurrency_total=100)
    crawled = finish(start(wanted, files=64), tmp_path)
    assert crawled.code != 0
    assert crawled.report.finish.startswith("failed: too many open files: no connection can be opened. Raise")
    assert crawled.report.failed_feeds == ()
    assert [health.error for health in crawled.feed_health() if health.error] == []

    everywhere.routes["/robots.txt"] = ROBOTS
    again = finish(start(wanted), tmp_path)
    assert (again.code, again.report.feeds_fetched, again.report.failed_feeds) == (0, 100, ())


def test_a_crawl_without_a_run_ends_too(everywhere: Site) -> None:
    everywhere.routes["/robots.txt"] = Reply(ROBOTS.body, wait=2.0)
    words = ("-s", "ALLOW_ADDRESSES=127.0.0.0/8", "-s", "CONCURRENT_REQUESTS=100", "-a")
    command = [
        sys.executable,
        "-m",
        "scrapy",
        "crawl",
        "feed",
        *words,
        f"url={','.join(feeds(everywhere, 100))}",
    ]
    limited = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh", *command]
    done = subprocess.run(limited, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert "the crawl ends: too many open files" in done.stderr
    assert everywhere.paths().count("/feed") == 0
