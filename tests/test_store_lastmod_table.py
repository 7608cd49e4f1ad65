"""What a source's sitemaps claim, in the ledger: noted, looked into when the pages are looked at again, then believed or not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from articles.model import FeedEntry, Page
from store import policy
from store.ledger import capture_table, lastmod_table, miss_table, segment_table, url_table
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.records import ArchiveRef, FetchReason, Miss, NotModified, Outcome, Settled

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEGMENT = "segment-000001.warc.gz"
ONE = "https://harbour.example/1"


@pytest.fixture
def conn(ledger_place: LedgerPlace) -> Iterator[Connection]:
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as connection:
        segment_table.commit(connection, {SEGMENT: 10_000_000})
        yield connection


def listed(url: str, lastmod: datetime | None) -> FeedEntry:
    return FeedEntry(url=url, source="harbour", updated_at=lastmod)


def look(conn: Connection, url: str, at: datetime, outcome: Outcome) -> None:
    """A page that was fetched and cleaned."""
    offset = conn.exec_driver_sql("SELECT count(*) FROM captures").scalar_one()
    entry = FeedEntry(url=url, source="harbour")
    page = Page(url=url, final_url=url, status=200, headers=(), body=b"", fetched_at=at, entry=entry)
    capture_table.add(conn, [(page, ArchiveRef(segment=SEGMENT, offset=offset, length=1))])
    if outcome is not Outcome.PENDING:
        (capture,) = capture_table.pending(conn, 1)
        capture_table.settle(conn, [Settled(capture_id=capture.id, outcome=outcome, at=at)])


def believed(conn: Connection, lastmod: datetime | None, url: str = ONE) -> bool:
    return bool(lastmod_table.believed(conn, "harbour", [listed(url, lastmod)]))


def proofs(conn: Connection) -> str:
    """With what was looked into by now."""
    lastmod_table.believed(conn, "harbour", [])
    return lastmod_table.proofs(conn, "harbour")


def test_claims_are_believed_once_three_were_true_and_until_they_lie(conn: Connection) -> None:
    look(conn, ONE, NOON, Outcome.INDEXED)
    told = []
    outcomes = [Outcome.INDEXED] * 4 + [Outcome.UNCHANGED] * 2
    for hour, outcome in enumerate(outcomes, 1):
        told.append(believed(conn, NOON + hour * HOUR - HOUR / 2))
        look(conn, ONE, NOON + hour * HOUR, outcome)
    assert told == [False, False, False, True, True, True]
    assert not believed(conn, NOON + 9 * HOUR), "two of six were lies"
    assert proofs(conn) == "++++--"


def test_a_believed_claim_makes_its_article_due(conn: Connection) -> None:
    conn.execute(lastmod_table.PROOFS.insert().values(source="harbour", proofs="+++"))
    look(conn, ONE, NOON, Outcome.INDEXED)
    claim = listed(ONE, NOON + HOUR)
    urls = lastmod_table.believed(conn, "harbour", [claim])
    terms = policy.Terms(updates=False, believed=urls)
    assert [due.url for due in url_table.discover(conn, [claim], NOON + 2 * HOUR, terms).due] == [ONE]
    look(conn, ONE, NOON + 2 * HOUR, Outcome.INDEXED)
    assert not believed(conn, NOON + HOUR), "it was looked at since"
    assert proofs(conn) == "++++"


def test_a_lastmod_before_the_last_look_claims_nothing(conn: Connection) -> None:
    conn.execute(lastmod_table.PROOFS.insert().values(source="harbour", proofs="+++"))
    look(conn, ONE, NOON, Outcome.INDEXED)
    assert not any(believed(conn, lastmod) for lastmod in (None, NOON - HOUR, NOON))
    look(conn, ONE, NOON + HOUR, Outcome.UNCHANGED)
    assert proofs(conn) == "+++"


def test_a_page_that_is_no_article_proves_nothing_and_is_not_looked_at(conn: Connection) -> None:
    conn.execute(lastmod_table.PROOFS.insert().values(source="harbour", proofs="+++"))
    look(conn, ONE, NOON, Outcome.REJECTED)
    assert not believed(conn, NOON + HOUR)
    assert not lastmod_table.believed(conn, "another", [listed(ONE, NOON + HOUR)]), "it is another source's"
    assert not believed(conn, NOON + HOUR, "https://harbour.example/new")


def test_an_answer_that_the_page_is_as_it_was_is_a_lie_found_out(conn: Connection) -> None:
    look(conn, ONE, NOON, Outcome.INDEXED)
    believed(conn, NOON + HOUR)
    url_table.record_same(conn, NotModified(url=ONE, at=NOON + 2 * HOUR), ())
    assert proofs(conn) == "-"


def test_what_could_not_be_looked_at_or_is_not_cleaned_yet_waits(conn: Connection) -> None:
    look(conn, ONE, NOON, Outcome.INDEXED)
    believed(conn, NOON + HOUR)
    reason = FetchReason.TIMEOUT
    miss_table.record_misses(conn, [Miss(url=ONE, at=NOON + 2 * HOUR, state=reason.state, reason=reason)])
    assert proofs(conn) == ""
    look(conn, ONE, NOON + 3 * HOUR, Outcome.PENDING)
    assert proofs(conn) == ""
    (capture,) = capture_table.pending(conn, 1)
    capture_table.settle(conn, [Settled(capture_id=capture.id, outcome=Outcome.INDEXED, at=NOON + 4 * HOUR)])
    assert proofs(conn) == "+"


def test_a_page_that_failed_for_good_proves_nothing(conn: Connection) -> None:
    look(conn, ONE, NOON, Outcome.INDEXED)
    believed(conn, NOON + HOUR)
    reason = FetchReason.TOO_LARGE
    miss_table.record_misses(conn, [Miss(url=ONE, at=NOON + 2 * HOUR, state=reason.state, reason=reason)])
    assert proofs(conn) == ""


def test_a_sitemap_that_has_most_pages_changed_loses_trust(conn: Connection) -> None:
    conn.execute(lastmod_table.PROOFS.insert().values(source="harbour", proofs="+++"))
    urls = [f"https://harbour.example/{number}" for number in range(12)]
    for url in urls:
        look(conn, url, NOON, Outcome.INDEXED)
    few = [listed(url, NOON + HOUR if place < 6 else NOON) for place, url in enumerate(urls)]
    assert len(lastmod_table.believed(conn, "harbour", few)) == 6
    all_today = [listed(url, NOON + HOUR * place) for place, url in enumerate(urls, 1)]
    for _ in range(2):
        assert not lastmod_table.believed(conn, "harbour", all_today)
    assert proofs(conn) == "+++--"
    assert not lastmod_table.believed(conn, "harbour", few)
