"""What the form of an address says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.url_shapes import evidence, is_other, location, parents, shape

SITE = "https://news.example"


@pytest.mark.parametrize(
    ("path", "weight"),
    [
        ("/2026/11/24/pier", 3),
        ("/news/2026-11-24/pier", 3),
        ("/2026/nov/24/pier", 3),
        ("/2026/11/pier", 3),
        ("/20261124-QBJP5I25BBIG5IZ76XZNDHDB5Q", 5),
        ("/2026/11/24/harbour-board-votes-again", 6),
        ("/news,142489.html", 2),
        ("/article/1011185", 2),
        ("/politics/article24075843", 2),
        ("/news/c4gp1y2x3zdo", 2),
        ("/nachrichten/kirche,UAf9GNd", 2),
        ("/a/141e61e9-8a07-42e4-a527-2f03f45e7ef0", 2),
        ("/read.php?newsid=4711", 2),
        ("/harbour-board-votes-again-1234567", 5),
        ("/harbour-board-votes", 1),
        (
            "/%D9%85%D8%AC%D9%84%D8%B3-%D8%A7%D9%84%D9%85%D9%8A%D9%86%D8%A7%D8%A1-%D9%8A%D8%B5%D9%88%D8%AA-%D9%85%D8%AC%D8%AF%D8%AF%D8%A7",
            3,
        ),
        ("/港湾局が東の埠頭の再建を決定", 3),
        *(
            (path, 0)
            for path in (
                "/",
                "/politics",
                "/sport/formel-1",
                "/sport/formel1",
                "/20minuten",
                "/uk-news?p=2",
                "/index.html",
            )
        ),
    ],
)
def test_dates_numbers_and_slugs_speak_for_an_article(path: str, weight: int) -> None:
    assert evidence(SITE + path) == weight


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/news/2026/11/24/harbour-board-votes-again.html", "/W/N/N/N/S"),
        ("/sport/2024/01/02/all-quiet-at-the-pier/", "/W/N/N/N/S"),
        ("/a/x1", "/W/WN"),
        ("/a/p?id=7&lang=de", "/W/W?id=N&lang=W"),
        ("/news/c4gp1y2x3zdo", "/W/H"),
        ("/harbour-board-votes-again-1234567", "/SN"),
        *((path, "") for path in ("/", "/politics", "/politics/world", "/uk-news/pier-opens")),
    ],
)
def test_shapes(path: str, form: str) -> None:
    assert shape(SITE + path) == form


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/pier.jpg",
            "/report.PDF",
            "/feed.xml",
            "/tag/pier",
            "/Thema/hafen/",
            "/author/ada-quill",
            "/login",
            "/impressum.html",
        ),
        *(
            "/service/terms-of-use-6902768.html",
            "/a?share=x",
            "/other?replytocom=7",
            "/",
            "/?utm=1",
            "/front",
            "/front?page=2",
        ),
    ],
)
def test_files_lists_and_services_are_no_articles(path: str) -> None:
    assert is_other(f"https:{path}" if path.startswith("//") else SITE + path, f"{SITE}/front")


@pytest.mark.parametrize(
    "path", ["/?p=36843", "/front?id=7", "/tagesschau/a", "/abort-the-mission", "/front/a", "/a.html"]
)
def test_other_addresses_may_be(path: str) -> None:
    assert not is_other(SITE + path, f"{SITE}/front")


def test_the_addresses_above() -> None:
    assert parents(f"{SITE}/news/world/a-story?x=1") == {
        location(f"{SITE}/news/"),
        location(f"{SITE}/news/world?y=2"),
    }
    assert parents(f"{SITE}/a") == set()


@given(st.text(max_size=60))
def test_any_address_has_a_form(text: str) -> None:
    url = f"{SITE}/{text}"
    assert 0 <= evidence(url) <= 8
    assert isinstance(shape(url), str)
    assert isinstance(is_other(url, SITE), bool)
