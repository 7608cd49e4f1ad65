"""The archive: what goes in comes out, what a crash tore is cut, and what is damaged is said to be."""

import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from articles.errors import ArchiveError, StorageError
from articles.model import Article, FeedEntry, Page, from_json
from store.archive import warc
from store.archive.reader import check, read, recall, scan
from store.archive.writer import LARGEST_GROUP, ArchiveWriter, Cut, repair
from store.archived import Remains
from store.records import ArchiveRef, Outcome, Settled

NOON = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)
FIRST = "segment-000001.warc.gz"


def make_page(number: int = 0, body: bytes = b"<p>Ferry runs again</p>") -> Page:
    url = f"https://harbour.example/{number}"
    headers = (("content-type", "text/html"), ("content-encoding", "br"), ("content-length", "7"))
    entry = FeedEntry(url=url, source="harbour", title="Ferry")
    return Page(url=url, final_url=url, status=200, headers=headers, body=body, fetched_at=NOON, entry=entry)


def make_remains(number: int = 0, *, article: bool = True) -> Remains:
    """What is left of `make_page(number)`."""
    page = make_page(number, b"")
    raw = ArchiveRef(segment=FIRST, offset=number, length=5)
    kept = make_article(page) if article else Settled(capture_id=7, outcome=Outcome.REJECTED, at=NOON)
    return Remains(page=page, raw=raw, dropped_at=NOON + timedelta(days=90), kept=kept)


def make_article(page: Page) -> Article:
    return Article(
        id="0" * 32,
        url=page.final_url,
        canonical_url=page.final_url,
        source="harbour",
        title="Ferry",
        body=("It runs again. " * 40,),
        first_seen_at=NOON - timedelta(days=1),
        fetched_at=NOON,
        word_count=120,
        content_hash="h",
        rules=1,
        archive=f"{FIRST}:5",
    )


def write(
    folder: Path,
    pages: Sequence[Page | Remains],
    committed: dict[str, int] | None = None,
    clock: Callable[[], datetime] = lambda: NOON,
    segment_bytes: int = 1 << 20,
) -> tuple[list[ArchiveRef], dict[str, int]]:
    writer = ArchiveWriter(folder, committed or {}, clock, segment_bytes)
    refs = [writer.append(page) for page in pages]
    durable = dict(writer.sync())
    writer.close()
    return refs, {**(committed or {}), **durable}


def nothing_damaged(message: str) -> None:
    raise AssertionError(message)


texts = st.text(st.characters(codec=None), max_size=20)  # lone surrogates too
addresses = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=30).map(
    "https://harbour.example/".__add__
)
times = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis adds the zone)
entries = st.builds(
    FeedEntry,
    url=addresses,
    source=texts,
    feed=texts,
    title=texts,
    summary=texts,
    authors=st.tuples(texts),
    tags=st.tuples(texts, texts),
    language=texts,
    published_at=st.none() | times,
    updated_at=st.none() | times,
)
pages = st.builds(
    Page,
    url=addresses,
    final_url=addresses,
    redirects=st.lists(addresses, max_size=3).map(tuple),
    status=st.integers(100, 599),
    headers=st.lists(st.tuples(texts, texts | st.binary(max_size=20).map(lambda b: b.decode("latin-1")))).map(
        tuple
    ),
    body=st.binary(max_size=300) | st.sampled_from([b"\r\n\r\n", b"WARC/1.1\r\n", b"\x1f\x8b\x08"]),
    fetched_at=times,
    entry=entries,
)


@given(pages)
@settings(max_examples=150, deadline=None)
def test_a_page_comes_back_as_it_was(page: Page) -> None:
    data = warc.encode(page)
    assert warc.decode(data) == (page, len(data))
    assert warc.encode(page) == data


@given(pages)
@settings(max_examples=50, deadline=None)
def test_another_warc_reader_finds_the_same_body_and_right_digests(page: Page) -> None:
    data = warc.encode_info(FIRST, NOON) + warc.encode(page)
    records = ArchiveIterator(BytesIO(data), check_digests="raise", arc2warc=False)
    info, response, metadata = [(r.rec_headers, r.http_headers, r.content_stream().read()) for r in records]
    assert info[0].get_header("WARC-Type") == "warcinfo"
    assert response[0].get_header("WARC-Date") == page.fetched_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert response[2] == page.body
    assert response[1].get_statuscode() == str(page.status)
    assert metadata[0].get_header("WARC-Refers-To") == response[0].get_header("WARC-Record-ID")


