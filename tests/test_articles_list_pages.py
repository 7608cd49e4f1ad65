"""Lists: pages of links to articles, told from articles with links."""

import lxml.html
import pytest

from articles.dom import Element
from articles.extraction.list_pages import NONE, Links, evidence, is_running_text, links
from articles.text import key

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


# Thresholds: one page just below each, and one just above.


def sentence(length: int) -> str:
    return f"{'harbour ferry shaft island sound launch quay ' * 9}"[: length - 2] + "x."


@pytest.mark.parametrize(
    ("headings", "characters", "body", "is_list"),
    [
        (9, 0, [*shown(9), LONG[0]], False),  # _FEWEST_HEADINGS
        (11, 0, [*shown(11), LONG[0]], True),
        (12, 99_999, [sentence(110)] * 12, True),  # _LONG_PARAGRAPH
        (12, 99_999, [sentence(130)] * 12, False),
        (16, 0, [*shown(4), *[sentence(100)] * 11], False),  # _LINKED_SHARE: 4 and 5 of 15
        (16, 0, [*shown(5), *[sentence(100)] * 10], True),
        (15, 99_999, [sentence(130)] * 5, False),  # _RATIO: of headings to long paragraphs
        (16, 99_999, [sentence(130)] * 5, True),
        (16, 3 * 500, [sentence(100)] * 5, False),  # and of characters in links to those of the text
        (16, 3 * 500 + 1, [sentence(100)] * 5, True),
        (0, 0, ["Harbour", *shown(2)], False),  # _FEWEST_LISTED
        (0, 0, ["Harbour", *shown(3)], True),
    ],
)
def test_a_list_has_many_links_for_its_text(
    headings: int, characters: int, body: list[str], is_list: bool
) -> None:
    found = Links(headings=headings, texts=frozenset(map(key, shown(20))), characters=characters)
    assert bool(evidence(found, body)) is is_list


@pytest.mark.parametrize(("count", "running"), [(9, False), (10, True)])
def test_ten_words_without_a_full_stop_are_running_text(count: int, running: bool) -> None:
    assert is_running_text(NONE, [" ".join(["ferry"] * count)]) is running


BOARD = f"<article><h1>Ferry stays in port until Friday</h1><p>{SENTENCE.format(1)}</p></article>"


@pytest.mark.parametrize(
    ("box", "counted"),
    [
        ("<div class='comments'>{}</div>", False),
        ("<section id='reader-comments'><ol>{}</ol></section>", False),
        ("<aside><div>{}</div></aside>", False),
        ("<div class='sideBar right'>{}</div>", False),
        ("<footer>{}</footer>", False),
        ("<div class='related'>{}</div>", True),
        ("<div class='teasers'>{}</div>", True),
        ("<div class='with-sidebar'><main>{}</main></div>", True),
        ("<div class='with-sidebar'><h1>News</h1>{}</div>", True),
    ],
)
def test_headings_in_comments_and_margins_do_not_count(box: str, counted: bool) -> None:
    found = links(tree(BOARD + box.format(teasers(12))))
    assert (found.headings, found.characters > 0) == ((12, True) if counted else (0, False))
    assert len(found.texts) >= 12


@pytest.mark.parametrize(("count", "words", "listed"), [(1, 35, True), (1, 45, False), (2, 15, False)])
def test_a_text_right_below_the_headline_is_no_introduction_to_a_list(
    count: int, words: int, listed: bool
) -> None:
    """Its lines of text are no teasers, but far shorter than the links around it."""
    below = [" ".join(["harbour"] * words) + "." for _ in range(count)]
    assert bool(evidence(links(tree(teasers(90))), LONG[:1], below)) is listed


@pytest.mark.parametrize(
    ("count", "words", "listed"), [(1, 60, True), (2, 25, True), (1, 70, False), (3, 15, False)]
)
def test_it_takes_more_text_above_teasers_that_are_in_the_text(count: int, words: int, listed: bool) -> None:
    below = [" ".join(["harbour"] * words) + "." for _ in range(count)]
    assert bool(evidence(links(tree(teasers(30))), [*below, *shown(30)], below)) is listed


def test_teasers_below_the_headline_are_no_text() -> None:
    assert evidence(links(tree(teasers(30))), shown(30), shown(30))
