"""Several workers over one collection, disturbed, and then compared with one worker on SQLite that was not.

    python bench/workers.py [--workers 2 4] [--rounds 20] [--hosts 12] [--port 9381] [--seed 15]

Starts its own PostgreSQL, S3 server and Elasticsearch node (as the tests do), and sites on loopback, which publish more in each
round. In a round every worker begins a run at about the same time, and one of them gets a SIGKILL at a random moment. In one
round S3 is cut off as well, and in one PostgreSQL is restarted. After the last, all run undisturbed until nothing is left. Then
`export` must give what one worker on SQLite gives that runs once, but for times, places and snapshots; no URL may have two
captures, or none; `doctor` must find nothing for any worker; and no host may have been asked by two of them at less than half of
the delay. Exit code 1 if not.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from uuid import uuid4

import invented
import sites
from folders import command, configure, export
from invented_sites import page
from sites import Asked
from sqlalchemy import URL, create_engine, select, text

from articles.errors import BroadsheetError
from pipeline.configuration.config import load
from pipeline.maintenance.doctor import examine
from store.archive.remote import bucket as bucket_module
from store.ledger import capture_table
from store.ledger.database import Ledger
from tests import object_store, postgresql
from tests.elastic import NODE
from tests.object_store import ObjectStore, Way

DELAY = 0.1
CRAWL = {"delay": DELAY, "concurrency_total": 2}
PASSING = (0, 1, 75)  # troubled sources are no failure, and a server that was away is the point


@dataclass
class Press:
    """The sites: so many stories of each are published by now."""

    hosts: int
    published: int = 0
    stories: list[list[invented.Story]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.publishers = invented.newsroom(15)[: self.hosts]
        self.stories = [invented.stories(each, 40, 15) for each in self.publishers]

    def answer(self, asked: Asked) -> Iterable[bytes]:
        number = sites.hosts(self.hosts).index(asked.host)
        publisher, there = self.publishers[number], self.stories[number]
        if asked.path == "/robots.txt":
            return sites.answer(sites.ROBOTS, "text/plain")
        if asked.path == "/feed":
            items = "".join(
                f"<item><title>{escape(invented.title(publisher, each))}</title><link>/story-{each.number}</link></item>"
                for each in there[: self.published]
            )
            listed = f'<rss version="2.0"><channel><title>{publisher.name}</title>{items}</channel></rss>'
            return sites.answer(listed.encode(), sites.RSS)
        return sites.answer(page(publisher, there[int(asked.path.removeprefix("/story-"))]).encode())


@dataclass
class Servers:
    """What the workers share."""

    postgresql: postgresql.PostgresqlServer
    store: ObjectStore
    way: Way
    elasticsearch: str


@dataclass
class Disturbed:
    """What was done to the workers, and what they said."""

    kills: int = 0
    others: list[str] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)


def shared(folder: Path, feeds: list[str], servers: Servers, bucket: str, alias: str) -> Path:
    """A worker's data folder, whose name its User-Agent tells."""
    folder.mkdir(parents=True)
    path = configure(folder, feeds, CRAWL)
    changes = {
        'ledger = ""': 'ledger = "NEWS_LEDGER"',
        'archive = ""': f'archive = "s3://{bucket}/news"',
        "shared = false": "shared = true",
        'backend = "embedded"': 'backend = "elasticsearch"',
        'url = "http://127.0.0.1:9200"': f'url = "{servers.elasticsearch}"',
        'alias = "articles"': f'alias = "{alias}"',
        'user_agent = "Broadsheet/0.1': f'user_agent = "{folder.name}/0.1',
    }
    settings = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert settings.count(old) == 1, old
        settings = settings.replace(old, new)
    path.write_text(settings, encoding="utf-8")
    return folder


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(folder, "run", "--json"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def ended(folder: Path, run: subprocess.Popen[str], done: Disturbed) -> None:
    """Wait for a run, and print what it says if that is a surprise."""
    said = run.communicate()[1]
    done.codes[run.returncode] += 1
    if run.returncode not in (*PASSING, -signal.SIGKILL):
        print(f"{folder.name}: {run.returncode}: {said[-1500:]}")


def one_round(
    folders: list[Path], draw: random.Random, servers: Servers, done: Disturbed, trouble: str
) -> None:
    runs = {folder: start(folder) for folder in folders}
    victim = draw.choice(folders)
    if trouble == "S3 cut off":
        servers.way.close_now()
    if trouble == "PostgreSQL restarted":
        time.sleep(draw.uniform(3, 8))
        servers.postgresql.stop("fast")
        servers.postgresql.start()
    if trouble:
        done.others.append(trouble)
    waiting = [threading.Thread(target=ended, args=(folder, run, done)) for folder, run in runs.items()]
    for each in waiting:
        each.start()
    moment = time.monotonic() + draw.uniform(1.0, 14.0)
    while time.monotonic() < moment and runs[victim].poll() is None:
        time.sleep(0.05)
    if runs[victim].poll() is None:
        runs[victim].kill()
        done.kills += 1
    for each in waiting:
        each.join()
    servers.way.open_again()


def problems(folders: list[Path], log: list[Asked], alone: Path) -> Iterator[str]:
    """What is not as it is to be."""
    if export(folders[0]) != export(alone):
        yield "export differs from that of one worker"
    captured = captures(folders[0])
    if twice := [url for url, count in captured.items() if count > 1]:
        yield f"{len(twice)} URLs have two captures, such as {twice[0]}"
    if lost := captures(alone).keys() ^ captured.keys():
        yield f"{len(lost)} URLs are captured by one side alone, such as {min(lost)}"
    for folder in folders:
        yield from (
            f"doctor, {folder.name}: {each.part}: {each.text}"
            for each in examine(load(folder / "broadsheet.toml"))
            if not each.ok
        )
    gaps = sorted(switches(log))
    print(
        f"hosts went from one worker to another {len(gaps)} times, after {gaps[0] if gaps else 0:.2f} s at least"
    )
    if gaps and gaps[0] < DELAY / 2:
        yield f"a host was asked by two workers within {gaps[0]:.3f} s"


def captures(folder: Path) -> Counter[str]:
    place = load(folder / "broadsheet.toml").ledger
    with Ledger.open(place) as ledger, ledger.reading() as conn:
        return Counter(conn.scalars(select(capture_table.CAPTURES.c.url)))


def switches(log: list[Asked]) -> Iterator[float]:
    """The seconds between two requests to a host by different workers."""
    last: dict[str, Asked] = {}
    for asked in sorted(log, key=lambda each: each.time):
        before = last.get(asked.host)
        if before and before.headers["User-Agent"] != asked.headers["User-Agent"]:
            yield asked.time - before.time
        last[asked.host] = asked


def asked_twice(log: list[Asked]) -> int:
    found = defaultdict(int)
    for each in log:
        found[each.host, each.path] += each.path.startswith("/story-")
    return sum(count - 1 for count in found.values() if count > 1)


@contextmanager
def database(server: postgresql.PostgresqlServer) -> Iterator[URL]:
    """An empty database, which ends with the server: its connections do not outlast a restart."""
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    name = f"workers_{uuid4().hex[:12]}"
    with engine.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    yield server.url.set(database=name)


@contextmanager
def servers(folder: Path, port: int) -> Iterator[Servers]:
    with ExitStack() as stack:
        own = stack.enter_context(postgresql.own_server())
        store = stack.enter_context(object_store.server(folder))
        way = Way(store.port)
        stack.callback(way.end)
        os.environ |= store.environment(way.port)
        bucket_module._client.cache_clear()  # noqa: SLF001  a process keeps its connections
        node = [sys.executable, str(NODE), "start", "--port", str(port)]
        url = subprocess.run(node, check=True, capture_output=True, text=True).stdout.strip()
        stack.callback(subprocess.run, [sys.executable, str(NODE), "stop", "--port", str(port)], check=True)
        yield Servers(own, store, way, url)


def disturb(
    count: int, press: Press, given: Servers, folder: Path, options: argparse.Namespace, url: URL
) -> tuple[list[Path], Disturbed]:
    """So many workers, disturbed, until everything is there."""
    os.environ["NEWS_LEDGER"] = url.render_as_string(hide_password=False)
    bucket, draw, done = given.store.new_bucket(), random.Random(f"{options.seed} {count}"), Disturbed()
    feeds = [f"http://{host}:{options.sites}/feed" for host in sites.hosts(press.hosts)]
    folders = [
        shared(folder / f"worker-{count}-{number}", feeds, given, bucket, f"workers-{count}-{os.getpid()}")
        for number in range(count)
    ]
    troubles: Mapping[int, str] = {
        options.rounds // 3: "S3 cut off",
        2 * options.rounds // 3: "PostgreSQL restarted",
    }
    for number in range(options.rounds):
        press.published = 2 * (number + 1)
        one_round(folders, draw, given, done, troubles.get(number, ""))
    time.sleep(60)  # leases of the last that was killed end, and the round of its runs
    for _ in range(2):
        runs = {each: start(each) for each in folders}
        for each, run in runs.items():
            ended(each, run, done)
    return folders, done


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--hosts", type=int, default=12)
    parser.add_argument("--port", type=int, default=9381)
    parser.add_argument("--seed", type=int, default=15)
    options = parser.parse_args()
    failed = False
    press = Press(options.hosts)
    with (
        tempfile.TemporaryDirectory(prefix="broadsheet-workers-") as name,
        sites.serve(press.answer) as (options.sites, log),
        servers(Path(name), options.port) as given,
    ):
        folder = Path(name)
        for count in options.workers:
            began, first = time.monotonic(), len(log)
            with database(given.postgresql) as url:
                try:
                    folders, done = disturb(count, press, given, folder, options, url)
                    took, asked = time.monotonic() - began, log[first:]
                    alone = folder / f"alone-{count}"
                    alone.mkdir()
                    feeds = [f"http://{host}:{options.sites}/feed" for host in sites.hosts(press.hosts)]
                    configure(alone, feeds)
                    subprocess.run(command(alone, "run", "--json"), check=False, capture_output=True)
                    found = list(problems(folders, asked, alone))
                except BroadsheetError as error:
                    print(f"{count} workers: {error}")
                    return 1
                print(
                    f"{count} workers, {options.rounds} rounds in {took:.0f} s: {done.kills} killed, "
                    f"{', '.join(done.others)}; exit codes {dict(done.codes)}; {captures(folders[0]).total()} pages, "
                    f"{asked_twice(asked)} of them asked for again"
                )
                for each in found:
                    failed = True
                    print(f"  WRONG: {each}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
