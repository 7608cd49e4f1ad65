"""The days that addresses name, and when a page was published by all that is known of it."""

from datetime import UTC, datetime

import pytest

from articles.model import FeedEntry
from crawlers.history.url_dates import Span, list_span, page_span, span_of

SITE = "https://news.example"


def shown(span: Span | None) -> str:
    return f"{span.first:%Y-%m-%d} {span.end:%Y-%m-%d}" if span else ""


@pytest.mark.parametrize(
    ("path", "span"),
    [
        ("/2025/11/03/a-story", "2025-11-03 2025-11-04"),
        ("/2025/1/3/a-story", "2025-01-03 2025-01-04"),
        ("/news/2025/nov/03/a-story", "2025-11-03 2025-11-04"),
        ("/news/2025/December/31/a-story", "2025-12-31 2026-01-01"),
        ("/news/20251103/a-story", "2025-11-03 2025-11-04"),
        ("/news/2025/1103/a-story.html", "2025-11-03 2025-11-04"),
        ("/news/a-story-2025-11-03.html", "2025-11-03 2025-11-04"),
        ("/2025/11/a-story", "2025-11-01 2025-12-01"),
        ("/2025-12/a-story", "2025-12-01 2026-01-01"),
        ("/2025/02/30/a-story", "2025-02-01 2025-03-01"),
        ("/news/best-of-2025", ""),
        ("/news/a-story-2025110312", ""),
        ("/news/12025-11-03", ""),
        ("/news/?date=2025-11-03", ""),
    ],
)
def test_the_day_or_month_of_a_page(path: str, span: str) -> None:
    assert shown(page_span(SITE + path)) == span


@pytest.mark.parametrize(
    ("path", "span"),
    [
        ("/sitemap-2025-11.xml", "2025-11-01 2025-12-01"),
        ("/sitemap_202511.xml.gz", "2025-11-01 2025-12-01"),
        ("/2025/11/sitemap.xml", "2025-11-01 2025-12-01"),
        ("/sitemap?yyyy=2025&mm=11", "2025-11-01 2025-12-01"),
        ("/sitemap.xml?yyyy=2025&mm=12&dd=31", "2025-12-31 2026-01-01"),
        ("/sitemap.xml?year=2025", "2025-01-01 2026-01-01"),
        ("/sitemap.xml?date=2025-11-03", "2025-11-03 2025-11-04"),
        ("/sitemap-2025-1.xml", "2025-01-01 2026-01-01"),
        ("/sitemap/2025.xml", "2025-01-01 2026-01-01"),
        ("/archive/2025/11/03", "2025-11-03 2025-11-04"),
        ("/archiv/2025-11-03", "2025-11-03 2025-11-04"),
        ("/sitemap-17.xml", ""),
        ("/sitemap.xml?page=2&mm=11", ""),
        ("/sitemap.xml?yyyy=2025&mm=13", "2025-01-01 2026-01-01"),
    ],
)
def test_the_days_of_a_list(path: str, span: str) -> None:
    assert shown(list_span(SITE + path)) == span


NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)
LATER = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entry", "span"),
    [
        (FeedEntry(url=f"{SITE}/2024/01/01/a", source="s", published_at=NOON), "2025-11-03"),
        (FeedEntry(url=f"{SITE}/2025/11/a", source="s", updated_at=NOON), "2025-11-03"),
        (FeedEntry(url=f"{SITE}/2025/11/a", source="s", updated_at=LATER), "2025-11-01"),
        (FeedEntry(url=f"{SITE}/a", source="s", updated_at=LATER), "2026-02-01"),
        (FeedEntry(url=f"{SITE}/a", source="s", feed=f"{SITE}/sitemap-2025-11.xml"), "2025-11-01"),
        (FeedEntry(url=f"{SITE}/a", source="s", feed=f"{SITE}/sitemap.xml"), ""),
        (FeedEntry(url=f"{SITE}/a", source="s"), ""),
    ],
)
def test_when_a_page_was_published_as_exactly_as_it_is_known(entry: FeedEntry, span: str) -> None:
    assert shown(span_of(entry)).partition(" ")[0] == span


def test_spans_that_only_touch_have_nothing_in_common() -> None:
    november, december = page_span(f"{SITE}/2025/11/a"), page_span(f"{SITE}/2025/12/a")
    assert november
    assert december
    assert not november.overlaps(december)
    assert november.holds(NOON)
    assert not november.holds(november.end)
    assert len(list(november.days())) == 30
