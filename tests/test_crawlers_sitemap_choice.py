"""Which sitemaps of an index are read, and which of their pages are taken for articles."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from articles.model import FeedEntry
from crawlers.readers.sitemap_choice import MOST, chosen
from crawlers.readers.sitemap_pages import articles_among, without_times_of_making
from crawlers.sitemaps import ChildSitemap, SitemapEntry

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "https://www.example.org"


def child(name: str, lastmod: datetime | date | None = None) -> ChildSitemap:
    return ChildSitemap(f"{SITE}/{name}.xml", lastmod)


def names(urls: tuple[str, ...]) -> list[str]:
    return [url.removeprefix(f"{SITE}/").removesuffix(".xml") for url in urls]


def test_the_newest_come_first_and_those_older_than_the_backlog_stay() -> None:
    index = [child("a", NOW - 30 * DAY), child("b", NOW - 2 * DAY), child("c", NOW - DAY)]
    assert chosen(index, {}, NOW, NOW - 7 * DAY) == ((index[2].url, index[1].url), 1)
    assert names(chosen(index, {}, NOW)[0]) == ["c", "b", "a"]
    assert chosen(index, {}, NOW, most=1) == ((index[2].url,), 2)


def test_what_has_not_changed_after_it_was_read_is_left_out() -> None:
    index = [child("a", NOW - DAY), child("b", NOW), child("day", (NOW - DAY).date()), child("undated")]
    read = {each.url: NOW - DAY for each in index}
    best, left = chosen(index, read, NOW)
    assert (names(best), left) == (["b", "day", "undated"], 0)


def test_an_index_that_says_that_nothing_changes_is_not_believed() -> None:
    index = [child("a", NOW - 300 * DAY), child("b", date(2020, 1, 1))]
    read = {each.url: NOW - DAY for each in index}
    assert sorted(names(chosen(index, read, NOW, NOW - 7 * DAY)[0])) == ["a", "b"]


def test_without_dates_those_at_the_ends_by_their_numbers() -> None:
    index = [child(f"posts-{number}") for number in range(120)]
    best, left = chosen(index, {}, NOW, NOW - 7 * DAY)
    assert len(best) == MOST
    assert left == 120 - MOST
    assert sorted(int(name.removeprefix("posts-")) for name in names(best)) == [*range(25), *range(95, 120)]


def test_lists_of_tags_and_authors_come_last() -> None:
    index = [child("post_tag-sitemap1", NOW), child("post-sitemap", NOW - DAY), child("author-sitemap", NOW)]
    assert names(chosen(index, {}, NOW)[0])[0] == "post-sitemap"


MOMENTS = st.one_of(
    st.none(), st.dates(date(2019, 1, 1), date(2027, 1, 1)), st.datetimes(timezones=st.just(UTC))
)


@given(
    st.lists(st.tuples(st.text("ab/-0123", max_size=5), MOMENTS), max_size=80),
    st.sets(st.integers(0, 80)),
    st.integers(0, 60),
)
def test_no_more_than_asked_for_and_each_is_accounted_for(
    listed: list[tuple[str, datetime | date | None]], read: set[int], most: int
) -> None:
    index = [child(f"{number}{name}", lastmod) for number, (name, lastmod) in enumerate(listed)]
    read_at = {each.url: NOW for number, each in enumerate(index) if number in read}
    best, left = chosen(index, read_at, NOW, NOW - 7 * DAY, most)
    assert len(best) == len(set(best)) <= most
    assert {*best} <= {each.url for each in index}
    assert 0 <= left <= len(index) - len(best)


def listed(*paths: str, title: str = "") -> list[SitemapEntry]:
    return [SitemapEntry(FeedEntry(url=f"{SITE}{path}", source="s", title=title)) for path in paths]


def kept(entries: list[SitemapEntry], known: tuple[str, ...] = ()) -> list[str]:
    found = articles_among(entries, f"{SITE}/sitemap.xml", known)
    return [each.url.removeprefix(SITE) for each in found]


ARTICLES = ("/news/2026/11/24/ferry-runs-aground", "/news/harbour-board-votes-on-the-pier-123456")


def test_sections_tags_and_services_are_none() -> None:
    others = ("/", "/news/", "/tag/harbour", "/privacy", "/about-us", "/author/ada-quill")
    assert kept(listed(*ARTICLES, *others)) == list(ARTICLES)
    assert kept(listed(*ARTICLES, "/polilla")) == list(ARTICLES)


def test_where_addresses_say_little_they_are_followed() -> None:
    assert kept(listed("/polilla", "/muelle", "/tag/harbour")) == ["/polilla", "/muelle"]


def test_known_articles_show_what_an_address_looks_like() -> None:
    paths = ("/story/ferry7", "/story/pier8", "/story/mole9", "/welcome")
    assert "/welcome" in kept(listed(*paths))
    known = (f"{SITE}/a-story-of-the-old-pier/1",)
    assert kept(listed("/some-news-of-the-pier/7", "/some-news-of-the-mole/8", "/welcome"), known) == [
        "/some-news-of-the-pier/7",
        "/some-news-of-the-mole/8",
    ]


def test_times_of_making_are_no_dates() -> None:
    """Written one after the other, they differ by seconds."""
    made = [NOW + timedelta(seconds=20 * number) for number in range(20)]
    dates = [NOW - 30 * DAY, *made, NOW - 90 * DAY]
    entries = [
        FeedEntry(url=f"{SITE}/{number}", source="s", updated_at=date) for number, date in enumerate(dates)
    ]
    found = [each.updated_at for each in without_times_of_making(entries)]
    assert found == [NOW - 30 * DAY, *[None] * 20, NOW - 90 * DAY]
    assert without_times_of_making(entries[:9]) == tuple(entries[:9])
    spread = [
        replace(entry, updated_at=NOW - number * timedelta(hours=1)) for number, entry in enumerate(entries)
    ]
    assert without_times_of_making(spread) == tuple(spread)


def test_a_news_sitemap_is_believed() -> None:
    assert kept(listed(*ARTICLES, "/video", title="The pier")) == [*ARTICLES, "/video"]
