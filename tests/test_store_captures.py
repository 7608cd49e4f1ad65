"""Captures in the ledger: pending, settled, and what the loader asks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from articles.model import FeedEntry, Page
from articles.urls import article_id
from store.ledger import capture_table, miss_table, segment_table, url_table
from store.ledger.capture_table import Latest
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.queries import soundness
from store.ledger.queries.stand_ins import duplicates_waiting
from store.records import ArchiveRef, Capture, FetchReason, KnownUrl, Miss, Outcome, Settled, UrlState

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEGMENT = "segment-000001.warc.gz"


@pytest.fixture
def conn(ledger_place: LedgerPlace) -> Iterator[Connection]:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as connection:
        segment_table.commit(connection, {SEGMENT: 10_000})
        yield connection
    ledger.close()


def address(name: str) -> str:
    return f"https://harbour.example/{name}"


def answer(name: str, at: datetime, final: str = "", status: int = 200) -> Page:
    return Page(
        url=address(name),
        final_url=address(final or name),
        status=status,
        headers=(),
        body=b"",
        fetched_at=at,
        entry=FeedEntry(url=address(name), source="harbour"),
    )


def capture(
    conn: Connection,
    name: str,
    at: datetime = NOON,
    final: str = "",
    status: int = 200,
    offset: int | None = None,
) -> Capture:
    """Add a capture behind the others and give it back."""
    place = 100 * sum(capture_table.counts(conn).values()) if offset is None else offset
    page = answer(name, at, final, status)
    capture_table.add(conn, [(page, ArchiveRef(segment=SEGMENT, offset=place, length=100))])
    return capture_table.pending(conn, 1000)[-1]


def settle(conn: Connection, one: Capture, outcome: Outcome, at: datetime = NOON, **fields: str) -> None:
    capture_table.settle(conn, [Settled(capture_id=one.id, outcome=outcome, at=at, **fields)])


def outcome(conn: Connection, one: Capture) -> Outcome:
    return next(found.outcome for found in capture_table.of_url(conn, one.url) if found.id == one.id)


def test_a_capture_is_pending_and_its_url_fetched(conn: Connection) -> None:
    added = capture(conn, "a", final="b")
    assert added == Capture(
        id=added.id,
        url=address("a"),
        final_url=address("b"),
        article_id=article_id(address("b")),
        source="harbour",
        status=200,
        fetched_at=NOON,
        ref=ArchiveRef(segment=SEGMENT, offset=0, length=100),
        outcome=Outcome.PENDING,
    )
    assert url_table.counts(conn)["fetched"] == 1
    assert capture_table.counts(conn)["pending"] == 1
    assert soundness.problems(conn) == []


def test_pending_captures_come_oldest_first_and_in_portions(conn: Connection) -> None:
    added = [capture(conn, str(n)) for n in range(5)]
    assert capture_table.pending(conn, 2) == added[:2]
    assert capture_table.pending(conn, 9, after=added[1].id) == added[2:]
    settle(conn, added[0], Outcome.REJECTED, reason="soft_404", detail="Not found")
    assert capture_table.pending(conn, 9) == added[1:]
    (rejected,) = capture_table.of_url(conn, added[0].url)
    assert (rejected.outcome, rejected.reason, rejected.detail) == (Outcome.REJECTED, "soft_404", "Not found")
    assert rejected.settled_at == NOON


def test_a_url_finds_what_it_requested_and_what_it_answered(conn: Connection) -> None:
    moved, direct = capture(conn, "old", final="new"), capture(conn, "new", at=NOON + HOUR)
    assert capture_table.of_url(conn, address("old")) == [moved]
    assert capture_table.of_url(conn, address("new")) == [moved, direct]


def test_two_captures_cannot_be_at_one_place(conn: Connection) -> None:
    capture(conn, "a", offset=0)
    with pytest.raises(IntegrityError):
        capture(conn, "b", offset=0)


def test_the_index_holds_the_newest_indexed_capture(conn: Connection) -> None:
    first, second, third = (capture(conn, "a", at=NOON + n * HOUR) for n in range(3))
    ids = [first.article_id]
    assert capture_table.latest_indexed(conn, ids) == {}
    settle(conn, first, Outcome.INDEXED, content_hash="h1")
    assert capture_table.latest_indexed(conn, [*ids, "unknown"]) == {
        ids[0]: Latest(fetched_at=NOON, content_hash="h1", capture_id=first.id)
    }
    settle(conn, second, Outcome.UNCHANGED, content_hash="h1")
    assert capture_table.latest_indexed(conn, ids)[ids[0]].fetched_at == NOON + HOUR
    settle(conn, third, Outcome.INDEXED, at=NOON + 3 * HOUR, content_hash="h3")
    assert capture_table.latest_indexed(conn, ids)[ids[0]] == Latest(
        fetched_at=NOON + 2 * HOUR, content_hash="h3", capture_id=third.id
    )
    assert capture_table.counts(conn) == dict.fromkeys(Outcome, 0) | {
        "indexed": 1,
        "unchanged": 1,
        "superseded": 1,
    }
    replaced = capture_table.of_url(conn, first.url)[0]
    assert (replaced.reason, replaced.related, replaced.settled_at) == ("newer", ids[0], NOON + 3 * HOUR)
    assert soundness.problems(conn) == []


def test_an_article_is_first_seen_at_its_earliest_capture(conn: Connection) -> None:
    capture(conn, "a", at=NOON + HOUR)
    capture(conn, "b", at=NOON, final="a")
    ids = [article_id(address("a")), *map(str, range(1200))]
    assert capture_table.first_seen(conn, ids) == {ids[0]: NOON}


def test_a_stand_in_waits_until_its_original_is_indexed(conn: Connection) -> None:
    print_page, original = capture(conn, "print"), capture(conn, "story")
    settle(conn, print_page, Outcome.INDEXED, canonical=original.article_id)
    assert duplicates_waiting(conn) == []
    assert print_page.article_id in capture_table.latest_indexed(conn, [print_page.article_id])
    settle(conn, original, Outcome.INDEXED)
    ((waiting, target),) = duplicates_waiting(conn)
    assert (waiting.id, target) == (print_page.id, original.article_id)
    settle(conn, print_page, Outcome.DUPLICATE, related=target)
    assert duplicates_waiting(conn) == []
    assert capture_table.latest_indexed(conn, [print_page.article_id]) == {}


def test_two_pages_that_name_each_other_both_stay(conn: Connection) -> None:
    one, other = capture(conn, "one"), capture(conn, "other")
    settle(conn, one, Outcome.INDEXED, canonical=other.article_id)
    settle(conn, other, Outcome.INDEXED, canonical=one.article_id)
    assert duplicates_waiting(conn) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE captures SET url = 'https://harbour.example/b'", "fetched, but without a capture"),
        (
            "UPDATE urls SET state = 'failed' WHERE url = 'https://harbour.example/b'",
            "given up, but never tried",
        ),
        ("UPDATE urls SET due_at = NULL", "due, but at no time"),
        ("UPDATE segments SET length = 99", "not in the committed archive: segment-000001.warc.gz:0"),
        ("UPDATE captures SET outcome = 'indexed'", "an outcome at no time"),
        ("UPDATE captures SET outcome = 'duplicate', settled_at = fetched_at", "duplicates of nothing"),
    ],
)
def test_what_does_not_add_up_is_told(conn: Connection, statement: str, problem: str) -> None:
    url_table.discover(conn, [FeedEntry(url=address("b"), source="harbour")], NOON)
    capture(conn, "a")
    assert soundness.problems(conn) == []
    conn.exec_driver_sql(statement)
    assert any(problem in found and found.startswith("1 ") for found in soundness.problems(conn))


CHANCES = ("no_article", "consent_page", "not_found", "blocked")


def known(conn: Connection, name: str) -> KnownUrl:
    found = url_table.get(conn, address(name))
    assert found is not None
    return found


@pytest.mark.parametrize("reason", CHANCES)
def test_a_page_that_may_become_an_article_is_fetched_again_before_it_is_given_up(
    conn: Connection, reason: str
) -> None:
    at = NOON
    for wait in (HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR):
        settle(conn, capture(conn, "a", at), Outcome.REJECTED, at, reason=reason, detail="no title found")
        url = known(conn, "a")
        assert (url.state, url.due_at, url.last_error) == (
            UrlState.DUE,
            at + wait,
            f"{reason}: no title found",
        )
        at += wait
        assert [due.url for due in url_table.due(conn, ["harbour"], at)] == [address("a")]
    settle(conn, capture(conn, "a", at), Outcome.REJECTED, at, reason=reason)
    assert (known(conn, "a").state, known(conn, "a").due_at) == (UrlState.FAILED, None)
    assert soundness.problems(conn) == []


def test_a_page_that_became_an_article_settles(conn: Connection) -> None:
    settle(conn, capture(conn, "a"), Outcome.REJECTED, reason="no_article")
    settle(conn, capture(conn, "a", NOON + HOUR), Outcome.INDEXED)
    url = known(conn, "a")
    assert (url.state, url.due_at, url.last_error, url.rejections) == (UrlState.FETCHED, None, "", 0)


def test_an_update_begins_the_chances_again(conn: Connection) -> None:
    settle(conn, capture(conn, "a"), Outcome.REJECTED, reason="no_article")
    settle(conn, capture(conn, "a", NOON + HOUR), Outcome.REJECTED, reason="no_article")
    assert known(conn, "a").rejections == 2
    url_table.record_page(conn, answer("a", NOON + 7 * HOUR))
    updated = FeedEntry(url=address("a"), source="harbour", updated_at=NOON + 9 * HOUR)
    assert url_table.discover(conn, [updated], NOON + 9 * HOUR).due
    assert known(conn, "a").rejections == 0


@pytest.mark.parametrize("reason", ["list_page", "too_short", "not_html", "parser_killed"])
def test_other_rejections_are_final(conn: Connection, reason: str) -> None:
    settle(conn, capture(conn, "a"), Outcome.REJECTED, reason=reason)
    assert known(conn, "a").state is UrlState.FETCHED


@pytest.mark.parametrize(
    ("result", "visited"),
    [
        (Outcome.INDEXED, True),
        (Outcome.UNCHANGED, True),
        (Outcome.SUPERSEDED, True),
        (Outcome.DUPLICATE, False),
        (Outcome.DEAD_LETTER, False),
        (Outcome.REJECTED, False),
    ],
)
def test_articles_alone_are_looked_at_again(conn: Connection, result: Outcome, visited: bool) -> None:
    ref = ArchiveRef(segment=SEGMENT, offset=0, length=100)
    capture_table.add(conn, [(answer("a", NOON), ref)], revisits=(HOUR,))
    (one,) = capture_table.pending(conn, 1)
    settle(conn, one, result, reason="list_page" if result is Outcome.REJECTED else "")
    assert known(conn, "a").state is UrlState.FETCHED
    assert bool(url_table.due(conn, ["harbour"], NOON + HOUR, revisiting=True)) == visited


def test_what_is_cleaned_again_is_not_fetched_again(conn: Connection) -> None:
    """Nor is what was overtaken by another fetch, or comes from an archive of long ago."""
    cleaned, overtaken, old = capture(conn, "a"), capture(conn, "b"), capture(conn, "c", NOON - 999 * HOUR)
    settle(conn, cleaned, Outcome.INDEXED)
    capture(conn, "b", NOON + HOUR)
    for one in (cleaned, overtaken, old):
        settle(conn, one, Outcome.REJECTED, reason="no_article")
        assert known(conn, one.url[-1]).state is UrlState.FETCHED


def test_two_indexed_captures_of_an_article_are_told(conn: Connection) -> None:
    capture(conn, "a")
    capture(conn, "a")
    conn.exec_driver_sql("UPDATE captures SET outcome = 'indexed', settled_at = fetched_at")
    assert soundness.problems(conn) == [
        "1 captures are indexed as well as a later one: segment-000001.warc.gz:0"
    ]


def test_a_url_that_was_missed_adds_up(conn: Connection) -> None:
    url_table.discover(conn, [FeedEntry(url=address("b"), source="harbour")], NOON)
    miss_table.record_misses(
        conn, [Miss(url=address("b"), at=NOON, state=UrlState.REFUSED, reason=FetchReason.ROBOTS)]
    )
    assert soundness.problems(conn) == []


def test_no_state_or_outcome_but_the_named_ones(conn: Connection) -> None:
    capture(conn, "a")
    for statement in ("UPDATE urls SET state = 'lost'", "UPDATE captures SET outcome = 'lost'"):
        with pytest.raises(IntegrityError), conn.begin_nested():
            conn.exec_driver_sql(statement)


def test_stand_ins_are_looked_through_by_an_index_of_nothing_else(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.reading() as conn:
        asked: list[str] = []
        event.listen(conn, "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert duplicates_waiting(conn) == []
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0]}", ("indexed", "")).all()
    assert "USING INDEX captures_stand_ins" in plan[0].detail
