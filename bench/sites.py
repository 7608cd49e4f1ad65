"""Sites on loopback for the benchmarks: one server, and an address of 127.0.0.0/8 for each host."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROBOTS = b"User-agent: *\nDisallow: /private\n"
HTML = "text/html; charset=utf-8"
RSS = "application/rss+xml"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: when it came (seconds of the monotonic clock), to which host, for which path."""

    time: float
    host: str
    path: str
    headers: Message


Answers = Callable[[Asked], Iterable[bytes]]
"""What is sent to whoever asks, part by part. After the last the connection waits for the next request."""


def answer(body: bytes = b"", kind: str = HTML, status: str = "200 OK", *headers: str) -> tuple[bytes]:
    """A whole answer, in one part."""
    length = () if status.startswith("304") else (f"Content-Length: {len(body)}",)
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Type: {kind}", *length, *headers, "", ""))
    return (head.encode() + body,)


MISSING = answer(b"", HTML, "404 Not Found")
"""Such as for front pages, which are read of silent sources."""


def feed(entries: int, more: str = "") -> bytes:
    """RSS with links to so many pages, /0 and on. `more` is what else each entry holds."""
    items = "".join(f"<item><title>Note {n}</title><link>/{n}</link>{more}</item>" for n in range(entries))
    return f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'.encode()


def hosts(count: int) -> list[str]:
    """So many addresses."""
    return [f"127.1.{n // 250}.{n % 250 + 1}" for n in range(count)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        asked = Asked(time.monotonic(), self.connection.getsockname()[0], self.path, self.headers)
        self.server.log.append(asked)
        try:
            for part in self.server.answers(asked):
                self.wfile.write(part)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, answers: Answers, port: int) -> None:
        super().__init__(("0.0.0.0", port), _Handler)  # noqa: S104  every address of 127.0.0.0/8
        self.answers = answers
        self.log: list[Asked] = []

    def verify_request(self, request: object, client_address: tuple[str, int]) -> bool:  # noqa: ARG002  socketserver's signature
        """Nobody from elsewhere is answered."""
        return client_address[0].startswith("127.")


@contextmanager
def serve(answers: Answers, port: int = 0) -> Iterator[tuple[int, list[Asked]]]:
    """The port (0: a free one), the same at all addresses, and the requests so far."""
    server = _Server(answers, port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, server.log
    finally:
        server.shutdown()
        server.socket.close()
