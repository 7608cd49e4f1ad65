"""Which sitemaps of an index, and which pages of a list, are of the days that are looked through."""

from datetime import UTC, date, datetime

from articles.model import FeedEntry
from crawlers.history.sifting import sifted, sitemaps_of
from crawlers.history.url_dates import Span
from crawlers.sitemaps import ChildSitemap

DAYS = Span(datetime(2025, 11, 3, tzinfo=UTC), datetime(2025, 11, 10, tzinfo=UTC))


def entry(url: str, at: datetime | None = None) -> FeedEntry:
    return FeedEntry(url=url, source="s", feed="/sitemap.xml", published_at=at)


def test_pages_are_sorted_by_their_days() -> None:
    early, late = datetime(2025, 11, 3, tzinfo=UTC), datetime(2025, 11, 9, 23, tzinfo=UTC)
    entries = [
        *(entry("/a", early), entry("/b", late), entry("/c", DAYS.end), entry("/d")),
        *(entry("/2025/11/05/e"), entry("/2025/12/f")),
    ]
    found = sifted(entries, DAYS, datetime(2025, 11, 8, tzinfo=UTC))
    assert [each.url for each in found.within] == ["/a", "/b", "/2025/11/05/e"]
    assert (found.due, found.outside, found.undated) == ({"/b"}, 2, 1)


def test_sitemaps_of_other_days_or_unchanged_since_before_are_left_out() -> None:
    children = [
        ChildSitemap("/tags-2025-11.xml"),
        ChildSitemap("/sitemap-1.xml"),
        ChildSitemap("/sitemap-2.xml", date(2025, 11, 1)),
        ChildSitemap("/sitemap-3.xml", date(2025, 11, 2)),
        ChildSitemap("/sitemap-4.xml", datetime(2025, 11, 2, 23, tzinfo=UTC)),
        ChildSitemap("/sitemap-5.xml", datetime(2026, 2, 1, tzinfo=UTC)),
        ChildSitemap("/sitemap-2025-11.xml", datetime(2026, 2, 1, tzinfo=UTC)),
        ChildSitemap("/sitemap-2025-12.xml", datetime(2026, 2, 1, tzinfo=UTC)),
    ]
    assert sitemaps_of(children, DAYS) == (
        "/sitemap-2025-11.xml",
        "/sitemap-1.xml",
        "/sitemap-3.xml",
        "/sitemap-5.xml",
        "/tags-2025-11.xml",
    )
