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


OTHER = BODY.replace("ferry", "crane")


@pytest.mark.parametrize(
    ("page", "kept", "gone"),
    [
        # a teaser in a margin has the headline, the article words its own
        (f"<aside><article><h1>Ferry stays</h1></article></aside><article><h1>No shaft</h1>{BODY}</article>", ["ferry"], []),
        (f"<div class='related'><article><h1>Ferry stays</h1></article></div><article>{BODY}</article>", ["ferry"], []),
        (f"<article><h1>Ferry stays</h1></article><article><h1>No shaft</h1>{BODY}</article>", ["ferry"], []),
        # headline and text in two articles
        (f"<article><h1>Ferry stays</h1><p>By Anna Lund</p></article><article>{BODY}</article>", ["ferry"], []),
        (f"<article><h1>Ferry stays</h1></article><article>{BODY}</article><article><h2>Crane</h2>{OTHER}</article>", ["ferry"], ["crane"]),
        # endless scrolling below a headline that stands alone
        (f"<article><h1>Ferry stays</h1></article><div>{BODY}</div><article><h1>Crane</h1>{OTHER}</article>", ["ferry"], ["crane"]),
        (f"<article><h1>Ferry stays</h1>{BODY}</article><article>{OTHER}</article>", ["ferry"], ["crane"]),
        (f"<article><h1>Ferry stays</h1>{TEXT * 6}</article><article>{OTHER}</article>", ["ferry"], ["crane"]),
    ],
)  # fmt: skip
def test_the_article_that_holds_the_text_is_no_other(page: str, kept: list[str], gone: list[str]) -> None:
    found = tree(page)
    cut(found, "Ferry stays")
    text = found.text_content()
    assert all(f"The {word} stayed" in text for word in kept)
    assert not any(f"The {word} stayed" in text for word in gone)


LINES = TEXT + "<br><br>" + TEXT.replace("Monday", "Tuesday")


@pytest.mark.parametrize(
    ("page", "left"),
    [
        (f"<form id='aspnetForm'><div>Start</div><div>{LINES}</div></form>", True),
        (f"<form runat='server'><select>{'<option>Nordhaven</option>' * 90}</select><td>{LINES}</td></form>", True),
        (f"<form><input name='q'> Search</form><div>{LINES}</div>", False),
        (f"<div>{LINES}</div><form><label>{TEXT * 5}</label><select>{'<option>Nord</option>' * 90}</select></form>", False),
        (f"<div>{LINES}</div><form>{TEXT}</form>", False),
    ],
    ids=["around the page", "with a long choice", "search", "consent", "newsletter"],
)  # fmt: skip
def test_a_form_around_most_of_the_page_stays(page: str, left: bool) -> None:
    found = tree(page)
    cut(found, "")
    assert (found.find(".//form") is not None) is left


CARD = "<span class='rollover'><img src='/holm.jpg'><a href='/holm'>Ida Holm</a><a href='/8'>Crane arrives at last</a></span>"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (f"<p>Said <span><a href='/holm'>Ida Holm</a>{CARD}</span>: {TEXT}</p>", f"Said Ida Holm: {TEXT}"),
        (f"<ul><li>Sagte <a href='/holm'>Ida Holm</a>{CARD}: {TEXT}</li></ul>", f"Sagte Ida Holm: {TEXT}"),
        (f"<p>{CARD}</p><p>{TEXT}</p>", f"Ida HolmCrane arrives at last{TEXT}"),
        (
            f"<p><span><img src='/icon.png'><a href='/holm'>Ida Holm</a></span>: {TEXT}</p>",
            f"Ida Holm: {TEXT}",
        ),
    ],
    ids=["in a sentence", "in an item", "alone", "an icon before a link"],
)
def test_the_card_behind_a_name_is_cut_out_of_its_sentence(sentence: str, said: str) -> None:
    page = tree(f"<article>{sentence}</article>")
    cut(page, "Ferry")
    assert page.text_content() == said
