"""A run over feeds that have nothing new: what it costs when nothing happens, which is most of the time.

    python bench/quiet_feeds.py [--feeds 5000] [--entries 1] [--files 1024]

A server on loopback has a host for each feed, with a robots.txt and an ETag. A first run reads the feeds and fetches
their pages; the second is told that nothing has changed. The crawl process may have `--files` files
open. Printed for each run: wall and CPU seconds of the crawl process, most memory (MB), and what became of the feeds.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

from crawlers.plan import CrawlPlan, CrawlReport, CrawlSettings, SourceFeeds, decode_report, encode
from pipeline.configuration.sections import CrawlSection


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    feed = b""

    def do_GET(self) -> None:
        status, body = "200 OK", self.feed
        if self.path == "/robots.txt":
            body = b"User-agent: *\nDisallow: /private\n"
        elif self.headers["If-None-Match"]:
            status, body = "304 Not Modified", b""
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        head = f'HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nETag: "one"\r\n{length}\r\n'
        self.wfile.write(head.encode() + body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def verify_request(self, request: object, client_address: tuple[str, int]) -> bool:  # noqa: ARG002
        """Nobody from elsewhere is answered."""
        return client_address[0].startswith("127.")


def _serve(ports: "multiprocessing.Queue[int]", entries: int) -> None:
    items = "".join(
        f"<item><title>Note {n}</title><link>/{n}</link><pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate></item>"
        for n in range(entries)
    )
    _Site.feed = f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'.encode()
    server = _Server(("0.0.0.0", 0), _Site)  # noqa: S104  every address of 127.0.0.0/8, a host for each feed
    ports.put(server.server_port)
    server.serve_forever()


def _crawl(plan: CrawlPlan, files: int) -> tuple[float, float, int, CrawlReport]:
    """Wall and CPU seconds of a crawl process, its most memory (MB), and its last report."""
    command = [sys.executable, "-P", "-m", "crawlers.child"]
    started = time.monotonic()
    process = subprocess.Popen(
        ["/bin/sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(encode(plan))
    process.stdin.flush()
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the crawl process ended with {status}: {printed[-300:]!r}")
    report = decode_report(printed.splitlines()[-1])
    return time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, report


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=5000)
    parser.add_argument("--entries", type=int, default=1)
    parser.add_argument("--files", type=int, default=1024)
    options = parser.parse_args()
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    multiprocessing.Process(target=_serve, args=(ports, options.entries), daemon=True).start()
    port = ports.get()
    feeds = [f"http://127.1.{n // 250}.{n % 250 + 1}:{port}/feed" for n in range(options.feeds)]
    quick = CrawlSection().model_dump() | {"delay": 0.0, "allow_addresses": ["127.0.0.0/8"]}
    with tempfile.TemporaryDirectory() as folder:
        plan = CrawlPlan(
            folder=folder,
            settings=msgspec.convert(quick, CrawlSettings),
            sources=tuple(SourceFeeds(name=f"s{n}", feeds=(feed,)) for n, feed in enumerate(feeds)),
        )
        for name in ("first", "second"):
            wall, cpu, memory, report = _crawl(plan, options.files)
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) // 2**20
            print(
                f"{name} run: {wall:.1f} s, {cpu:.1f} s CPU ({1000 * cpu / len(feeds):.2f} ms a feed), {memory} MB, "
                f"{report.feeds_fetched} read, {report.feeds_unchanged} unchanged, {report.feeds_failed} failed, "
                f"{report.fetched} pages fetched, {size} MB in the data folder"
            )


if __name__ == "__main__":
    main()
