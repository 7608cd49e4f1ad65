"""Addresses of archive pages, by those of known articles and by custom."""

from datetime import UTC, datetime

import pytest

from crawlers.history.dated_archives import USUAL, addresses, patterns, trial
from crawlers.history.url_dates import Span

HOME = "https://news.example/"


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("2025/11/03/a-story", "{y}/{m:02}/{d:02}/"),
        ("world/2025/11/03/a-story", "world/{y}/{m:02}/{d:02}/"),
        ("world/2025/1/3/a-story", "world/{y}/{m}/{d}/"),
        ("world/2025-11-03/a-story", "world/{y}-{m:02}-{d:02}/"),
        ("world/20251103/a-story", "world/{y}{m:02}{d:02}/"),
        ("world/2025/1103/a-story", "world/{y}/{m:02}{d:02}/"),
        ("2025/11/a-story", "{y}/{m:02}/"),
        ("%C3%BC/2025/11/a-story", "%C3%BC/{y}/{m:02}/"),
    ],
)
def test_the_folder_of_an_article_with_its_date_left_open(path: str, pattern: str) -> None:
    assert patterns(HOME, [HOME + path])[0] == HOME + pattern


@pytest.mark.parametrize("path", ["a-story-2025-11-03", "2025/a-story", "{x}/2025/11/a-story"])
def test_what_is_no_dated_folder_leads_to_none(path: str) -> None:
    assert len(patterns(HOME, [HOME + path])) == len(USUAL)


def test_the_most_frequent_come_first_and_each_once() -> None:
    known = [
        f"{HOME}2025/11/03/a",
        f"{HOME}x/2025/11/a",
        f"{HOME}x/2025/12/b",
        "https://else.example/z/2025/11/a",
    ]
    found = patterns(HOME, known)
    assert found[:2] == (f"{HOME}x/{{y}}/{{m:02}}/", f"{HOME}{{y}}/{{m:02}}/{{d:02}}/")
    assert len(found) == len(set(found)) == len(USUAL) + 1


def test_an_address_for_each_day_or_each_month() -> None:
    days = Span(datetime(2025, 11, 29, tzinfo=UTC), datetime(2025, 12, 3, tzinfo=UTC))
    assert addresses("/{y}/{m:02}/{d}/", days) == (
        "/2025/11/29/",
        "/2025/11/30/",
        "/2025/12/1/",
        "/2025/12/2/",
    )
    assert addresses("/{y}/{m}/", days) == ("/2025/11/", "/2025/12/")


@pytest.mark.parametrize(
    ("first", "end", "days", "months"),
    [
        ((2025, 11, 3), (2025, 11, 8), "/2025/11/3/ /2025/11/5/ /2025/11/7/", "/2025/11/ /2025/10/"),
        ((2025, 11, 30), (2025, 12, 2), "/2025/11/30/ /2025/12/1/", "/2025/11/ /2025/12/"),
        ((2025, 3, 1), (2025, 3, 2), "/2025/3/1/ /2025/2/28/", "/2025/3/ /2025/2/"),
    ],
)
def test_a_pattern_is_tried_on_two_pages_at_least(
    first: tuple[int, int, int], end: tuple[int, int, int], days: str, months: str
) -> None:
    range_ = Span(datetime(*first, tzinfo=UTC), datetime(*end, tzinfo=UTC))
    assert trial("/{y}/{m}/{d}/", range_) == tuple(days.split())
    assert trial("/{y}/{m}/", range_) == tuple(months.split())
