"""WARC files that others wrote, read record by record: strictly, in bounded memory, and from any place on.

A file may be packed with a gzip member for each record, with several records in a member, or not at all. Nothing in it is
taken for a record that may be bytes of a page: after damage, reading goes on where record follows on record until the
damaged one must have ended, by the length that it stated.
"""

import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from store.archive.members import DamageError, ForeignError, TornError, head_at, headers_of

_CHUNK = 65536
_MAGIC = b"\x1f\x8b\x08"
_VERSION = b"WARC/1."
_BREAK = b"\r\n\r\n"
_LONGEST_HEAD = 1 << 20
_FARTHEST = 16 << 20  # bytes of a damaged record that states more: no page has
_UNSTATED = 1 << 20  # bytes of a damaged record that does not say how long it is
_LONGEST_PACKED_HEAD = 4096
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """Where a record begins: `skip` plain bytes after the beginning of the gzip member at byte `member` of the file.

    In a file that is not packed, `member` is where the record begins.
    """

    member: int = 0
    skip: int = 0


@dataclass(frozen=True, slots=True)
class ForeignRecord:
    """A record: its WARC-Type in lower case, its headers (names lower-cased), its block or the beginning of that, and the block's length."""

    kind: str
    headers: Mapping[str, str]
    block: bytes
    length: int


@dataclass(frozen=True, slots=True)
class UnreadableRecord:
    """Bytes that give no record, and why."""

    why: str


class FileBytes:
    """The bytes of a file, each stretch read when it is asked for."""

    def __init__(self, file: BinaryIO) -> None:
        self._descriptor = file.fileno()
        self._size = os.fstat(self._descriptor).st_size

    def __len__(self) -> int:
        return self._size

    def at(self, offset: int, size: int) -> bytes:
        """At most `size` bytes; fewer at the end of the file."""
        return os.pread(self._descriptor, size, offset)

    def find(self, what: bytes, offset: int) -> int:
        """Where `what` begins next from `offset` on; the length of the file if it does not."""
        while window := self.at(offset, _CHUNK + len(what)):
            place = window.find(what)
            if place >= 0:
                return offset + place
            offset += _CHUNK
        return self._size


def is_packed(file: BinaryIO) -> bool:
    """Whether the file is gzipped, by its first bytes or its name."""
    return FileBytes(file).at(0, 3) == _MAGIC or str(file.name).endswith(".gz")


def records(
    file: BinaryIO, most: int, place: ReadingPlace
) -> Iterator[tuple[ForeignRecord | UnreadableRecord, ReadingPlace]]:
    """Every record from `place` on, each with the place after it; of a block that is longer, the first `most` bytes.

    Each damaged stretch counts as one unreadable record.
    """
    data, packed = FileBytes(file), is_packed(file)
    while place.member < len(data):
        stream = _Stream(data, place.member, packed=packed)
        try:
            stream.take(place.skip, 0)
            while (record := _next(stream, most)) is not None:
                place = stream.place()
                yield record, place
            place = ReadingPlace(stream.end)
        except DamageError as error:
            at, place = place, ReadingPlace(_after_damage(data, stream))
            yield UnreadableRecord(f"the record at byte {at.member} {error}"), place


class _Stream:
    """The plain bytes of the gzip member at `start`, or of a file that is not packed from there on.

    What is in `rest` is unpacked and not yet taken. The record at hand begins after `begun` plain bytes,
    and `chunk` is where the last bytes read begin.
    """

    def __init__(self, data: FileBytes, start: int, *, packed: bool) -> None:
        self.start = self.chunk = self._position = start
        self.packed = packed
        self.rest = bytearray()
        self.taken = self.begun = 0
        self._broken = False
        self._data = data
        self._unpacker = zlib.decompressobj(wbits=31)

    def fill(self) -> bool:
        """Unpack some more bytes; False at the end. Raises DamageError."""
        return self._inflate() if self.packed else self._read()

    def _read(self) -> bool:
        self.chunk = self._position
        found = self._data.at(self._position, _CHUNK)
        self._position += len(found)
        self.rest += found
        return bool(found)

    def _inflate(self) -> bool:
        if self._unpacker.eof:
            return False
        chunk = self._unpacker.unconsumed_tail
        if not chunk:
            self.chunk = self._position
            chunk = self._data.at(self._position, _CHUNK)
            self._position += len(chunk)
        try:
            plain = self._unpacker.decompress(chunk, _CHUNK)
        except zlib.error as error:
            self._broken = True
            raise DamageError(f"is damaged: {error}") from error
        if not (chunk or plain or self._unpacker.eof):
            raise TornError("is torn: the file ends within it")
        self.rest += plain
        return True

    def take(self, size: int, keep: int) -> bytes:
        """Pass over `size` bytes, and return the first `keep` of them. Raises DamageError where there are fewer."""
        kept = bytearray()
        while size:
            if not self.rest and not self.fill():
                raise TornError("is torn: fewer bytes follow than it states")
            part = self.rest[:size]
            del self.rest[: len(part)]
            self.taken += len(part)
            size -= len(part)
            kept += part[: max(0, keep - len(kept))]
        return bytes(kept)

    def begins(self, what: bytes) -> bool:
        """Whether these bytes come next. Raises DamageError."""
        while len(self.rest) < len(what) and self.fill():
            pass
        return self.rest.startswith(what)

    def ends(self) -> bool:
        """Pass over line ends; whether nothing follows them. A gzip member's checksum holds then. Raises DamageError."""
        more = True
        while more:
            before = len(self.rest)
            self.rest = self.rest.lstrip(b"\r\n")
            self.taken += before - len(self.rest)
            if self.rest:
                return False
            more = self.fill()
        return True

    def passes(self) -> bool:
        """Pass over the rest of the member; whether its end was reached, and its checksum holds."""
        try:
            while not self._broken and self.fill():
                self.rest.clear()
        except DamageError:
            return False
        return not self._broken

    @property
    def end(self) -> int:
        """Where the member, or the file, ends, once that is reached."""
        return self._position - len(self._unpacker.unused_data)

    def place(self) -> ReadingPlace:
        """Where the next record begins, after `ends`."""
        if not self.packed:
            return ReadingPlace(self.start + self.taken)
        return (
            ReadingPlace(self.end)
            if self._unpacker.eof and not self.rest
            else ReadingPlace(self.start, self.taken)
        )


