"""Encode and decode pages and their remains as WARC: one gzip member per record.

The `response` record is for any WARC tool. Its body is decoded, so headers about the encoded bytes get the
prefix X-Crawler-, and Content-Length is ours. The `metadata` record has the rest of the page in JSON. Together
they give back an identical `Page`.

For a page dropped by retention, a `metadata` record with the ledger's data about its capture remains. If the capture was
indexed, its article follows in a `conversion` record in JSON. Both refer to the dropped response.
"""

import base64
import hashlib
import http
import io
import json
import mmap
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from fastwarc import GzipWriter, WarcRecord, WarcRecordType

from articles.errors import ArchiveError
from articles.model import Article, Page, from_json, to_json
from store.records import ArchiveRef, Remains, Settled

SCHEMA = 1

_LEVEL = 4  # level 6 saves 5 % of the size, for 70 % more time (measured on news pages)
_CHUNK = 65536
_MAGIC = b"\x1f\x8b\x08"
_RESPONSE_HEAD = b"WARC/1.1\r\nWARC-Type: response\r\n"
_METADATA_HEAD = b"WARC/1.1\r\nWARC-Type: metadata\r\n"
_ENCODED_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_RECORD_IDS = uuid.UUID("5f0e4d7c-7c8e-5d0f-9d0c-3b0d6a1f2c11")


class DamageError(ArchiveError):
    """Bytes that differ from what was written. The message continues the phrase "the record at byte N"."""


@dataclass(frozen=True, slots=True)
class _Dropped:
    """The data about a dropped page in the metadata record of its remains. `settled` is None if the article follows."""

    at: datetime
    raw: ArchiveRef
    settled: Settled | None


def encode(record: Page | Remains) -> bytes:
    """The records of a page or of its remains. The same input gives the same bytes, record ids included."""
    return _encode_page(record) if isinstance(record, Page) else _encode_remains(record)


def _encode_page(page: Page) -> bytes:
    response_id = _response_id(page)
    response = _record(WarcRecordType.response, response_id, page.fetched_at, _http(page))
    response.headers["WARC-Target-URI"] = page.final_url
    response.headers["WARC-Payload-Digest"] = _digest(page.body)
    response.headers["Content-Type"] = "application/http; msgtype=response"
    metadata = _record(
        WarcRecordType.metadata, _record_id(f"metadata {response_id}"), page.fetched_at, _json(_fields(page))
    )
    metadata.headers["WARC-Target-URI"] = page.final_url
    metadata.headers["WARC-Concurrent-To"] = _urn(response_id)
    metadata.headers["WARC-Refers-To"] = _urn(response_id)
    metadata.headers["Content-Type"] = "application/json"
    return _packed(response, metadata)


def _encode_remains(remains: Remains) -> bytes:
    page, kept = remains.page, remains.kept
    response_id = _response_id(page)
    settled = None if isinstance(kept, Article) else kept
    dropped = msgspec.to_builtins(_Dropped(remains.dropped_at, remains.raw, settled))
    blocks = [("metadata", WarcRecordType.metadata, _json(_fields(page) | {"dropped": dropped}))]
    if isinstance(kept, Article):
        blocks.append(("conversion", WarcRecordType.conversion, to_json(kept)))
    records = []
    for name, kind, block in blocks:
        record_id = _record_id(f"{name} {response_id} {remains.dropped_at.isoformat()}")
        record = _record(kind, record_id, remains.dropped_at, block)
        record.headers["WARC-Target-URI"] = page.final_url
        record.headers["WARC-Refers-To"] = _urn(response_id)
        record.headers["Content-Type"] = "application/json"
        records.append(record)
    return _packed(*records)


def encode_info(segment: str, opened_at: datetime) -> bytes:
    """The `warcinfo` record at the start of a segment."""
    fields = (
        "software: Broadsheet\r\n"
        "format: WARC File Format 1.1\r\n"
        "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
        f"broadsheet-archive: {SCHEMA}\r\n"
    )
    info_id = _record_id(f"warcinfo {segment} {opened_at.isoformat()}")
    record = _record(WarcRecordType.warcinfo, info_id, opened_at, fields.encode())
    record.headers["WARC-Filename"] = segment
    record.headers["Content-Type"] = "application/warc-fields"
    return _packed(record)


def decode(data: bytes | mmap.mmap, offset: int = 0) -> tuple[Page | Remains, int]:
    """The page whose records start at `offset`, or its remains, and the offset of their end.

    Raises DamageError if they are torn or damaged (gzip checksums and digests are verified), ArchiveError
    if a newer version wrote them.
    """
    response, middle = _unpacked(data, offset)
    if response.record_type == WarcRecordType.metadata:
        return _decode_remains(response, data, middle)
    metadata, end = _unpacked(data, middle)
    if response.record_type != WarcRecordType.response or metadata.record_type != WarcRecordType.metadata:
        raise DamageError("is not a response record followed by its metadata record")
    if metadata.headers.get("WARC-Refers-To") != response.headers.get("WARC-Record-ID"):
        raise DamageError("has the metadata record of another response")
    _, _, body = _block(response).partition(b"\r\n\r\n")
    with _describing():
        return _page(json.loads(_block(metadata)), body), end


def _decode_remains(metadata: WarcRecord, data: bytes | mmap.mmap, offset: int) -> tuple[Remains, int]:
    """The remains of a page, from its metadata record and, if there is one, the conversion record at `offset`."""
    with _describing():
        fields = json.loads(_block(metadata))
        page, dropped = _page(fields, b""), msgspec.convert(fields["dropped"], _Dropped)
        if dropped.settled is not None:
            return _remains(page, dropped, dropped.settled), offset
        conversion, end = _unpacked(data, offset)
        same = conversion.headers.get("WARC-Refers-To") == metadata.headers.get("WARC-Refers-To")
        if conversion.record_type != WarcRecordType.conversion or not same:
            raise DamageError("is not followed by its article")
        return _remains(page, dropped, from_json(_block(conversion))), end


