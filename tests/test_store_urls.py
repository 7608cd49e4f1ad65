"""URLs in the ledger: discovery, states, retries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.exc import StatementError

from articles.model import FeedEntry, Page
from store import policy
from store.ledger import miss_table, url_table
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.policy import Fate, Terms
from store.records import DueUrl, FetchReason, Miss, NotModified, UrlState

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def conn(ledger_place: LedgerPlace) -> Iterator[Connection]:
    ledger = Ledger.open(ledger_place)
    with ledger.transaction() as connection:
        yield connection
    ledger.close()


def entry(name: str = "a", updated_at: datetime | None = None, source: str = "harbour") -> FeedEntry:
    return FeedEntry(url=f"https://harbour.example/{name}", source=source, title=name, updated_at=updated_at)


def answer(found: FeedEntry, status: int = 200, at: datetime = NOON) -> Page:
    return Page(
        url=found.url, final_url=found.url, status=status, headers=(), body=b"", fetched_at=at, entry=found
    )


def refetched(conn: Connection, found: FeedEntry, now: datetime) -> bool:
    return bool(url_table.discover(conn, [found], now).due)


@pytest.mark.parametrize(
    ("status", "attempts", "fate"),
    [
        (200, 0, Fate(UrlState.FETCHED)),
        (203, 4, Fate(UrlState.FETCHED)),
        (301, 0, Fate(UrlState.FAILED, 1, error="HTTP 301")),
        (400, 0, Fate(UrlState.FAILED, 1, error="HTTP 400")),
        (401, 0, Fate(UrlState.DUE, 1, NOON + HOUR, "HTTP 401")),
        (403, 0, Fate(UrlState.DUE, 1, NOON + HOUR, "HTTP 403")),
        (406, 1, Fate(UrlState.DUE, 2, NOON + 6 * HOUR, "HTTP 406")),
        (451, 3, Fate(UrlState.DUE, 4, NOON + 3 * DAY, "HTTP 451")),
        (403, 4, Fate(UrlState.FAILED, 5, error="HTTP 403")),
        (404, 3, Fate(UrlState.GONE, error="HTTP 404")),
        (410, 0, Fate(UrlState.GONE, error="HTTP 410")),
        (408, 0, Fate(UrlState.DUE, 1, NOON + timedelta(minutes=15), "HTTP 408")),
        (429, 0, Fate(UrlState.DUE, 1, NOON + HOUR, "HTTP 429")),
        (500, 1, Fate(UrlState.DUE, 2, NOON + 6 * HOUR, "HTTP 500")),
        (503, 2, Fate(UrlState.DUE, 3, NOON + DAY, "HTTP 503")),
        (599, 3, Fate(UrlState.DUE, 4, NOON + 3 * DAY, "HTTP 599")),
        (503, 4, Fate(UrlState.FAILED, 5, error="HTTP 503")),
        (999, 0, Fate(UrlState.FAILED, 1, error="HTTP 999")),
    ],
)
def test_the_status_decides_the_state(status: int, attempts: int, fate: Fate) -> None:
    assert policy.after_status(status, attempts, NOON) == fate


@pytest.mark.parametrize(
    ("state", "attempts", "retry_at", "fate"),
    [
        (UrlState.DUE, 0, None, Fate(UrlState.DUE, 1, NOON + timedelta(minutes=15), "timeout: 30 s")),
        (UrlState.DUE, 1, NOON + HOUR, Fate(UrlState.DUE, 2, NOON + HOUR, "timeout: 30 s")),
        (UrlState.DUE, 4, NOON + HOUR, Fate(UrlState.FAILED, 5, error="timeout: 30 s")),
        (UrlState.REFUSED, 0, None, Fate(UrlState.REFUSED, 0, NOON + DAY, "timeout: 30 s")),
        (UrlState.REFUSED, 2, NOON + HOUR, Fate(UrlState.REFUSED, 2, NOON + HOUR, "timeout: 30 s")),
        (UrlState.FAILED, 0, None, Fate(UrlState.FAILED, 1, error="timeout: 30 s")),
    ],
)
def test_a_miss_decides_the_state(
    state: UrlState, attempts: int, retry_at: datetime | None, fate: Fate
) -> None:
    miss = Miss(url="u", at=NOON, state=state, reason=FetchReason.TIMEOUT, detail="30 s", retry_at=retry_at)
    assert policy.after_miss(miss, attempts) == fate


@pytest.mark.parametrize("attempts", [0, 4])
@pytest.mark.parametrize(
    "reason", [FetchReason.RETRY_AFTER, FetchReason.SILENT, FetchReason.ROBOTS_UNREACHABLE]
)
def test_a_miss_without_a_request_counts_nothing(reason: FetchReason, attempts: int) -> None:
    assert not reason.asked
    told, untold = (
        Miss(url="u", at=NOON, state=reason.state, reason=reason, retry_at=at) for at in (NOON + DAY, None)
    )
    assert policy.after_miss(told, attempts) == Fate(UrlState.DUE, attempts, NOON + DAY, reason)
    assert policy.after_miss(untold, attempts) == Fate(UrlState.DUE, attempts, NOON + HOUR, reason)


def test_a_page_that_nobody_was_asked_for_is_never_given_up(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    for hour in range(20):
        miss = Miss(url=entry().url, at=NOON + hour * HOUR, state=UrlState.DUE, reason=FetchReason.SILENT)
        miss_table.record_misses(conn, [miss])
    (due,) = url_table.due(conn, ["harbour"], NOON + 20 * HOUR)
    assert due.attempts == 0
    assert [miss.at for miss in miss_table.misses(conn, entry().url)] == [NOON + 19 * HOUR], "said once"


@given(st.integers(0, 10), st.integers(100, 999))
def test_every_fate_has_a_time_just_when_it_is_due(attempts: int, status: int) -> None:
    fate = policy.after_status(status, attempts, NOON)
    assert (fate.due_at is not None) == (fate.state is UrlState.DUE)
    assert fate.attempts <= max(policy.MAX_ATTEMPTS, attempts + 1)


def test_unknown_urls_are_due_once_each_in_the_order_of_the_feed(conn: Connection) -> None:
    found = url_table.discover(conn, [entry("b"), entry("a"), entry("b")], NOON)
    assert [due.url[-1] for due in found.due] == ["b", "a"]
    assert (found.new, found.seen) == (2, 1)
    assert url_table.counts(conn) == {"due": 2, "fetched": 0, "refused": 0, "gone": 0, "failed": 0}


def test_many_urls_at_once(conn: Connection) -> None:
    entries = [entry(str(n)) for n in range(1234)]
    assert url_table.discover(conn, entries, NOON).new == 1234
    assert url_table.discover(conn, entries, NOON).seen == 1234


def test_a_fetched_url_is_not_due_again(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    url_table.record_page(conn, answer(entry()))
    later = replace(entry(), published_at=NOON + DAY)
    found = url_table.discover(conn, [later], NOON + DAY)
    assert (found.due, found.new, found.seen) == ((), 0, 1)


@pytest.mark.parametrize("status", [200, 404, 400])
def test_an_updated_entry_is_due_again_once(conn: Connection, status: int) -> None:
    url_table.discover(conn, [entry(updated_at=NOON)], NOON)
    url_table.record_page(conn, answer(entry(updated_at=NOON), status))
    assert not refetched(conn, entry(updated_at=NOON), NOON + HOUR)
    updated = entry(updated_at=NOON + timedelta(minutes=30))
    assert url_table.discover(conn, [updated], NOON + HOUR).due == (DueUrl(url=updated.url, entry=updated),)
    url_table.record_page(conn, answer(updated, at=NOON + HOUR))
    assert not refetched(conn, updated, NOON + 2 * HOUR)
    assert not refetched(conn, entry(updated_at=NOON), NOON + 2 * HOUR)


def test_a_first_updated_date_counts_from_the_last_fetch_on(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    url_table.record_page(conn, answer(entry()))
    assert not refetched(conn, entry(updated_at=NOON - HOUR), NOON + DAY)
    assert refetched(conn, entry(updated_at=NOON + HOUR), NOON + DAY)


def test_an_update_seen_before_the_fetch_is_covered_by_it(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    updated = entry(updated_at=NOON + HOUR)
    assert url_table.discover(conn, [updated], NOON + HOUR).due[0].entry == updated
    url_table.record_page(conn, answer(entry(), at=NOON + 2 * HOUR))
    assert not refetched(conn, updated, NOON + 3 * HOUR)


def test_a_refused_url_is_asked_for_again_a_day_later_while_it_is_listed(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    miss_table.record_misses(
        conn, [Miss(url=entry().url, at=NOON, state=UrlState.REFUSED, reason=FetchReason.ROBOTS)]
    )
    assert not refetched(conn, entry(updated_at=NOON + HOUR), NOON + 2 * HOUR)
    assert url_table.due(conn, ["harbour"], NOON + 9 * DAY) == ()
    assert refetched(conn, entry(), NOON + DAY)


def test_a_failing_url_waits_and_is_given_up_at_last(conn: Connection) -> None:
    now = NOON
    url_table.discover(conn, [entry()], now)
    for attempts in range(policy.MAX_ATTEMPTS):
        (due,) = url_table.due(conn, ["harbour"], now)
        assert due.attempts == attempts
        url_table.record_page(conn, answer(entry(), 503, now))
        assert url_table.due(conn, ["harbour"], now + timedelta(minutes=14)) == ()
        assert not refetched(conn, entry(), now + timedelta(minutes=14))
        known = url_table.get(conn, entry().url)
        assert known is not None
        now = known.due_at or now
    assert (known.state, known.last_error, known.attempts) == (UrlState.FAILED, "HTTP 503", 5)
    assert now - NOON > timedelta(days=2.5)
    assert url_table.due(conn, ["harbour"], NOON + 99 * DAY) == ()


def test_success_forgets_the_failures(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    url_table.record_page(conn, answer(entry(), 500))
    url_table.record_page(conn, answer(entry(), at=NOON + HOUR))
    known = url_table.get(conn, entry().url)
    assert known is not None
    assert (known.state, known.attempts, known.due_at, known.last_error) == (UrlState.FETCHED, 0, None, "")


VISITS = (HOUR, 6 * HOUR, DAY, 7 * DAY)


def revisited(conn: Connection, now: datetime) -> list[DueUrl]:
    return list(url_table.due(conn, ["harbour"], now, revisiting=True))


def test_an_article_is_looked_at_again_and_its_validators_shown(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    headers = (("etag", '"1"'), ("last-modified", "Mon, 04 May 2026 11:00:00 GMT"))
    url_table.record_page(conn, replace(answer(entry()), headers=headers), VISITS)
    for at, before in zip(VISITS, (timedelta(0), *VISITS), strict=False):
        assert revisited(conn, NOON + at - timedelta(seconds=1)) == [], before
        (due,) = revisited(conn, NOON + at)
        assert (due.etag, due.last_modified) == ('"1"', "Mon, 04 May 2026 11:00:00 GMT")
        assert url_table.due(conn, ["harbour"], NOON + at) == (), "revisits are off"
        url_table.record_same(conn, NotModified(url=due.url, at=NOON + at), VISITS)
        known = url_table.get(conn, due.url)
        assert known is not None
        assert (known.state, known.tried_at) == (UrlState.FETCHED, NOON + at)
    assert revisited(conn, NOON + 99 * DAY) == []


def test_a_late_visit_stands_for_those_that_were_missed(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    url_table.record_page(conn, answer(entry(), at=NOON + 8 * HOUR), VISITS)
    assert revisited(conn, NOON + 23 * HOUR) == []
    assert len(revisited(conn, NOON + 24 * HOUR)) == 1


def test_what_is_due_for_another_reason_is_fetched_whole(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    url_table.record_page(conn, replace(answer(entry()), headers=(("etag", '"1"'),)), VISITS)
    (due,) = url_table.discover(conn, [entry(updated_at=NOON + HOUR)], NOON + HOUR).due
    assert due.etag == ""


def test_a_revisit_that_fails_is_tried_again(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    url_table.record_page(conn, answer(entry()), VISITS)
    url_table.record_page(conn, answer(entry(), 503, NOON + HOUR), VISITS)
    (due,) = url_table.due(conn, ["harbour"], NOON + 2 * HOUR)
    assert due.attempts == 1


def test_entries_that_were_updated_are_counted_among_those_seen(conn: Connection) -> None:
    """One that is due anyhow was not fetched yet: its update brings nothing more."""
    assert url_table.discover(conn, [entry()], NOON).updated == 0
    assert url_table.discover(conn, [entry(updated_at=NOON + HOUR)], NOON + HOUR).updated == 0
    url_table.record_page(conn, answer(entry()))
    found = url_table.discover(conn, [entry(updated_at=NOON + 2 * HOUR)], NOON + 2 * HOUR)
    assert (found.new, found.seen, found.updated, len(found.due)) == (0, 1, 1, 1)


def test_the_source_that_found_a_url_first_keeps_it(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    (due,) = url_table.discover(conn, [entry(source="other", updated_at=NOON)], NOON).due
    assert due.entry.source == "harbour"
    assert url_table.due(conn, ["other"], NOON) == ()
    assert [found.url for found in url_table.due(conn, ["other", "harbour"], NOON)] == [entry().url]


def test_what_waited_longest_comes_first(conn: Connection) -> None:
    url_table.discover(conn, [entry("late")], NOON)
    url_table.discover(conn, [entry("early")], NOON - HOUR)
    url_table.discover(conn, [entry("future")], NOON + HOUR)
    assert [due.entry.title for due in url_table.due(conn, ["harbour"], NOON)] == ["early", "late"]


def test_misses_are_kept(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    first = Miss(
        url=entry().url, at=NOON, state=UrlState.DUE, reason=FetchReason.TIMEOUT, retry_at=NOON + HOUR
    )
    second = Miss(
        url=entry().url, at=NOON + HOUR, state=UrlState.FAILED, reason=FetchReason.TOO_LARGE, detail="11 MB"
    )
    miss_table.record_misses(conn, [first, second])
    assert miss_table.misses(conn, entry().url) == [first, second]
    known = url_table.get(conn, entry().url)
    assert known is not None
    assert (known.state, known.last_error, known.tried_at) == (
        UrlState.FAILED,
        "too_large: 11 MB",
        NOON + HOUR,
    )


def test_a_queued_target_is_due_unless_it_is_known(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    assert [due.url for due in url_table.due(conn, ["harbour"], NOON)] == [entry().url]
    url_table.record_page(conn, answer(entry()))
    url_table.discover(conn, [entry()], NOON + DAY)
    assert url_table.due(conn, ["harbour"], NOON + DAY) == ()


def test_a_page_of_an_unknown_url_makes_it_known(conn: Connection) -> None:
    url_table.record_page(conn, answer(entry(updated_at=NOON), 404))
    known = url_table.get(conn, entry().url)
    assert known is not None
    assert (known.state, known.first_seen_at, known.updated_at) == (UrlState.GONE, NOON, NOON)
    assert url_table.entry(conn, entry().url) == entry(updated_at=NOON)
    assert url_table.get(conn, "https://harbour.example/unheard-of") is None


@pytest.mark.parametrize("status", [200, 404])
def test_a_page_from_before_the_last_fetch_leaves_the_state_as_it_is(conn: Connection, status: int) -> None:
    url_table.record_page(conn, answer(entry(), status, NOON))
    before = url_table.get(conn, entry().url)
    url_table.record_page(conn, answer(entry(), 503, NOON - DAY))
    url_table.record_page(conn, answer(entry(), 200, NOON - DAY))
    assert url_table.get(conn, entry().url) == before
    url_table.record_page(conn, answer(entry(), 200, NOON + DAY))
    assert url_table.get(conn, entry().url) != before


def test_a_page_from_before_a_url_was_found_leaves_it_due(conn: Connection) -> None:
    url_table.discover(conn, [entry()], NOON)
    url_table.record_page(conn, answer(entry(), 200, NOON - DAY))
    assert [due.url for due in url_table.due(conn, ["harbour"], NOON)] == [entry().url]


def test_a_hostile_title_and_message_are_kept(conn: Connection) -> None:
    hostile = replace(entry(), title="\ud800\0 \u202e'); DROP TABLE urls; --")
    assert url_table.discover(conn, [hostile], NOON).due[0].entry == hostile
    assert url_table.entry(conn, hostile.url) == hostile
    miss_table.record_misses(
        conn, [Miss(url=hostile.url, at=NOON, state=UrlState.FAILED, reason=FetchReason.DNS, detail="\udcff")]
    )
    assert miss_table.misses(conn, hostile.url)[0].detail == "?"


def test_a_time_without_a_zone_is_refused(conn: Connection) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        url_table.discover(conn, [entry()], NOON.replace(tzinfo=None))


WEEK_AGO = NOON - 7 * DAY


def test_what_is_older_than_the_backlog_is_known_and_not_fetched(conn: Connection) -> None:
    old = replace(entry("old", NOON), published_at=WEEK_AGO - HOUR)
    changed = entry("changed", updated_at=WEEK_AGO - HOUR)
    young, undated = replace(entry("young"), published_at=WEEK_AGO), entry("undated")
    found = url_table.discover(conn, [old, changed, young, undated], NOON, Terms(since=WEEK_AGO))
    assert [due.url for due in found.due] == [young.url, undated.url]
    assert (found.new, found.seen, found.backlog) == (4, 0, 2)
    known = url_table.get(conn, old.url)
    assert known
    assert (known.state, known.due_at, known.entry) == (UrlState.BACKLOG, None, old)
    assert url_table.counts(conn)["backlog"] == 2
    assert len(url_table.due(conn, ["harbour"], NOON + 9 * DAY)) == 2
    again = url_table.discover(conn, [old, changed], NOON + DAY)
    assert (again.due, again.new, again.seen, again.backlog) == ((), 0, 2, 0)


def test_without_a_backlog_everything_new_is_fetched(conn: Connection) -> None:
    old = entry("old", WEEK_AGO - HOUR)
    assert len(url_table.discover(conn, [old], NOON, Terms(undated=0)).due) == 1


def test_a_url_known_before_stays_as_it_is_however_old(conn: Connection) -> None:
    old = entry("old", WEEK_AGO - HOUR)
    url_table.discover(conn, [old], NOON)
    assert len(url_table.discover(conn, [old], NOON, Terms(since=WEEK_AGO)).due) == 1


@pytest.mark.parametrize("most", [0, 1, 4, 5, 9])
def test_of_many_without_a_date_those_at_the_ends_are_fetched(conn: Connection, most: int) -> None:
    listed = [entry(f"{number}") for number in range(9)]
    found = url_table.discover(conn, listed, NOON, Terms(since=WEEK_AGO, undated=most))
    first = most - most // 2
    wanted = listed[:first] + listed[9 - most // 2 :]
    assert [due.url for due in found.due] == [each.url for each in wanted]
    assert found.backlog == 9 - most


def test_updates_that_are_not_believed_change_nothing(conn: Connection) -> None:
    url_table.discover(conn, [entry(updated_at=NOON)], NOON)
    url_table.record_page(conn, answer(entry(updated_at=NOON)))
    updated = entry(updated_at=NOON + HOUR)
    assert not url_table.discover(conn, [updated], NOON + HOUR, Terms(updates=False)).due
    other = Terms(updates=False, believed=frozenset(("https://harbour.example/other",)))
    assert not url_table.discover(conn, [updated], NOON + HOUR, other).due
    assert url_table.discover(conn, [updated], NOON + HOUR).due


def test_pages_of_the_past_wait_until_they_are_recalled(conn: Connection) -> None:
    known, old, recent, foreign = entry("known"), entry("old"), entry("recent"), entry("x", source="else")
    url_table.record_page(conn, answer(known))
    assert url_table.note(conn, [known, old, recent], {recent.url}, NOON, keep=False) == 2
    assert url_table.get(conn, old.url) is None
    assert url_table.note(conn, [known, old, recent, foreign], {recent.url}, NOON) == 3
    states = [found.state for each in (known, old, recent) if (found := url_table.get(conn, each.url))]
    assert states == [UrlState.FETCHED, UrlState.BACKLOG, UrlState.DUE]
    assert list(url_table.waiting(conn, "harbour", NOON)) == [old, recent]
    assert list(url_table.waiting(conn, "harbour", NOON - HOUR)) == [old]
    url_table.recall(conn, [known.url, old.url], NOON + HOUR)
    assert [due.url for due in url_table.due(conn, ["harbour"], NOON + HOUR)] == [recent.url, old.url]
    assert url_table.note(conn, [known, old, recent, foreign], set(), NOON) == 0


def test_what_is_due_is_found_for_more_sources_than_a_query_may_name(conn: Connection) -> None:
    """In the order of their times, whichever sources they are of."""
    names = [f"s{n:05}" for n in range(40_000)]
    wanted = [f"https://harbour.example/{name}" for name in (names[39_999], names[0], names[20_000])]
    for hour, url in enumerate(wanted):
        url_table.discover(conn, [FeedEntry(url=url, source=url[-6:])], NOON + hour * HOUR)
    assert [due.url for due in url_table.due(conn, names, NOON + 9 * HOUR, revisiting=True)] == wanted