def test_headers_that_spoke_of_the_encoded_body_do_not_lie_about_the_decoded_one() -> None:
    page = make_page(body=b"twelve bytes")
    response = next(iter(ArchiveIterator(BytesIO(warc.encode(page)))))
    assert response.http_headers.headers == [
        ("content-type", "text/html"),
        ("x-crawler-content-encoding", "br"),
        ("x-crawler-content-length", "7"),
        ("content-length", "12"),
    ]
    assert warc.decode(warc.encode(page))[0].headers == page.headers


def test_a_header_cannot_smuggle_in_a_body() -> None:
    page = make_page(body=b"true")
    page = Page(**{**{n: getattr(page, n) for n in page.__slots__}, "headers": (("x", "a\r\n\r\nfalse"),)})
    response = next(iter(ArchiveIterator(BytesIO(warc.encode(page)))))
    assert response.content_stream().read() == b"true"
    assert warc.decode(warc.encode(page))[0] == page


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"WARC/1.1\r\n", b"WARC/1.1\r\nWARC-Type: response\r\n"])
)
def test_bytes_that_are_no_pair_are_refused(data: bytes, head: bytes) -> None:
    with pytest.raises(ArchiveError):
        warc.decode(head + data)
    with pytest.raises(ArchiveError):
        warc.decode(gzip.compress(head + data) * 2)


def test_a_body_that_was_changed_and_packed_anew_is_refused() -> None:
    data = warc.encode(make_page())
    response = gzip_member(data)
    forged = gzip.compress(gzip.decompress(response).replace(b"runs again", b"sank today"))
    with pytest.raises(ArchiveError, match="digest does not match"):
        warc.decode(forged + data[len(response) :])


def test_metadata_of_a_newer_version_ask_for_an_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "SCHEMA", 2)
    data = warc.encode(make_page())
    monkeypatch.undo()
    with pytest.raises(ArchiveError, match="upgrade"):
        warc.decode(data)


def test_an_archive_of_a_newer_version_is_not_taken_for_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    monkeypatch.setattr(warc, "SCHEMA", 2)
    write(tmp_path, [make_page(2)], committed)
    monkeypatch.undo()
    with pytest.raises(ArchiveError, match="upgrade"):
        list(scan(tmp_path, nothing_damaged))
    before = (tmp_path / FIRST).read_bytes()
    (problem,) = check(tmp_path, {FIRST: len(before)})
    assert f"{FIRST}: the record at byte {committed[FIRST]}" in problem
    with pytest.raises(ArchiveError, match="upgrade"):
        repair(tmp_path, committed)
    assert (tmp_path / FIRST).read_bytes() == before


def test_pages_are_read_by_reference_and_in_order(tmp_path: Path) -> None:
    stored = [make_page(n, bytes(range(n))) for n in range(20)]
    refs, committed = write(tmp_path, stored)
    assert [read(tmp_path, ref) for ref in refs] == stored
    assert list(scan(tmp_path, nothing_damaged)) == list(zip(refs, stored, strict=True))
    assert committed == {FIRST: (tmp_path / FIRST).stat().st_size}
    assert check(tmp_path, committed) == []


def test_a_later_run_goes_on_in_the_open_segment(tmp_path: Path) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    refs, committed = write(tmp_path, [make_page(2)], committed)
    assert refs[0].segment == FIRST
    assert [page for _, page in scan(tmp_path, nothing_damaged)] == [make_page(1), make_page(2)]
    assert check(tmp_path, committed) == []


def test_a_full_segment_is_closed(tmp_path: Path) -> None:
    refs, committed = write(tmp_path, [make_page(n) for n in range(4)], segment_bytes=2000)
    assert [ref.segment for ref in refs] == [FIRST, FIRST, *["segment-000002.warc.gz"] * 2]
    assert committed == {path.name: path.stat().st_size for path in tmp_path.iterdir()}


def test_a_segment_is_closed_when_it_is_a_day_old_even_by_a_later_run(tmp_path: Path) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    refs, committed = write(tmp_path, [make_page(2)], committed, lambda: NOON + timedelta(hours=23))
    assert refs[0].segment == FIRST
    refs, committed = write(tmp_path, [make_page(3)], committed, lambda: NOON + timedelta(hours=24))
    assert refs[0].segment == "segment-000002.warc.gz"
    assert len(list(scan(tmp_path, nothing_damaged))) == 3


def test_what_was_not_synced_is_not_promised(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, {}, lambda: NOON)
    writer.append(make_page(1))
    committed = dict(writer.sync())
    writer.append(make_page(2))
    writer.close()
    assert repair(tmp_path, committed)[0].segment == FIRST
    assert [page for _, page in scan(tmp_path, nothing_damaged)] == [make_page(1)]


