"""HTTP answers in WARC files: as they came, and as writers left them."""

import gzip
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.fetching.answers import FetchError
from crawlers.fetching.recorded import plain, split
from store.records import FetchReason

PAGE = "<!doctype html><title>Fähre</title>".encode() + b"<p>text</p>" * 300


def chunked(body: bytes, size: int = 1000, line: bytes = b"\r\n") -> bytes:
    parts = [body[n : n + size] for n in range(0, len(body), size)]
    return b"".join(b"%x%b%b%b" % (len(part), line, part, line) for part in (*parts, b""))


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(PAGE, mtime=0)),
        ("x-gzip", gzip.compress(PAGE, mtime=0)),
        ("deflate", zlib.compress(PAGE)),
        ("br", brotli.compress(PAGE)),
        ("gzip", PAGE),
        ("br", PAGE),
        ("", PAGE),
        ("none", PAGE),
    ],
)
@pytest.mark.parametrize("chunks", ["", "as it came", "joined"])
def test_a_body_is_read_whatever_was_undone_already(coding: str, body: bytes, chunks: str) -> None:
    headers = [("content-length", "17")]
    headers += [("transfer-encoding", "chunked")] if chunks else []
    headers += [("content-encoding", coding)] if coding else []
    recorded = chunked(body) if chunks == "as it came" else body
    assert plain(tuple(headers), recorded, 100_000) == PAGE


def test_a_coding_is_undone_for_text_that_does_not_look_like_a_page() -> None:
    text = b"<section>" + b"words " * 100
    assert plain((("content-encoding", "gzip"),), gzip.compress(text), 10_000) == text
    assert plain((("content-encoding", "gzip"),), text, 10_000) == text


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (gzip.compress(PAGE, mtime=0)[:-30], (("content-encoding", "gzip"),), FetchReason.CUT),
        (b"words", (("content-encoding", "gzip"),), FetchReason.ENCODING),
        (PAGE, (("content-encoding", "compress"),), None),
        (b"\x1f\x9dwords", (("content-encoding", "compress"),), FetchReason.ENCODING),
        (chunked(PAGE)[:-5], (("transfer-encoding", "chunked"),), FetchReason.CUT),
        (chunked(PAGE)[:-50], (("transfer-encoding", "chunked"),), FetchReason.CUT),
        (PAGE * 10, (), FetchReason.TOO_LARGE),
        (gzip.compress(PAGE * 10, mtime=0), (("content-encoding", "gzip"),), FetchReason.TOO_LARGE),
    ],
)
def test_what_is_cut_damaged_or_too_large_is_none(
    body: bytes, headers: tuple[tuple[str, str], ...], reason: FetchReason | None
) -> None:
    if reason is None:
        assert plain(headers, body, 10_000) == body
        return
    with pytest.raises(FetchError) as caught:
        plain(headers, body, 10_000)
    assert caught.value.reason is reason


@pytest.mark.parametrize("line", [b"\r\n", b"\n"])
def test_a_head_is_read_as_a_live_one_would_be(line: bytes) -> None:
    head = [
        b"HTTP/1.1 200 OK",
        b"Content-Type : text/html; charset=ISO-8859-2",
        b"no header",
        b" nor this: one",
    ]
    status, headers, body = split(line.join([*head, b"X: 1", b"X: \xe9", b"", PAGE]))
    assert (status, body) == (200, PAGE)
    assert headers == (("content-type", "text/html; charset=ISO-8859-2"), ("x", "1"), ("x", "é"))


def test_http_2_without_a_phrase_and_a_head_without_a_body() -> None:
    assert split(b"HTTP/2 204\r\n") == (204, (), b"")


@pytest.mark.parametrize(
    "block", [b"", b"<html>", b"HTTP/1.1 20", b"HTTP/1.1 OK\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_answer_is_none(block: bytes) -> None:
    with pytest.raises(FetchError, match="no HTTP answer"):
        split(block)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "br", "deflate", "zstd", "chunked", ""]))
def test_bytes_raise_nothing_else(body: bytes, coding: str) -> None:
    name = "transfer-encoding" if coding == "chunked" else "content-encoding"
    for data in (body, b"HTTP/1.1 200\r\n" + body):
        try:
            split(data)
            plain(((name, coding),), data, 1000)
        except FetchError:
            pass
