"""The article's own byline is found in its page, and none of the stories beside it."""

import lxml.html
import pytest

from articles.metadata.bylines import names
from tests.patience import no_hang

URL = "https://harbour.example/ferry-stays"
TITLE = "Ferry stays in port"
TEXT = f"<p>{'The ferry stayed in the harbour on Monday. ' * 3}</p>"
CARD = "<div class='card'><h3><a href='/{0}'>Crane {0} arrives</a></h3><span class='author-name'>Per Vik</span></div>"
RIVER = "<div class='list'>" + "".join(map(CARD.format, "abc")) + "</div>"
ITEM = "<div class='item'><a href='/o'>Owl breeds</a><div class='byline'>2 hours ago <a href='/author/k'>Kim Low</a></div></div>"


def first(body: str) -> tuple[str, ...]:
    tree = lxml.html.document_fromstring(f"<html><body>{body}</body></html>")
    return next((found for found in names(tree, TITLE, URL) if found), ())


def page(above: str = "", between: str = "", below: str = "") -> str:
    return f"{above}<article><h1>{TITLE}</h1>{between}{TEXT * 2}</article>{below}"


@pytest.mark.parametrize(
    "byline",
    [
        "<div class='byline'>By <span>Ida Holm</span></div>",
        "<div class='author'><span>By</span><span>Ida Holm</span></div>",
        "<div class='author'><div>By</div><div>Ida Holm</div></div>",
        "<p class='byline'>Ida Holm in <a href='/berlin'>Berlin</a></p>",
        "<span itemprop='author'><meta itemprop='name' content='Ida Holm'></span>",
        "<div class='authors'><a href='/authors/ida'>Ida Holm</a><span>Reporter</span></div>",
        "<div class='meta'><a href='/category/ferries'>All about ferries here</a> <span class='author'>Ida Holm</span></div>",
        "<div class='byline'>Posted by <a href='/author/i'>Ida Holm</a><a href='/ferry-stays#comments'>Three comments so far here</a></div>",
        "<div class='byline'><span class='brand'>capital</span> <ul><li>von Ida Holm</li><li>5. Mai 2024</li></ul></div>",
        "<a href='/people/ida'>Ida Holm</a>",
        "<div>By Ida Holm</div>",
        "<div><div>Written by:</div><div><b>Ida Holm</b></div></div>",
        "<em>Por Ida Holm</em>",
        "<h3>Author</h3><p>Ida Holm</p>",
        "<p><strong>Contributors:</strong> Ida Holm</p>",
        "<div class='a'><p>von<br><span class='b'>Ida Holm</span></p><p>Leitende Wirtschaftsredakteurin</p></div>",
        "<p>Автор: Ida Holm</p>",
        "<div><span>文／</span><span>Ida Holm</span></div>",
        "<p>Oleh Ida Holm</p>",
        "<p>بقلم Ida Holm</p>",
        "<div class='byline'><p>Social &amp; Community Expert</p><a href='/author/i'>Ida Holm</a><a href='/about'>Harbour is a trusted project</a></div>",
        "<div class='authors'><a href='/authors/i'>Ida Holm</a></div><div>Edited by: <a href='/authors/p' class='author'>Per Vik</a></div>",
        "<div class='byline'>Ida Holm</div><div>Fotos: <span class='author'>Per Vik</span></div>",
        "<div class='byline'><p>Ida Holm</p><p>Fact Checked</p><p>+ Follow</p></div>",
        "<figure><img><figcaption class='byline'>Per Vik</figcaption></figure><p class='author'>Ida Holm</p>",
        "<footer class='meta'><a rel='author' href='/u/1'>Ida Holm</a></footer>",
        "<div><h4><a href='/guides/'>Guides</a></h4><p>By <a class='author' href='/i'>Ida Holm</a></p></div>",
    ],
)
@pytest.mark.parametrize("below", ["", RIVER, ITEM * 2])
def test_the_byline_below_the_headline_is_the_articles(byline: str, below: str) -> None:
    assert first(page(between=byline, below=below)) == ("Ida Holm",)


