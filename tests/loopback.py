"""Small web sites on loopback, and the real crawl process let loose on them."""

import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

from articles.model import FeedEntry, Page
from crawlers.plan import CrawlPlan, CrawlReport, CrawlSettings, SourceFeeds, decode_report, encode
from pipeline.configuration.sections import CrawlSection
from store.archive.reader import read
from store.feed_records import FeedHealth
from store.ledger import capture_table, feed_table, miss_table, url_table
from store.ledger.database import Ledger
from store.records import Miss, UrlState
from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent
AGENT = "TestCrawler/1.0 (+https://example.org/crawler)"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a path answers. `write` writes the whole answer by itself, byte for byte."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),)
    wait: float = 0.0
    write: Callable[[socket.socket], None] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A request that a site received: when it was read (seconds), its path, its headers."""

    time: float
    path: str
    headers: Message


@dataclass(slots=True)
class Site:
    """A host of its own. `routes` may be changed while it serves; a function makes up its reply for each hit."""

    url: str
    routes: dict[str, Reply | Callable[[Hit], Reply]]
    hits: list[Hit] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [hit.path for hit in self.hits]

    def times(self, path: str = "") -> list[float]:
        return [hit.time for hit in self.hits if path in {"", hit.path}]


def held(until: threading.Event | threading.Barrier, reply: Reply) -> Callable[[Hit], Reply]:
    """The reply, once an event has happened, or as many requests as the barrier counts are there."""

    def answer(_: Hit) -> Reply:
        until.wait(PATIENCE)
        return reply

    return answer


def never(connection: socket.socket) -> None:
    """No answer, until the client has gone."""
    connection.recv(1)


def redirect(to: str, status: int = 301) -> Reply:
    return Reply(status=status, headers=(("Location", to.encode().decode("latin-1")),))


def rss(*links: str, title: str = "Notes") -> Reply:
    items = "".join(
        f"<item><title>Note {n}</title><link>{link}</link></item>" for n, link in enumerate(links)
    )
    body = f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
    return Reply(body.encode(), headers=(("Content-Type", "application/rss+xml"),))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    site: Site

    def verify_request(self, request: object, client_address: tuple[str, int]) -> bool:  # noqa: ARG002
        """Nobody from elsewhere is answered, whatever address is listened at."""
        return client_address[0].startswith("127.")

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or a body waits 40 ms for the client's word that it has the head
    server: _Server

    def do_GET(self) -> None:
        hit = Hit(time.monotonic(), self.path, self.headers)
        self.server.site.hits.append(hit)
        route = self.server.site.routes.get(self.path, Reply(b"not here", 404))
        reply = route(hit) if callable(route) else route
        time.sleep(reply.wait)
        if reply.write:
            self.close_connection = True
            with suppress(OSError):
                reply.write(self.connection)
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(
    address: str, routes: dict[str, Reply | Callable[[Hit], Reply]], tls: ssl.SSLContext | None = None
) -> Iterator[Site]:
    """A site at a loopback address (each is a host of its own), on a free port."""
    server = _Server((address, 0), _Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "https" if tls else "http"
    server.site = Site(f"{scheme}://{address}:{server.server_port}", routes)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def plan(
    folder: Path, feed_urls: Sequence[str] = (), pages: Sequence[str] = (), **settings: object
) -> CrawlPlan:
    """All feeds as source `notes`, and pages besides; quick, and allowed on loopback, unless `settings` differ."""
    quick: dict[str, object] = CrawlSection().model_dump() | {
        "user_agent": AGENT,
        "delay": 0.0,
        "timeout": PATIENCE / 4,
        "allow_addresses": ["127.0.0.0/8"],
    }
    return CrawlPlan(
        folder=str(folder),
        settings=msgspec.convert(quick | settings, CrawlSettings),
        sources=(SourceFeeds(name="notes", feeds=tuple(feed_urls)),),
        pages=tuple(FeedEntry(url=page, source="notes") for page in pages),
    )


@dataclass(frozen=True, slots=True)
class Crawled:
    """A crawl that has ended: its exit code, its reports, its log, what it kept."""

    code: int
    reports: list[CrawlReport]
    log: str
    folder: Path

    @property
    def report(self) -> CrawlReport:
        return self.reports[-1]

    def misses(self, url: str) -> list[Miss]:
        with self._ledger() as ledger, ledger.reading() as connection:
            return miss_table.misses(connection, url)

    def feed_health(self) -> list[FeedHealth]:
        with self._ledger() as ledger, ledger.reading() as connection:
            return feed_table.health(connection)

    def state(self, url: str) -> UrlState | None:
        with self._ledger() as ledger, ledger.reading() as connection:
            known = url_table.get(connection, url)
        return known.state if known else None

    def pages(self, url: str) -> list[Page]:
        with self._ledger() as ledger, ledger.reading() as connection:
            found = capture_table.of_url(connection, url)
        return [read(self.folder / "archive", capture.ref) for capture in found]

    @contextmanager
    def _ledger(self) -> Iterator[Ledger]:
        ledger = Ledger.open(self.folder / "ledger.sqlite")
        try:
            yield ledger
        finally:
            ledger.close()


def start(what: CrawlPlan, files: int | None = None) -> "subprocess.Popen[bytes]":
    """The crawl process, told its plan; its stdin stays open. `files` is the most that it may have open."""
    limited = ("sh", "-c", f'ulimit -n {files}; exec "$@"', "sh") if files else ()
    process = subprocess.Popen(
        [*limited, sys.executable, "-m", "crawlers.child"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    process.stdin.write(encode(what))
    process.stdin.flush()
    return process


def finish(process: "subprocess.Popen[bytes]", folder: Path) -> Crawled:
    """Wait for the process to end by itself; one that hangs is killed, which its exit code tells."""
    assert process.stdin
    assert process.stdout
    assert process.stderr
    logs: list[bytes] = []
    reader = threading.Thread(target=lambda: logs.append(process.stderr.read() if process.stderr else b""))
    reader.start()
    hangs = threading.Timer(PATIENCE, process.kill)
    hangs.start()
    reports = [decode_report(line) for line in process.stdout]
    code = process.wait()
    hangs.cancel()
    reader.join()
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
    return Crawled(code, reports, logs[0].decode(), folder)


def crawl(
    folder: Path, feed_urls: Sequence[str] = (), pages: Sequence[str] = (), **settings: object
) -> Crawled:
    """Crawl to the end in a process of its own."""
    return finish(start(plan(folder, feed_urls, pages, **settings)), folder)
