"""A run over good hosts and three bad ones, and a run over the good ones alone: whom the bad ones delay.

    python bench/neighbours.py [--hosts 50] [--pages 10] [--delay 0.5] [--timeout 2] [--attempts 2]

On loopback, each at its own address. A good host answers at once; the slow one each page after half a second; the hostile
one with a body without end, with nothing, with redirects without end or with a byte every fifth of a second, in turn; the
busy one answers 429 with `Retry-After: 2` to whoever asks twice within a second. `--delay`, `--timeout` and
`--attempts` are the settings of [crawl]; each bad answer is awaited for the timeout, as often as there are attempts.

Printed for each host: its first and its last request and when the last of its articles was in the index (seconds from
the run's first request), its requests, and what became of its pages; then the good hosts with and without the others.
"""

import argparse
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, product
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import sites
from crawl_process import Spent, spent
from folders import command, configure
from import_warc import Press
from sites import Asked

BAD = {"127.2.0.1": "slow", "127.2.0.2": "hostile", "127.2.0.3": "busy"}
SECONDS_OF_SLOW = 0.5
PER_SECOND_OF_BUSY = 1.0
FOREVER = 600.0
BUSY = sites.answer(b"", sites.HTML, "429 Too Many Requests", "Retry-After: 2")
OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><p>"


@dataclass(slots=True)
class Town:
    """All hosts: what each answers. `pages` are the articles, by host and path."""

    listed: int
    pages: dict[tuple[str, str], bytes] = field(default_factory=dict)
    busy_at: float = 0.0

    def __call__(self, asked: Asked) -> tuple[bytes] | Iterator[bytes]:
        if asked.path == "/robots.txt":
            return sites.answer(sites.ROBOTS, "text/plain")
        if asked.path == "/feed":
            return sites.answer(sites.feed(self.listed), sites.RSS)
        kind = BAD.get(asked.host, "good")
        if kind == "hostile":
            return hostile(asked.path)
        if kind == "slow":
            time.sleep(SECONDS_OF_SLOW)
        if kind == "busy":
            before, self.busy_at = self.busy_at, asked.time
            if asked.time - before < PER_SECOND_OF_BUSY:
                return BUSY
        return sites.answer(self.pages[asked.host, asked.path])


def hostile(path: str) -> tuple[bytes] | Iterator[bytes]:
    _, number = path.rsplit("/", 1)
    if path.startswith("/on/") or int(number) % 4 == 0:
        return sites.answer(b"", sites.HTML, "302 Found", f"Location: /on/{int(number) + 1}")
    return (endless, never, dripping)[int(number) % 4 - 1]()


def endless() -> Iterator[bytes]:
    yield OPEN
    for _ in count():
        yield b"and so on " * 6_000


def never() -> Iterator[bytes]:
    time.sleep(FOREVER)
    yield OPEN


def dripping() -> Iterator[bytes]:
    yield OPEN
    for _ in count():
        time.sleep(0.2)
        yield b"."


@dataclass(frozen=True, slots=True)
class Visit:
    """What a run did at a host. Times in seconds from its first request; `indexed` is None where it got no article."""

    first: float
    last: float
    requests: int
    indexed: float | None
    pages: Counter[str]


def run(feeds: list[str], log: list[Asked], crawl: dict[str, float]) -> tuple[dict[str, Visit], Spent]:
    """What one `broadsheet run` did, by host, and what it cost."""
    log.clear()
    with tempfile.TemporaryDirectory() as made:
        configure(Path(made), feeds, crawl)
        cost = spent(command(Path(made), "run", "--json"))
        pages, indexed = outcomes(Path(made) / "data" / "ledger.sqlite")
    began = min(asked.time for asked in log)
    began_at = datetime.now(UTC) - timedelta(seconds=time.monotonic() - began)
    visits = {}
    for host in (urlsplit(feed).hostname or "" for feed in feeds):
        times = [asked.time - began for asked in log if asked.host == host]
        at = (indexed[host] - began_at).total_seconds() if host in indexed else None
        visits[host] = Visit(min(times), max(times), len(times), at, pages[host])
    return visits, cost


def outcomes(path: Path) -> tuple[dict[str, Counter[str]], dict[str, datetime]]:
    """By host: its pages by what became of them, and when the last of its articles was settled."""
    pages: dict[str, Counter[str]] = {}
    indexed: dict[str, datetime] = {}
    ledger = sqlite3.connect(path)
    for url, state, error in ledger.execute("SELECT url, state, last_error FROM urls"):
        became = pages.setdefault(urlsplit(url).hostname, Counter())
        became[error.partition(":")[0] or state] += 1
    for url, at in ledger.execute("SELECT url, settled_at FROM captures WHERE outcome = 'indexed'"):
        host, moment = urlsplit(url).hostname, datetime.fromisoformat(at).replace(tzinfo=UTC)
        indexed[host] = max(moment, indexed.get(host, moment))
    ledger.close()
    return pages, indexed


def show(visits: dict[str, Visit]) -> None:
    for host, visit in visits.items():
        became = ", ".join(f"{number} {what}" for what, number in visit.pages.most_common())
        at = "" if visit.indexed is None else f"{visit.indexed:.1f}"
        print(
            f"{BAD.get(host, 'good'):<8} {host:<12} {visit.first:6.1f} {visit.last:6.1f} {at:>6} {visit.requests:4} requests  {became}"
        )


def compare(name: str, visits: dict[str, Visit], cost: Spent) -> None:
    good = [visit for host, visit in visits.items() if host not in BAD]
    last = [visit.last for visit in good]
    indexed = [visit.indexed or 0.0 for visit in good]
    print(
        f"{name}: the good hosts' last requests after {median(last):.1f} s (median), {max(last):.1f} s (the last one), their articles "
        f"in the index after {median(indexed):.1f} and {max(indexed):.1f} s; "
        f"{sum(visit.pages['fetched'] for visit in good)} pages; the run took {cost.wall:.1f} s and {cost.cpu:.1f} s of CPU"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hosts", type=int, default=50)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--delay", type=float, default=0.5)
    parser.add_argument("--timeout", type=float, default=2.0)
    parser.add_argument("--attempts", type=int, default=2)
    options = parser.parse_args()
    crawl = {"delay": options.delay, "timeout": options.timeout, "max_attempts": options.attempts}
    town, press, now = Town(options.pages), Press(1), datetime.now(UTC)
    good = sites.hosts(options.hosts)
    with sites.serve(town) as (port, log):
        for seed, (host, number) in enumerate(product([*BAD, *good], range(options.pages))):
            page = press.page(f"http://{host}:{port}/{number}", seed, now)
            town.pages[host, f"/{number}"] = page
        alone = run([f"http://{host}:{port}/feed" for host in good], log, crawl)
        together = run([f"http://{host}:{port}/feed" for host in [*BAD, *good]], log, crawl)
    show(together[0])
    compare("without the bad ones", *alone)
    compare("with them", *together)


if __name__ == "__main__":
    main()
