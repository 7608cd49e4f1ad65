"""What others may make of a segment, or hide in one: lengths that lie, another packing, records in bodies, foreign files."""

import gzip
import random
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from articles.errors import ArchiveError
from articles.model import Page
from store.archive import members, warc
from store.archive.members import DamageError, ForeignError, SeveralError
from store.archive.reader import check, foreign, read, scan
from store.archive.repack import repack
from store.archive.writer import repair
from tests.test_store_archive import FIRST, NOON, gzip_member, make_page, make_remains, nothing_damaged, write

ROOT = Path(__file__).parent.parent


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that gzip stores as they are."""
    return random.Random(seed).randbytes(size)


def words(seed: int) -> bytes:
    return " ".join(
        random.Random(seed).choices(["ferry", "pier", "harbour", "noon", "storm"], k=900)
    ).encode()


def record(length: object, block: bytes = b"a block", kind: str = "response") -> bytes:
    head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


# Lengths that lie

LIES = (
    *(6, 8, 50, 10**6, 2**31, 2**32, 10**12, 10**18, 2**63, 2**64 - 1, 2**64, 10**40, "9" * 6000),
    *(-1, "", "abc", "+7", "7.0", "0x7", "٧", " "),
)
READ_THEM = """
import sys
import zlib
from pathlib import Path
from tests.test_store_damage import FIRST, LIES, NOON, check, gzip, record, scan, warc
folder = Path(sys.argv[1])
for lie in LIES:
    lying = gzip.compress(record(lie))
    for whole in (lying, warc.encode_info(FIRST, NOON) + lying * 2):
        (folder / FIRST).write_bytes(whole)
        told = []
        assert list(scan(folder, told.append)) == []
        assert told == check(folder, {FIRST: len(whole)})
        print(len(told))
