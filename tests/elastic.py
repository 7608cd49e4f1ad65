"""A real Elasticsearch for the tests that claim one.

BROADSHEET_TEST_ELASTICSEARCH_URL (with credentials in it, if any, and BROADSHEET_TEST_ELASTICSEARCH_CA), else the node of
tests/elasticsearch_node.py. Without either the tests are skipped and say why; with CI=true that is a failure.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from index.elastic import mapping
from index.elastic.client import connect

NODE = Path(__file__).with_name("elasticsearch_node.py")
PORT = "9272"
LOAD = ["index", "delete", "read", "maintenance", "view_index_metadata"]
SEARCH = ["read", "view_index_metadata"]


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
        mapping.drop(connection, alias)


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
