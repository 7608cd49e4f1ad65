"""WARC files of other writers: every packing, every damage, from any place on."""

import gzip
import io
import random
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from store.archive.foreign import ForeignRecord, ReadingPlace, UnreadableRecord, records

MOST = 1 << 20
START = ReadingPlace()


def record(number: int, body: bytes = b"", kind: str = "response") -> bytes:
    block = body or f"HTTP/1.1 200 OK\r\n\r\n<p>{number}</p>".encode()
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nX-Number: {number}\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def noise(number: int, size: int) -> bytes:
    return random.Random(number).randbytes(size)


def read(path: Path, place: ReadingPlace = START, most: int = MOST) -> list[str]:
    """The numbers of the records that are read, and `!` for what is unreadable."""
    with path.open("rb") as file:
        found = records(file, most, place)
        return [one.headers["x-number"] if isinstance(one, ForeignRecord) else "!" for one, _ in found]


def packed(parts: list[bytes], way: str) -> bytes:
    if way == "members":
        return b"".join(map(gzip.compress, parts))
    return gzip.compress(b"".join(parts)) if way == "one member" else b"".join(parts)


WAYS = ("members", "one member", "plain")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.warc"


@pytest.mark.parametrize("way", WAYS)
def test_every_packing_is_read_and_from_every_place_on(way: str, path: Path) -> None:
    path.write_bytes(packed([record(n, noise(n, n * 9000)) for n in range(20)], way))
    numbers = [str(n) for n in range(20)]
    assert read(path) == numbers
    with path.open("rb") as file:
        places = [place for _, place in records(file, MOST, START)]
    for done, place in enumerate(places, 1):
        assert read(path, place) == numbers[done:]


@pytest.mark.filterwarnings("ignore:Unclosed file")  # one of warcio's own
def test_a_file_that_warcio_wrote(path: Path) -> None:
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number in range(3):
            one = writer.create_warc_record(
                "https://a.example/",
                "response",
                payload=io.BytesIO(b"x" * number),
                http_headers=StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"),
                warc_headers_dict={"X-Number": str(number)},
            )
            writer.write_record(one)
    assert read(path) == ["0", "1", "2"]


def test_of_a_long_block_the_beginning_is_kept(path: Path) -> None:
    path.write_bytes(packed([record(1, b"a" * 5000), record(2)], "members"))
    with path.open("rb") as file:
        (first, _), (second, _) = records(file, 100, ReadingPlace())
    assert isinstance(first, ForeignRecord)
    assert isinstance(second, ForeignRecord)
    assert (first.block, first.length) == (b"a" * 100, 5000)
    assert second.headers["x-number"] == "2"


@pytest.mark.parametrize("way", WAYS)
def test_a_cut_file_is_read_up_to_the_cut(way: str, path: Path) -> None:
    whole = packed([record(n, noise(n, 3000)) for n in range(5)], way)
    path.write_bytes(whole[:-1500])
    assert read(path) == ["0", "1", "2", "3", "!"]


def test_damage_costs_the_record_that_it_hits(path: Path) -> None:
    members = [gzip.compress(record(n, noise(n, 3000) + b"text " * 2000)) for n in range(30)]
    for number in (3, 11, 25):
        middle = len(members[number]) // 2
        members[number] = members[number][:middle] + b"\xff" * 40 + members[number][middle + 40 :]
    path.write_bytes(b"".join(members))
    assert read(path) == ["!" if n in {3, 11, 25} else str(n) for n in range(30)]


@pytest.mark.parametrize(
    "odd",
    [
        record(1).replace(b"Content-Length: ", b"Content-Length: 9"),
        record(1).replace(b"Content-Length: ", b"Content-Length: -"),
        record(1).replace(b"Content-Length: ", b"Content-Length: 9999999999999999999999"),
        record(1, b"b" * 1000).replace(b"Content-Length: 1000", b"Content-Length: 100"),
        b"",
        b"ARC/1.0 what else\r\n\r\n",
        b"WARC/1.0\r\nno end",
    ],
)
@pytest.mark.parametrize("way", ["members", "plain"])
def test_an_odd_record_costs_itself(odd: bytes, way: str, path: Path) -> None:
    path.write_bytes(packed([record(0), odd, record(2), record(3)], way))
    assert [one for one in read(path) if one != "!"] == ["0", "2", "3"]


