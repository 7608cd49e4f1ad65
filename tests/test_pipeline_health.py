"""Health: what is said of a source by its history, and of a collection by its folder."""

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import LedgerError
from pipeline.configuration.config import Config, load
from pipeline.health import checkup, signs
from pipeline.health.checkup import Condition, Health
from pipeline.health.diagnosis import Verdict, span
from pipeline.health.record import History
from pipeline.health.rhythm import rhythm
from pipeline.health.verdicts import SourceHealth, judge
from pipeline.run import run
from store.ledger import capture_table, feed_table
from store.ledger.database import Ledger
from store.ledger.queries.failed_pages import Failure, by_page
from store.ledger.watch import arrival_table
from store.ledger.watch.arrival_table import Arrival
from store.records import Outcome
from tests.arrivals import learned, list_health

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
NOW = START + 40 * DAY


def arrival(at: datetime) -> Arrival:
    return Arrival(at=at, words=400, dated=True, signed=True, paid=False, confidence=0.95, delay=HOUR)


def days_of_news(
    until: datetime, hours: tuple[int, ...] = (8, 10, 12, 14, 16), *, weekend: bool = True
) -> list[datetime]:
    """News at these hours of each day since START."""
    days = [START + n * DAY for n in range((until - START).days + 1)]
    open_days = [day for day in days if weekend or day.weekday() < 5]
    return [day + hour * HOUR for day in open_days for hour in hours if day + hour * HOUR <= until]


def history(times: list[datetime], until: datetime = NOW, **changes: object) -> History:
    return of_articles([arrival(at) for at in times], until, **changes)


def of_articles(arrivals: Sequence[Arrival], until: datetime = NOW, **changes: object) -> History:
    known = History(source="harbour", lists=(list_health(until),), articles=learned(arrivals))
    return replace(known, **changes)  # type: ignore[arg-type]


def failing_pages(reason: str, count: int, detail: str = "") -> tuple[Failure, ...]:
    return tuple(
        Failure(
            url=f"https://harbour.example/x{n}", at=NOW - (count - n) * HOUR, reason=reason, detail=detail
        )
        for n in range(count)
    )


def test_a_source_that_goes_on_as_before_is_well() -> None:
    found = judge(history(days_of_news(NOW)), NOW)
    assert (found.verdict, found.evidence) == (Verdict.WELL, "")
    assert found.of_week == 35
    assert found.usual == 35
    assert found.rejected == 0
    assert found.delay == HOUR


def test_a_source_that_stops_is_quiet_and_a_weekend_is_not() -> None:
    """News on working days from eight to four: at two on Tuesday what stopped on Friday is told, on Sunday it is not."""
    friday = START + 32 * DAY + 17 * HOUR
    known = days_of_news(friday, weekend=False)
    for until in (friday + 12 * HOUR, friday + 2 * DAY, friday + 2 * DAY + 15 * HOUR):
        assert judge(history(known, until), until).verdict is Verdict.WELL, until
    tuesday = friday + 3 * DAY + 21 * HOUR
    found = judge(history(known, tuesday), tuesday)
    assert found.verdict is Verdict.QUIET
    assert found.since == known[-1]
    assert found.evidence == "nothing new for 3 d 22 h; nine of ten times it had news within 16 h"


def test_who_was_not_asked_is_not_silent() -> None:
    """The lists last answered on the day of the last news; since then nobody looked."""
    known = days_of_news(NOW - 10 * DAY)
    assert judge(history(known, NOW - 10 * DAY), NOW).verdict is Verdict.WELL


@pytest.mark.parametrize("per_day", [1, 4, 12, 24])
def test_chance_alone_is_seldom_told(per_day: int) -> None:
    """Three sources of which each hour may bring news or not, looked at twice a day for a month."""
    told = 0
    for seed in range(3):
        draw = random.Random(seed * 1000 + per_day)
        hours = [START + n * HOUR for n in range(60 * 24)]
        times = [hour for hour in hours for _ in range(3) if draw.random() < per_day / 72]
        states = [
            judge(history([time for time in times if time <= at], at), at).verdict.is_trouble
            for at in (START + 30 * DAY + n * 12 * HOUR for n in range(60))
        ]
        told += sum(now and not before for before, now in zip([False, *states], states, strict=False))
    assert told <= 1


