"""How an article prints: short in a list, whole as text, escaped as HTML."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import fragment_fromstring

from articles.display import link, printable
from articles.model import Article, Image, Removal
from tests.desk import article

EVIL = '<script>alert("x")</script>\x1b[2J\u202e & co'


def evil() -> Article:
    return article(
        "evil",
        EVIL,
        title=EVIL,
        lead=EVIL,
        authors=(EVIL,),
        images=(Image(url="https://norland-post.example/a.jpg", caption=EVIL, credit=EVIL),),
        removed=(Removal(text=EVIL, rule="links", place="body", evidence=EVIL),),
        published_at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC),
    )


def test_the_repr_is_one_short_line_whatever_the_page_says() -> None:
    assert repr(evil()) == (
        "<Article '<script>alert(\"x\")</script>\\x1b[2J\\u202e & co', 2026-03-02, 12 words, "
        "'https://norland-post.example/evil'>"
    )


def test_the_text_has_title_byline_lead_and_paragraphs() -> None:
    shown = str(
        article("ferry", "One.", "Two.", lead="Zero.", authors=("Ada", "Ben"), published_on=date(2026, 3, 3))
    )
    assert shown == "ferry\n\nAda, Ben · norland · 2026-03-03\n\nZero.\n\nOne.\n\nTwo."


def test_neither_text_nor_html_lets_a_page_act() -> None:
    for shown in (str(evil()), evil()._repr_html_()):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert "<script" not in evil()._repr_html_()
    assert "[2J" in str(evil()), "only what acts is taken out"


def test_the_html_holds_captions_and_cuts() -> None:
    tree = fragment_fromstring(evil()._repr_html_())
    assert [each.text for each in tree.iter("summary")] == ["1 captions", "1 cuts"]
    assert len(list(tree.iter("td"))) == 7
    assert [each.get("href") for each in tree.iter("a")] == ["https://norland-post.example/evil"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "//x"])
def test_only_web_pages_are_linked(url: str) -> None:
    assert link(url, "<title>") == "&lt;title&gt;"


def test_a_link_stays_within_its_quotes() -> None:
    assert (
        link('https://a.example/"onclick="x', "t")
        == '<a href="https://a.example/&quot;onclick=&quot;x">t</a>'
    )


def test_joiners_stay_and_lines_too() -> None:
    assert printable("می\u200cخواهم\nما\u200d") == "می\u200cخواهم\nما\u200d"


@given(st.text(alphabet=st.characters()))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
