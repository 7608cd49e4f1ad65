"""Which of a page's titles is believed, by how many of their words agree."""

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.metadata.metatags import meta_tags
from articles.metadata.titles import title
from articles.text import tidy
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
        ("Ferry stays in port | Islands | News | The Harbour Post", "Ferry stays in port"),
        ("Opinion | Why the ferry stays", "Opinion | Why the ferry stays"),
        ("Opinion | Why the ferry stays | The Harbour Post", "Opinion | Why the ferry stays"),
        ("The Harbour Post：ferries", "The Harbour Post：ferries"),
        ("Ferry stays &amp;#8211; again &amp;amp; again", "Ferry stays – again & again"),
    ],
)
def test_the_sites_name_is_no_part_of_a_title(stated: str, expected: str) -> None:
    assert chosen(f"{SITE}<title>{stated}</title>", "") == expected


@pytest.mark.parametrize(
    ("site", "stated", "expected"),
    [
        ("海港日报", "渡轮停航一周 岛民等待-海港日报", "渡轮停航一周 岛民等待"),
        ("海港日报", "渡轮停航一周_海港日报", "渡轮停航一周"),
        ("海港新聞デジタル", "フェリー欠航続く 島民は待つ：海港新聞デジタル", "フェリー欠航続く 島民は待つ"),
        ("하버일보", "여객선 운항 중단… 섬 주민 대기-사회ㅣ하버일보", "여객선 운항 중단… 섬 주민 대기-사회"),
        ("Σκάλα", "Το πλοίο μένει στο λιμάνι / Σκάλα", "Το πλοίο μένει στο λιμάνι"),
    ],
)
def test_the_sites_name_is_cut_at_the_marks_of_any_script(site: str, stated: str, expected: str) -> None:
    head = f"<meta property='og:site_name' content='{site}'><title>{stated}</title>"
    assert chosen(head, "", "https://hp.example/a") == expected
    assert chosen(head, f"<h1>{stated}</h1>", "https://hp.example/a") == expected


def test_a_heading_that_is_there_twice_is_one() -> None:
    head = f"{SITE}<title>Why is the ferry in port?</title>"
    heading = "<h1>Setting up a ferry in harbours</h1>"
    assert chosen(head, heading * 2) == chosen(head, heading) == "Setting up a ferry in harbours"


def test_a_heading_encoded_twice_is_decoded() -> None:
    assert (
        chosen(
            "<title>Ferry &amp; crane stay in port</title>", "<h1>Ferry &amp;#x26; crane stay in port</h1>"
        )
        == "Ferry & crane stay in port"
    )


@given(st.text(st.characters(codec="utf-8", exclude_characters="<>&\0"), max_size=120))
def test_any_title_loses_nothing_but_an_end(text: str) -> None:
    found = chosen(f"{SITE}<title>{text}</title>", "")
    assert found == tidy(found)
    assert found in tidy(text)


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
