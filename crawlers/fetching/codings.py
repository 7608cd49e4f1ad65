"""Content codings (RFC 9110, 8.4.1), each undone within a limit. Pure.

Each function takes a body and a limit, and returns what the body holds (a little more than the limit at most where that is
passed) and whether that is all of it. Damaged bodies raise one of DAMAGE.
"""

import sys
import zlib
from collections.abc import Callable

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
"""What is asked for, as Accept-Encoding."""

UNREADABLE = frozenset(
    (
        "aes128gcm",
        "bzip2",
        "compress",
        "dcb",
        "dcz",
        "exi",
        "lzma",
        "pack200-gzip",
        "sdch",
        "x-compress",
        "xz",
    )
)
"""Codings that are not asked for and cannot be undone: IANA's registry, and a few that it lacks."""

DAMAGE = (zlib.error, brotli.error, zstd.ZstdError)
GZIP = b"\x1f\x8b"  # how it begins
WBITS_GZIP = zlib.MAX_WBITS + 16

_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPED = b"\x2a\x4d\x18"  # after a byte from 50 to 5f
# RFC 9659: a window of more than 8 MB need not be read
_ZSTD_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}

Unpacked = tuple[bytes, bool]
Decoder = Callable[[bytes, int], Unpacked]


def decoder(name: str, *, forgiving: bool) -> Decoder | None:
    """The function for a coding, None where `name` is no coding that is accepted.

    `forgiving` takes what browsers take: see gunzipped and unzlibbed.
    """
    lenient = {"gzip": gunzipped, "x-gzip": gunzipped, "deflate": unzlibbed} if forgiving else {}
    return lenient.get(name) or _DECODERS.get(name)


def inflated(body: bytes, wbits: int, limit: int) -> Unpacked:
    """`wbits` are zlib's. A gzip body may have several members; its checksums are verified."""
    plain = bytearray()
    while body:
        inflater = zlib.decompressobj(wbits)
        plain += inflater.decompress(body, limit + 1 - len(plain))
        if len(plain) > limit or not inflater.eof:
            return bytes(plain), False
        body = inflater.unused_data if inflater.unused_data.startswith(GZIP) else b""
    return bytes(plain), True


def gunzipped(body: bytes, limit: int) -> Unpacked:
    """gzip without its trailer (RFC 1952, 2.3) or with a slip in it: the compressed data themselves say where they end.

    Where checksum and length are both wrong, the data are damaged.
    """
    if not body.startswith(GZIP[: len(body)]):
        raise zlib.error("incorrect header check")
    plain = bytearray()
    while body:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        part = inflater.decompress(body[_gzip_header(body) :], limit + 1 - len(plain))
        plain += part
        if len(plain) > limit or not inflater.eof:
            return bytes(plain), False
        trailer, rest = inflater.unused_data[:8], inflater.unused_data[8:]
        checksum, length = zlib.crc32(part).to_bytes(4, "little"), len(part).to_bytes(4, "little")
        if len(trailer) == 8 and trailer[:4] != checksum and trailer[4:] != length:
            raise zlib.error("incorrect data check")
        body = rest if rest.startswith(GZIP) else b""
    return bytes(plain), True


def unzlibbed(body: bytes, limit: int) -> Unpacked:
    """deflate, with or without its zlib header (RFC 1950), which some servers leave out, and its checksum."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = inflater.decompress(body[2:] if _is_zlib(body) else body, limit + 1)
    checksum = inflater.unused_data[:4]
    if _is_zlib(body) and len(checksum) == 4 and int.from_bytes(checksum, "big") != zlib.adler32(plain):
        raise zlib.error("incorrect data check")
    return plain, inflater.eof


def _deflate(body: bytes, limit: int) -> Unpacked:
    return inflated(body, zlib.MAX_WBITS if _is_zlib(body) else -zlib.MAX_WBITS, limit)


def _gzip(body: bytes, limit: int) -> Unpacked:
    return inflated(body, WBITS_GZIP, limit)


def _brotli(body: bytes, limit: int) -> Unpacked:
    unpacker = brotli.Decompressor()
    plain = bytearray(unpacker.process(body, output_buffer_limit=limit + 1))
    while len(plain) <= limit and not unpacker.can_accept_more_data():
        plain += unpacker.process(b"", output_buffer_limit=limit + 1 - len(plain))
    return bytes(plain), unpacker.is_finished()


def _zstd(body: bytes, limit: int) -> Unpacked:
    plain = bytearray()
    while body:
        unpacker = zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)
        plain += unpacker.decompress(body, limit + 1 - len(plain))
        if len(plain) > limit or not unpacker.eof:
            return bytes(plain), False
        rest = unpacker.unused_data
        body = rest if rest.startswith(_ZSTD) or rest[1:4] == _ZSTD_SKIPPED else b""
    return bytes(plain), True


_DECODERS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}


def _is_zlib(body: bytes) -> bool:
    """Whether it has a zlib header, as "deflate" should have."""
    return body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0


def _gzip_header(body: bytes) -> int:
    """The length of a gzip member's header (RFC 1952, 2.3)."""
    flags, length = body[3] if len(body) > 3 else 0, 10
    if flags & 4:
        length += 2 + int.from_bytes(body[length : length + 2], "little")
    for text in (8, 16):
        if flags & text:
            length = (body.find(b"\0", length) + 1) or len(body)
    return length + (2 if flags & 2 else 0)