def stored(plain: bytes) -> bytes:
    """A gzip member without compression: its bytes stand in the file as they are."""
    packer = zlib.compressobj(0, wbits=31)
    return packer.compress(plain) + packer.flush()


def test_records_in_the_body_of_a_damaged_one_are_not_taken_for_records(path: Path) -> None:
    forged = gzip.compress(record(66)) + gzip.compress(record(77))
    hostile = bytearray(stored(record(1, b"x" * 100 + forged + b"x" * 40)))
    block = hostile.index(b"\x1f\x8b", 1) - 60
    whole = gzip.compress(record(0)) + bytes(hostile) + b"".join(gzip.compress(record(n)) for n in (2, 3))
    for place in (len(gzip.compress(record(0))) + 11, len(gzip.compress(record(0))) + block):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        assert read(path) == ["0", "!", "2", "3"]


def test_records_in_a_body_that_is_not_packed_are_not_taken_for_records(path: Path) -> None:
    inner = b"HTTP/1.1 200 OK\r\n\r\n" + record(66) + record(77) + b"more"
    path.write_bytes(
        record(0) + record(1, inner).replace(b"WARC/1.0", b"WERC/1.0", 1) + record(2) + record(3)
    )
    assert read(path) == ["0", "!", "2", "3"]


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"\x1f\x8b\x08", gzip.compress(b"<html>", mtime=0), b"\0" * 200_000]
)
def test_what_is_no_warc_file_has_no_records(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    assert read(path) == ["!"] * bool(content)


@given(
    way=st.sampled_from(WAYS),
    damages=st.lists(st.tuples(st.integers(0, 6000), st.binary(max_size=30), st.integers(0, 30)), max_size=4),
)
def test_no_damage_raises_and_every_place_leads_on(
    tmp_path_factory: pytest.TempPathFactory, way: str, damages: list[tuple[int, bytes, int]]
) -> None:
    data = bytearray(packed([record(n, noise(n, 400) + b"<p>word</p>" * 90) for n in range(8)], way))
    for offset, inserted, removed in damages:
        data[offset : offset + removed] = inserted
    path = tmp_path_factory.mktemp("damaged") / "news.warc"
    path.write_bytes(data)
    with path.open("rb") as file:
        found = list(records(file, MOST, START))
        places = [(place.member, place.skip) for _, place in found]
        assert places == sorted(set(places))
        for done, (_, place) in enumerate(found, 1):
            assert list(records(file, MOST, place)) == found[done:]
    numbers = [one.headers.get("x-number", "") for one, _ in found if isinstance(one, ForeignRecord)]
    assert all(len(block) < 3 for block in numbers)
    assert all(one.why for one, _ in found if isinstance(one, UnreadableRecord))


def test_a_record_of_half_a_gigabyte_takes_no_memory(path: Path) -> None:
    length = 500 << 20
    packer = zlib.compressobj(1, wbits=31)
    head = f"WARC/1.0\r\nWARC-Type: response\r\nX-Number: 1\r\nContent-Length: {length}\r\n\r\n".encode()
    with path.open("wb") as file:
        file.write(packer.compress(head))
        for _ in range(500):
            file.write(packer.compress(bytes(1 << 20)))
        file.write(packer.flush() + gzip.compress(record(2)))
    code = (
        "import re, sys; from store.archive.foreign import records, ReadingPlace\n"
        "count = len(list(records(open(sys.argv[1], 'rb'), 1 << 20, ReadingPlace())))\n"
        "print(count, re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True, text=True)
    count, kilobytes = map(int, done.stdout.split())
    assert count == 2
    assert kilobytes < 150_000