def test_wherever_the_tail_was_torn_it_is_cut_back(tmp_path: Path) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    write(tmp_path, [make_page(2)], committed)
    path, whole, kept = tmp_path / FIRST, (tmp_path / FIRST).read_bytes(), committed[FIRST]
    for torn in (*range(kept, len(whole), 37), len(whole)):
        path.write_bytes(whole[:torn])
        assert check(tmp_path, committed) == []
        assert repair(tmp_path, committed) == ([Cut(FIRST, torn - kept)] if torn > kept else [])
        assert path.read_bytes() == whole[:kept]


@pytest.mark.parametrize("leftover", [b"", b"\x1f\x8b", warc.encode_info("segment-000002.warc.gz", NOON)])
def test_a_segment_without_any_commit_is_removed(tmp_path: Path, leftover: bytes) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    second = tmp_path / "segment-000002.warc.gz"
    second.write_bytes(leftover)
    assert repair(tmp_path, committed) == [Cut(second.name, len(leftover))]
    assert not second.exists()
    assert repair(tmp_path, committed) == []


def test_an_archive_that_the_ledger_is_too_old_for_is_not_cut(tmp_path: Path) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    write(tmp_path, [make_page(n) for n in range(LARGEST_GROUP + 1)], committed, segment_bytes=20_000)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ArchiveError, match=r"101 pages that the ledger does not know.*rebuild"):
        repair(tmp_path, committed)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("present", [b"", None])
def test_lost_bytes_are_an_error_that_names_the_segment(tmp_path: Path, present: bytes | None) -> None:
    (ref,), committed = write(tmp_path, [make_page(1)])
    (tmp_path / FIRST).unlink()
    if present is not None:
        (tmp_path / FIRST).write_bytes(present)
    with pytest.raises(ArchiveError, match=f"{FIRST}.*rebuild"):
        repair(tmp_path, committed)
    with pytest.raises(ArchiveError, match=FIRST):
        read(tmp_path, ref)
    assert FIRST in check(tmp_path, committed)[0]


def test_the_writer_refuses_a_segment_that_was_not_repaired(tmp_path: Path) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    with (tmp_path / FIRST).open("ab") as file:
        file.write(b"torn")
    with pytest.raises(ArchiveError, match="repair"):
        ArchiveWriter(tmp_path, committed, lambda: NOON)


def test_damage_in_the_middle_is_told_and_passed_over(tmp_path: Path) -> None:
    refs, committed = write(tmp_path, [make_page(n) for n in range(5)])
    data = bytearray((tmp_path / FIRST).read_bytes())
    data[refs[2].offset + 60] ^= 0xFF
    (tmp_path / FIRST).write_bytes(data)
    told: list[str] = []
    assert [ref for ref, _ in scan(tmp_path, told.append)] == [refs[0], refs[1], refs[3], refs[4]]
    assert len(told) == 1
    assert f"{FIRST}: the record at byte {refs[2].offset}" in told[0]
    assert check(tmp_path, committed) == told
    with pytest.raises(ArchiveError, match=f"byte {refs[2].offset} is damaged"):
        read(tmp_path, refs[2])


def test_no_flipped_byte_goes_unnoticed(tmp_path: Path) -> None:
    (ref,), _ = write(tmp_path, [make_page(1)])
    whole = (tmp_path / FIRST).read_bytes()
    header_bytes_without_meaning = {4, 5, 6, 7, 8, 9}  # of gzip: time, level, system
    unnoticed = set()
    for position in range(ref.offset, ref.offset + ref.length, 5):
        (tmp_path / FIRST).write_bytes(
            whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :]
        )
        try:
            assert read(tmp_path, ref) == make_page(1)
            unnoticed.add(position)
        except ArchiveError:
            pass
    second = ref.offset + len(gzip_member(whole[ref.offset :]))
    assert {p - ref.offset for p in unnoticed if p < second} <= header_bytes_without_meaning
    assert {p - second for p in unnoticed if p >= second} <= header_bytes_without_meaning


