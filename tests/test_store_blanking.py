"""Pages taken out of a segment: their places stay filled, and nothing else in it changes."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc import ArchiveIterator as FastIterator
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from articles.errors import ArchiveError
from articles.model import FeedEntry, Page
from store.archive import blanking, warc
from store.archive.reader import check, read, recall
from store.archive.writer import ArchiveWriter
from store.archived import Removed
from store.records import ArchiveRef, Outcome, Settled

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SETTLED = Settled(capture_id=1, outcome=Outcome.DELETED, at=NOON, detail="asked by the author")


def page(name: str, body: bytes) -> Page:
    url = f"https://harbour.example/{name}"
    headers = (("content-type", "text/html"), ("date", "Tue, 24 Nov 2026 12:00:00 GMT"), ("server", "mast"))
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers=headers,
        body=body,
        fetched_at=NOON,
        entry=FeedEntry(url=url, source="harbour"),
    )


def removed(one: Page) -> Removed:
    return Removed(
        page=replace(one, body=b"", headers=()),
        removed_at=NOON,
        size=len(one.body),
        digest=warc.digest(one.body),
        settled=SETTLED,
    )


@given(st.binary(min_size=40, max_size=3000), st.integers(0, 100_000))
def test_what_is_left_of_a_page_takes_up_its_place_and_reads_back(body: bytes, more: int) -> None:
    one = page("a", body)
    length = len(warc.encode(one)) + more
    data = blanking.fitted(removed(one), length)
    assert len(data) == length
    found, end = warc.decode(data)
    assert isinstance(found, Removed)
    assert (found.page, end) == (removed(one).page, length)
    if more > 500:  # there is room for all of it
        assert found == removed(one)


def test_a_place_that_is_too_small_is_refused() -> None:
    with pytest.raises(ArchiveError, match="too short"):
        blanking.fitted(removed(page("a", b"")), 100)


def segment(folder: Path, pages: list[Page]) -> list[ArchiveRef]:
    writer = ArchiveWriter(folder, {}, lambda: NOON)
    refs = [writer.append(one) for one in pages]
    writer.sync()
    writer.close()
    return refs


def test_everything_else_stays_where_it_is(tmp_path: Path) -> None:
    pages = [page(name, " ".join(f"{name}{n} herrings" for n in range(500)).encode()) for name in "abc"]
    refs = segment(tmp_path, pages)
    path = tmp_path / refs[0].segment
    before = path.read_bytes()
    (tmp_path / f"{path.name}.blanked").write_bytes(b"left by a killed process")
    blanking.blank(tmp_path, path.name, {refs[1]: removed(pages[1])}, lambda: NOON)
    blanking.clear(tmp_path)
    after = path.read_bytes()
    start, end = refs[1].offset, refs[1].offset + refs[1].length
    assert (after[:start], after[end:], len(after)) == (before[:start], before[end:], len(before))
    assert recall(tmp_path, refs[1]) == removed(pages[1])
    assert [read(tmp_path, ref) for ref in (refs[0], refs[2])] == [pages[0], pages[2]]
    with pytest.raises(ArchiveError, match="were removed on 2026-11-24"):
        read(tmp_path, refs[1])
    assert check(tmp_path, {path.name: len(after)}) == []
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_other_tools_read_what_is_left(tmp_path: Path) -> None:
    pages = [page(name, f"herring {name * 90_000}".encode()) for name in "abc"]
    refs = segment(tmp_path, pages)
    path = tmp_path / refs[0].segment
    response = warc.decode(path.read_bytes(), refs[1].offset)[0]
    assert response == pages[1]
    blanking.blank(tmp_path, path.name, {refs[1]: removed(pages[1])}, lambda: NOON)
    with path.open("rb") as stream:
        found = [
            (record.rec_type, record.rec_headers, record.content_stream().read())
            for record in ArchiveIterator(stream, check_digests="raise")
        ]
    assert [kind for kind, _, _ in found] == ["warcinfo", *["response", "metadata"] * 3]
    _, headers, body = found[3]
    assert body == b""
    assert headers.get_header("WARC-Target-URI") == pages[1].final_url
    assert headers.get_header("X-Removed-Payload-Digest") == warc.digest(pages[1].body)
    assert headers.get_header("X-Removed-Payload-Length") == str(len(pages[1].body))
    whole = io.BytesIO(path.read_bytes())
    assert len(list(FastIterator(whole, parse_http=False))) == 7
