"""A segment that a tool packed as one gzip member, or unpacked, is packed again as it was written: a member for each record.

Only so has a page a place of its own, which the ledger can name.
"""

import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from fastwarc import GzipWriter

from articles.errors import StorageError
from store.archive import warc
from store.archive.members import Bytes, DamageError, SeveralError, record_length, unpacked
from store.archive.reader import reading, segments

_CHUNK = 1 << 20
_PLAIN = b"WARC/"


def repack(folder: Path, damaged: Callable[[str], None]) -> None:
    """Pack such segments again. Of one with damage the old form stays, as `NAME.damaged`, and `damaged` is told.

    Raises StorageError.
    """
    for path in segments(folder):
        with reading(path) as data:
            if _is_packed_otherwise(data):
                _repack(path, data, damaged)


def _is_packed_otherwise(data: Bytes) -> bool:
    try:
        _, first_page = unpacked(data, 0)
        unpacked(data, first_page)
    except SeveralError:
        return _is_ours(data)
    except DamageError:
        return data[:5] == _PLAIN and _is_ours(data)
    return False


def _is_ours(data: Bytes) -> bool:
    return warc.SIGNATURE in next(_plain(data))[:_CHUNK]


def _repack(path: Path, data: Bytes, damaged: Callable[[str], None]) -> None:
    beside = path.with_suffix(".new")
    damage: list[str] = []
    try:
        with beside.open("wb") as file:
            kept = _write(_records(_plain(data)), file, damage.append)
            file.flush()
            os.fsync(file.fileno())
        if damage and not kept:
            beside.unlink()
            return
        if damage:
            damaged(
                f"{path}: packed in another way, and it {damage[0]} ({kept} records before that were read)"
            )
            path.rename(path.with_name(f"{path.name}.damaged"))
        beside.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be packed again: {error.strerror}") from error


def _write(records: Iterator[bytes], file: BinaryIO, damage: Callable[[str], None]) -> int:
    writer = GzipWriter(file, compression_level=warc.LEVEL)
    count = 0
    try:
        for count, record in enumerate(records, 1):  # noqa: B007  it is counted
            writer.write(record)
            writer.finish()
    except DamageError as error:
        damage(str(error))
    return count


def _plain(data: Bytes) -> Iterator[bytes]:
    """The segment without compression, in pieces. Raises DamageError where it goes no further."""
    if data[:5] == _PLAIN:
        yield from (data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK))
        return
    unpacker = zlib.decompressobj(wbits=31)
    for start in range(0, len(data), _CHUNK):
        packed = data[start : start + _CHUNK]
        while packed:
            try:
                yield unpacker.decompress(packed, _CHUNK)
            except zlib.error as error:
                raise DamageError(f"is damaged: {error}") from error
            packed = unpacker.unconsumed_tail
            if unpacker.eof:
                packed, unpacker = unpacker.unused_data, zlib.decompressobj(wbits=31)


def _records(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Each record as it stands, from its head to the empty lines at its end. Raises DamageError."""
    plain = bytearray()
    for piece in pieces:
        plain += piece
        while plain and (length := record_length(plain)) and len(plain) >= length:
            yield bytes(plain[:length])
            del plain[:length]
    if plain:
        raise DamageError("is torn: the file ends within a record")
