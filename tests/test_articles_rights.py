"""What a page reserves, by its robots meta tag, its headers, and TDMRep."""

from dataclasses import replace

import pytest

from articles.clean import clean
from articles.metadata import rights
from articles.model import Article, Rejection
from tests import golden_pages

PAGE = golden_pages.page(golden_pages.CASES[0])


def header(*lines: tuple[str, str]) -> tuple[str, ...]:
    return rights.stated({}, replace(PAGE, headers=lines))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("noarchive", ("noarchive",)),
        ("NoAI, NoImageAI", ("noai", "noimageai")),
        ("noindex, nofollow", ()),
        ("all", ()),
        ("googlebot: noarchive, noai", ()),
        ("googlebot: nofollow, robots: noarchive", ("noarchive",)),
        ("unavailable_after: 25 Jun 2027 15:00:00 PST, noarchive", ("noarchive",)),
        ("max-snippet: 20, noai", ("noai",)),
        ("noarchived", ()),
    ],
)
def test_directives_count_that_are_for_everybody(value: str, found: tuple[str, ...]) -> None:
    assert rights.stated({"robots": [value]}, PAGE) == found
    assert header(("x-robots-tag", value)) == found


def test_a_reservation_of_mining_is_a_one() -> None:
    for value, found in (("1", ("tdm-reservation",)), ("0", ()), ("yes", ()), (" 1 ", ("tdm-reservation",))):
        assert rights.stated({"tdm-reservation": [value]}, PAGE) == found
        assert header(("tdm-reservation", value)) == found


def test_what_several_places_say_is_said_once() -> None:
    page = replace(
        PAGE, headers=(("x-robots-tag", "noai"), ("x-robots-tag", "noarchive"), ("tdm-reservation", "1"))
    )
    assert rights.stated({"robots": ["noarchive"]}, page) == ("noarchive", "noai", "tdm-reservation")


def test_it_is_kept_with_the_article_and_may_be_binding() -> None:
    page = replace(PAGE, headers=(*PAGE.headers, ("x-robots-tag", "noarchive, noai")))
    article = clean(page)
    assert isinstance(article, Article)
    assert article.rights == ("noarchive", "noai")
    assert clean(page, obey=("tdm-reservation",)) == article
    assert clean(page, obey=("noai", "tdm-reservation")) == Rejection(reason="reserved", detail="noai")


def test_what_the_files_of_a_site_reserve_counts_as_well() -> None:
    page = replace(PAGE, headers=(("tdm-reservation", "1"),), reserved=("robots-noai",))
    assert rights.stated({"robots": ["robots-noai, noai"]}, PAGE) == ("noai",)
    assert rights.stated({}, page) == ("tdm-reservation", "robots-noai")