def _remains(page: Page, dropped: _Dropped, kept: Article | Settled) -> Remains:
    return Remains(page=page, raw=dropped.raw, dropped_at=dropped.at, kept=kept)


def decode_info(data: bytes | mmap.mmap) -> tuple[datetime, int]:
    """When the segment was opened, and the end of its `warcinfo` record. Raises DamageError."""
    record, end = _unpacked(data, 0)
    if record.record_type != WarcRecordType.warcinfo:
        raise DamageError("does not begin with a warcinfo record")
    return record.record_date, end


def next_pair(data: bytes | mmap.mmap, offset: int) -> int:
    """The start of the next page or remains at `offset` or later; the end of `data` if there are none."""
    while (offset := data.find(_MAGIC, offset)) >= 0:
        if _begins(data, offset):
            return offset
        offset += 1
    return len(data)


def holds(data: bytes | mmap.mmap) -> type[Page | Remains] | None:
    """What a segment has after its `warcinfo` record: pages, remains of pages, or nothing (None)."""
    return _begins(data, next_pair(data, 0))


def _begins(data: bytes | mmap.mmap, offset: int) -> type[Page | Remains] | None:
    """What starts with the gzip member at `offset`, if anything. The metadata record of a page is not a start, but follows its response."""
    try:
        text = zlib.decompressobj(wbits=31).decompress(data[offset : offset + _CHUNK], _CHUNK)
    except zlib.error:
        return None
    head = text.partition(b"\r\n\r\n")[0]
    if text.startswith(_RESPONSE_HEAD):
        return Page
    return Remains if text.startswith(_METADATA_HEAD) and b"\r\nWARC-Concurrent-To:" not in head else None


def _response_id(page: Page) -> uuid.UUID:
    return _record_id(f"response {page.url} {page.final_url} {page.fetched_at.isoformat()}")


def _urn(record_id: uuid.UUID) -> str:
    return f"<urn:uuid:{record_id}>"


def _record_id(name: str) -> uuid.UUID:
    return uuid.uuid5(_RECORD_IDS, name)


def _record(kind: WarcRecordType, record_id: uuid.UUID, at: datetime, block: bytes) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(kind, f"uuid:{record_id}".encode())
    record.headers["WARC-Date"] = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    record.headers["WARC-Block-Digest"] = _digest(block)
    record.set_bytes_content(block)
    return record


def _packed(*records: WarcRecord) -> bytes:
    packed = io.BytesIO()
    writer = GzipWriter(packed, compression_level=_LEVEL)
    for record in records:
        record.write(writer)
        writer.finish()
    return packed.getvalue()


def _unpacked(data: bytes | mmap.mmap, offset: int) -> tuple[WarcRecord, int]:
    """The record in the gzip member at `offset`, and the offset of its end.

    WARC readers accept a torn member as complete; zlib reports whether its end and checksum were reached.
    """
    unpacker = zlib.decompressobj(wbits=31)
    parts = []
    position = offset
    while not unpacker.eof:
        chunk = data[position : position + _CHUNK]
        if not chunk:
            raise DamageError("is torn: the file ends within the record")
        try:
            parts.append(unpacker.decompress(chunk))
        except zlib.error as error:
            raise DamageError(f"is damaged: {error}") from error
        position += len(chunk)
    try:
        record = WarcRecord.from_bytes(b"".join(parts))
    except (ValueError, OSError) as error:
        raise DamageError(f"is not a WARC record: {error}") from error
    return record, position - len(unpacker.unused_data)


def _block(record: WarcRecord) -> bytes:
    block = record.reader.read()
    if record.headers.get("WARC-Block-Digest") != _digest(block):
        raise DamageError("is damaged: its digest does not match")
    return block


def _digest(data: bytes) -> str:
    """The labelled digest of WARC 1.1, section 5.8, as all tools write it; it only protects against accidents."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _http(page: Page) -> bytes:
    """The response as WARC tools expect it: status line, headers, body."""
    known = page.status in http.HTTPStatus.__members__.values()
    lines = [f"HTTP/1.1 {page.status} {http.HTTPStatus(page.status).phrase if known else ''}"]
    for name, value in page.headers:
        lines.append(f"x-crawler-{name}: {value}" if name.lower() in _ENCODED_BODY else f"{name}: {value}")
    lines.append(f"content-length: {len(page.body)}")
    clean = [line.replace("\r", " ").replace("\n", " ").encode("latin-1", "replace") for line in lines]
    return b"\r\n".join(clean) + b"\r\n\r\n" + page.body


def _fields(page: Page) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(page, builtin_types=(bytes,))
    del fields["body"]
    return {"schema": SCHEMA, **fields}


def _json(fields: dict[str, Any]) -> bytes:
    """JSON in ASCII, from the standard library's encoder, which keeps lone surrogates in malformed titles."""
    return json.dumps(fields).encode()


def _page(fields: dict[str, Any], body: bytes) -> Page:
    if fields["schema"] > SCHEMA:
        raise ArchiveError(f"is of schema {fields['schema']}, newer than {SCHEMA}: upgrade Broadsheet")
    return msgspec.convert({**fields, "body": body}, Page, builtin_types=(bytes,))


@contextmanager
def _describing() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise DamageError(f"has metadata that do not describe a page: {error}") from error