def test_far_fewer_articles_are_told() -> None:
    """Twelve a day, then four."""
    half = NOW - 4 * DAY
    busy = days_of_news(half, tuple(range(8, 20)))
    some = [at for at in days_of_news(NOW, (8, 11, 14, 17)) if at > half]
    found = judge(history(busy + some), NOW)
    assert found.verdict is Verdict.QUIET
    assert found.evidence.startswith("16 new articles in 4 days, where ")


def test_a_few_articles_are_too_few_to_tell() -> None:
    found = judge(history(days_of_news(START + 2 * DAY)), NOW)
    assert (found.verdict, found.evidence) == (
        Verdict.UNKNOWN,
        "too few articles yet to know what is usual",
    )
    assert judge(history([], lists=()), NOW).evidence == "none of its lists was read yet"
    assert judge(history([]), NOW).evidence == "it gave no article yet"


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        ("HTTP 404", Verdict.FAILING),
        ("timeout: no answer within 30 s", Verdict.FAILING),
        ("no_feed: it begins with '<html'", Verdict.FAILING),
        ("HTTP 403", Verdict.BLOCKED),
        ("HTTP 429", Verdict.BLOCKED),
        ("robots: disallowed", Verdict.BLOCKED),
        ("robots_unreachable: connection: refused", Verdict.FAILING),
    ],
)
def test_a_list_that_fails_again_and_again_is_told(error: str, verdict: Verdict) -> None:
    read = NOW - 3 * HOUR
    once = list_health(NOW, error=error, failures=1, succeeded_at=read)
    assert judge(history(days_of_news(NOW), lists=(once,)), NOW).verdict is Verdict.WELL
    found = judge(history(days_of_news(NOW), lists=(replace(once, failures=3),)), NOW)
    assert (found.verdict, found.since, found.failures) == (verdict, read, 3)
    assert found.evidence == f"https://harbour.example/feed: {error}, 3 times in a row"


def test_a_list_that_was_never_read_is_told_at_once() -> None:
    never = list_health(NOW, error="HTTP 404", failures=1, succeeded_at=None)
    found = judge(History(source="harbour", lists=(never,)), NOW)
    assert found.verdict is Verdict.FAILING
    assert found.evidence == "https://harbour.example/feed: HTTP 404, the first time that it was asked"


@pytest.mark.parametrize(
    ("reason", "detail", "verdict"),
    [
        ("http_status", "HTTP 403", Verdict.BLOCKED),
        ("http_status", "HTTP 500", Verdict.FAILING),
        ("consent_page", "a notice", Verdict.BLOCKED),
        ("blocked", "HTTP 403 by Cloudflare", Verdict.BLOCKED),
        ("robots", "disallowed", Verdict.BLOCKED),
        ("robots_unreachable", "HTTP 503", Verdict.FAILING),
        ("timeout", "30 s", Verdict.FAILING),
        ("no_article", "no text", Verdict.CHANGED_LAYOUT),
        ("too_short", "3 words", Verdict.CHANGED_LAYOUT),
        ("duplicate", "", Verdict.MOSTLY_REJECTED),
    ],
)
def test_pages_that_give_no_article_any_more_are_told(reason: str, detail: str, verdict: Verdict) -> None:
    known = history(days_of_news(NOW - 8 * HOUR))
    bad = failing_pages(reason, 4, detail)
    assert judge(replace(known, failures=bad[-1:]), NOW).verdict is Verdict.WELL
    found = judge(replace(known, failures=bad), NOW)
    assert (found.verdict, found.since) == (verdict, bad[0].at)
    assert found.evidence.startswith("none of its last 4 pages gave an article, mostly: ")


def test_what_a_source_always_did_is_no_news() -> None:
    """Every second page is none: that the last four are none says nothing."""
    times = days_of_news(NOW - 8 * HOUR)
    mixed = tuple(Failure(url=f"/{n}", at=at, reason="no_article") for n, at in enumerate(times) if n % 2)
    known = history(times[::2], failures=(*mixed, *failing_pages("no_article", 4)))
    assert judge(known, NOW).verdict is Verdict.WELL