def _next(stream: _Stream, most: int) -> ForeignRecord | None:
    """The next record, None at the end of the stream. Raises DamageError.

    What follows it is looked at, too: where that is neither a record nor the end, the length that it states is a lie.
    """
    if stream.ends():
        return None
    stream.begun = stream.taken
    head = _head(stream)
    headers = headers_of(head)
    length = _stated(headers)
    if length is None:
        raise DamageError(f"is no WARC record: its length is {headers.get('content-length', '')[:40]!r}")
    stream.take(len(head) + len(_BREAK), 0)
    block = stream.take(length, most)
    as_stated = stream.begins(_BREAK)
    if not (stream.ends() or as_stated or stream.begins(_VERSION)):
        raise DamageError(f"is damaged: it is longer than the {length} bytes that it states")
    return ForeignRecord(headers.get("warc-type", "").lower(), headers, block, length)


def _stated(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) <= _MOST_DIGITS else None


def _head(stream: _Stream) -> bytes:
    """The head of the record at hand, without the empty line, which is not taken yet. Raises DamageError."""
    while (end := stream.rest.find(_BREAK)) < 0:
        if not stream.rest.startswith(_VERSION[: len(stream.rest)]) or len(stream.rest) > _LONGEST_HEAD:
            raise ForeignError("is no WARC record")
        if not stream.fill():
            raise TornError("is torn: its head has no end")
    if not stream.begins(_VERSION):
        raise ForeignError("is no WARC record")
    return bytes(stream.rest[:end])


def _after_damage(data: FileBytes, stream: _Stream) -> int:
    """Where to go on: at the end of the member, where that can be told, else where records follow that can be trusted."""
    if stream.packed and stream.passes():
        return stream.end
    damaged = stream.chunk if stream.packed else stream.start + stream.begun
    bound, place = _bound(data, stream, damaged), damaged + 1
    while (place := _start(data, place, packed=stream.packed)) < len(data):
        broken = _broken(data, place, bound, packed=stream.packed)
        if not broken:
            return place
        place = broken
    return len(data)


def _bound(data: FileBytes, stream: _Stream, damaged: int) -> int:
    """A place that the bytes of the damaged record cannot reach, if it is a page's."""
    if stream.packed and not stream.begun:
        length = _stated(head_at(data.at(stream.start, _CHUNK), 0))
        if length is not None:  # packed, bytes are never more than a thousandth longer
            return stream.start + min(length + length // 1000 + _LONGEST_PACKED_HEAD, _FARTHEST)
    return damaged + _UNSTATED


def _start(data: FileBytes, offset: int, *, packed: bool) -> int:
    """Where something that may be a record begins, from `offset` on."""
    if packed:
        return data.find(_MAGIC, offset)
    line = data.find(b"\n" + _VERSION, offset - 1)
    return line + 1 if line < len(data) else line


def _broken(data: FileBytes, offset: int, bound: int, *, packed: bool) -> int:
    """0 if whole records follow one another from `offset` on, one at least, up to `bound` or the end of the file.

    Else a place after `offset` up to which nothing can be trusted.
    """
    place = offset
    while place == offset or place < min(bound, len(data)):
        stream = _Stream(data, place, packed=packed)
        try:
            found = _next(stream, 0)
            while found is not None and packed and stream.chunk < bound and _next(stream, 0) is not None:
                pass
        except DamageError:
            return max(place, offset + 1)
        if found is None:
            return offset + 1
        place = stream.place().member if not packed else max(stream.end, place + 1)
    return 0
