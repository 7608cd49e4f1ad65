"""Heads and bodies with slips that browsers take, byte for byte over the wire; and what of Twisted is leant on."""

import ast
import gzip
import inspect
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import brotli
import pytest
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.web import _newclient, http
from twisted.web.client import HTTPConnectionPool

from crawlers.fetching import connections, handler
from crawlers.fetching.handler import MAX_HEAD, MAX_LINE
from tests.loopback import Crawled, Reply, crawl, serve

PLAIN = b"<p>" + b"The ferry leaves at noon from the eastern pier. " * 30
PACKED = gzip.compress(PLAIN)
LENGTH = f"Content-Length: {len(PLAIN)}"
OK = f"HTTP/1.1 200 OK\nContent-Type: text/html\n{LENGTH}"
GZIPPED = "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Encoding: gzip"
CHUNKED = "HTTP/1.1 200 OK\nContent-Type: text/html\nTransfer-Encoding: chunked"


def raw(head: str, body: bytes = PLAIN) -> Reply:
    sent = head.encode("latin-1").replace(b"\n", b"\r\n") + b"\r\n\r\n" + body
    return Reply(write=lambda connection: connection.sendall(sent))


def odd(line: str) -> Reply:
    """A page with one odd line among its headers."""
    return raw(f"HTTP/1.1 200 OK\nContent-Type: text/html\n{line}\nX-After: yes\n{LENGTH}")


def chunks(size: str, end: str = "\r\n") -> bytes:
    """The page in two chunks, whose sizes are written like `size` and whose lines end like `end`."""
    parts = (PLAIN[:1000], PLAIN[1000:])
    sent = b"".join((size % len(part) + end).encode() + part + end.encode() for part in parts)
    return sent + (size % 0 + end + end).encode()


TAKEN = {
    "plain": raw(OK),
    "blank-before-colon": odd("X-Before : yes"),
    "blanks-in-a-name": odd("X Bad Name: yes"),
    "parenthesis": odd("X-(c): yes"),
    "quotes": odd('"X": yes'),
    "letters": odd("X-Größe: yes"),
    "no-name": odd(": yes"),
    "no-colon": odd("what is this"),
    "control": odd("X\x01: yes"),
    "zero": odd("\0: \0"),
    "long-line": odd("Content-Security-Policy: " + "x" * 100_000),
    "identity": odd("Transfer-Encoding: identity"),
    "unknown-transfer": odd("Transfer-Encoding: none"),
    "empty-transfer": odd("Transfer-Encoding:"),
    "no-number": raw(f"HTTP/1.1 200 OK\nContent-Length: many\n{LENGTH}"),
    "negative": raw("HTTP/1.1 200 OK\nContent-Length: -1"),
    "empty-length": raw("HTTP/1.1 200 OK\nContent-Length:"),
    "blank-first": raw(f"HTTP/1.1 200 OK\n X-Folded: yes\n{LENGTH}"),
    "folded": odd("X-Long: one\n two\n\tthree"),
    "two-blanks": raw(f"HTTP/1.1  200  OK\n{LENGTH}"),
    "tab": raw(f"HTTP/1.1\t200\tOK\n{LENGTH}"),
    "no-phrase": raw(f"HTTP/1.1 200\n{LENGTH}"),
    "phrase-at-once": raw(f"HTTP/1.1 200OK\n{LENGTH}"),
    "lower-case": raw(f"http/1.1 200 ok\n{LENGTH}"),
    "no-version": raw(f"HTTP 200 OK\n{LENGTH}"),
    "short-version": raw(f"HTTP/1 200 OK\n{LENGTH}"),
    "blank-line": raw(f"\n\nHTTP/1.1 200 OK\n{LENGTH}"),
    "lines-without-cr": Reply(write=lambda connection: connection.sendall(OK.encode() + b"\n\n" + PLAIN)),
    "continue": raw(f"HTTP/1.1 100 Continue\n\nHTTP/1.1  200 OK\nX Y: z\n{LENGTH}"),
    "chunked": raw(CHUNKED, chunks("%x")),
    "chunked-blank-after": raw(CHUNKED, chunks("%x  ")),
    "chunked-blank-before": raw(CHUNKED, chunks(" %x\t")),
    "chunked-zeros": raw(CHUNKED, chunks("%08X")),
    "chunked-extension": raw(CHUNKED, chunks("%x ; a=\x01\x7f")),
    "chunked-without-cr": raw(CHUNKED, chunks("%x", "\n")),
    "chunked-trailer": raw(CHUNKED, chunks("%x")[:-2] + b"X-Sum: 1\r\nbad line\r\n\r\n"),
    "chunked-odd-name": raw("HTTP/1.1 200 OK\nTransfer-Encoding : Chunked", chunks("%x")),
    "chunked-twice": raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked, identity", chunks("%x")),
    "gzip-length-of-the-plain": raw(f"{GZIPPED}\n{LENGTH}", PACKED),
    "gzip-length-too-long": raw(f"{GZIPPED}\nContent-Length: {len(PACKED) + 9}", PACKED),
    "gzip-without-trailer": raw(GZIPPED, PACKED[:-8]),
    "gzip-twice": raw(f"{GZIPPED}, gzip\n{LENGTH}", gzip.compress(PACKED)),
    "br-length-of-the-plain": raw(f"HTTP/1.1 200 OK\nContent-Encoding: br\n{LENGTH}", brotli.compress(PLAIN)),
}
REFUSED = {
    "length-too-long": (raw(f"HTTP/1.1 200 OK\nContent-Length: {len(PLAIN) + 9}"), "cut"),
    "no-coding-too-long": (
        raw(f"HTTP/1.1 200 OK\nContent-Encoding: utf-8\nContent-Length: {len(PLAIN) + 9}"),
        "cut",
    ),
    "gzip-cut": (raw(f"{GZIPPED}\n{LENGTH}", PACKED[:-12]), "cut"),
    "gzip-cut-in-trailer": (raw(f"{GZIPPED}\n{LENGTH}", PACKED[:-4]), "cut"),
    "gzip-damaged": (raw(f"{GZIPPED}\n{LENGTH}", PACKED[:-8] + bytes(8)), "cut"),
    "gzip-chunked-cut": (raw(f"{GZIPPED}\nTransfer-Encoding: chunked", b"1000\r\n" + PACKED), "cut"),
    "gzip-of-nothing": (raw(f"{GZIPPED}\n{LENGTH}", b""), "cut"),
    "two-lengths": (raw("HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6"), "connection"),
    "chunk-of-no-size": (raw(CHUNKED, b"zz\r\n" + PLAIN), "cut"),
    "no-http": (raw(f"ICY 200 OK\n{LENGTH}"), "connection"),
    "no-status": (raw(f"HTTP/1.1 OK\n{LENGTH}"), "connection"),
    "line-without-end": (odd("X-Long: " + "x" * (MAX_LINE + 70_000)), "connection"),
    "many-lines": (odd("\n".join(["X-Many: " + "x" * 1000] * 300)), "too_large"),
}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crawled, dict[str, str]]]:
    """One crawl of them all, each on a host of its own; and the URL of each."""
    replies = TAKEN | {name: reply for name, (reply, _) in REFUSED.items()}
    with ExitStack() as stack:
        where = {}
        for number, (name, reply) in enumerate(replies.items(), 1):
            where[name] = stack.enter_context(serve(f"127.0.6.{number}", {"/a": reply})).url + "/a"
        yield crawl(tmp_path_factory.mktemp("heads"), pages=list(where.values()), max_attempts=1), where