@pytest.mark.parametrize(
    ("lost", "what"),
    [
        ({"dated": False}, "without a date of their own"),
        ({"signed": False}, "without an author"),
        ({"words": 40}, "much shorter than usual"),
        ({"words": 4000}, "much longer than usual"),
        ({"confidence": 0.4}, "less certain than usual"),
    ],
)
def test_a_new_layout_is_told_by_what_its_articles_lack(lost: dict[str, object], what: str) -> None:
    known = list(map(arrival, days_of_news(NOW)))
    latest = [each._replace(**lost) for each in known[-5:]]  # type: ignore[arg-type]
    found = judge(of_articles([*known[:-5], *latest]), NOW)
    assert (found.verdict, found.evidence) == (Verdict.CHANGED_LAYOUT, f"its last 5 articles are {what}")
    never = [each._replace(**lost) for each in known]  # type: ignore[arg-type]
    assert judge(of_articles(never), NOW).verdict is Verdict.WELL, "it was always so"


def test_a_wall_for_payment_is_told() -> None:
    known = list(map(arrival, days_of_news(NOW)))
    paid = [each._replace(paid=True) for each in known[-4:]]
    found = judge(of_articles(known[:-4] + paid), NOW)
    assert (found.verdict, found.since) == (Verdict.PAYWALLED, paid[0].at)


def test_articles_from_before_their_facts_were_kept_are_no_sign() -> None:
    old = tuple(Arrival(at=at) for at in days_of_news(NOW))
    assert judge(of_articles(old), NOW).verdict is Verdict.WELL


@given(
    st.lists(st.integers(0, 60 * 24), max_size=60),
    st.integers(60 * 24, 120 * 24),
)
def test_any_times_have_a_rhythm_or_none(times: list[int], until: int) -> None:
    """What is expected of a time adds up, hour by hour, and a longer silence is never less of one."""
    known = rhythm([START + hour * HOUR for hour in sorted(times)]) if times else None
    if known is None:
        return
    end = START + until * HOUR
    last = START + max(times) * HOUR
    middle = last + (end - last) / 3
    whole = known.expected(last, end)
    assert whole == pytest.approx(known.expected(last, middle) + known.expected(middle, end))
    assert all(before < after for before, after in pairwise(known.week))
    assert known.silence(last, middle) <= known.silence(last, end)
    assert known.doubt < known.limit


def test_pages_that_fail_in_one_run_are_one_failure() -> None:
    """Two pages at once may be due to a short failure; two with hours between are told of a source that never had any."""
    known = history(days_of_news(NOW - 8 * HOUR))
    two = failing_pages("http_status", 2, "HTTP 403")
    at_once = tuple(replace(page, at=NOW) for page in two)
    assert judge(replace(known, failures=at_once), NOW).verdict is Verdict.WELL
    apart = (replace(two[0], at=NOW - 6 * HOUR), two[1])
    assert judge(replace(known, failures=apart), NOW).verdict is Verdict.BLOCKED


def test_pages_that_never_failed_so_before_are_told_sooner() -> None:
    """Two that are refused, some hours apart, after 31 good ones; after 20 a third one is awaited."""
    for good, told in ((32, True), (20, False)):
        times = days_of_news(NOW - 12 * HOUR)[-good:]
        two = tuple(
            Failure(url=f"/{at}", at=at, reason="http_status", detail="HTTP 403")
            for at in (NOW - 8 * HOUR, NOW)
        )
        found = judge(history(times, failures=two), NOW)
        assert (found.verdict is Verdict.BLOCKED) == told, good


