"""The WARC form of a page and of its remains, both ends: one gzip member for each record.

The `response` record is for any WARC tool. Its body is the decoded one, so that headers which spoke of the
encoded bytes get the prefix X-Crawler- and the Content-Length is ours. The `metadata` record holds the page
as it was, all but the body, in JSON: from the two the very same `Page` comes back.

Of a page that was deleted the two records stay, with the same ids: the first without its payload, whose digest and length it
states, the second without what the page said.

Of a page that retention dropped a `metadata` record is left, with what the ledger said of its capture, and after it,
if that was indexed, its article: a `conversion` record in JSON. Both refer to the response that is gone.
"""

import base64
import hashlib
import http
import io
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from fastwarc import GzipWriter, WarcRecord, WarcRecordType

from articles.edits.seen import SeenArticle
from articles.errors import ArchiveError
from articles.model import Article, Page, from_json, to_json
from store.archive.members import Bytes, DamageError, ForeignError, Member, head_at, next_member, unpacked
from store.archived import Remains, Removed, Rename
from store.records import ArchiveRef, Settled

SCHEMA = 1

LEVEL = 4  # of gzip: level 6 saves 5 % of the size, for 70 % more time (measured on news pages)
SIGNATURE = b"broadsheet-archive: "
_ENCODED_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_RECORD_IDS = uuid.UUID("5f0e4d7c-7c8e-5d0f-9d0c-3b0d6a1f2c11")


@dataclass(frozen=True, slots=True)
class _Gone:
    """What the metadata record of a removed page says beside the page, as in `Removed`."""

    at: datetime
    size: int
    digest: str
    settled: Settled


@dataclass(frozen=True, slots=True)
class _Dropped:
    """What the metadata record of remains says beside the page: `settled` is None where the article follows."""

    at: datetime
    raw: ArchiveRef
    settled: Settled | None
    seen: SeenArticle | None = None


def encode(record: Page | Remains | Removed) -> bytes:
    """The records of a page, or of what is left of it. The same input gives the same bytes, record ids included."""
    if isinstance(record, Remains):
        return _encode_remains(record)
    return _encode_page(record) if isinstance(record, Page) else _encode_removed(record)


def _encode_page(page: Page) -> bytes:
    return _pair(page, {"WARC-Payload-Digest": digest(page.body)}, _fields(page))


def _encode_removed(removed: Removed) -> bytes:
    page, at = removed.page, removed.removed_at
    headers = {"WARC-Truncated": "unspecified", "X-Removed": at.isoformat(timespec="seconds")}
    if removed.digest:
        headers |= {"X-Removed-Payload-Digest": removed.digest, "X-Removed-Payload-Length": str(removed.size)}
    said = msgspec.to_builtins(_Gone(at, removed.size, removed.digest, removed.settled))
    return _pair(page, headers, _fields(page) | {"removed": said})


