"""Which addresses are those of pages of one article."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.parts.page_addresses import OwnAddress, in_order
from articles.urls import canonical

HERE = "https://paper.example/news/the-kelby-ferry"
SLUGS = st.from_regex(r"[a-z]{3,9}(-[a-z]{2,9}){1,5}", fullmatch=True).filter(
    lambda slug: not slug.endswith(("-all", "-page", "-p", "-pag", "-seite"))
)
FORMS = st.sampled_from(
    ("{}?page={}", "{}?p={}", "{}/{}", "{}/{}/", "{}/page/{}", "{}/seite-{}", "{}-{}.html", "{}_{}.html", "{},{}", "{}-{}", "{}-p{}")
)  # fmt: skip
FOLDERS = st.sampled_from(("", "news/", "2026/11/25/", "en/world/"))
NUMBERS = st.integers(2, 99)


def number(own: str, other: str) -> int | None:
    at = OwnAddress.of([canonical(own)]).page(canonical(other))
    return at.number if at else None


@given(SLUGS, FOLDERS, FORMS, NUMBERS, NUMBERS)
def test_pages_of_one_article_know_each_other(
    slug: str, folder: str, form: str, here: int, there: int
) -> None:
    bare = f"https://www.paper.example/{folder}{slug}"
    other = form.format(bare, there)
    assert number(bare, other) == there
    assert number(form.format(bare, here), other) == (None if here == there else there)


@given(SLUGS, SLUGS, FORMS, NUMBERS, NUMBERS)
def test_pages_of_two_articles_do_not(slug: str, other: str, form: str, here: int, there: int) -> None:
    one, two = (f"https://www.paper.example/news/{each}" for each in (slug, other))
    if slug != other:
        assert number(one, form.format(two, there)) is None
        assert number(form.format(one, here), form.format(two, there)) is None
    assert number(one, form.format(one.replace("paper", "other"), there)) is None


@given(SLUGS, FORMS, NUMBERS)
def test_what_is_before_and_after_the_number_makes_the_address(slug: str, form: str, there: int) -> None:
    bare = f"https://www.paper.example/news/{slug}"
    url = canonical(form.format(bare, there))
    at = OwnAddress.of([bare]).page(url)
    assert at is not None
    assert f"{at.before}{at.number}{at.after}" == at.url == url


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_address_fails(one: str, two: str) -> None:
    own = OwnAddress.of([f"https://paper.example/{one}"])
    own.page(f"https://paper.example/{two}")
    own.is_whole(f"https://paper.example/{one}?{two}")
    assert own.is_here(f"https://paper.example/{one}")


@given(st.permutations([*range(2, 12)]))
def test_pages_are_put_in_their_order(numbers: list[int]) -> None:
    urls = [f"{HERE}?page={each}" for each in numbers]
    assert in_order([*urls, HERE, *urls], [HERE]) == tuple(f"{HERE}?page={each}" for each in range(2, 12))


def test_pages_without_numbers_stay_as_they_come() -> None:
    urls = (f"{HERE}?page=3", f"{HERE}/fog", f"{HERE}?page=2")
    assert in_order(urls, [HERE]) == urls


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("https://paper.example/2026/11/24", "https://paper.example/2026/11/25"),
        ("https://paper.example/2026/11", "https://paper.example/2026/11/2"),
        ("https://paper.example/2026", "https://paper.example/2026/2"),
        ("https://paper.example/", "https://paper.example/2"),
        ("https://paper.example/", "https://paper.example/?page=2"),
        ("https://paper.example/?p=12", "https://paper.example/?p=13"),
        ("https://paper.example/?q=ferry", "https://paper.example/?q=ferry&page=2"),
        ("https://paper.example/search?q=ferry", "https://paper.example/search?q=ferry&page=2"),
        ("https://paper.example/tag/ferry", "https://paper.example/tag/ferry/page/2"),
        ("https://paper.example/news-2026-11-24", "https://paper.example/news-2026-11-25"),
        ("https://paper.example/news-2026-11", "https://paper.example/news-2026-12"),
        ("https://paper.example/a-story-2026", "https://paper.example/a-story-2027"),
        ("https://paper.example/a-story-471123", "https://paper.example/a-story-471124"),
        (HERE, f"{HERE}?cpage=2"),
        (HERE, f"{HERE}/comment-page-2"),
        (HERE, f"{HERE}?slide=2"),
        (HERE, f"{HERE}?page=200"),
        (HERE, f"{HERE}?page=2&sort=new"),
        (HERE, f"{HERE}?page=two"),
        (HERE, f"{HERE}/2/more"),
        (HERE, f"{HERE}-2-more"),
        (HERE, f"{HERE}#!page=2"),
        (HERE, HERE),
        (f"{HERE}?id=1", f"{HERE}?id=2&page=2"),
    ],
)
def test_other_addresses(own: str, other: str) -> None:
    assert number(own, other) is None


@pytest.mark.parametrize(
    ("url", "sure"),
    [
        (f"{HERE}?page=2", True),
        (f"{HERE}/2", True),
        (f"{HERE}/page/2", True),
        (f"{HERE}-seite-2", True),
        (f"{HERE}-2", False),
        (f"{HERE}_2.html", False),
        (f"{HERE},2", False),
    ],
)
def test_some_ways_of_counting_are_also_those_of_a_series(url: str, sure: bool) -> None:
    at = OwnAddress.of([HERE]).page(url)
    assert at is not None
    assert at.sure is sure


@pytest.mark.parametrize("piece", ["-2", "/2", "page", "-page-2", "2-", ",_-."])
def test_long_addresses_take_no_long_time(piece: str) -> None:
    long = f"https://paper.example/{piece * 2_000}"[:2_000]
    start = time.process_time()
    own = OwnAddress.of([long])
    own.page(f"{long}-2")
    own.is_whole(f"{long}-all")
    assert time.process_time() - start < 0.2
