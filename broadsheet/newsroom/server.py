"""The newsroom's web servers: one per publisher, each on its own host, with conditional GET and a log."""

import errno
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from threading import Lock, Thread
from typing import Self
from urllib.parse import urlsplit

from broadsheet.newsroom import content, render
from broadsheet.newsroom.content import Site
from broadsheet.newsroom.render import SampleArticle, SampleEntry

LOGGED_HEADERS = ("user-agent", "if-none-match", "if-modified-since")
HOSTS = "127.0.1.{}"
POLL = 0.02  # seconds within which a server notices that it should stop
PLACEHOLDER = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><path fill="#ccd" d="M0 0h16v9H0z"/></svg>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that was served. `host` is "address:port", `headers` those of `LOGGED_HEADERS` that were sent."""

    time: datetime
    host: str
    path: str
    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: HTTPStatus = HTTPStatus.OK
    kind: str = "text/plain; charset=utf-8"
    body: bytes = b""
    changed: datetime | None = None
    location: str = ""


class Newsroom:
    """Serves four publishers while its context is open.

    The hosts are 127.0.1.1 to 127.0.1.4, on `port`, or on free ports chosen by the system for 0. If only
    127.0.0.1 is loopback (macOS), all are on it, on the ports `port` to `port` + 3. Raises OSError if
    a port is taken.
    """

    def __init__(self, port: int = 0, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._port = port
        self._clock = clock
        self._lock = Lock()
        self._log: list[Request] = []
        self._servers: list[_Server] = []
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            for number, folder in enumerate(content.SITES):
                self._servers.append(opening.enter_context(self._listen(number, content.load(folder))))
            for server in self._servers:
                thread = Thread(target=server.serve_forever, args=(POLL,), daemon=True)
                thread.start()
                opening.callback(thread.join)
                opening.callback(server.shutdown)
            self._closing = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @property
    def sites(self) -> tuple[str, ...]:
        """The home pages."""
        return tuple(f"{server.base}/" for server in self._servers)

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds, in the order of `sites`."""
        return tuple(server.base + server.site.feed for server in self._servers)

    @property
    def requests(self) -> tuple[Request, ...]:
        """The requests served so far, in order."""
        with self._lock:
            return tuple(self._log)

    def articles(self) -> tuple[SampleArticle, ...]:
        """What a crawl should make of the present edition."""
        return tuple(
            sample for server in self._servers for sample in render.samples(server.site, server.base)
        )

    def entries(self) -> tuple[SampleEntry, ...]:
        """The entries of the feeds, and what a crawl should make of each."""
        return tuple(entry for server in self._servers for entry in render.entries(server.site, server.base))

    def publish_update(self) -> None:
        """Publish the second edition: one article has a new last paragraph and a newer date in its feed."""
        for server in self._servers:
            server.site = content.second_edition(server.site)

    def _listen(self, number: int, site: Site) -> "_Server":
        try:
            return _Server((HOSTS.format(number + 1), self._port), site, self._note)
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            return _Server(("127.0.0.1", self._port and self._port + number), site, self._note)

    def _note(self, host: str, path: str, status: int, headers: Mapping[str, str]) -> None:
        with self._lock:
            self._log.append(
                Request(time=self._clock(), host=host, path=path, status=status, headers=headers)
            )


class _Server(ThreadingMixIn, TCPServer):
    """A publisher's server: http.server's own, without its reverse look-up of the host's name."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], site: Site, note: Callable[[str, str, int, Mapping[str, str]], None]
    ) -> None:
        super().__init__(address, _Handler)
        name, port = self.socket.getsockname()
        self.host = f"{name}:{port}"
        self.base = f"http://{self.host}"
        self.site = site
        self.note = note


class _Handler(BaseHTTPRequestHandler):
    """Serves GET and HEAD, with 304 if the client's validators still match (RFC 9110, section 13)."""

    protocol_version = "HTTP/1.1"
    timeout = 10  # seconds that a kept-alive connection may idle
    disable_nagle_algorithm = True  # or a body waits 40 ms for the word that the head has come
    server: _Server

    def do_GET(self) -> None:
        answer = _answer(self.server.site, self.server.base, urlsplit(self.path).path)
        etag = f'"{blake2b(answer.body, digest_size=8).hexdigest()}"'
        unchanged = answer.changed is not None and self._still_holds(etag, answer.changed)
        status = HTTPStatus.NOT_MODIFIED if unchanged else answer.status
        logged = {name: self.headers[name] for name in LOGGED_HEADERS if name in self.headers}
        self.server.note(self.server.host, self.path, status, logged)
        self.send_response(status)
        if answer.changed is not None:
            self.send_header("ETag", etag)
            self.send_header("Last-Modified", format_datetime(answer.changed.astimezone(UTC), usegmt=True))
        if answer.location:
            self.send_header("Location", answer.location)
        if not unchanged:
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not unchanged and self.command != "HEAD":
            self.wfile.write(answer.body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Stay silent: `Newsroom.requests` is the log."""

    def _still_holds(self, etag: str, changed: datetime) -> bool:
        if tags := self.headers.get("If-None-Match"):
            return tags.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and changed <= parsedate_to_datetime(since)
        except ValueError:  # not an HTTP date: RFC 9110 says to ignore it
            return False


def _answer(site: Site, base: str, path: str) -> _Answer:
    """The response for a path of a publisher."""
    newest = max(story.changed for story in site.stories)
    if path == site.feed:
        return _Answer(kind=site.feed_type, body=render.feed(site, base), changed=newest)
    if path == "/":
        return _Answer(kind="text/html; charset=utf-8", body=render.home(site, base), changed=newest)
    if path == "/robots.txt" and site.robots:
        return _Answer(body=site.robots.encode())
    if path.startswith("/img/"):
        return _Answer(kind="image/svg+xml", body=PLACEHOLDER)
    return _story(site, base, path)


def _story(site: Site, base: str, path: str) -> _Answer:
    for story in site.stories:
        if story.intent in content.WITHOUT_PAGE:
            continue
        if path == story.path:
            kind = "text/html; charset=utf-8" if story.charset == "utf-8" else "text/html"
            return _Answer(kind=kind, body=render.page(site, story, base), changed=story.changed)
        if path == story.listed:
            return _Answer(status=HTTPStatus.MOVED_PERMANENTLY, location=base + story.path)
    return _Answer(status=HTTPStatus.NOT_FOUND, body=b"not found\n")
