"""The running text: paragraphs in order, and the page's own articleBody where the markup gives far less."""

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.body import paragraphs
from articles.dom import Element

URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"
TEXT = "The ferry stayed in the harbour on day {} because its shaft had not arrived, and the islanders crossed the sound."


def tree(inner: str) -> Element:
    return lxml.html.document_fromstring(f"<html><body>{inner}</body></html>")


def test_paragraphs_headings_and_items_come_in_reading_order() -> None:
    page = tree(
        f"<article><p>{TEXT.format(1)}</p><h2>What the board says</h2><p>{TEXT.format(2)}</p>"
        f"<ul><li>Launch at noon</li><li>Launch at six</li></ul><p>{TEXT.format(3)}</p></article>"
    )
    assert [line.lstrip("- ") for line in paragraphs(page, URL, "")] == [
        TEXT.format(1),
        "What the board says",
        TEXT.format(2),
        "Launch at noon",
        "Launch at six",
        TEXT.format(3),
    ]


def test_an_empty_page_has_no_paragraphs() -> None:
    assert paragraphs(tree("<div id='app'></div>"), URL, "") == []


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("One.\nTwo.\r\n\n  Three. ", ["One.", "Two.", "Three."]),
        ("<p>The <b>ferry</b> sailed.</p><p>Nobody&nbsp;waved.</p>", ["The ferry sailed.", "Nobody waved."]),
        ("One.<br>Two.<BR/>Three.", ["One.", "Two.", "Three."]),
        ("<ul><li>One</li><li><a href='x'>Two</a></li></ul>", ["One", "Two"]),
        ("<!-- a --><p>One.</p>", ["One."]),
        ("<p>One.</p></div><p>Two.</p>", ["One.", "Two."]),
        ("<script>var a</script><style>b</style><p>One.</p>", ["One."]),
        ("Five < six", ["Five < six"]),
        ("<>", ["<>"]),
        ("<p>\ud800One.</p>", ["One."]),
        ("<p></p>", []),
        ("", []),
    ],
)
def test_a_stated_body_is_read_as_text_or_markup(stated: str, expected: list[str]) -> None:
    assert paragraphs(tree("<div></div>"), URL, stated) == expected


@pytest.mark.parametrize(("times", "wins"), [(2, False), (8, True)])
def test_a_stated_body_wins_when_it_is_far_longer(times: int, wins: bool) -> None:
    stated = "\n".join(TEXT.format(n) for n in range(times))
    page = tree(f"<article><p>{TEXT.format(0)}</p><p>{TEXT.format(1)}</p></article>")
    assert (paragraphs(page, URL, stated) == stated.split("\n")) == (wins or times == 2)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("<>/!-&;?[] pbrdivscxml=\"'\x00\n\ud800\ufffeA"), max_size=60))
def test_any_stated_body_gives_tidy_lines(stated: str) -> None:
    for line in paragraphs(tree("<div></div>"), URL, stated):
        assert line == line.strip()
        assert "\n" not in line
