"""The bytes of a feed to text that XML admits, in whatever encoding they are."""

import re
import zlib
from collections.abc import Sequence
from contextlib import suppress

from articles.errors import FeedError
from crawlers.fetching.codings import GZIP, WBITS_GZIP, inflated

MAX_BYTES = 20_000_000
"""The most bytes that a gzipped feed may decode to."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""", re.ASCII)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# What XML 1.0 forbids, as characters and as references: for one of these feedparser loses the whole feed.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_NOT_UTF_8 = re.compile("[\udc80-\udcff]")  # bytes, as the error handler surrogateescape writes them
_PROLOGUE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)


def unzipped(body: bytes, url: str) -> tuple[bytes, bool]:
    """The body without gzip, and whether that is all of it. Raises FeedError for damaged gzip, or too much of it."""
    if not body.startswith(GZIP):
        return body, True
    try:
        plain, whole = inflated(body, WBITS_GZIP, MAX_BYTES)
    except zlib.error as error:
        raise FeedError(f"{url} is damaged gzip: {error}") from error
    if len(plain) > MAX_BYTES:
        raise FeedError(f"{url} decodes to more than {MAX_BYTES} bytes")
    return plain, whole


def decoded(body: bytes, headers: Sequence[tuple[str, str]]) -> str:
    """The feed as text that XML admits.

    What is valid UTF-8 is taken for it whatever the labels say, for labels are often wrong and other
    encodings hardly ever look like UTF-8; ISO-2022 (7 bits) must be declared. What is UTF-8 but for a few
    bytes, such as a title from another system, keeps it, and these bytes are read as Windows-1252.
    """
    sent = _CHARSET.search(" ".join(value for name, value in headers if name.lower() == "content-type"))
    declared = _DECLARED.match(body)
    labels = [declared[1].decode()] if declared else []
    labels += [sent[1]] if sent else []
    boms = [encoding for bom, encoding in _BOMS if body.startswith(bom)]
    seven_bit = [label for label in labels if label.lower().startswith("iso-2022")]
    for encoding in [*boms, *seven_bit, "utf-8"]:
        with suppress(UnicodeDecodeError, LookupError):
            return _admissible(body.decode(encoding))
    text = body.decode("utf-8", "surrogateescape")
    wrong = len(_NOT_UTF_8.findall(text))
    if len(_NOT_ASCII.findall(text)) <= 2 * wrong:  # fewer characters in UTF-8 than wrong bytes
        for encoding in labels:
            with suppress(UnicodeDecodeError, LookupError):
                return _admissible(body.decode(encoding))
    return _admissible(_NOT_UTF_8.sub(_windows_1252, text))


def beginning(text: str) -> int:
    """Where the first character stands that is no white space, declaration or comment."""
    place = 0
    while found := _PROLOGUE.match(text, place):
        place = found.end()
    return place


def _windows_1252(match: re.Match[str]) -> str:
    return bytes([ord(match[0]) - 0xDC00]).decode("windows-1252", "replace")


def _admissible(text: str) -> str:
    text = FORBIDDEN.sub("", text.removeprefix("\ufeff"))
    return _REFERENCE.sub(_checked_reference, text)


def _checked_reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    return "" if number > 0x10FFFF or FORBIDDEN.match(chr(number)) else match[0]
