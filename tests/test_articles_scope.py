"""Blocks that are not the article: known by their names, cut with a note, never the article itself."""

import lxml.html
import pytest

from articles.dom import Element
from articles.scope import BLOCKS, cut, join_body, rule_of

TEXT = "The ferry stayed in the harbour on Monday because its shaft had not arrived, and the islanders waited long."
BODY = f"<p>{TEXT}</p>" * 6


def tree(inner: str) -> Element:
    return lxml.html.document_fromstring(f"<html><body>{inner}</body></html>")


@pytest.mark.parametrize(
    ("mark", "rule"),
    [
        ("breadcrumb", "breadcrumb"),
        ("Bread-Crumbs", "breadcrumb"),
        ("articleRelatedLinks", "related"),
        ("story__read-more", "related"),
        ("most_read box", "related"),
        ("taboola-below", "related"),
        ("newsletter-signup", "newsletter"),
        ("newsletterBox", "newsletter"),
        ("share", "share"),
        ("social-media", "share"),
        ("advert--top", "promotion"),
        ("comments-area", "comments"),
        ("disqus_thread", "comments"),
        *((mark, "") for mark in ("shareholder", "correlated", "moreover", "headline", "story-body", "roads", "", "comment")),
    ],
)  # fmt: skip
def test_a_class_or_id_names_its_rule_by_whole_words(mark: str, rule: str) -> None:
    for attribute in ("class", "id"):
        element = tree(f"<div {attribute}='{mark}'></div>").find(".//div")
        assert rule_of(element) == rule
        assert rule in ("", *dict(BLOCKS))


def test_foreign_blocks_are_cut_and_those_inside_the_article_are_noted() -> None:
    page = tree(
        f"<div class='newsletter'>Outside.</div><article><h1>Ferry</h1>{BODY}"
        "<div id='rel' class='related-stories'><p>Crane arrives</p></div><ul class='share-tools'><li></li></ul></article>"
    )
    (removal,) = cut(page, "Ferry")
    assert (removal.rule, removal.place, removal.text) == ("related", "block", "Crane arrives")
    assert removal.evidence == "div#rel.related-stories"
    assert page.text_content() == "Ferry" + TEXT * 6


@pytest.mark.parametrize(
    "markup",
    [
        f"<div class='related'><h1>Ferry</h1>{BODY}</div>",
        f"<div class='promo'>{BODY}</div><p>Short.</p>",
        f"<section class='subscribe'><div itemprop='articleBody'>{BODY}</div></section>",
        f"<div class='share'><article>{BODY}</article></div>",
        f"<nav>{BODY}</nav>",
        f"<form><h1>Ferry</h1>{BODY}</form>",
    ],
)
def test_a_misnamed_block_that_holds_the_article_stays(markup: str) -> None:
    page = tree(markup)
    assert cut(page, "Ferry") == ()
    assert page.text_content().count(TEXT) == 6


def test_dead_weight_is_dropped_without_a_note() -> None:
    page = tree(
        f"<nav><a>Home</a></nav><script>x</script><style>y</style><article>{BODY}tail</article>"
        "<footer>Imprint</footer><button>Menu</button><form><select><option>1</option></select></form>"
    )
    assert cut(page, "Ferry") == ()
    assert page.text_content() == f"{TEXT * 6}tail"


def test_articles_scrolled_to_later_are_cut() -> None:
    page = tree(
        f"<article><h1>Ferry stays</h1>{BODY}<article>An inset.</article></article>"
        f"<article><h1>Crane arrives</h1>{BODY}</article>"
    )
    (removal,) = cut(page, "Ferry Stays!")
    assert removal.rule == "other_article"
    assert removal.text.startswith("Crane arrives")
    assert len(removal.text) <= 300
    assert page.text_content() == f"Ferry stays{TEXT * 6}An inset."


@pytest.mark.parametrize("title", ["", "Lighthouse closes"])
def test_without_the_pages_title_no_article_is_called_another(title: str) -> None:
    page = tree(
        f"<article><h1>Ferry stays</h1>{BODY}</article><article><h1>Crane arrives</h1>{BODY}</article>"
    )
    assert cut(page, title) == ()
    assert len(page.findall(".//article")) == 2


def test_a_body_in_several_containers_is_joined_in_order() -> None:
    part = "<div class='article-body'><p>{} {}</p></div>"
    page = tree(part.format("One.", TEXT) + "<div>Advertisement</div>" + part.format("Two.", TEXT))
    join_body(page)
    first, second = page.find_class("article-body")
    assert first.text_content() == f"One. {TEXT}Two. {TEXT}"
    assert second.text_content() == ""


@pytest.mark.parametrize(
    "markup",
    [
        "<h1>a</h1><h1>b</h1><div class='story-body'>{0}</div><div class='story-body'>{0}</div>",
        "<div class='story-body'>{0}</div><div class='story-body wide'>{0}</div>",
        "<div class='story-body'>{0}</div><div class='story-body'><p>Short.</p></div>",
        "<div class='story-body'>{0}<div class='story-body'>{0}</div></div>",
    ],
    ids=["two titles", "other class", "short", "nested"],
)
def test_bodies_that_are_not_one_are_left_apart(markup: str) -> None:
    page = tree(markup.format(f"<p>{TEXT}</p>"))
    before = lxml.html.tostring(page)
    join_body(page)
    assert lxml.html.tostring(page) == before
