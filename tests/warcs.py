"""WARC files made up for tests: pages that become articles, and records that do not."""

import gzip
import random
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import escape

NOON = datetime(2025, 3, 2, 12, tzinfo=UTC)
_WORDS = re.findall(
    r"\w+",
    "harbour council ferry bridge winter budget teacher school railway market farmer reservoir museum orchestra "
    "lighthouse election minister court hospital engineer island fishing village tower valley storm river village "
    "library student canteen bakery border treaty signal tunnel glacier forest wolf pasture bank interest rates",
)


def words(seed: int, count: int) -> str:
    """Some sentences, other ones for every seed."""
    draw = random.Random(seed)
    sentences = []
    while count > 0:
        length = draw.randint(9, 16)
        count -= length
        chosen = [draw.choice(_WORDS) for _ in range(length)]
        sentences.append(f"The {' '.join(chosen)} number {draw.randint(1, 99999)}.".replace("  ", " "))
    return " ".join(sentences)


def html(number: int, language: str = "en", edition: str = "") -> bytes:
    """A page with an article of some two hundred words."""
    title = f"The {words(number, 5)[4:40].strip()} of district {number}"
    body = "".join(f"<p>{escape(words(1000 * number + n, 45))} {edition}</p>" for n in range(4))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


def http(body: bytes, status: str = "200 OK", kind: str = "text/html; charset=utf-8", *headers: str) -> bytes:
    """A recorded answer."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers])
    return f"{head}\r\n\r\n".encode("latin-1") + body


def record(
    block: bytes,
    url: str = "https://www.harbour.example/",
    at: datetime | str = NOON,
    kind: str = "response",
    *headers: str,
) -> bytes:
    """A record as it stands in a file that is not packed."""
    date = at if isinstance(at, str) else at.strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        f"WARC-Date: {date}",
        "Content-Type: application/http; msgtype=response",
        *headers,
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def address(number: int, host: str = "www.harbour.example") -> str:
    return f"https://{host}/news/{number}"


def story(number: int, host: str = "www.harbour.example", language: str = "en", edition: str = "") -> bytes:
    """The record of a page that becomes an article; a minute lies between two numbers."""
    at = NOON + timedelta(minutes=number)
    return record(http(html(number, language, edition)), address(number, host), at)


def members(records: Iterable[bytes]) -> bytes:
    """A file with a gzip member for each record."""
    return b"".join(gzip.compress(each, 1, mtime=0) for each in records)