"""


def test_a_length_that_lies_is_damage_and_ends_no_process(tmp_path: Path) -> None:
    """In a process that may be aborted: readers in native code have been seen to."""
    command = [sys.executable, "-c", READ_THEM, str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    assert len(told) == 2 * len(LIES)
    assert "0" not in told


def test_a_record_is_read_as_long_as_it_states() -> None:
    member, end = members.unpacked(gzip.compress(record(7)) + b"rest", 0)
    assert (member.kind, member.block) == ("response", b"a block")
    assert end == len(gzip.compress(record(7)))
    for block in (b"", b"\r\n\r\n", b"WARC/1.1\r\n", noise(300_000)):
        assert members.unpacked(gzip.compress(record(len(block), block)), 0)[0].block == block


@pytest.mark.parametrize(
    ("plain", "kind"),
    [
        (record(7) * 2, SeveralError),
        (record(7) + b"more", DamageError),
        (record(7)[:-1], DamageError),
        (b"", DamageError),
        (b"WARC/1.1\r\nContent-Length: 0", DamageError),
        (b"WARC/1.1\r\n" + b"x" * (2 << 20), ForeignError),
        (b"HTTP/1.1 200 OK\r\n\r\n", ForeignError),
        (b"\xff\xd8\xff" * 100, ForeignError),
    ],
)
def test_what_is_no_record_is_told_from_one(plain: bytes, kind: type[DamageError]) -> None:
    with pytest.raises(DamageError) as refused:
        members.unpacked(gzip.compress(plain), 0)
    assert type(refused.value) is kind


def test_a_bomb_is_not_unpacked() -> None:
    packed = gzip.compress(record(7)[:-4] + bytes(400 << 20), 1)
    with pytest.raises(DamageError, match="longer than"):
        members.unpacked(packed, 0)


# Another packing

PACKINGS = {
    "one member": gzip.compress,
    "no packing": lambda plain: plain,
    "two members": lambda plain: gzip.compress(plain[:3000]) + gzip.compress(plain[3000:]),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_segment_in_another_packing_is_read_again(tmp_path: Path, packing: str) -> None:
    stored = [make_page(1), make_page(2, noise(50_000)), make_page(3)]
    refs, committed = write(tmp_path, stored)
    before = (tmp_path / FIRST).read_bytes()
    (tmp_path / FIRST).write_bytes(PACKINGS[packing](gzip.decompress(before)))
    assert check(tmp_path, committed), "it is told"
    repack(tmp_path, nothing_damaged)
    assert (tmp_path / FIRST).read_bytes() == before, "the very same places"
    assert [read(tmp_path, ref) for ref in refs] == stored
    assert check(tmp_path, committed) == foreign(tmp_path, committed) == []


def test_remains_in_another_packing_are_read_again(tmp_path: Path) -> None:
    refs, _ = write(tmp_path, [make_remains(1), make_remains(2, article=False)])
    (tmp_path / FIRST).write_bytes(gzip.compress(gzip.decompress((tmp_path / FIRST).read_bytes())))
    repack(tmp_path, nothing_damaged)
    assert list(scan(tmp_path, nothing_damaged)) == list(
        zip(refs, [make_remains(1), make_remains(2, article=False)], strict=True)
    )


def test_only_what_is_packed_otherwise_is_touched(tmp_path: Path) -> None:
    write(tmp_path, [make_page(1), make_page(2)])
    (tmp_path / "segment-000002.warc.gz").write_bytes(warc.encode_info("segment-000002.warc.gz", NOON))
    (tmp_path / "segment-000003.warc.gz").write_bytes(b"")
    (tmp_path / "segment-000004.warc.gz").write_bytes(gzip.compress(record(7, kind="warcinfo") * 3))
    (tmp_path / "segment-000005.warc.gz").write_bytes(b"WARC/1.1\r\nand no more")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    repack(tmp_path, nothing_damaged)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()} == before


def test_a_run_cuts_nothing_off_a_segment_in_another_packing(tmp_path: Path) -> None:
    _, committed = write(tmp_path, [make_page(1), make_page(2)])
    plain = gzip.decompress((tmp_path / FIRST).read_bytes())
    for packing in (
        gzip.compress(plain, 0),
        plain,
        gzip.compress(plain[:500], 0) + gzip.compress(plain[500:], 0),
    ):
        (tmp_path / FIRST).write_bytes(packing)
        with pytest.raises(ArchiveError, match=f"{FIRST} is not as it was written.*rebuild"):
            repair(tmp_path, committed)
        assert (tmp_path / FIRST).read_bytes() == packing


@pytest.mark.parametrize("lost", [1, 100, 2000])
def test_of_a_torn_one_the_first_pages_are_read_and_the_file_is_kept(tmp_path: Path, lost: int) -> None:
    stored = [make_page(1), make_page(2), make_page(3, noise(4000))]
    write(tmp_path, stored)
    packed = gzip.compress(gzip.decompress((tmp_path / FIRST).read_bytes()) + b"torn")[:-lost]
    (tmp_path / FIRST).write_bytes(packed)
    told: list[str] = []
    repack(tmp_path, told.append)
    assert len(told) == 1
    assert FIRST in told[0]
    found = [page for _, page in scan(tmp_path, lambda _: None)]
    assert found == stored[: len(found)]
    assert len(found) >= 2
    assert (tmp_path / f"{FIRST}.damaged").read_bytes() == packed
    assert f"{FIRST}.damaged" in foreign(tmp_path, {FIRST})[0]


# A record inside a body


def forged(number: int = 666) -> bytes:
    """Records of a page; no two are alike, so that gzip finds nothing to shorten."""
    return warc.encode(make_page(number, b"<p>Never fetched: " + noise(800, number)))


def chain(length: int) -> bytes:
    return b"".join(forged(666 + number) for number in range(length))


def hosts() -> dict[str, bytes]:
    """Bodies that gzip stores as they are, with whole records in them."""
    lone = gzip_member(forged())
    return {
        "a pair": noise(5000) + forged() + noise(5000),
        "a chain": noise(5000) + chain(10) + noise(5000),
        "a chain to its end": noise(5000) + chain(20),
        "a chain and half of one": noise(5000) + chain(3) + forged(9)[:-20],
        "a chain and a record alone": noise(5000) + chain(3) + lone + noise(5000),
        "remains": noise(5000) + warc.encode(make_remains(666)) + noise(5000),
        "a segment": noise(5000) + warc.encode_info(FIRST, NOON) + chain(3) + noise(5000),
        "a torn tail that takes the rest": noise(5000) + forged() + swallowing(lone) + noise(5000),
    }


def swallowing(member: bytes) -> bytes:
    """The head of a record whose block, stored as it is, takes what follows for its own."""
    head = record(60_000, b"").removesuffix(b"\r\n\r\n")
    stored = b"\x00" + len(head).to_bytes(2, "little") + (len(head) ^ 0xFFFF).to_bytes(2, "little") + head
    return member[:10] + stored + b"\x00\xff\xff\x00\x00"


@pytest.mark.parametrize("name", hosts())
@pytest.mark.parametrize("last", [False, True])
def test_a_record_inside_a_body_is_never_taken_for_one(tmp_path: Path, name: str, last: bool) -> None:
    host = make_page(1, hosts()[name])
    stored = [make_page(0), host] if last else [make_page(0), host, make_page(2), make_page(3)]
    refs, _ = write(tmp_path, stored)
    start = refs[1].offset
    whole, response = uncompressed((tmp_path / FIRST).read_bytes(), start)
    assert (warc.encode(make_remains(666)) if name == "remains" else forged()) in whole
    places = [*range(start, start + 60, 4), *range(start + 60, response, 797)]
    for place in (*places, response - 8, response - 1, *range(response, response + 400, 57)):
        for damage in (bytes(1), b"\xff" * 4, bytes(64)):
            (tmp_path / FIRST).write_bytes(whole[:place] + damage + whole[place + len(damage) :])
            assert_only(tmp_path, stored, at_least=[0, *range(2, len(stored))] if place < response else [0])


def uncompressed(segment: bytes, offset: int) -> tuple[bytes, int]:
    """The segment with the member at `offset` as gzip has it that finds nothing to shorten, and that member's end."""
    member = gzip_member(segment[offset:])
    packer = zlib.compressobj(0, wbits=31)
    stored = packer.compress(gzip.decompress(member)) + packer.flush()
    return segment[:offset] + stored + segment[offset + len(member) :], offset + len(stored)


