"""Which of a page's titles is believed, by how many of their words agree."""

import lxml.html
import pytest

from articles.metadata.metatags import meta_tags
from articles.metadata.titles import title
from tests.patience import no_hang


@pytest.mark.parametrize(
    ("headings", "stated", "expected"),
    [
        (("Ferry stays",), "Ferry stays in port today", "Ferry stays in port today"),  # _VOUCHED: 2 and 3 of 5 words
        (("Ferry today port",), "Ferry stays in port today", "Ferry today port"),
        # _HINTED: 1 of 7, 2 of 8
        (("Islanders cross by launch every noon again",), "The launch of Westhaven crosses at six", "The launch of Westhaven crosses at six"),
        (("Islanders cross the sound by launch every noon",), "The launch of Westhaven sails out at six", "Islanders cross the sound by launch every noon"),
        (("Islanders take launch now",), "The launch of Westhaven sails now", "The launch of Westhaven sails now"),  # _HEADLINE_WORDS
        (("Islanders take a launch now",), "The launch of Westhaven sails now", "Islanders take a launch now"),
        (("Ships: Ferry stays away now",), "Ferry stays away now", "Ships: Ferry stays away now"),
        (("Ships: Ferry stays away for now",), "Ferry stays away for now", "Ferry stays away for now"),
    ],
)  # fmt: skip
def test_a_heading_is_the_title_where_enough_words_agree(
    headings: tuple[str, ...], stated: str, expected: str
) -> None:
    inner = "".join(f"<h1>{heading}</h1>" for heading in headings)
    tree = lxml.html.document_fromstring(
        f"<html><head><meta property='og:title' content='{stated}'></head><body>{inner}</body></html>"
    )
    assert title(tree, {}, meta_tags(tree)) == expected


def chosen(head: str, body: str, url: str = "https://www.harbour-post.example/a", **node: object) -> str:
    tree = lxml.html.document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    return title(tree, node, meta_tags(tree), url)


SITE = "<meta property='og:site_name' content='The Harbour Post'>"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Ferry stays in port – The Harbour Post", "Ferry stays in port"),
        ("Ferry stays in port - Harbour Post", "Ferry stays in port"),  # as the host says
        ("Ferry stays in port · harbour-post.example", "Ferry stays in port"),
        ("Ferry stays in port｜The Harbour Post", "Ferry stays in port"),
        ("Ferry stays in port - The Harbour Post | Islands", "Ferry stays in port"),
        ("The Harbour Post: ferries | Islands", "The Harbour Post: ferries"),
        ("The Harbour Post - Ferry stays in port", "Ferry stays in port"),
        ("Ferry stays in port - Islands wait", "Ferry stays in port - Islands wait"),
        ("Ferry stays - post - again", "Ferry stays - post - again"),
        ("Post - ferry stays in port", "Post - ferry stays in port"),
        ("The Harbour Post", "The Harbour Post"),
    ],
)
def test_the_sites_name_is_no_part_of_a_title(stated: str, expected: str) -> None:
    assert chosen(f"{SITE}<title>{stated}</title>", "") == expected


@pytest.mark.parametrize("heading", ["The Harbour Post", "harbour-post.example", "Harbour Post"])
def test_a_heading_that_is_the_sites_name_is_no_title(heading: str) -> None:
    head = f"{SITE}<title>Ferry stays in port — {heading}</title>"
    assert chosen(head, f"<h1>{heading}</h1>") == "Ferry stays in port"
    assert chosen("", f"<h1>{heading}</h1>") == heading


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("Ferry stays in port today (coast.example) 87", "Ferry stays in port today"),
        ("Ferry stays in port today <p>Posted on 1 July 2024 by Ida Holm</p>", "Ferry stays in port today"),
        ("Ferry stays in port today as shaft breaks", "Ferry stays in port today as shaft breaks"),
        ("Ships: Ferry stays in port today", "Ferry stays in port today"),
        ("<span>Ships</span><span>Ferry stays in port today</span>", "Ferry stays in port today"),
        ("<span>Ferry stays</span><span>in port today</span>", "Ferry stays in port today"),
        ("<b>F</b>erry stays in Port today!", "Ferry stays in Port today!"),
    ],
)
def test_what_a_heading_holds_beside_the_title_is_no_part_of_it(inner: str, expected: str) -> None:
    head = "<meta property='og:title' content='Ferry stays in port today | Islands'>"
    assert chosen(head, f"<h1>{inner}</h1>") == expected


def test_a_title_of_many_parts_is_read_in_time() -> None:
    with no_hang(5):  # some 50 ms at most
        assert chosen(f"<title>{'ferry - ' * 20_000}</title>", "").startswith("ferry")
        assert chosen(f"{SITE}<title>{'The Harbour Post - ' * 20_000}</title>", "").startswith("The Harbour")
