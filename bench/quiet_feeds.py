"""A run over feeds that have nothing new: what it costs when nothing happens, which is most of the time.

    python bench/quiet_feeds.py [--feeds 5000] [--entries 1] [--files 1024] [--runs 1]

A server on loopback has a host for each feed, with a robots.txt and an ETag. A first `broadsheet run` reads one feed, whose
pages robots.txt disallows, and what it put into the ledger is put there for all others, too. The runs that are measured
are told that nothing has changed; each process may have `--files` files open. Printed for each run: wall seconds,
CPU seconds of the whole tree of processes and of its parts (sampled, so that what a process does in its last fifth
of a second may be missing there), the most memory of a process (MB), requests, and what became of the feeds.
"""

import argparse
import json
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import sites
from crawl_process import spent
from folders import command, configure
from sites import Asked

ETAG = 'ETag: "one"'
ROBOTS = b"User-agent: *\nAllow: /feed\nDisallow: /\n"
TABLES = ("feeds", "list_sizes", "urls", "misses", "catches", "robots")


def answers(entries: int) -> sites.Answers:
    listed = sites.feed(entries, "<pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate>")
    feed = sites.answer(listed, "application/xml", "200 OK", ETAG)
    robots = sites.answer(ROBOTS, "text/plain", "200 OK", ETAG)
    same = sites.answer(b"", "application/xml", "304 Not Modified", ETAG)

    def answer(asked: Asked) -> tuple[bytes]:
        if asked.path == "/robots.txt":
            return robots
        return same if asked.headers["If-None-Match"] else feed

    return answer


def multiply(path: Path, hosts: list[str]) -> None:
    """Put what the ledger has of the source s0, at the first of the hosts, there for one at each of the others."""
    with closing(sqlite3.connect(path)) as ledger:
        present = {name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in present.intersection(TABLES):
            found = ledger.execute(f"SELECT * FROM {table}")  # noqa: S608  our own table
            columns = [each[0] for each in found.description]
            known = [dict(zip(columns, row, strict=True)) for row in found]
            rows = [
                _moved(row, hosts[0], host, f"s{n}") for n, host in enumerate(hosts) if n for row in known
            ]
            places = ", ".join(f":{name}" for name in columns)
            ledger.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608  our own table
        ledger.commit()


def _moved(row: dict[str, object], before: str, host: str, source: str) -> dict[str, object]:
    texts = {name: value for name, value in row.items() if isinstance(value, str)}
    moved = {
        name: value.replace(f"//{before}:", f"//{host}:").replace('"s0"', f'"{source}"')
        for name, value in texts.items()
    }
    named = {name: source for name, value in texts.items() if value == "s0"}
    return row | moved | named | ({"id": None} if "id" in row else {})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=5000)
    parser.add_argument("--entries", type=int, default=1)
    parser.add_argument("--files", type=int, default=1024)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    hosts = sites.hosts(options.feeds)
    limited = ["/bin/sh", "-c", f'ulimit -n {options.files}; exec "$@"', "sh"]
    with sites.serve(answers(options.entries)) as (port, log), tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        configure(folder, [f"http://{host}:{port}/feed" for host in hosts])
        spent([*limited, *command(folder, "run", "s0", "--json")])
        multiply(folder / "data" / "ledger.sqlite", hosts)
        for number in range(1, options.runs + 1):
            log.clear()
            done = spent([*limited, *command(folder, "run", "--json")])
            crawl = json.loads(done.printed)["crawl"]
            asked = Counter(each.path for each in log)
            parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in done.parts.items())
            print(
                f"run {number}: {done.wall:.1f} s, {done.cpu:.1f} s CPU ({parts}; "
                f"{1000 * done.cpu / options.feeds:.2f} ms a feed), {done.memory} MB, {asked['/feed']} feeds and "
                f"{asked['/robots.txt']} robots.txt asked for, {crawl['feeds_fetched']} read, "
                f"{crawl['feeds_unchanged']} unchanged, {crawl['feeds_failed']} failed",
                flush=True,
            )


if __name__ == "__main__":
    main()
