"""CPU of the crawl process per page, against a bare Scrapy spider that fetches the same URLs and keeps nothing.

    python bench/crawl_cpu.py [--sources 1000] [--pages 20] [--bytes 18000] [--rounds 3]

A server on loopback has a host for each source, with a robots.txt, a feed and its pages. The two take turns. Printed for
each: CPU seconds of the process and its children (start-up included), milliseconds per page, most memory.
"""

import argparse
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import msgspec

from crawlers.plan import CrawlPlan, CrawlSettings, SourceFeeds, decode_report, encode
from pipeline.configuration.sections import CrawlSection

HERE = Path(__file__).parent


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages = 20
    body = b""

    def do_GET(self) -> None:
        kind = "text/html; charset=utf-8"
        if self.path == "/robots.txt":
            kind, body = "text/plain", b"User-agent: *\nDisallow: /private\n"
        elif self.path == "/feed":
            kind = "application/rss+xml"
            items = "".join(
                f"<item><title>Note {n}</title><link>/{n}</link></item>" for n in range(self.pages)
            )
            body = f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'.encode()
        else:
            body = self.body
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def verify_request(self, request: object, client_address: tuple[str, int]) -> bool:  # noqa: ARG002
        """Nobody from elsewhere is answered."""
        return client_address[0].startswith("127.")


def _serve(ports: "multiprocessing.Queue[int]", pages: int, size: int) -> None:
    _Site.pages = pages
    _Site.body = b"<html><title>Note</title><p>" + b"Long enough to be a page. " * (size // 26)
    server = _Server(("0.0.0.0", 0), _Site)  # noqa: S104  every address of 127.0.0.0/8, a host for each source
    ports.put(server.server_port)
    server.serve_forever()


def _spent(command: list[str], given: bytes | None = None) -> tuple[float, float, int, bytes]:
    """CPU and wall seconds of a command, its peak memory (MB) and what it printed."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HERE.parent)
    assert process.stdin
    assert process.stdout
    if given is not None:
        process.stdin.write(given)
        process.stdin.flush()
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {status}: {printed[-300:]!r}")
    return used.ru_utime + used.ru_stime, time.monotonic() - started, used.ru_maxrss // 1024, printed


def _ours(feeds: list[str]) -> tuple[float, float, int, int]:
    quick = CrawlSection().model_dump() | {"delay": 0.0, "allow_addresses": ["127.0.0.0/8"]}
    with tempfile.TemporaryDirectory() as folder:
        plan = CrawlPlan(
            folder=folder,
            settings=msgspec.convert(quick, CrawlSettings),
            sources=tuple(SourceFeeds(name=f"s{n}", feeds=(feed,)) for n, feed in enumerate(feeds)),
        )
        cpu, wall, memory, printed = _spent([sys.executable, "-m", "crawlers.child"], encode(plan))
    return cpu, wall, memory, decode_report(printed.splitlines()[-1]).fetched


def _bare(feeds: list[str]) -> tuple[float, float, int, int]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(feeds))
        listed.flush()
        cpu, wall, memory, printed = _spent([sys.executable, str(HERE / "bare_spider.py"), listed.name])
    return cpu, wall, memory, int(printed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--bytes", type=int, default=18_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=_serve, args=(ports, options.pages, options.bytes), daemon=True)
    server.start()
    port = ports.get()
    feeds = [f"http://127.1.{n // 250}.{n % 250 + 1}:{port}/feed" for n in range(options.sources)]
    ratios = []
    for number in range(1, options.rounds + 1):
        figures = {"crawl process": _ours(feeds), "bare spider": _bare(feeds)}
        for name, (cpu, wall, memory, pages) in figures.items():
            each = 1000 * cpu / max(pages, 1)
            print(
                f"round {number}: {name}: {cpu:.1f} s CPU, {each:.2f} ms a page of {pages}, {wall:.1f} s, {memory} MB"
            )
        ratios.append(figures["crawl process"][0] / figures["bare spider"][0])
    print(f"ratio of CPU: {median(ratios):.2f} ({', '.join(f'{each:.2f}' for each in ratios)})")


if __name__ == "__main__":
    main()
