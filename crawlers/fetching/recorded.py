"""An HTTP answer as a WARC file has it, read as a live one would be: head, chunks, content coding. Pure.

Many writers change what they record and leave the head as it was, or the other way round: chunks are joined and
compression is undone, while the head still speaks of them; Content-Length is that of another form. So a coding that a
body does not have is taken for undone, and Content-Length says nothing.
"""

import re

from articles.media_type import looks_like_html
from crawlers.fetching.answers import FetchError, Headers, decoded
from store.records import FetchReason

STATUS_LINE = re.compile(rb"\s*HTTP(?:/(\d\.\d))?\S*\s+(\d{3})(?!\d)\s*(.*)", re.IGNORECASE | re.DOTALL)
HEADER_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+", re.IGNORECASE)

_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")
_LINE_END = re.compile(rb"\r?\n")


def split(block: bytes) -> tuple[int, Headers, bytes]:
    """Status, headers (names in lower case) and the body as recorded. Raises FetchError (connection) for what is no HTTP."""
    end = _EMPTY_LINE.search(block)
    first, *lines = (block[: end.start()] if end else block).split(b"\n")
    status = STATUS_LINE.match(first)
    if status is None or (end is None and not block.endswith(b"\n")):
        raise FetchError(FetchReason.CONNECTION, "no HTTP answer")
    pairs = (line.partition(b":") for line in lines if line[:1] not in {b" ", b"\t"})
    headers = tuple(
        (name.rstrip(b" \t").decode("latin-1").lower(), value.strip(b" \t\r").decode("latin-1"))
        for name, colon, value in pairs
        if colon and HEADER_NAME.fullmatch(name.rstrip(b" \t"))
    )
    return int(status[2]), headers, block[end.end() :] if end else b""


def plain(headers: Headers, body: bytes, limit: int) -> bytes:
    """The body without chunks and content coding. Raises FetchError: too_large (bytes), cut, encoding."""
    if "chunked" in _joined(headers, "transfer-encoding"):
        body = _unchunked(body)
    encoding = _joined(headers, "content-encoding")
    try:
        undone = looks_like_html(body) or not encoding
        return decoded(body, "" if undone else encoding, limit, forgiving=True)
    except FetchError as error:
        if error.reason is FetchReason.ENCODING and body.lstrip().startswith(b"<"):
            return decoded(body, "", limit)
        raise


def _joined(headers: Headers, name: str) -> str:
    return ",".join(value.lower() for key, value in headers if key == name)


def _unchunked(body: bytes) -> bytes:
    """The chunks joined; the body itself if it does not begin like a chunk. Raises FetchError (cut)."""
    parts: list[bytes] = []
    place = 0
    while size := _CHUNK_SIZE.match(body, place):
        length = int(size[1], 16)
        if not length:
            return b"".join(parts)
        end = size.end() + length
        parts.append(body[size.end() : end])
        line_end = _LINE_END.match(body, end)
        if line_end is None:
            break
        place = line_end.end()
    if not parts:
        return body
    raise FetchError(FetchReason.CUT, "ended before it was complete")
