"""Lists: pages of links to articles, told from articles with links."""

import lxml.html
import pytest

from articles.dom import Element
from articles.extraction.list_pages import evidence, is_running_text, links

SENTENCE = "The ferry stayed in the harbour on day {} because its shaft had not arrived, and the islanders crossed in a launch."
LONG = [SENTENCE.format(n) + " Nobody waved from the quay." for n in range(12)]


def tree(inner: str) -> Element:
    return lxml.html.document_fromstring(f"<html><body>{inner}</body></html>")


def teasers(count: int) -> str:
    return "".join(
        f"<div><h3><a href='/{n}'>Board decides on crane {n} today</a></h3><p>The board met on crane {n} again.</p></div>"
        for n in range(count)
    )


def shown(count: int) -> list[str]:
    return [f"Board decides on crane {n} today" for n in range(count)]


def test_links_are_counted_with_their_headings_and_teasers() -> None:
    found = links(
        tree(
            "<h2><a href='/1'>Crane arrives at last</a></h2><p>It came by sea from the yard.</p>"
            "<a href='/2'><h3>Ferry stays in port again</h3></a><p>Its shaft is late once more.</p>"
            "<h2>No link here at all</h2><a href='/3'>More</a><a name='x'>An anchor of four words</a>"
        )
    )
    assert found.headings == 2
    assert found.texts == {
        "crane arrives at last",
        "it came by sea from the yard",
        "ferry stays in port again",
        "its shaft is late once more",
    }
    assert found.characters == sum(map(len, ("Crane arrives at last", "Ferry stays in port again", "More")))


@pytest.mark.parametrize(
    ("line", "running"),
    [
        ("The ferry sails.", True),
        ("渡轮明天 恢复 通航。", True),
        ("The ferry sails again tomorrow from the northern quay at noon", True),
        ("Ferry timetable", False),
        ("Yes.", False),
        ("Board decides on crane 1 today", False),
        ("Board decides on crane 1 today – read now.", False),
        ("The board met on crane 1 again.", False),
        ("", False),
    ],
)
def test_running_text_is_a_sentence_that_is_no_link(line: str, running: bool) -> None:
    assert is_running_text(links(tree(teasers(2))), [line]) == running


@pytest.mark.parametrize("count", [10, 30])
def test_a_page_of_teasers_is_a_list(count: int) -> None:
    said = evidence(links(tree(teasers(count))), shown(count))
    assert said == f"{count} linked headings; {count} of {count} lines of its text are links or teasers"


def test_three_links_without_running_text_are_a_list() -> None:
    assert evidence(links(tree(teasers(3))), shown(3))
    assert not evidence(links(tree(teasers(2))), shown(2))


@pytest.mark.parametrize(("headings", "paragraphs"), [(0, 0), (0, 5), (9, 1), (30, 12), (12, 12)])
def test_an_article_with_links_around_it_is_none(headings: int, paragraphs: int) -> None:
    assert evidence(links(tree(teasers(headings))), LONG[:paragraphs]) == ""


def test_links_that_outweigh_a_line_of_text_make_a_list() -> None:
    assert evidence(links(tree(teasers(40))), LONG[:1])
