"""Which pages are parts of which article hangs on what the pages name, not on the order in which they come."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from articles.model import Article, FeedEntry, Page
from articles.urls import article_id
from pipeline.parts.part_sorting import sort_parts
from store.ledger import capture_table, segment_table
from store.ledger.database import Ledger
from store.ledger.parts import part_captures, part_table
from store.records import ArchiveRef, Capture, Outcome, Settled
from tests import desk

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SEGMENT = "segment-000001.warc.gz"
Names = Mapping[str, Sequence[str]]


def url_of(name: str) -> str:
    return f"https://norland-post.example/{name}"


def cleaned(capture: Capture, names: Names) -> tuple[Capture, Article]:
    """A capture with its article, which names what its page does, and what its parts do."""
    urls = [url_of(each) for each in names[capture.final_url.rpartition("/")[2]]]
    there = {each.url for each in capture.parts}
    for url in urls:
        further = names[url.rpartition("/")[2]] if url in there else ()
        urls += [more for more in map(url_of, further) if more not in urls]
    article = desk.article(capture.final_url.rpartition("/")[2], "text")
    article = replace(article, id=capture.article_id, further_pages=tuple(urls))
    return capture, article


def settle(conn: Connection, batch: Sequence[Capture], names: Names) -> None:
    """As a settler does, without an index."""
    pairs = [cleaned(each, names) for each in part_captures.with_parts(conn, batch)]
    found = sort_parts(conn, pairs)
    rest = [
        Settled(capture_id=capture.id, outcome=Outcome.INDEXED, at=NOON, content_hash=article.content_hash)
        for capture, article in found.rest
        if isinstance(article, Article)
    ]
    capture_table.settle(conn, [*found.settled(NOON), *rest])
    found.write(conn, NOON)


def collected(
    names: Names, order: Sequence[str], sizes: Sequence[int]
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The outcome of the capture of each page, and the pages that its article is joined from, once nothing changes any more."""
    with TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite") as ledger:
        with ledger.transaction() as conn:
            segment_table.commit(conn, {SEGMENT: 1000})
            for number, name in enumerate(order):
                entry = FeedEntry(url=url_of(name), source="norland")
                at = NOON + timedelta(minutes=number)
                page = Page(
                    url=entry.url,
                    final_url=entry.url,
                    status=200,
                    headers=(),
                    body=b"",
                    fetched_at=at,
                    entry=entry,
                )
                capture_table.add(conn, [(page, ArchiveRef(segment=SEGMENT, offset=number, length=1))])
        todo = list(sizes)
        for _ in range(30):
            with ledger.transaction() as conn:
                batch = capture_table.pending(conn, todo.pop() if todo else 100)
                batch = batch or part_captures.waiting(conn, 100)
                settle(conn, batch, names)
            if not batch:
                break
        else:
            pytest.fail("it goes on and on")
        with ledger.reading() as conn:
            captures = [capture_table.of_url(conn, url_of(name))[0] for name in names]
            found = part_captures.with_parts(conn, captures)
    return {
        each.url.rpartition("/")[2]: (
            each.outcome.value,
            tuple(part.url.rpartition("/")[2] for part in each.parts),
        )
        for each in found
    }


CHAIN = {
    "a": ["a2"],
    "a2": ["a3"],
    "a3": ["a4"],
    "a4": [],
    "b": [],
    "c": ["c2", "c3"],
    "c2": ["c3"],
    "c3": [],
}


@settings(max_examples=8)
@given(st.permutations(sorted(CHAIN)), st.lists(st.integers(1, 4), max_size=4))
def test_the_order_of_arrival_makes_no_difference(order: list[str], sizes: list[int]) -> None:
    assert collected(CHAIN, order, sizes) == {
        "a": ("indexed", ("a2", "a3", "a4")),
        "b": ("indexed", ()),
        "c": ("indexed", ("c2", "c3")),
        **dict.fromkeys(("a2", "a3", "a4", "c2", "c3"), ("part", ())),
    }


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
@pytest.mark.parametrize("sizes", [[1, 1], [2]])
def test_of_two_that_name_each_other_one_stays(order: list[str], sizes: list[int]) -> None:
    found = collected({"a": ["b"], "b": ["a"]}, order, sizes)
    assert sorted(outcome for outcome, _ in found.values()) == ["indexed", "part"]


def test_what_nothing_names_any_more_is_an_article_again(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.transaction() as conn:
        segment_table.commit(conn, {SEGMENT: 1000})
        for number, name in enumerate(("a", "a2")):
            entry = FeedEntry(url=url_of(name), source="norland")
            page = Page(
                url=entry.url,
                final_url=entry.url,
                status=200,
                headers=(),
                body=b"",
                fetched_at=NOON,
                entry=entry,
            )
            capture_table.add(conn, [(page, ArchiveRef(segment=SEGMENT, offset=number, length=1))])
        settle(conn, capture_table.pending(conn, 100), {"a": ["a2"], "a2": []})
        (first,) = capture_table.of_url(conn, url_of("a"))
        (second,) = capture_table.of_url(conn, url_of("a2"))
        assert (second.outcome, second.related) == (Outcome.PART, article_id(url_of("a")))
        settle(conn, [first], {"a": [], "a2": []})
        assert [each.id for each in capture_table.pending(conn, 9)] == [second.id]
        assert part_table.is_empty(conn)