def test_a_source_whose_new_pages_are_refused_is_not_silent() -> None:
    """Its lists name something, though none of that gives an article, and there is too little of it yet to say why."""
    until = NOW + 3 * DAY
    known = days_of_news(NOW)
    assert judge(history(known, until), until).verdict is Verdict.QUIET
    refused = Failure(url="/a", at=until - 5 * HOUR, reason="http_status", detail="HTTP 403")
    assert judge(history(known, until, failures=(refused,)), until).verdict is Verdict.WELL
    later = until + 3 * DAY
    found = judge(history(known, later, failures=(refused,)), later)
    assert (found.verdict, found.since) == (Verdict.QUIET, refused.at)


def test_a_source_that_never_gave_an_article_is_told() -> None:
    bad = failing_pages("http_status", 6, "HTTP 403")
    known = History(source="harbour", lists=(list_health(NOW),), failures=bad)
    assert judge(known, NOW).verdict is Verdict.BLOCKED
    assert judge(replace(known, failures=bad[:4]), NOW).verdict is Verdict.UNKNOWN


def test_pages_that_are_asked_for_again_keep_their_place() -> None:
    """A source with a few pages that are no articles is well, although these are looked at again for days, after all others."""
    asked = days_of_news(NOW, tuple(range(6, 22)))
    films = [Failure(url=f"/{n}", at=at, reason="no_article") for n, at in enumerate(asked) if n % 6 == 0]
    again = [replace(each, at=max(each.at, NOW - HOUR)) for each in films[-16:]]
    repaired, broken = films[-2], Failure(url="/1", at=NOW, reason="empty")
    good = {repaired.url: (NOW, NOW), broken.url: (asked[1], asked[1])}
    found = by_page([*films, *again, broken], good)
    assert found == (films[0], replace(broken, at=asked[1]), *films[1:-2], films[-1])
    known = history([at for n, at in enumerate(asked) if n % 6])
    assert judge(replace(known, failures=found), NOW).verdict is Verdict.WELL
    by_last = {each.url: each for each in [*films, *again]}
    assert judge(replace(known, failures=tuple(by_last.values())), NOW).verdict is Verdict.CHANGED_LAYOUT


def test_one_kind_of_failure_is_told_though_another_is_usual() -> None:
    """Every fifth page is a film; that the last three are forbidden says something, that they are films does not."""
    times = days_of_news(NOW - 8 * HOUR)
    films = tuple(Failure(url=f"/{n}", at=at, reason="no_article") for n, at in enumerate(times) if not n % 5)
    known = history([at for n, at in enumerate(times) if n % 5])
    for reason, detail, verdict in (
        ("http_status", "HTTP 403", Verdict.BLOCKED),
        ("no_article", "no text", Verdict.WELL),
    ):
        failed = (*films, *failing_pages(reason, 3, detail))
        assert judge(replace(known, failures=failed), NOW).verdict is verdict


def test_a_flood_of_copies_is_told_though_articles_are_among_them() -> None:
    times = days_of_news(NOW)
    flood = tuple(
        Failure(url=f"/{n}", at=at, reason="duplicate") for n, at in enumerate(times[-20:]) if n % 4
    )
    found = judge(history(times[:-20] + times[-20::4], failures=flood), NOW)
    assert found.verdict is Verdict.MOSTLY_REJECTED
    assert found.evidence == "8 of its last 10 pages gave no article, mostly: duplicate"


