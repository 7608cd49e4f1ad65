"""Content codings: what each gives, within its limit, and what of a slip is forgiven."""

import gzip
import struct
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.fetching import codings
from crawlers.fetching.answers import FetchError, beginning, decoded
from crawlers.fetching.codings import zstd

PLAIN = b"<p>" + b"The ferry leaves at noon from the eastern pier. " * 40
HEADER = b"\x1f\x8b\x08%b\0\0\0\0\0\x03"


def raw(body: bytes) -> bytes:
    return zlib.compress(body, wbits=-15)


def trailer(body: bytes, checksum: int = 0, length: int = 0) -> bytes:
    """A gzip member's, wrong by these differences."""
    return struct.pack("<II", (zlib.crc32(body) + checksum) & 0xFFFFFFFF, len(body) + length)


def taken(body: bytes, encoding: str, limit: int = 100_000) -> bytes:
    return decoded(body, encoding, limit, forgiving=True)


PACKED = {
    "br": brotli.compress(PLAIN),
    "zstd": zstd.compress(PLAIN),
    "gzip": gzip.compress(PLAIN),
    "x-gzip": gzip.compress(PLAIN),
    "deflate": zlib.compress(PLAIN),
}
ENDS = {"gzip": 8, "x-gzip": 8, "deflate": 4}  # the length of the checksums, which may be missing


def test_each_coding_that_is_asked_for_is_read() -> None:
    assert {name.strip() for name in codings.ACCEPTED.split(",")} == PACKED.keys() - {"x-gzip"}
    for name, packed in PACKED.items():
        assert decoded(packed, name.upper(), len(PLAIN)) == PLAIN
        assert taken(packed, f" {name}; q=1") == PLAIN


@pytest.mark.parametrize(
    "token",
    ["none", "utf-8", "8bit", "binary", "7bit", "iso-8859-1", "text/html", "*", "null", "", ",", "GZIP2"],
)
def test_what_names_no_coding_is_none(token: str) -> None:
    assert taken(PLAIN, token) == PLAIN
    assert taken(PACKED["gzip"], f"{token}, gzip") == PLAIN
    assert taken(PACKED["br"], f"br, {token}") == PLAIN


@pytest.mark.parametrize("name", sorted(codings.UNREADABLE))
def test_a_coding_that_was_not_asked_for_is_named(name: str) -> None:
    with pytest.raises(FetchError, match=name) as refused:
        taken(PLAIN, name)
    assert refused.value.reason == "encoding"


@pytest.mark.parametrize("name", PACKED)
def test_a_stream_without_end_is_cut(name: str) -> None:
    packed = PACKED[name]
    for length in range(1, len(packed) - ENDS.get(name, 0)):
        with pytest.raises(FetchError) as refused:
            taken(packed[:length], name)
        assert refused.value.reason == "cut", length


@pytest.mark.parametrize("name", PACKED)
def test_the_limit_is_one_of_decoded_bytes(name: str) -> None:
    assert len(taken(PACKED[name], name, len(PLAIN))) == len(PLAIN)
    with pytest.raises(FetchError) as refused:
        taken(PACKED[name], name, len(PLAIN) - 1)
    assert refused.value.reason == "too_large"


@pytest.mark.parametrize(
    ("name", "bomb"),
    [("br", brotli.compress(bytes(30_000_000), quality=5)), ("zstd", zstd.compress(bytes(30_000_000)))],
)
def test_a_bomb_is_not_blown_up(name: str, bomb: bytes) -> None:
    decoder = codings.decoder(name, forgiving=True)
    assert decoder
    plain, whole = decoder(bomb, 1000)
    assert 1000 < len(plain) < 200_000
    assert not whole


def test_a_zstd_window_is_bounded() -> None:
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 24})
    with pytest.raises(FetchError) as refused:
        taken(packer.compress(bytes(100)) + packer.flush(), "zstd")
    assert refused.value.reason == "encoding"