def _pair(page: Page, headers: dict[str, str], fields: dict[str, Any]) -> bytes:
    response_id = _response_id(page)
    response = _record(WarcRecordType.response, response_id, page.fetched_at, _http(page))
    response.headers["WARC-Target-URI"] = page.final_url
    for name, value in headers.items():
        response.headers[name] = value
    response.headers["Content-Type"] = "application/http; msgtype=response"
    metadata = _record(
        WarcRecordType.metadata, _record_id(f"metadata {response_id}"), page.fetched_at, _json(fields)
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
    dropped = msgspec.to_builtins(_Dropped(remains.dropped_at, remains.raw, settled, remains.seen))
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
    """The `warcinfo` record that begins a segment."""
    fields = (
        "software: Broadsheet\r\n"
        "format: WARC File Format 1.1\r\n"
        "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
        f"{SIGNATURE.decode()}{SCHEMA}\r\n"
    )
    info_id = _record_id(f"warcinfo {segment} {opened_at.isoformat()}")
    record = _record(WarcRecordType.warcinfo, info_id, opened_at, fields.encode())
    record.headers["WARC-Filename"] = segment
    record.headers["Content-Type"] = "application/warc-fields"
    return _packed(record)


def encode_rename(rename: Rename) -> bytes:
    """The `metadata` record that says that a source was renamed."""
    record_id = _record_id(f"rename {rename.old} {rename.new} {rename.at.isoformat()}")
    fields = {"schema": SCHEMA, "renamed": msgspec.to_builtins(rename)}
    record = _record(WarcRecordType.metadata, record_id, rename.at, _json(fields))
    record.headers["Content-Type"] = "application/json"
    return _packed(record)


def decode_rename(data: Bytes, offset: int) -> tuple[Rename, int]:
    """The inverse of `encode_rename`, and the offset after the record. Raises DamageError."""
    record, end = unpacked(data, offset)
    with _describing():
        return msgspec.convert(json.loads(_block(record))["renamed"], Rename), end


def decode(data: Bytes, offset: int = 0) -> tuple[Page | Remains | Removed, int]:
    """The page whose records begin at `offset`, or what is left of it, and the offset after them.

    Raises DamageError when they are torn or damaged (gzip checksums and digests are verified), ArchiveError
    when a newer version wrote it.
    """
    response, middle = unpacked(data, offset)
    if response.kind == "metadata":
        return _decode_remains(response, data, middle)
    metadata, end = unpacked(data, middle)
    if response.kind != "response" or metadata.kind != "metadata":
        raise DamageError("is no response record with its metadata record")
    if metadata.headers.get("warc-refers-to") != response.headers.get("warc-record-id"):
        raise DamageError("has a metadata record of another response")
    _, _, body = _block(response).partition(b"\r\n\r\n")
    with _describing():
        fields = json.loads(_block(metadata))
        page = _page(fields, body)
        if "removed" not in fields:
            return page, end
        gone = msgspec.convert(fields["removed"], _Gone)
        return Removed(
            page=page, removed_at=gone.at, size=gone.size, digest=gone.digest, settled=gone.settled
        ), end


def _decode_remains(metadata: Member, data: Bytes, offset: int) -> tuple[Remains, int]:
    """What is left of a page, from its metadata record and, where that says so, the conversion at `offset`."""
    with _describing():
        fields = json.loads(_block(metadata))
        page, dropped = _page(fields, b""), msgspec.convert(fields["dropped"], _Dropped)
        remains = partial(Remains, page=page, raw=dropped.raw, dropped_at=dropped.at, seen=dropped.seen)
        if dropped.settled is not None:
            return remains(kept=dropped.settled), offset
        conversion, end = unpacked(data, offset)
        same = conversion.headers.get("warc-refers-to") == metadata.headers.get("warc-refers-to")
        if conversion.kind != "conversion" or not same:
            raise DamageError("is not followed by its article")
        return remains(kept=from_json(_block(conversion))), end


def decode_info(data: Bytes) -> tuple[datetime, int]:
    """When the segment was opened, and the offset after its `warcinfo` record. Raises DamageError."""
    record, end = unpacked(data, 0)
    if record.kind != "warcinfo" or SIGNATURE not in record.block:
        raise ForeignError("is no warcinfo record that Broadsheet writes")
    try:
        return datetime.fromisoformat(record.headers.get("warc-date", "")), end
    except ValueError as error:
        raise DamageError(f"is damaged: {error}") from error


def next_pair(data: Bytes, offset: int) -> int:
    """Where the next page or remains from `offset` on seem to begin; the end of `data` when there are none."""
    while (offset := next_member(data, offset)) < len(data):
        if begins(data, offset):
            break
        offset += 1
    return offset


def holds(data: Bytes) -> type[Page | Remains] | None:
    """What a segment has after its `warcinfo` record: pages, remains of pages, or nothing (None)."""
    return begins(data, next_pair(data, 0))


def begins(data: Bytes, offset: int) -> type[Page | Remains] | None:
    """What begins with the gzip member at `offset`, if anything does. A page's own metadata record follows its response."""
    head = head_at(data, offset)
    if head.get("warc-type") == "response":
        return Page
    return Remains if head.get("warc-type") == "metadata" and "warc-concurrent-to" not in head else None


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
    record.headers["WARC-Block-Digest"] = digest(block)
    record.set_bytes_content(block)
    return record


def _packed(*records: WarcRecord) -> bytes:
    packed = io.BytesIO()
    writer = GzipWriter(packed, compression_level=LEVEL)
    for record in records:
        record.write(writer)
        writer.finish()
    return packed.getvalue()


def _block(record: Member) -> bytes:
    if record.headers.get("warc-block-digest") != digest(record.block):
        raise DamageError("is damaged: its digest does not match")
    return record.block


def digest(data: bytes) -> str:
    """The labelled digest of WARC 1.1, section 5.8, as all tools write it; it guards against accidents only."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def _http(page: Page) -> bytes:
    """The answer as a WARC tool expects it: status line, headers, body."""
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
    """ASCII: the standard library's encoder keeps lone surrogates too, which a hostile title may hold."""
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
        raise DamageError(f"has metadata that describe no page: {error}") from error