def gzip_member(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    unpacker.decompress(data)
    return data[: len(data) - len(unpacker.unused_data)]


def test_a_torn_end_is_told(tmp_path: Path) -> None:
    refs, committed = write(tmp_path, [make_page(n) for n in range(3)])
    with (tmp_path / FIRST).open("r+b") as file:
        file.truncate(refs[2].offset + 100)
    told: list[str] = []
    assert len(list(scan(tmp_path, told.append))) == 2
    reason = "is torn: the file ends within the record (100 bytes skipped)"
    assert told == [f"{tmp_path / FIRST}: the record at byte {refs[2].offset} {reason}"]
    assert len(check(tmp_path, committed)) == 2


def test_a_segment_with_a_damaged_beginning_gives_its_pages(tmp_path: Path) -> None:
    refs, committed = write(tmp_path, [make_page(n) for n in range(2)])
    data = bytearray((tmp_path / FIRST).read_bytes())
    data[40] ^= 0xFF
    (tmp_path / FIRST).write_bytes(data)
    told: list[str] = []
    assert [ref for ref, _ in scan(tmp_path, told.append)] == refs
    assert len(told) == 1
    (added,), _ = write(tmp_path, [make_page(2)], committed)
    assert added.segment == "segment-000002.warc.gz"


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot be written.*run again"):
        ArchiveWriter(tmp_path / "file" / "archive", {}, lambda: NOON)


FILL_UP = """
import resource, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
import test_store_archive as t
from articles.errors import StorageError
folder = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (2500, 2500))
writer = t.ArchiveWriter(folder, {}, lambda: t.NOON)
print(writer.append(t.make_page(1)).length, writer.sync()[t.FIRST])
for attempt in range(3):
    try:
        for number in range(9):
            writer.append(t.make_page(number))
    except StorageError as error:
        print(error)
try:
    writer.sync()
except StorageError:
    print("no sync")
"""


def test_a_full_disk_ends_the_writer_and_loses_no_commit(tmp_path: Path) -> None:
    root = Path(__file__).parent
    command = [sys.executable, "-c", FILL_UP, str(tmp_path), str(root), str(root.parent)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    committed = {FIRST: int(lines[0].split()[1])}
    assert "File too large" in lines[1]
    assert all("could not be written before" in line for line in lines[2:4])
    assert lines[4] == "no sync"
    repair(tmp_path, committed)
    assert [page for _, page in scan(tmp_path, nothing_damaged)] == [make_page(1)]
    write(tmp_path, [make_page(2)], committed)
    assert [page for _, page in scan(tmp_path, nothing_damaged)] == [make_page(1), make_page(2)]


def test_an_old_segment_is_closed_once_and_the_next_page_goes_behind_it(tmp_path: Path) -> None:
    _, committed = write(tmp_path, [make_page(1)])
    tomorrow = NOON + timedelta(days=1)
    for closed, clock in (("", lambda: NOON), (FIRST, lambda: tomorrow), ("", lambda: tomorrow)):
        writer = ArchiveWriter(tmp_path, committed, clock)
        assert writer.close_old() == closed
        committed |= writer.sync()
        writer.close()
    assert check(tmp_path, committed) == []
    assert repair(tmp_path, committed) == []
    (ref,), committed = write(tmp_path, [make_page(2)], committed, lambda: tomorrow)
    assert ref.segment == "segment-000002.warc.gz"
    assert len(list(scan(tmp_path, nothing_damaged))) == 2


settlings = st.builds(
    Settled,
    capture_id=st.integers(1, 2**40),
    outcome=st.sampled_from(Outcome),
    at=times,
    reason=texts,
    detail=texts,
    related=texts,
    content_hash=texts,
    canonical=texts,
)
remains = st.builds(
    Remains,
    page=pages.map(lambda page: replace(page, body=b"")),
    raw=st.builds(ArchiveRef, segment=texts, offset=st.integers(0, 2**40), length=st.integers(0, 2**40)),
    dropped_at=times,
    kept=settlings | pages.map(make_article),
)


@given(remains)
@settings(max_examples=100, deadline=None)
def test_remains_come_back_as_they_were(left: Remains) -> None:
    data = warc.encode(left)
    assert warc.decode(data) == (left, len(data))
    assert warc.encode(left) == data
    assert warc.holds(warc.encode_info(FIRST, NOON) + data) is Remains


def test_an_article_that_is_left_is_a_conversion_of_the_response_that_is_gone() -> None:
    page, left = make_page(), make_remains()
    data = warc.encode_info(FIRST, NOON) + warc.encode(page) + warc.encode(left)
    records = ArchiveIterator(BytesIO(data), check_digests="raise")
    found = {}
    for record in records:
        found.setdefault(record.rec_type, []).append((record.rec_headers, record.content_stream().read()))
    (response, _), (conversion, article) = found["response"][0], found["conversion"][0]
    assert conversion.get_header("WARC-Refers-To") == response.get_header("WARC-Record-ID")
    assert conversion.get_header("WARC-Date").startswith("2026-08-02T12:00:00")
    assert conversion.get_header("WARC-Target-URI") == page.final_url
    assert from_json(article) == left.kept
    before, now = (json.loads(text) for _, text in found["metadata"])
    assert now.pop("dropped")["raw"]["segment"] == FIRST
    assert now == before
    ids = [headers.get_header("WARC-Record-ID") for each in found.values() for headers, _ in each]
    assert len(set(ids)) == 5


def test_pages_and_remains_never_share_a_segment(tmp_path: Path) -> None:
    names = [f"segment-00000{n}.warc.gz" for n in (1, 2, 3, 4)]
    refs, committed = write(tmp_path, [make_page(1), make_remains(2), make_remains(3), make_page(4)])
    assert [ref.segment for ref in refs] == [names[0], names[1], names[1], names[2]]
    refs, committed = write(tmp_path, [make_remains(5)], committed)
    assert refs[0].segment == names[3]
    refs, committed = write(tmp_path, [make_remains(6, article=False)], committed)
    assert refs[0].segment == names[3]
    assert check(tmp_path, committed) == []
    kinds = [type(record) for _, record in scan(tmp_path, nothing_damaged)]
    assert kinds == [Remains] * 4 + [Page] * 2


def test_an_empty_segment_takes_either(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, {}, lambda: NOON)
    writer.append(make_page(1))
    writer.close()
    second = "segment-000002.warc.gz"
    (tmp_path / second).write_bytes(warc.encode_info(second, NOON))
    committed = {second: (tmp_path / second).stat().st_size}
    (ref,), _ = write(tmp_path, [make_remains(1)], committed)
    assert ref.segment == second


def test_whoever_reads_remains_as_a_page_is_told_that_it_is_gone(tmp_path: Path) -> None:
    (ref,), _ = write(tmp_path, [make_remains()])
    with pytest.raises(
        ArchiveError, match=r"^https://harbour.example/0: .* dropped on 2026-08-02 by \[store\] retention$"
    ):
        read(tmp_path, ref)
    assert recall(tmp_path, ref) == make_remains()


@pytest.mark.parametrize("lost", [0, 1])
def test_damaged_remains_are_told_once_and_passed_over(tmp_path: Path, lost: int) -> None:
    """`lost` is the record that is damaged: the metadata or the article."""
    left = [make_remains(0), make_remains(1), make_remains(2, article=False), make_remains(3)]
    refs, _ = write(tmp_path, left)
    data = bytearray((tmp_path / FIRST).read_bytes())
    second = refs[1].offset + len(gzip_member(bytes(data[refs[1].offset :])))
    data[(refs[1].offset, second)[lost] + 60] ^= 0xFF
    (tmp_path / FIRST).write_bytes(data)
    told: list[str] = []
    assert [ref for ref, _ in scan(tmp_path, told.append)] == [refs[0], refs[2], refs[3]]
    assert len(told) == 1
    assert f"{FIRST}: the record at byte {refs[1].offset}" in told[0]


def test_a_page_damaged_among_long_addresses_is_told_once(tmp_path: Path) -> None:
    long = replace(make_page(1), final_url=f"https://harbour.example/{'a' * 9000}")
    refs, _ = write(tmp_path, [long, long, make_page(2)])
    data = bytearray((tmp_path / FIRST).read_bytes())
    data[refs[1].offset + 60] ^= 0xFF
    (tmp_path / FIRST).write_bytes(data)
    told: list[str] = []
    assert [ref for ref, _ in scan(tmp_path, told.append)] == [refs[0], refs[2]]
    assert len(told) == 1


def test_metadata_without_the_article_that_they_announce_are_refused() -> None:
    data = warc.encode(make_remains())
    alone = gzip_member(data)
    with pytest.raises(warc.DamageError, match="torn"):
        warc.decode(alone)
    with pytest.raises(warc.DamageError, match="not followed by its article"):
        warc.decode(alone + warc.encode(make_remains(1))[len(gzip_member(warc.encode(make_remains(1)))) :])
    with pytest.raises(warc.DamageError, match="not followed by its article"):
        warc.decode(alone + warc.encode(make_page()))


def test_what_is_there_of_a_dropped_segment_is_removed_however_much_it_holds(tmp_path: Path) -> None:
    _, first = write(tmp_path, [make_page(n) for n in range(LARGEST_GROUP + 1)])
    _, both = write(tmp_path, [make_remains(n) for n in range(3)], first)
    committed = {name: length for name, length in both.items() if name != FIRST}
    assert repair(tmp_path, committed, [FIRST, "segment-000000.warc.gz"]) == []
    assert [path.name for path in tmp_path.iterdir()] == ["segment-000002.warc.gz"]
    assert check(tmp_path, committed) == []
