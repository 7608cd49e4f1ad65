"""The standfirst: found by the page's description, cut once, never a paragraph of the text."""

import lxml.html
import pytest

from articles.dom import Element
from articles.extraction.lead import take
from articles.metadata.statements import Metadata

LEAD = "Without its shaft the ferry will not sail before Friday, and islanders cross in a launch."
TEXT = "The ferry stayed in the harbour on Monday because its shaft had not arrived, and nobody waved at all."
BODY = f"<p>{TEXT}</p>" * 4


def tree(inner: str) -> Element:
    return lxml.html.document_fromstring(f"<html><body><article>{inner}</article></body></html>")


def meta(description: str, title: str = "Ferry stays in port") -> Metadata:
    return Metadata(
        title=title, description=description, authors=(), published_at=None, published_on=None, published_from="",
        access="free", modified_at=None, language="", section="",
        tags=(), site_name="", lead_image="", canonical_url="", base="", vouched=True, stated_body="", rights=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    "markup",
    [
        f"<p class='standfirst'>{LEAD}</p><div>{BODY}</div>",
        f"<div class='articleSubTitle'><b>Without</b>{LEAD[7:]}</div>{BODY}",
        f"<h2 class='story__dek'>{LEAD}</h2>{BODY}",
        f"<div class='chapo'><p>{LEAD}</p></div>{BODY}",
        f"<header><p>{LEAD}</p></header><div>{BODY}</div>",
        f"<h2>{LEAD}</h2>{BODY}",
        f"<span class='subheadline'>{LEAD}</span>{BODY}",
    ],
)
@pytest.mark.parametrize("description", [LEAD, LEAD.upper(), LEAD[:70] + "…", f"Westhaven – {LEAD}"])
def test_a_named_or_lonely_standfirst_is_cut(markup: str, description: str) -> None:
    page = tree(markup)
    expected = LEAD
    if description.startswith("Westhaven") and "class" not in markup:
        expected = ""  # only a name vouches for a text that does not begin the description
    assert take(page, meta(description)) == expected
    assert (LEAD not in page.text_content()) == bool(expected)
    assert page.text_content().count(TEXT) == 4


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        (f"<p>{LEAD}</p>{BODY}", LEAD),
        (BODY, LEAD),
        (f"<p class='standfirst'>{LEAD}</p>{BODY}", ""),
        (f"<p class='standfirst'>{LEAD}</p>{BODY}", "Ferry stays in port!"),
        (f"<p class='standfirst'>{LEAD}</p>{BODY}", "Something quite different about the crane of Westhaven."),
        (f"<aside><p class='standfirst'>{LEAD}</p></aside>{BODY}", LEAD),
        (f"<ul><li><p class='standfirst'>{LEAD}</p></li></ul>{BODY}", LEAD),
        ("<p class='standfirst'>Without its shaft</p>", "Without its shaft"),
        (f"<div class='standfirst'>{BODY}</div>", TEXT),
        (f"<div class='standfirst'>{LEAD * 9}</div>", LEAD * 9),
        (f"<div class='text'>{LEAD}<br>{TEXT}<br>{TEXT}<br>{TEXT}</div>", f"{LEAD} {TEXT} {TEXT} {TEXT}"),
    ],
    ids=[
        "among others", "head only", "no description", "title", "other", "aside", "item", "short", "body", "long", "breaks",
    ],
)  # fmt: skip
def test_what_is_no_standfirst_stays(markup: str, description: str) -> None:
    page = tree(markup)
    before = page.text_content()
    assert take(page, meta(description)) == ""
    assert page.text_content() == before


# Thresholds: one page just below each, and one just above.


def words(length: int) -> str:
    """A sentence of exactly so many characters."""
    return f"{'harbour ferry shaft island sound launch quay ' * 60}"[: length - 2] + "x."


@pytest.mark.parametrize(
    ("markup", "description", "standfirst"),
    [
        ("<p class='standfirst'>The ferry stays away</p>", "The ferry stays away", False),  # _SHORTEST
        ("<p class='standfirst'>The ferry stays in the port</p>", "The ferry stays in the port", True),
        (f"<p class='standfirst'>{words(650)}</p>", words(650), True),  # _LONGEST
        (f"<p class='standfirst'>{words(750)}</p>", words(750), False),
        (f"<h2>Without its crew {LEAD}</h2>", LEAD, False),  # _START: agrees in 12 characters, and in 18
        (f"<h2>Without its shaft {LEAD}</h2>", LEAD, True),
        (f"<p class='standfirst'>{words(99)[:52]} crane</p>", words(99), False),  # _COMPARED
        (f"<p class='standfirst'>{words(99)[:72]} crane</p>", words(99), True),
        (f"<h2>{words(200)[:96]}</h2>", words(200), False),  # _WHOLE
        (f"<h2>{words(200)[:144]}</h2>", words(200), True),
    ],
)
def test_a_standfirst_says_most_of_the_description(markup: str, description: str, standfirst: bool) -> None:
    page = tree(f"{markup}<div>{BODY}</div>")
    assert bool(take(page, meta(description))) is standfirst


@pytest.mark.parametrize(("length", "standfirst"), [(70, True), (90, False)])
def test_a_standfirst_is_no_paragraph_among_others(length: int, standfirst: bool) -> None:
    page = tree(f"<p>{LEAD}</p>{f'<p>{words(length)}</p>' * 3}")
    assert bool(take(page, meta(LEAD))) is standfirst