@pytest.mark.parametrize("name", TAKEN)
def test_a_page_is_had_in_spite_of_a_slip(crawled: tuple[Crawled, dict[str, str]], name: str) -> None:
    result, where = crawled
    assert [miss.detail for miss in result.misses(where[name])] == []
    (page,) = result.pages(where[name])
    assert page.body == PLAIN
    names = [header for header, _ in page.headers]
    assert not {header for header in names if not header or " " in header or "(" in header}
    if name in {"blank-before-colon", "parenthesis", "no-name"}:
        assert "x-after" in names, "the lines that follow are read"
    assert ("x-before" in names) == (name == "blank-before-colon")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_slip_is_a_miss(crawled: tuple[Crawled, dict[str, str]], name: str) -> None:
    result, where = crawled
    (miss,) = result.misses(where[name])
    assert miss.reason == REFUSED[name][1], miss.detail
    assert result.pages(where[name]) == []


def test_nothing_of_it_is_logged(crawled: tuple[Crawled, dict[str, str]]) -> None:
    assert crawled[0].log == ""


# Private names: all that handler.py leans on, and what it takes them to be.

PRIVATE = {
    http._ChunkedTransferDecoder: {
        "_dataReceived_CHUNK_LENGTH",
        "_dataReceived_CRLF",
        "_dataReceived_TRAILER",
    },
    _newclient.HTTPClientParser: {"_transferDecoders"},
    HTTPConnectionPool: {"_newConnection", "_putConnection"},
    HostnameEndpoint: {"_getNameResolverAndMaybeWarn"},
}
IN_SOURCE = {
    http._ChunkedTransferDecoder: {"_buffer", "_start"},
    HTTPConnectionPool: {"_timeouts"},
    HostnameEndpoint: {"_badHostname", "_hostText", "_port", "_reactor", "_timeout", "_bindAddress"},
    type(wrapClientTLS(object(), object())): {"_wrappedEndpoint"},
    _newclient.HTTPParser: {"_partialHeader"},
    _newclient.HTTP11ClientProtocol: {"_parser", "_quiescentCallback"},
}
OF_SCRAPY = {
    *(
        "_LenientHTTP11ClientFactory",
        "_LenientHTTP11ClientProtocol",
        "_LenientHTTPClientParser",
        "_pool",
        "_factory",
        "_crawler",
    ),
    *("_newclient", "_ChunkedTransferDecoder"),
}
OWN = {
    *(
        "_CappedFactory",
        "_CappedProtocol",
        "_TolerantChunks",
        "_TolerantParser",
        "_STATUS_LINE",
        "_NAME",
        "_LENGTH",
    ),
    *("_Addresses", "_Known", "_known", "_done", "_found", "_addresses", "_unresolved", "_connect"),
    *("_has_its_end", "_in_head", "_received", "_leave_head", "_add_cr", "_OUT_OF_FILES"),
}


def test_the_private_names_that_are_leant_on_are_there() -> None:
    for owner, names in PRIVATE.items():
        assert all(hasattr(owner, name) for name in names)
    for owner, names in IN_SOURCE.items():
        assert all(name in inspect.getsource(owner) for name in names)
    assert set(_newclient.HTTPClientParser._transferDecoders) == {b"chunked"}
    assert MAX_LINE < MAX_HEAD


def test_no_other_private_names_are_leant_on() -> None:
    tree = ast.parse("".join(Path(module.__file__).read_text("utf-8") for module in (handler, connections)))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {
        node.name for node in ast.walk(tree) if isinstance(node, (ast.alias, ast.FunctionDef, ast.ClassDef))
    }
    private = {name for name in used if name.startswith("_") and not name.startswith("__") and name != "_"}
    assert private <= OWN | OF_SCRAPY | set().union(*PRIVATE.values(), *IN_SOURCE.values())