def test_zstd_may_have_several_frames_and_more_behind_them() -> None:
    skipped = b"\x52\x2a\x4d\x18\x02\0\0\0ab"
    assert (
        taken(skipped + zstd.compress(PLAIN) + skipped + zstd.compress(b"end") + b"rest", "zstd")
        == PLAIN + b"end"
    )


@pytest.mark.parametrize(
    "end",
    [
        *(b"", trailer(PLAIN)[:3], trailer(PLAIN)[:7]),
        *(trailer(PLAIN, checksum=1), trailer(PLAIN, length=-1), trailer(PLAIN, length=len(PLAIN))),
        *(trailer(PLAIN) + b"trailing", trailer(PLAIN) + b"\0" * 20, trailer(PLAIN, length=3) + b"\r\n"),
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        HEADER % b"\0",
        HEADER % b"\x08" + b"page.html\0",
        HEADER % b"\x1e" + b"\x03\0abc" + b"page.html\0" + b"a comment\0" + b"xx",
    ],
)
def test_a_slip_at_the_end_of_gzip_is_forgiven(head: bytes, end: bytes) -> None:
    assert taken(head + raw(PLAIN) + end, "gzip") == PLAIN


def test_members_that_follow_a_slip_are_read() -> None:
    first, second = PLAIN[:100], PLAIN[100:]
    body = HEADER % b"\0" + raw(first) + trailer(first, length=1) + gzip.compress(second)
    assert taken(body, "gzip") == PLAIN


def test_gzip_with_all_of_its_end_wrong_is_damaged() -> None:
    with pytest.raises(FetchError) as refused:
        taken(HEADER % b"\0" + raw(PLAIN) + trailer(PLAIN, 1, 1), "gzip")
    assert refused.value.reason == "encoding"


@pytest.mark.parametrize("end", [b"", b"\0", zlib.adler32(PLAIN).to_bytes(4, "big") + b"rest"])
def test_deflate_may_lack_its_checksum(end: bytes) -> None:
    assert taken(b"\x78\x9c" + raw(PLAIN) + end, "deflate") == PLAIN


def test_deflate_with_a_wrong_checksum_is_damaged() -> None:
    with pytest.raises(FetchError) as refused:
        taken(b"\x78\x9c" + raw(PLAIN) + b"abcd", "deflate")
    assert refused.value.reason == "encoding"


@given(st.binary(max_size=300), st.sampled_from([*PACKED, "br, gzip", "zstd, zstd"]))
def test_any_bytes_are_decoded_or_refused(body: bytes, encoding: str) -> None:
    for start in (b"", HEADER % b"\x1e", b"\x28\xb5\x2f\xfd", b"\x78\x9c"):
        try:
            assert len(taken(start + body, encoding, 1000)) <= 1000
        except FetchError as error:
            assert error.reason in {"cut", "encoding", "too_large"}


@pytest.mark.parametrize("name", PACKED)
def test_of_a_body_that_is_longer_than_enough_the_beginning_is_kept(name: str) -> None:
    packed = PACKED[name]
    assert beginning(packed, name, 100, whole=True) == PLAIN[:100]
    assert beginning(packed, name, 100_000, whole=True) == PLAIN
    assert PLAIN.startswith(beginning(packed[: len(packed) // 2], name, 100_000, whole=False))
    with pytest.raises(FetchError) as refused:
        beginning(packed[: len(packed) // 2], name, 100_000, whole=True)
    assert refused.value.reason == "cut"


def test_a_beginning_of_several_codings_is_read_as_far_as_it_goes() -> None:
    twice = gzip.compress(brotli.compress(PLAIN))
    assert beginning(twice, "br, gzip", 100, whole=True) == PLAIN[:100]
    assert beginning(b"", "gzip", 100, whole=True) == b""
    assert beginning(PLAIN, "none", 100, whole=True) == PLAIN[:100]
    with pytest.raises(FetchError) as refused:
        beginning(b"not gzip", "gzip", 100, whole=False)
    assert refused.value.reason == "encoding"
