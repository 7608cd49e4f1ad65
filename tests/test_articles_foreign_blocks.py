"""What is cut before extraction: breadcrumbs, further articles and dead weight, never the article itself."""

import lxml.html
import pytest

from articles.dom import Element
from articles.extraction.foreign_blocks import cut

TEXT = "The ferry stayed in the harbour on Monday because its shaft had not arrived, and the islanders waited long."
BODY = f"<p>{TEXT}</p>" * 6


def tree(inner: str) -> Element:
    return lxml.html.document_fromstring(f"<html><body>{inner}</body></html>")


@pytest.mark.parametrize(
    "markup",
    [
        f"<nav>{BODY}</nav>",
        f"<form><h1>Ferry</h1>{BODY}</form>",
    ],
)
def test_a_tag_that_holds_the_article_stays(markup: str) -> None:
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


def test_an_article_inside_one_that_is_cut_is_no_second_removal() -> None:
    page = tree(
        f"<article><h1>Ferry stays</h1>{BODY}</article>"
        f"<article><h1>Crane arrives</h1>{BODY}<article><h1>Quay sinks</h1></article></article>"
    )
    (removal,) = cut(page, "Ferry stays")
    assert removal.text.startswith("Crane arrives")


@pytest.mark.parametrize("title", ["", "Lighthouse closes"])
def test_without_the_pages_title_no_article_is_called_another(title: str) -> None:
    page = tree(
        f"<article><h1>Ferry stays</h1>{BODY}</article><article><h1>Crane arrives</h1>{BODY}</article>"
    )
    assert cut(page, title) == ()
    assert len(page.findall(".//article")) == 2


@pytest.mark.parametrize(("blanks", "count"), [(170, 1), (230, 0)])
def test_a_breadcrumb_is_short_blanks_included(blanks: int, count: int) -> None:
    page = tree(f"<p>News{' ' * blanks}/ Isle</p><h1>Ferry stays</h1>{BODY}")
    assert len(cut(page, "Ferry stays")) == count


@pytest.mark.parametrize(("length", "left"), [(270, False), (330, True)])
def test_a_menu_with_much_prose_stays(length: int, left: bool) -> None:
    page = tree(f"<nav><p>{'x' * length}</p></nav>{BODY}")
    assert cut(page, "Ferry stays") == ()
    assert ("xxx" in page.text_content()) is left


def test_a_removal_holds_the_first_300_characters() -> None:
    page = tree(f"<article><h1>Ferry stays</h1>{BODY}</article><article><p>{'x' * 500}</p></article>")
    (removal,) = cut(page, "Ferry stays")
    assert removal.text == "x" * 300


@pytest.mark.parametrize(
    "unseen",
    [
        "<span class='visually-hidden'>(ouvre une nouvelle fenêtre)</span>",
        "<span class='sr-only'>, opens new tab</span>",
        "<span style='position: absolute; clip: rect(0 0 0 0); width: 1px'>, wird in neuem Tab geöffnet</span>",
        "<small style='display:none'>Öffnet in neuem Fenster</small>",
        "<b hidden>se abre en otra ventana</b>",
        "<span class='c-link__tooltip-text'>Crane arrives <i>at last</i></span>",
        "<em style='left:-9999px;position:absolute'>otwiera się w nowej karcie</em>",
    ],
)
def test_words_that_no_reader_sees_are_cut_out_of_a_line(unseen: str) -> None:
    page = tree(f"<article><p>The yard <a href='/yard'>Tiefbau{unseen}</a> built her.</p></article>")
    assert [removal.rule for removal in cut(page, "Ferry")] == ["hidden"]
    assert page.text_content() == "The yard Tiefbau built her."


@pytest.mark.parametrize(
    "seen",
    [
        "<span class='tooltip'>Tiefbau</span>",
        "<span class='hidden-gem'>Tiefbau</span>",
        "<span style='clip: auto'>Tiefbau</span>",
        "<span aria-hidden='true'>T</span>iefbau",
        "<span class='noprint'>Tiefbau</span>",
        "<span class='sr-only'> </span>Tiefbau",
        f"<span style='display:none'>{TEXT * 3}</span>",
        f"<span class='offscreen'><p>{TEXT}</p></span>",
    ],
)
def test_words_that_may_be_seen_and_long_passages_stay(seen: str) -> None:
    page = tree(f"<article><p>The yard {seen} built her.</p></article>")
    before = page.text_content()
    assert cut(page, "Ferry") == ()
    assert page.text_content() == before
