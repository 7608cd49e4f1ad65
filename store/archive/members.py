"""Reading one WARC record from its gzip member, strictly: nothing that a record says of itself is believed unchecked."""

import mmap
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from articles.errors import ArchiveError

_CHUNK = 65536
_MAGIC = b"\x1f\x8b\x08"
_VERSION = b"WARC/1."
_BREAK = b"\r\n\r\n"
_LONGEST_HEAD = 1 << 20
_LARGEST = 1 << 30  # no page is

Bytes = bytes | mmap.mmap


class DamageError(ArchiveError):
    """Bytes that are not, or no longer, what was written. The message goes on from "the record at byte N"."""


class TornError(DamageError):
    """The file ends within the record."""


class SeveralError(DamageError):
    """A gzip member that holds more than its one record."""


class ForeignError(DamageError):
    """Bytes of other software."""


@dataclass(frozen=True, slots=True)
class Member:
    """A record as it stands in its gzip member: its WARC-Type, its headers (names lower-cased), its block."""

    kind: str
    headers: Mapping[str, str]
    block: bytes


def unpacked(data: Bytes, offset: int) -> tuple[Member, int]:
    """The record of the gzip member at `offset`, and the offset after it. Raises DamageError.

    WARC readers take a torn member for a whole one; zlib tells us whether the end and its checksum were met. No more
    is unpacked than the record's length, which may be a lie, and the next 64 KB of the file make.
    """
    unpacker = zlib.decompressobj(wbits=31)
    plain = bytearray()
    position, length = offset, 0
    while not unpacker.eof:
        chunk = data[position : position + _CHUNK]
        if not chunk:
            raise TornError("is torn: the file ends within the record")
        try:
            plain += unpacker.decompress(chunk)
        except zlib.error as error:
            raise _damage(error, chunk if position == offset else b"") from error
        position += len(chunk)
        length = length or record_length(plain)
        if length and len(plain) > length:
            break
    if not length:
        raise DamageError("is no WARC record: its head has no end")
    if len(plain) > length:
        if plain.startswith(_VERSION, length):
            raise SeveralError("shares its gzip member with others: `broadsheet rebuild` parts them")
        raise DamageError(f"is damaged: it is longer than the {length} bytes that it states")
    if len(plain) < length:
        raise DamageError(f"is damaged: it has {len(plain)} bytes and states {length}")
    return _member(bytes(plain)), position - len(unpacker.unused_data)


def _damage(error: zlib.error, start: bytes) -> DamageError:
    kind = DamageError if start.startswith(_MAGIC) or not start.strip(b"\0") else ForeignError
    return kind(f"is damaged: {error}")


def record_length(plain: bytes | bytearray) -> int:
    """How long the record is that `plain` begins with: head, block and the two empty lines at its end.

    0 as long as its head has no end. Raises DamageError for what is no WARC record, or none that can be.
    """
    head = plain.find(_BREAK, 0, _LONGEST_HEAD)
    if not plain.startswith(_VERSION[: len(plain)]) or (head < 0 and len(plain) > _LONGEST_HEAD):
        raise ForeignError("is no WARC record")
    if head < 0:
        return 0
    stated = headers_of(plain[:head]).get("content-length", "")
    if (
        not (stated.isascii() and stated.isdigit())
        or len(stated) > len(str(_LARGEST))
        or int(stated) > _LARGEST
    ):
        raise DamageError(f"is no WARC record: its length is {stated[:40]!r}")
    return head + len(_BREAK) + int(stated) + len(_BREAK)


def head_at(data: Bytes, offset: int) -> Mapping[str, str]:
    """The headers of the record in the gzip member at `offset`, its type among them; empty where none begins.

    Nothing of the record after its head need be whole.
    """
    if data[offset : offset + len(_MAGIC)] != _MAGIC:
        return {}
    unpacker = zlib.decompressobj(wbits=31)
    plain = b""
    position = offset
    try:
        while _BREAK not in plain and not unpacker.eof and len(plain) < _LONGEST_HEAD:
            if not (chunk := data[position : position + 512]):
                break
            plain += unpacker.decompress(chunk, _CHUNK)
            position += len(chunk)
    except zlib.error:
        return {}
    head, found, _ = plain.partition(_BREAK)
    return headers_of(head) if found and head.startswith(_VERSION) else {}


def may_begin(data: Bytes, offset: int) -> bool:
    """Whether a killed process may have left these bytes of a record, or of the zeros that a file system fills up with."""
    start = data[offset : offset + len(_MAGIC)]
    return _MAGIC.startswith(start) or start[:1] == b"\0"


def next_member(data: Bytes, offset: int) -> int:
    """Where the next bytes from `offset` on are that a gzip member begins with; the end of `data` without any."""
    place = data.find(_MAGIC, offset)
    return place if place >= 0 else len(data)


def headers_of(head: bytes | bytearray) -> dict[str, str]:
    """The headers of a record's head, names lower-cased."""
    lines = head.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in reversed(lines))  # the first of a name counts
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _member(plain: bytes) -> Member:
    head, _, rest = plain.partition(_BREAK)
    if not rest.endswith(_BREAK):
        raise DamageError("is damaged: it does not end where it states")
    headers = headers_of(head)
    return Member(headers.get("warc-type", ""), headers, rest.removesuffix(_BREAK))