def assert_only(folder: Path, stored: list[Page], at_least: list[int]) -> None:
    told: list[str] = []
    found = [page for _, page in scan(folder, told.append)]
    assert [page for page in found if page not in stored] == []
    assert [stored[number] for number in at_least if stored[number] not in found] == []
    assert told or found == stored


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", hosts())
def test_a_torn_host_gives_nothing_of_its_inside(tmp_path: Path, name: str, kept: float) -> None:
    refs, _ = write(tmp_path, [make_page(0), make_page(1, hosts()[name])])
    start = refs[1].offset
    whole, response = uncompressed((tmp_path / FIRST).read_bytes(), start)
    for hole in (0, 5, 30, 500):
        torn = bytearray(whole[: start + int((response - start) * kept)])
        torn[start : start + hole] = bytes(hole)
        (tmp_path / FIRST).write_bytes(torn)
        assert [page for _, page in scan(tmp_path, lambda _: None)] == [make_page(0)]


# What damage leaves is found


def test_pages_after_and_between_damages_are_found(tmp_path: Path) -> None:
    stored = [make_page(n, noise(2000, n) if n % 2 else words(n)) for n in range(12)]
    refs, _ = write(tmp_path, stored)
    whole = (tmp_path / FIRST).read_bytes()
    chance = random.Random(5)
    for _ in range(300):
        hit = sorted(chance.sample(range(12), chance.choice([1, 1, 2, 3])))
        data = bytearray(whole)
        for number in hit:
            response = len(gzip_member(whole[refs[number].offset :]))
            place = refs[number].offset + chance.randrange(
                response * 2 // 3, response
            )  # its head can be read
            data[place : place + 8] = bytes(byte ^ 0x5A for byte in data[place : place + 8])
        (tmp_path / FIRST).write_bytes(data)
        told: list[str] = []
        found = [page for _, page in scan(tmp_path, told.append)]
        assert found == [page for number, page in enumerate(stored) if number not in hit]
        assert len(told) == len(hit)


@pytest.mark.parametrize("hole", [1, 16, 300, 5000])
def test_a_hole_anywhere_costs_the_pages_that_it_touches(tmp_path: Path, hole: int) -> None:
    stored = [make_page(n, noise(1500, n)) for n in range(8)]
    refs, _ = write(tmp_path, stored)
    whole = (tmp_path / FIRST).read_bytes()
    for start in range(0, len(whole) - hole, 131):
        (tmp_path / FIRST).write_bytes(whole[:start] + b"\xff" * hole + whole[start + hole :])
        found = [page for _, page in scan(tmp_path, lambda _: None)]
        untouched = [
            page
            for ref, page in zip(refs, stored, strict=True)
            if ref.offset >= start + hole or ref.offset + ref.length <= start
        ]
        assert [page for page in untouched if page not in found] == []
        assert [page for page in found if page not in stored] == []


# Foreign files


def other_warc() -> bytes:
    return gzip.compress(record(22, b"software: Other/1.0\r\n\r\n"[:22], "warcinfo")) + gzip.compress(
        record(7)
    )


FOREIGN = {
    "segment-000009.warc.gz": other_warc(),
    "segment-000008.warc.gz": b"\xff\xd8\xff\xe0 a picture",
    "segment-000007.warc.gz": gzip.compress(b"some text"),
    "segment-000001.warc": b"WARC/1.1",
    "segment-copy.warc.gz": b"",
    "notes.txt": b"",
    ".hidden": b"",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_named_and_never_removed(tmp_path: Path, name: str) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    (tmp_path / name).write_bytes(FOREIGN[name])
    (problem,) = foreign(tmp_path, committed)
    assert problem.startswith(f"{tmp_path / name} is no segment of this archive")
    if name in {"segment-000009.warc.gz", "segment-000008.warc.gz", "segment-000007.warc.gz"}:
        told: list[str] = []
        assert [page for _, page in scan(tmp_path, told.append)] == [make_page(1)]
        assert name in "".join(told)
        with pytest.raises(ArchiveError, match=f"{name} is no segment"):
            repair(tmp_path, committed)
    else:
        assert [page for _, page in scan(tmp_path, nothing_damaged)] == [make_page(1)]
        assert repair(tmp_path, committed) == []
    assert (tmp_path / name).read_bytes() == FOREIGN[name]


def test_a_folder_in_the_archive_is_foreign(tmp_path: Path) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    (tmp_path / "segment-000002.warc.gz").mkdir()
    assert "segment-000002.warc.gz" in foreign(tmp_path, committed)[0]
    assert foreign(tmp_path / "none", {}) == []


@pytest.mark.parametrize(
    "leftover", [b"", b"\x1f", b"\x1f\x8b\x08", bytes(100), warc.encode_info(FIRST, NOON)[:40]]
)
def test_what_a_killed_run_left_is_not_foreign(tmp_path: Path, leftover: bytes) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    (tmp_path / "segment-000002.warc.gz").write_bytes(leftover)
    assert foreign(tmp_path, committed) == []
    assert len(repair(tmp_path, committed)) == 1
