"""A run over feeds that have nothing new: what it costs when nothing happens, which is most of the time.

    python bench/quiet_feeds.py [--feeds 5000] [--entries 1] [--files 1024]

A server on loopback has a host for each feed, with a robots.txt and an ETag. A first run reads the feeds and fetches
their pages; the second is told that nothing has changed. The crawl process may have `--files` files
open. Printed for each run: wall and CPU seconds of the crawl process, most memory (MB), and what became of the feeds.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import sites
from crawl_process import plan, spent
from sites import Asked

from crawlers.plan import decode_report, encode

ETAG = 'ETag: "one"'


def answers(entries: int) -> sites.Answers:
    listed = sites.feed(entries, "<pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate>")
    feed = sites.answer(listed, "application/xml", "200 OK", ETAG)
    robots = sites.answer(sites.ROBOTS, "text/plain", "200 OK", ETAG)
    same = sites.answer(b"", "application/xml", "304 Not Modified", ETAG)

    def answer(asked: Asked) -> tuple[bytes]:
        if asked.path == "/robots.txt":
            return robots
        return same if asked.headers["If-None-Match"] else feed

    return answer


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=5000)
    parser.add_argument("--entries", type=int, default=1)
    parser.add_argument("--files", type=int, default=1024)
    options = parser.parse_args()
    limited = ["/bin/sh", "-c", f'ulimit -n {options.files}; exec "$@"', "sh"]
    command = [*limited, sys.executable, "-P", "-m", "crawlers.child"]
    with sites.serve(answers(options.entries)) as (port, _), tempfile.TemporaryDirectory() as folder:
        feeds = [f"http://{host}:{port}/feed" for host in sites.hosts(options.feeds)]
        for name in ("first", "second"):
            done = spent(command, encode(plan(folder, feeds)))
            report = decode_report(done.printed.splitlines()[-1])
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) // 2**20
            print(
                f"{name} run: {done.wall:.1f} s, {done.cpu:.1f} s CPU ({1000 * done.cpu / len(feeds):.2f} ms a feed), "
                f"{done.memory} MB, {report.feeds_fetched} read, {report.feeds_unchanged} unchanged, "
                f"{report.feeds_failed} failed, {report.fetched} pages fetched, {size} MB in the data folder"
            )


if __name__ == "__main__":
    main()
