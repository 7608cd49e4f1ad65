"""Changes of robots.txt in health: told as a block where a source is hit, remarked on where it is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.health.diagnosis import Verdict
from pipeline.health.record import History
from pipeline.health.verdicts import judge
from store.feed_records import FeedHealth
from store.ledger.queries.failed_pages import Failure
from store.ledger.watch.arrival_table import Arrival
from store.ledger.watch.robots_table import Meaning, RobotsChange
from tests.arrivals import learned

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SITE = "https://harbour.example"
SHUT = RobotsChange(site=SITE, at=NOW - 3 * HOUR, meaning=Meaning.REFUSED)
FEED = FeedHealth(
    source="harbour",
    url=f"{SITE}/feed",
    at=NOW,
    status=200,
    entries=20,
    error="",
    failures=0,
    succeeded_at=NOW,
)
REFUSED_FEED = replace(
    FEED, error="robots: it is disallowed", failures=1, status=0, succeeded_at=NOW - 12 * HOUR
)
SECTION = replace(FEED, url=f"{SITE}/news")
REFUSED_PAGE = Failure(url=f"{SITE}/news/1", at=NOW - 2 * HOUR, reason="robots", detail="disallowed")


def history(*robots: RobotsChange, until: datetime = NOW - 4 * HOUR, **changes: object) -> History:
    """A source with news every four hours."""
    articles = [Arrival(at=until - n * 4 * HOUR) for n in range(120)]
    known = History(source="harbour", lists=(FEED,), articles=learned(articles[::-1]), robots=robots)
    return replace(known, **changes)  # type: ignore[arg-type]


def test_a_list_that_a_changed_file_refuses_is_told_at_once() -> None:
    found = judge(history(SHUT, lists=(REFUSED_FEED, SECTION)), NOW)
    assert (found.verdict, found.since) == (Verdict.BLOCKED, REFUSED_FEED.succeeded_at)
    assert found.evidence == (
        "1 of its 2 lists fail; https://harbour.example/feed: robots: it is disallowed, the last time that it was asked; "
        "robots.txt changed on 27 Nov: refused since"
    )
    assert judge(history(lists=(REFUSED_FEED,)), NOW).verdict is Verdict.WELL, "once, for a reason not known"
    elsewhere = replace(SHUT, site="https://market.example")
    assert judge(history(elsewhere, lists=(REFUSED_FEED,)), NOW).verdict is Verdict.WELL
    spider = replace(REFUSED_FEED, url="spiders:Harbour")
    assert judge(history(SHUT, lists=(spider,)), NOW).verdict is Verdict.WELL


def test_the_first_page_that_a_changed_file_refuses_is_told() -> None:
    found = judge(history(SHUT, failures=(REFUSED_PAGE,)), NOW)
    assert (found.verdict, found.since) == (Verdict.BLOCKED, SHUT.at)
    assert found.evidence == "its latest page is refused; robots.txt changed on 27 Nov: refused since"
    many = tuple(
        replace(REFUSED_PAGE, url=f"{SITE}/news/{n}", at=NOW - (9 - n) * 10 * HOUR / 60) for n in range(5)
    )
    found = judge(history(SHUT, failures=many), NOW)
    assert found.evidence == (
        "none of its last 5 pages gave an article, mostly: robots; robots.txt changed on 27 Nov: refused since"
    )


def test_a_source_that_goes_on_beside_a_refusal_is_remarked_on() -> None:
    found = judge(history(SHUT, until=NOW, failures=(REFUSED_PAGE,)), NOW)
    assert found.verdict is Verdict.WELL
    assert found.evidence == "https://harbour.example/robots.txt changed on 27 Nov: 1 page refused since"
    assert found.robots == (SHUT,)


def test_a_file_that_allows_again_is_no_reason_any_more() -> None:
    again = replace(SHUT, at=NOW - HOUR, meaning=Meaning.ALLOWED)
    found = judge(history(SHUT, again, failures=(REFUSED_PAGE,)), NOW)
    assert (found.verdict, found.evidence) == (Verdict.WELL, "")
    assert found.robots == (SHUT, again)


@pytest.mark.parametrize(
    ("meaning", "detail", "said"),
    [
        (Meaning.RESERVED, "", "pages are reserved from the training of AI since"),
        (Meaning.FREE, "", "pages are no longer reserved from the training of AI"),
        (
            Meaning.DELAY,
            "60 s between requests, no pause before",
            "it asks for 60 s between requests, no pause before",
        ),
    ],
)
def test_other_changes_are_remarked_on_for_a_week(meaning: Meaning, detail: str, said: str) -> None:
    change = replace(SHUT, meaning=meaning, detail=detail)
    assert judge(history(change), NOW).evidence == f"{SITE}/robots.txt changed on 27 Nov: {said}"
    old = replace(change, at=NOW - 7 * DAY)
    assert judge(history(old), NOW).evidence == ""
