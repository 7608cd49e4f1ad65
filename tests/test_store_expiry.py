"""Retention in the ledger: which segments are old, and captures that come back from their remains."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from articles.model import FeedEntry, Page
from store.archived import Remains
from store.ledger import capture_table, segment_table, url_table
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.queries import expiry, soundness
from store.records import ArchiveRef, Capture, Outcome, Settled

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = [f"segment-00000{n}.warc.gz" for n in range(5)]


@pytest.fixture
def conn(ledger_place: LedgerPlace) -> Iterator[Connection]:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as connection:
        segment_table.commit(connection, dict.fromkeys(NAMES, 10_000))
        yield connection
    ledger.close()


def make_page(name: str, at: datetime = NOON, status: int = 200) -> Page:
    url = f"https://harbour.example/{name}"
    entry = FeedEntry(url=url, source="harbour")
    return Page(url=url, final_url=url, status=status, headers=(), body=b"", fetched_at=at, entry=entry)


def place(segment: int, offset: int = 0) -> ArchiveRef:
    return ArchiveRef(segment=NAMES[segment], offset=offset, length=100)


def capture(conn: Connection, name: str, at: datetime, ref: ArchiveRef, outcome: Outcome) -> Capture:
    capture_table.add(conn, [(make_page(name, at), ref)])
    added = capture_table.pending(conn, 99)[-1]
    if outcome is not Outcome.PENDING:
        capture_table.settle(conn, [Settled(capture_id=added.id, outcome=outcome, at=NOON)])
    return added


def of(conn: Connection, name: str) -> list[Capture]:
    return capture_table.of_url(conn, f"https://harbour.example/{name}")


def test_old_segments_are_those_whose_newest_page_is_old(conn: Connection) -> None:
    for number, days in enumerate((0, 1, 2, 3)):
        capture(conn, f"a{number}", NOON + days * DAY, place(number), Outcome.REJECTED)
        capture(conn, f"b{number}", NOON + days * DAY + DAY / 2, place(number, 100), Outcome.REJECTED)
    assert expiry.old(conn, NOON + DAY / 2) == []
    assert expiry.old(conn, NOON + DAY) == NAMES[:1]
    assert expiry.old(conn, NOON + 2 * DAY) == NAMES[:2]
    assert expiry.old(conn, NOON + 99 * DAY) == NAMES[:4]


def test_the_newest_segment_is_never_old(conn: Connection) -> None:
    capture(conn, "a", NOON, place(4), Outcome.REJECTED)
    assert expiry.old(conn, NOON + 99 * DAY) == []


def test_none_goes_before_an_older_one_that_must_stay(conn: Connection) -> None:
    for number, outcome in enumerate((Outcome.REJECTED, Outcome.PENDING, Outcome.REJECTED)):
        capture(conn, f"a{number}", NOON, place(number), outcome)
    assert expiry.old(conn, NOON + DAY) == NAMES[:1]


def test_a_capture_that_was_moved_makes_no_segment_old(conn: Connection) -> None:
    one = capture(conn, "a", NOON, place(0), Outcome.REJECTED)
    expiry.move(conn, [(one.id, place(2))], NOON + DAY)
    assert expiry.old(conn, NOON + 99 * DAY) == []
    assert capture_table.of_segment(conn, NAMES[0]) == capture_table.of_segment(conn, NAMES[2]) == []
    (moved,) = of(conn, "a")
    assert (moved.ref, moved.dropped_at, moved.outcome) == (place(2), NOON + DAY, Outcome.REJECTED)


def test_a_capture_left_in_a_dropped_segment_is_told(conn: Connection) -> None:
    capture(conn, "a", NOON, place(0), Outcome.REJECTED)
    assert soundness.problems(conn) == []
    segment_table.drop(conn, NAMES[0], NOON)
    assert soundness.problems(conn) == [f"1 captures are not in the committed archive: {NAMES[0]}:0"]


def test_a_capture_comes_back_as_it_was_settled(conn: Connection) -> None:
    settled = Settled(
        capture_id=99,
        outcome=Outcome.DUPLICATE,
        at=NOON + DAY,
        reason="canonical",
        related="r",
        content_hash="h",
    )
    raw = ArchiveRef(segment="segment-000009.warc.gz", offset=700, length=50)
    left = Remains(page=make_page("a"), raw=raw, dropped_at=NOON + 9 * DAY, kept=settled)
    expiry.restore(conn, place(1), left)
    (back,) = of(conn, "a")
    assert (back.outcome, back.reason, back.related) == (Outcome.DUPLICATE, "canonical", "r")
    assert (back.settled_at, back.ref, back.dropped_at) == (NOON + DAY, place(1), NOON + 9 * DAY)
    assert segment_table.dropped(conn) == {"segment-000009.warc.gz": NOON + 9 * DAY}
    assert url_table.counts(conn)["fetched"] == 1
    assert soundness.problems(conn) == []


def test_remains_that_were_written_later_replace_earlier_ones(conn: Connection) -> None:
    raw = ArchiveRef(segment="segment-000009.warc.gz", offset=0, length=50)
    outcomes = (Outcome.REJECTED, Outcome.UNCHANGED)
    for number, outcome in enumerate(outcomes):
        settled = Settled(capture_id=1, outcome=outcome, at=NOON)
        left = Remains(page=make_page("a"), raw=raw, dropped_at=NOON + number * DAY, kept=settled)
        expiry.restore(conn, place(number), left)
    (back,) = of(conn, "a")
    assert (back.outcome, back.ref, back.dropped_at) == (Outcome.UNCHANGED, place(1), NOON + DAY)
