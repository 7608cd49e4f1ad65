"""A real Elasticsearch for the tests that claim one.

BROADSHEET_TEST_ELASTICSEARCH_URL (with credentials in it, if any, and BROADSHEET_TEST_ELASTICSEARCH_CA), else the node of
tests/elasticsearch_node.py. Without either the tests are skipped and say why; with CI=true that is a failure.
"""

import http.client
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from index.backend_record import Sharding
from index.elastic import generations, index_check, journal
from index.elastic.client import connect
from index.elastic.generations import Generation

NODE = Path(__file__).with_name("elasticsearch_node.py")
PORT = str(9272 + os.getpid() % 20)
"""Suites that run at the same time have a server each: the first to end stops its own."""
LOAD = ["index", "delete", "read", "maintenance", "view_index_metadata"]
SEARCH = ["read", "view_index_metadata"]
WHOLE, BY_MONTH = Sharding(), Sharding(split="month")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Server:
    """A running server: its address without credentials, and the environment that has them."""

    url: str
    environment: Mapping[str, str]

    def connect(self, port: int | None = None) -> Elasticsearch:
        """A connection with every right; to another port on the way to it, if one is given."""
        url = self.url if port is None else f"http://127.0.0.1:{port}"
        return connect(url, self.environment)

    def with_key(self, every: Elasticsearch, privileges: list[str]) -> Elasticsearch:
        """A connection with an API key that has these privileges alone; on a server without security, any."""
        if not self.environment:
            return self.connect()
        roles: dict[str, Any] = {"only": {"indices": [{"names": ["test-*"], "privileges": privileges}]}}
        key = every.security.create_api_key(name="test", role_descriptors=roles)["encoded"]
        authority = {name: value for name, value in self.environment.items() if name.endswith("_CA")}
        return connect(self.url, authority | {"BROADSHEET_ELASTICSEARCH_API_KEY": key})


@contextmanager
def server() -> Iterator[Server]:
    """The server that is named, or one that is started and stopped."""
    if url := os.environ.get("BROADSHEET_TEST_ELASTICSEARCH_URL"):
        yield _server(url)
        return
    started = subprocess.run(
        [sys.executable, NODE, "start", "--port", PORT], capture_output=True, text=True, check=False
    )
    if started.returncode:
        why = f"no Elasticsearch to test with: {started.stderr.strip()[-500:]}"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    try:
        yield _server(started.stdout.strip())
    finally:
        subprocess.run([sys.executable, NODE, "stop", "--port", PORT], check=True)


def _server(url: str) -> Server:
    parts = urlsplit(url)
    names = {
        "USERNAME": parts.username,
        "PASSWORD": parts.password,
        "CA": os.environ.get("BROADSHEET_TEST_ELASTICSEARCH_CA"),
    }
    environment = {f"BROADSHEET_ELASTICSEARCH_{name}": value for name, value in names.items() if value}
    return Server(f"{parts.scheme}://{parts.hostname}:{parts.port}", environment)


@contextmanager
def fresh_alias(connection: Elasticsearch) -> Iterator[str]:
    """A name that nothing on the server has; what is made under it is removed."""
    alias = f"test-{uuid4().hex[:12]}"
    try:
        yield alias
    finally:
        generations.drop(connection, alias)
        generations.drop(connection, f"{alias}-versions")
        journal.drop(connection, alias)


def create(connection: Elasticsearch, alias: str, sharding: Sharding = WHOLE) -> Generation:
    """What the alias names, made if there is nothing."""
    return generations.create(connection, alias, sharding, NOW)


def make(connection: Elasticsearch, alias: str, sharding: Sharding = WHOLE) -> Generation:
    """A generation next to the present one."""
    return generations.make(connection, alias, sharding, NOW)


def check(connection: Elasticsearch, alias: str, sharding: Sharding = WHOLE) -> list[str]:
    """What is wrong."""
    return index_check.check(connection, alias, sharding)


def behind(connection: Elasticsearch, alias: str) -> tuple[str, ...]:
    """The indices that the alias names."""
    found = generations.published(connection, alias)
    return found.names if found else ()


