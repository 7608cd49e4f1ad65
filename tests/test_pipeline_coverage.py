"""`broadsheet coverage` on a small site: what its lists name, what a second catch adds, and what is missing and why."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from articles.model import FeedEntry
from broadsheet.coverage_shown import show_coverage
from crawlers.history.url_dates import Span
from pipeline.configuration.config import load
from pipeline.coverage.covering import covered_source
from pipeline.coverage.population import Sighted, day_of, form_of, population
from pipeline.maintenance.upkeep import maintain
from store.ledger import url_table
from store.ledger.catches import catch_table
from store.ledger.catches.catch_table import CATCHES, KEPT, Catch
from store.ledger.database import Ledger
from store.ledger.queries.sightings import Known, Sightings, Taken
from store.records import Outcome, UrlState
from tests.command_line import call
from tests.loopback import Reply, Site, rss, serve
from tests.test_crawlers_ways import listed, sitemap

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROSE = "The harbour council met on Tuesday and agreed to repair the old pier before the winter storms. " * 6
STORIES = tuple(f"/news/the-harbour-board-votes-on-pier-{number}" for number in range(8))
SITE = "https://harbour.example"


def article(path: str, *links: str) -> Reply:
    title = f"The board votes on pier {path[-1]}"
    html = f"<html lang=en><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{PROSE}</p>"
    also = "".join(f'<h3><a href="{link}">The board voted on pier {link[-1]}, too</a></h3>' for link in links)
    return Reply((html + f"<p>{title}: {PROSE}</p></main><section>{also}</section></body></html>").encode())


@pytest.fixture
def site() -> Iterator[Site]:
    today = datetime.now(UTC).isoformat()
    links = "".join(f'<h2><a href="{p}">The harbour board votes on {p[-6:]}</a></h2>' for p in STORIES[2:6])
    routes = {path: article(path, STORIES[0], STORIES[1]) for path in STORIES} | {
        "/robots.txt": Reply(f"User-agent: *\nDisallow: {STORIES[3]}\nSitemap: /maps.xml\n".encode()),
        "/feed": rss(*STORIES[:4]),
        "/": Reply(f"<html><body><main>{links}</main></body></html>".encode()),
        "/maps.xml": sitemap(listed("/map.xml", today, child=True), root="sitemapindex"),
        "/map.xml": sitemap(*(listed(path, today) for path in STORIES)),
    }
    with serve("127.0.0.1", routes) as one:
        yield one


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    (tmp_path / "broadsheet.toml").write_text(
        '[crawl]\ndelay = 0.0\nallow_addresses = ["127.0.0.0/8"]\n\n[clean]\nworkers = 1\n\n'
        f'[[sources]]\nname = "harbour"\nfeeds = ["{site.url}/feed"]\n'
    )
    return tmp_path


def broadsheet(folder: Path, *words: str, code: int = 0) -> str:
    done = call(folder, *words)
    assert done.returncode == code, done.stderr
    return done.stdout


def test_a_second_catch_says_what_a_feed_leaves_out(site: Site, folder: Path) -> None:
    broadsheet(folder, "run")
    alone = broadsheet(folder, "coverage", "harbour")
    assert "one catch, which gives no estimate" in alone
    assert "--probe" in alone
    (before,) = json.loads(broadsheet(folder, "coverage", "--json"))
    assert (before["seen"], before["have"], before["estimate"]) == (4, 3, None)
    assert before["reasons"] == {"robots": 1}

    asked = len(site.hits)
    probed = broadsheet(folder, "coverage", "harbour", "--probe")
    assert "its front page name 4 pages and its sitemaps name 8 pages" in " ".join(probed.split())
    assert not set(site.paths()[asked:]) & set(STORIES)
    (found,) = json.loads(broadsheet(folder, "coverage", "harbour", "--json"))
    assert (found["seen"], found["have"], found["estimate"]) == (8, 3, 8)
    assert found["named"] == {"feed": 4, "sitemap": 8, "section": 4}
    assert found["missed_by"]["feed"] == 0.5
    assert found["reasons"] == {"not_listed": 4, "robots": 1}
    lines = broadsheet(folder, "coverage", "harbour", "--missing").splitlines()
    assert lines[-1] == "5 pages are named and not had."
    assert any("robots" in line and "(feed, section, sitemap)" in line for line in lines)

    linked = broadsheet(folder, "coverage", "harbour", "--links")
    assert "3 archived articles link to 2 pages." in linked
    with Ledger.open(folder / "data" / "ledger.sqlite") as ledger, ledger.reading() as conn:
        counts = url_table.counts(conn)
    assert (counts["due"], counts["fetched"], counts["refused"]) == (0, 3, 1)


def test_reading_much_wants_a_source_and_days_want_an_order(folder: Path) -> None:
    done = call(folder, "coverage", "--probe")
    assert (done.returncode, "name the source" in done.stderr) == (1, True)
    done = call(folder, "coverage", "--since", "2026-11-02", "--until", "2026-11-01")
    assert (done.returncode, "earlier day first" in done.stderr) == (1, True)


def catch(path: str, way: str = "feed", at: datetime = NOON, **dates: datetime) -> Catch:
    return Catch(url=f"{SITE}{path}", way=way, seen_at=at, **dates)  # type: ignore[arg-type]


def taken(path: str, outcome: Outcome, reason: str = "", to: str = "", article_id: str = "") -> Taken:
    url = f"{SITE}{path}"
    return Taken(
        url=url,
        final_url=f"{SITE}{to or path}",
        article_id=article_id or to or path,
        outcome=outcome,
        reason=reason,
    )


def known(state: UrlState, error: str = "", at: datetime = NOON) -> Known:
    return Known(state=state, first_seen_at=at, tried_at=None, last_error=error)


@pytest.mark.parametrize(
    ("catches", "first_seen", "day"),
    [
        ([catch("/a", published_at=NOON - 3 * DAY, updated_at=NOON)], NOON, 21),
        ([catch("/a", "section"), catch("/a", published_at=NOON - DAY, at=NOON + HOUR)], NOON, 23),
        ([catch("/2026/11/20/a", updated_at=NOON)], NOON, 20),
        ([catch("/a", "sitemap", updated_at=NOON - DAY)], NOON, 23),
        ([catch("/a", "section")], NOON, 24),
        ([catch("/a", "section", at=NOON + 9 * DAY)], NOON - DAY, 23),  # forgotten meanwhile, still listed
        ([catch("/2026/11/a", "section")], NOON, 24),
        ([catch("/2024/11/a", "section")], NOON, None),
        ([catch("/a", "link")], NOON, None),
        ([catch("/a", "sitemap")], NOON, None),  # it may have stood there for years
        ([catch("/a", "sitemap", at=NOON + HOUR)], NOON + HOUR, 24),
    ],
)
def test_the_day_of_an_article(catches: list[Catch], first_seen: datetime, day: int | None) -> None:
    found = day_of(catches, [known(UrlState.DUE, at=first_seen)], {"sitemap": NOON, "section": NOON})
    assert found == (day and date(2026, 11, day))


def test_one_article_under_several_addresses_is_one() -> None:
    catches = (
        catch("/a"),
        catch("/a/amp", "sitemap"),
        catch("/short", "section"),
        catch("/b"),
        catch("/b-again", "section"),
    )
    found = population(
        Sightings(
            source="harbour",
            catches=catches,
            taken=(
                taken("/short", Outcome.INDEXED, to="/a"),
                taken("/b", Outcome.INDEXED),
                taken("/b-again", Outcome.DUPLICATE, "twin", article_id="/b"),
            ),
        )
    )
    assert [(each.url, sorted(each.ways), each.had) for each in found] == [
        (f"{SITE}/a", ["feed", "section", "sitemap"], True),
        (f"{SITE}/b", ["feed", "section"], True),
    ]
    assert form_of("http://www.harbour.example/a/?id=1") == form_of("https://m.harbour.example/a?id=1")


@pytest.mark.parametrize(
    ("captures", "state", "reason"),
    [
        ((), None, "not_listed"),
        ((), known(UrlState.DUE), "due"),
        ((), known(UrlState.BACKLOG), "backlog"),
        ((), known(UrlState.REFUSED, "robots: /a is disallowed"), "robots"),
        ((taken("/a", Outcome.REJECTED, "http_status"),), known(UrlState.GONE, "HTTP 404"), "HTTP 404"),
        ((taken("/a", Outcome.REJECTED, "http_status"),), known(UrlState.FETCHED), "http_status"),
        ((taken("/a", Outcome.REJECTED, "too_short"),), known(UrlState.FETCHED), "too_short"),
        ((taken("/a", Outcome.PENDING),), known(UrlState.FETCHED), "pending"),
        ((taken("/a", Outcome.INDEXED), taken("/a", Outcome.REJECTED, "blocked")), None, ""),
    ],
)
def test_why_an_article_is_not_had(captures: tuple[Taken, ...], state: Known | None, reason: str) -> None:
    states = {f"{SITE}/a": state} if state else {}
    (found,) = population(Sightings(source="harbour", catches=(catch("/a"),), known=states, taken=captures))
    assert (found.reason, found.had) == (reason, not reason)


def test_what_is_no_article_is_not_missing() -> None:
    listing = Sightings(
        source="harbour", catches=(catch("/a"),), taken=(taken("/a", Outcome.REJECTED, "list_page"),)
    )
    assert population(listing) == ()


def test_each_day_and_what_one_way_alone_would_miss(capsys: pytest.CaptureFixture[str]) -> None:
    days = Span(NOON.replace(hour=0) - DAY, NOON.replace(hour=0) + DAY)
    articles = [
        Sighted(url=f"{SITE}/{n}", ways=frozenset(ways), day=NOON.date() - n % 2 * DAY, reason=reason)
        for n, (ways, reason) in enumerate(
            [(("feed", "sitemap"), "")] * 40 + [(("sitemap",), "backlog")] * 20 + [(("feed",), "")] * 20
        )
    ]
    stray = Sighted(url=f"{SITE}/old", ways=frozenset(("link",)), day=None)
    found = covered_source("harbour", [*articles, stray], days)
    assert (found.whole.estimate.seen, found.whole.estimate.number, found.whole.had) == (80, 90, 60)
    assert (found.undated, len(found.missing), found.whole.reasons) == (1, 20, {"backlog": 20})
    assert found.whole.missed_by("feed") == pytest.approx(1 - 60 / 90)
    assert [each.estimate.seen for each in found.days.values()] == [40, 40]
    show_coverage([found])
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines()[:8])) <= 80
    assert "≥ 90" in shown
    assert "backlog 20" in shown


def entry(path: str, published_at: datetime | None = None) -> FeedEntry:
    return FeedEntry(url=f"{SITE}{path}", source="harbour", published_at=published_at)


def test_catches_are_kept_once_for_each_kind_of_list_and_not_for_ever(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.transaction() as conn:
        for hours, way in enumerate(("feed", "feed", "sitemap", "")):
            catch_table.record(conn, "harbour", way, [entry("/a", NOON)], NOON + hours * HOUR)
        old = [entry("/old", NOON - KEPT - DAY)]
        catch_table.record(conn, "harbour", "sitemap", old + [entry(f"/{n}") for n in range(300)], NOON)
        found = catch_table.of_source(conn, "harbour")
        assert {(each.way, each.seen_at) for each in found if each.url == f"{SITE}/a"} == {
            ("feed", NOON),
            ("sitemap", NOON + 2 * HOUR),
        }
        assert len(found) == 202
        assert catch_table.of_source(conn, "herald") == ()
        assert catch_table.forget(conn, NOON + HOUR) == 201
        assert url_table.counts(conn)["due"] == 0


def test_upkeep_forgets_old_catches(folder: Path) -> None:
    config = load(folder / "broadsheet.toml")
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        catch_table.record(conn, "harbour", "feed", [entry("/a"), entry("/b")], NOON)
    done = maintain(config, lambda: NOON + KEPT + DAY).done
    assert any("forgot which lists named 2 pages" in line for line in done)
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        assert conn.execute(CATCHES.select()).all() == []