def test_a_flood_of_copies_that_name_no_original_is_told() -> None:
    """Each story at four addresses, all of them articles; until then each text came once, some a second time."""
    known = list(map(arrival, days_of_news(NOW)))
    texts = [n - n % 7 // 6 for n in range(len(known) - 16)]
    texts += [n // 4 for n in range(10_000, 10_016)]
    arrivals = [each._replace(text=text, asks=False) for each, text in zip(known, texts, strict=True)]
    assert judge(of_articles(arrivals[:-16], arrivals[-17].at), NOW).verdict is Verdict.WELL
    found = judge(of_articles(arrivals), NOW)
    assert found.verdict is Verdict.MOSTLY_REJECTED
    assert found.evidence == "8 of its last 10 articles repeat the text of an earlier one"


def test_a_wall_of_consent_that_passes_for_articles_is_told_as_a_block() -> None:
    """Short, without date and author, as after a change of layout; but all of them are one text that asks for consent."""
    fresh = [arrival(at)._replace(text=n + 1, asks=False) for n, at in enumerate(days_of_news(NOW))]
    wall = [each._replace(text=7_000, asks=True, words=60, dated=False, signed=False) for each in fresh[-3:]]
    found = judge(of_articles([*fresh[:-3], *wall]), NOW)
    assert (found.verdict, found.since) == (Verdict.BLOCKED, wall[0].at)
    assert found.evidence == "its last 3 articles are one text that asks for consent"
    others = [each._replace(text=n) for n, each in enumerate(wall)]
    said = judge(of_articles([*fresh[:-3], *others]), NOW)
    assert said.verdict is Verdict.CHANGED_LAYOUT, "three articles about consent are no wall"


def test_a_list_that_suddenly_names_far_fewer_articles_is_told() -> None:
    since = NOW - 12 * HOUR
    once = list_health(NOW, entries=0, least=20.0, short=1, short_since=since)
    assert judge(history(days_of_news(NOW), lists=(once,)), NOW).verdict is Verdict.WELL
    found = judge(history(days_of_news(NOW), lists=(replace(once, short=2),)), NOW)
    assert (found.verdict, found.since) == (Verdict.QUIET, since)
    assert found.evidence == (
        "https://harbour.example/feed names no articles, where it never named fewer than 20"
    )


def test_a_list_whose_server_lies_is_remarked_on() -> None:
    found = judge(history(days_of_news(NOW), lists=(list_health(NOW, is_called_unchanged=True),)), NOW)
    assert found.verdict is Verdict.WELL
    assert found.evidence.startswith("https://harbour.example/feed is called unchanged by its server")
    health = Health(conditions=(), sources=(found, *source_health(Verdict.WELL)))
    assert (health.remarked, health.code) == ((found,), 0)


def test_a_holiday_of_a_source_that_rests_is_not_told() -> None:
    """News on working days; a Wednesday without any is told on Thursday evening, if nothing comes then either."""
    tuesday = START + 29 * DAY + 23 * HOUR
    known = days_of_news(tuesday, weekend=False)
    for later, verdict in ((24 * HOUR, Verdict.WELL), (48 * HOUR, Verdict.QUIET)):
        until = tuesday + later
        assert judge(history(known, until), until).verdict is verdict


@given(st.lists(st.booleans()))
def test_a_streak_is_the_bad_ones_at_the_end(values: list[bool]) -> None:
    found = signs.streak(values, bool, lambda _: START)
    if found:
        assert all(values[-found.length :])
        assert found.length == len(values) or not values[-found.length - 1]


@given(st.lists(st.integers(0, 40 * 24), min_size=1, max_size=300), st.integers(40 * 24, 50 * 24))
def test_what_may_be_fewer_is_known_without_a_rhythm(hours: list[int], until: int) -> None:
    times = [START + hour * HOUR for hour in sorted(hours)]
    end = START + until * HOUR
    known = rhythm(times)
    assert not known or not signs.fewer(times, known, end) or signs.may_be_fewer(times, end)


def test_lengths_of_time_read_well() -> None:
    assert [span(time) for time in (25 * 60 * timedelta(seconds=1), 5 * HOUR, 28 * HOUR, 12 * DAY)] == [
        "25 min",
        "5 h",
        "1 d 4 h",
        "12 d",
    ]


def source_health(*verdicts: Verdict) -> tuple[SourceHealth, ...]:
    return tuple(SourceHealth(source=str(n), verdict=verdict) for n, verdict in enumerate(verdicts))


def test_the_exit_code_is_that_of_the_worst() -> None:
    well, quiet, failing = Verdict.WELL, Verdict.QUIET, Verdict.FAILING
    assert Health(conditions=(), sources=source_health(well, Verdict.UNKNOWN)).code == 0
    assert Health(conditions=(), sources=source_health(well, quiet)).code == 1
    assert Health(conditions=(), sources=source_health(well, failing)).code == 1
    assert Health(conditions=(), sources=source_health(failing, Verdict.BLOCKED)).code == 2
    remark, wrong, grave = (Condition(part="x", text="x", code=code) for code in (0, 1, 2))
    assert Health(conditions=(remark,), sources=source_health(well)).code == 0
    assert Health(conditions=(wrong, remark), sources=source_health(well)).code == 1
    assert Health(conditions=(grave,), sources=source_health(well)).code == 2


@pytest.fixture
def named(crawled: Config) -> Iterator[Config]:
    """A crawled folder whose contact address is set."""
    path = crawled.path
    path.write_text(
        path.read_text("utf-8").replace("https://example.org/contact", "https://harbour.example/bot"), "utf-8"
    )
    return load(path)


def last_fetch(config: Config) -> datetime:
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        return max(each.at for each in feed_table.health(conn))


def parts(config: Config, now: datetime) -> dict[str, int]:
    return {each.part: each.code for each in checkup.examine(config, config.sources, now).conditions}


def test_a_folder_in_order_has_nothing_to_tell(named: Config) -> None:
    now = last_fetch(named)
    found = checkup.examine(named, named.sources, now)
    assert found.conditions == ()
    assert [each.source for each in found.sources] == ["one", "two", "three", "four"]
    assert {each.verdict for each in found.sources} == {Verdict.UNKNOWN}
    assert sum(each.of_week for each in found.sources) == capture_counts(named)["indexed"]


def capture_counts(config: Config) -> dict[str, int]:
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        return capture_table.counts(conn)


def test_a_contact_that_nobody_has_is_remarked_on(crawled: Config) -> None:
    assert parts(crawled, last_fetch(crawled)) == {"contact": 0}


def test_pages_that_wait_are_told_after_an_hour(named: Config) -> None:
    with Ledger.open(named.ledger) as ledger, ledger.transaction() as conn:
        conn.execute(capture_table.CAPTURES.update().values(outcome=Outcome.PENDING))
    now = last_fetch(named)
    assert parts(named, now) == {}
    assert parts(named, now + 2 * HOUR) == {"loading": 1}


def test_an_index_that_cannot_be_read_is_grave(named: Config) -> None:
    for file in named.index_folder.rglob("*"):
        if file.is_file():
            file.write_bytes(b"")
    assert parts(named, last_fetch(named)) == {"index": 2}


def test_room_for_some_days_is_told_by_what_a_day_takes(
    named: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = last_fetch(named)
    a_day = sum(file.stat().st_size for file in named.folder.rglob("*") if file.is_file())

    def left(size: int) -> dict[str, int]:
        usage = shutil._ntuple_diskusage(size, 0, size)  # type: ignore[attr-defined]
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        monkeypatch.setattr(checkup, "_LEAST_FREE", 0)
        return parts(named, now)

    assert left(30 * a_day) == {}
    assert left(10 * a_day) == {"disk": 1}
    assert left(a_day) == {"disk": 2}
    monkeypatch.undo()


def test_a_schedule_that_stands_still_is_told(named: Config) -> None:
    now = last_fetch(named)
    assert parts(named, now + 5 * HOUR) == {}, "runs are started by hand"
    (named.folder / "prefect").mkdir()
    assert parts(named, now + 2 * HOUR) == {}
    assert parts(named, now + 5 * HOUR) == {"schedule": 2}


def test_what_a_page_gave_is_kept_and_survives_a_second_look(named: Config) -> None:
    with Ledger.open(named.ledger) as ledger, ledger.reading() as conn:
        kept = {name: arrival_table.of_source(conn, name, START - 900 * DAY) for name in ("one", "two")}
    assert all(kept.values())
    for each in (each for of_source in kept.values() for each in of_source):
        assert each.words
        assert each.words > 20
        assert each.dated is not None
    run(named)
    with Ledger.open(named.ledger) as ledger, ledger.reading() as conn:
        assert arrival_table.of_source(conn, "one", START - 900 * DAY) == kept["one"]


def test_before_the_first_run_nothing_is_known(config: Config) -> None:
    found = checkup.unknown(config.sources, NOW)
    assert {each.verdict for each in found.sources} == {Verdict.UNKNOWN}
    assert found.code == 0
    with pytest.raises(LedgerError):
        checkup.examine(config, config.sources, NOW)