class CuttingProxy:
    """A TCP proxy on loopback that lets `cuts` answers to bulk requests be begun by the server and never arrive."""

    def __init__(self, port: int, cuts: int) -> None:
        self._target = port
        self.cuts = cuts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with ExitStack() as stack:
            while True:
                try:
                    client, _ = self._listener.accept()
                except OSError:
                    return
                stack.enter_context(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client), socket.create_connection(("127.0.0.1", self._target)) as upstream:
            asked = threading.Event()
            threading.Thread(target=self._forward, args=(client, upstream, asked), daemon=True).start()
            while data := upstream.recv(65536):
                if asked.is_set() and self.cuts > 0:
                    self.cuts -= 1
                    client.shutdown(socket.SHUT_RDWR)  # close alone waits for the other thread's recv
                    return
                asked.clear()
                client.sendall(data)

    @staticmethod
    def _forward(client: socket.socket, upstream: socket.socket, asked: threading.Event) -> None:
        try:
            while data := client.recv(65536):
                if b"/_bulk" in data:
                    asked.set()
                upstream.sendall(data)
            upstream.shutdown(socket.SHUT_WR)
        except OSError:
            return


@dataclass(frozen=True)
class Answer:
    """What something in front of Elasticsearch answers in its place."""

    body: bytes
    headers: Mapping[str, str]
    status: int = 200


def page(text: str, status: int = 200, **headers: str) -> Answer:
    return Answer(text.encode(), {"Content-Type": "text/html; charset=utf-8"} | headers, status)


def named(body: str, content_type: str = "application/json") -> Answer:
    """An answer that Elasticsearch seems to have signed."""
    headers = {"Content-Type": content_type, "X-Elastic-Product": "Elasticsearch"}
    return Answer(body.encode(), headers)


LOGIN = page("<!doctype html><title>Sign in</title><form action=/login><input name=user></form>")
STRANGE = {
    "login page": LOGIN,
    "redirect to a login page": page("<a href=/login>Found</a>", 302, Location="/login"),
    "ingress without a route": page("<h1>404 Not Found</h1>", 404),
    "ingress without a server": page("<h1>503</h1>", 503),
    "firewall": page("<h1>Forbidden</h1>", 403),
    "gateway": Answer(b'{"message": "no Route matched"}', {"Content-Type": "application/json"}, 404),
    "another product": Answer(b'{"acknowledged": true}', {"Content-Type": "application/json"}),
    "nothing": Answer(b"", {}),
    "signed, a page": named("<p>x</p>", "text/html"),
    "signed, nothing": named(""),
    "signed, null": named("null"),
    "signed, text": named('"articles"'),
    "signed, list": named("[]"),
    "signed, empty": named("{}"),
    "signed, names": named('{"errors": true, "items": [], "hits": "none", "docs": 1, "articles": "x"}'),
    "signed, cut": named('{"took": 3, "errors": false, "items": [{"index": {"_id"'),
    "signed, deep": named("[" * 100_000),
    "unknown type": named("x", "image/png"),
}


class _Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_FrontServer"

    def _answer(self) -> None:
        front = self.server.front
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        front.asked.append(f"{self.command} {self.path.partition('?')[0]}")
        front.sent.append(body)
        answer = front.instead(len(front.asked) - 1) or self._passed_on(body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _passed_on(self, body: bytes) -> Answer:
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.front.target)) as upstream:
            upstream.request(self.command, self.path, body, headers)
            found = upstream.getresponse()
            kept = {name: value for name, value in found.getheaders() if name.lower() in _KEPT}
            return Answer(found.read(), kept, found.status)

    def log_message(self, *_: object) -> None:
        pass


for _verb in ("GET", "HEAD", "POST", "PUT", "DELETE"):
    setattr(_Front, f"do_{_verb}", _Front._answer)
_KEPT = ("content-type", "x-elastic-product", "warning")


class _FrontServer(ThreadingHTTPServer):
    daemon_threads = True
    front: "Front"


class Front:
    """A reverse proxy on loopback. `instead` is called with the number of a request, and gives the answer, None for the server's.

    `asked` are the requests so far, as `GET /articles/_mapping`, and `sent` their bodies.
    """

    def __init__(self, instead: Callable[[int], Answer | None], target: int = 0) -> None:
        self.instead = instead
        self.target = target
        self.asked: list[str] = []
        self.sent: list[bytes] = []
        self._server = _FrontServer(("127.0.0.1", 0), _Front)
        self._server.front = self
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