@pytest.mark.parametrize(
    "others",
    [
        RIVER,
        ITEM * 2,
        "<div class='related'><span class='byline'>Kim Low</span></div>",
        "<div class='testimonial'><p class='author'>Kim Low</p></div>",
        "<div class='teaser-authors'><a href='/x'>Harvard hires the law firm King</a></div>",
        "<p>By <a href='/x'>Kim Low</a> and <a href='/y'>how she crossed the sound alone</a></p>",
        "<p>By Design, say the islanders of Westhaven.</p>",
    ],
)
def test_bylines_of_other_stories_are_nobodys(others: str) -> None:
    assert first(page(below=others)) == ()
    assert first(page(above=others)) == ()


@pytest.mark.parametrize(
    ("byline", "name"),
    [
        ("<p>by ibby</p>", "ibby"),
        (
            "<div>by <a href='/author/amanda/'>Amanda</a> · Dec 20, 2025 at 3:00 am · <a href='/c'>12 comments</a></div>",
            "Amanda",
        ),
        ("<p>By TPN, </p>", "TPN"),
        ("<p>By Ludwig van der Holm</p>", "Ludwig van der Holm"),
        ("<p>Par Aïcha bint Salim al-Harbi</p>", "Aïcha bint Salim al-Harbi"),
        (
            "<div><span>춘천, 하버 <strong>김하늘</strong> 기자 <i>sky@harbour.example</i></span></div>",
            "김하늘",
        ),
        ("<p>By Design, say the islanders.</p>", ""),
        ("<p>By Monday the ferry had left.</p>", ""),
        ("<p>Von Bergen nach Harrow</p>", ""),
        ("<p>Text the editor now</p>", ""),
        ("<p>Words matter</p>", ""),
    ],
)
def test_what_follows_by_is_a_name_or_nothing(byline: str, name: str) -> None:
    assert first(page(between=byline)) == ((name,) if name else ())


def test_a_byline_may_stand_below_a_standfirst_that_is_a_paragraph() -> None:
    box = "<div>by <span class='author'>Ida Holm</span></div>"
    reviews = "".join(
        f"<div class='reader'><span class='author-name'>{who}</span></div>" for who in ("Per Vik", "Kim Low")
    )
    assert first(page(between=TEXT + box, below=reviews)) == ("Ida Holm",)


def test_comments_are_told_from_a_page_that_has_them() -> None:
    assert first(f"<div class='has-comments'>{page(between='<p class=author>Ida Holm</p>')}</div>") == (
        "Ida Holm",
    )
    assert first(page(below="<div class='comments'><span class='author'>Kim Low</span></div>")) == ()


@pytest.mark.parametrize(
    "place",
    ["above", "below"],
)
def test_a_byline_above_the_headline_or_below_the_text_is_the_articles(place: str) -> None:
    byline = "<div class='author-box'><h3><a href='/author/ida'>Ida Holm</a></h3></div>"
    assert first(page(**{place: byline})) == ("Ida Holm",)


def test_the_byline_below_the_headline_goes_before_others() -> None:
    box = "<div class='author'>Per Vik</div>"
    assert first(page(above=box, between="<p class='author'>Ida Holm</p>", below=box)) == ("Ida Holm",)


def test_several_authors_are_each_named() -> None:
    linked = "<div class='byline'><a href='/author/i'>Ida Holm</a><a href='/author/p'>Per Vik</a></div>"
    assert first(page(between=linked)) == ("Ida Holm", "Per Vik")
    listed = "<ul class='authors'><li class='author'>Ida Holm</li><li class='author'>Per Vik</li></ul>"
    assert first(page(between=listed)) == ("Ida Holm", "Per Vik")


def test_houses_and_jobs_beside_a_person_are_no_authors() -> None:
    byline = "<div class='byline'><p>Ida Holm</p><p>Ferry Editor</p><p>Harbour Media Group</p></div>"
    assert first(page(between=byline)) == ("Ida Holm",)
    assert first(page(between="<p class='byline'>Harbour Newsroom</p>")) == ("Harbour Newsroom",)


def test_a_page_without_headline_still_has_its_byline() -> None:
    assert first(f"<div class='byline'>By Ida Holm</div>{TEXT}") == ("Ida Holm",)
    assert first(f"{TEXT}{RIVER}") == ()
    assert first("") == ()


@pytest.mark.parametrize(
    "unit", ["<div class='author'>", "<span class='byline'>By ", "<p class='author'>Kim <a href='/x'>Low</a>"]
)
def test_no_page_is_slow(unit: str) -> None:
    with no_hang(10):  # some 300 ms at most
        first(f"<h1>{TITLE}</h1>{unit * 1500}")
