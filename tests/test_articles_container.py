"""Which element holds the text: by where the prose stands, with names believed only as far as they leave enough."""

import lxml.html
import pytest

from articles.extraction import container

TEXT = "The ferry stayed in the harbour on day {} because its shaft had not arrived, and the islanders crossed the sound."
TITLE = "Ferry stays in port"


def prose(count: int, start: int = 0) -> str:
    return "".join(f"<p>{TEXT.format(n)}</p>" for n in range(start, start + count))


def found(inner: str) -> tuple[str, set[str]]:
    """The chosen element's id, and the kinds that were believed of any block."""
    page = lxml.html.document_fromstring(f"<html><body id='page'>{inner}</body></html>")
    scope = container.find(page.find("body"), TITLE)
    return (scope.container.get("id", "") if scope.container is not None else "none", {*scope.kinds} - {""})


@pytest.mark.parametrize(
    ("inner", "chosen"),
    [
        (f"<div><div id='a'>{prose(5)}</div><div>{prose(1, 9)}</div></div>", "a"),
        (f"<div id='a'><div class='part'>{prose(3)}</div><div class='part'>{prose(3, 9)}</div></div>", "a"),
        (f"<div id='a'>{prose(2)}<div>{prose(6, 9)}</div></div>", "a"),
        (f"<div><article id='a'>{prose(3)}</article><div>{prose(4, 9)}</div></div>", "a"),
        (f"<div id='a'><article>{prose(3)}</article><article>{prose(3, 9)}</article></div>", "a"),
        (f"<table><tr><td>Menu</td><td id='a'>{prose(4)}</td></tr></table>", "a"),
        (f"<story-text id='a'>{prose(4)}</story-text>", "a"),
        (f"<div id='a'>{'<br>'.join(TEXT.format(n)[:70] for n in range(6))}</div>", "page"),
        (f"<div><ul>{''.join(f'<li>{TEXT.format(n)}</li>' for n in range(4))}</ul></div><div id='a'>{prose(8, 20)}</div>", "a"),
        (f"<div>{f'<p>{TEXT.format(1)}</p>' * 20}</div><div id='a'>{prose(6, 9)}</div>", "a"),
        (f"<div class='cookie-bar'>{prose(2)}</div><div id='a'><p>Short.</p></div>", "none"),
        ("<p>Short.</p>", "none"),
        ("", "none"),
    ],
    ids=["most", "split", "own paragraphs", "marked", "rivals", "layout table", "own tag", "lines", "list", "repeated", "consent alone", "short", "empty"],
)  # fmt: skip
def test_the_element_with_the_prose_is_chosen(inner: str, chosen: str) -> None:
    assert found(inner)[0] == chosen


@pytest.mark.parametrize(
    ("inner", "kinds"),
    [
        (f"<div>{prose(6)}</div><div class='related'>{prose(2, 9)}</div>", {"related"}),
        (f"<div>{prose(2)}</div><div class='comments'>{prose(20, 9)}</div>", {"comments"}),
        (f"<div class='newsletter'>{prose(6)}</div>", set()),
        (f"<div class='newsletter'><h1>{TITLE}</h1>{prose(3)}</div><div>{prose(3, 9)}</div>", set()),
        (f"<div class='meta'>{prose(1)}<div class='author-bio'>{prose(1, 5)}</div></div><div>{prose(9, 9)}</div>", {"meta", "author"}),
        (f"<div hidden>{prose(9)}</div>", set()),
    ],
    ids=["related", "many comments", "all", "around the headline", "more inside less", "all hidden"],
)  # fmt: skip
def test_names_are_believed_as_far_as_they_leave_a_text(inner: str, kinds: set[str]) -> None:
    assert found(inner)[1] == kinds
