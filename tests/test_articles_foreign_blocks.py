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
