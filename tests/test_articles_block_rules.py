"""Rules for blocks: each cuts what it was written for, and stops where its threshold says that text begins."""

import re

import lxml.html
import pytest

from articles.extraction import foreign_blocks
from articles.extraction.block_rules import RULES
from articles.extraction.body import Body, take
from articles.model import Rule

URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"
TITLE = "Ferry stays in port until Friday"
TEXT = "The ferry stayed in the harbour on day {} because its shaft had not arrived, and the islanders crossed the sound."


def prose(count: int, start: int = 0) -> str:
    return "".join(f"<p>{TEXT.format(n)}</p>" for n in range(start, start + count))


def words(length: int, number: int = 0) -> str:
    """A line of exactly so many characters without a full stop, another one for each number."""
    return f"{number:02} {'harbour ferry shaft island sound launch quay ' * 60}"[: length - 1] + "x"


def taken(inner: str) -> Body:
    page = lxml.html.document_fromstring(f"<html><body><div>{inner}</div></body></html>")
    return take(page, URL, TITLE, "")


def rules_of(inner: str) -> set[Rule]:
    """The rules that cut anything of this, between paragraphs."""
    return {removal.rule for removal in taken(f"{prose(20)}{inner}{prose(20, 30)}").removed}


def linked(text: str, share: float) -> str:
    """The text, so much of it in a link."""
    at = round(len(text) * share)
    return f"<a href='/a'>{text[:at]}</a>{text[at:]}"


@pytest.mark.parametrize("rule", [*RULES, *foreign_blocks.RULES], ids=lambda rule: rule.__name__)
def test_every_rule_says_what_it_gives(rule: object) -> None:
    said = re.search(r"(?:[Gg]ives (.+)|takes them back)\.$", " ".join((rule.__doc__ or "").split()))
    assert said, rule
    names = (said[1] or "links").split(", ")
    assert {*names} <= {*Rule} or names[0].startswith(("every rule", "no note"))


@pytest.mark.parametrize(
    ("inner", "cut"),
    [
        (f"<div class='tags'>{words(150)}</div>", {"meta"}),  # _LONGEST_META
        (f"<div class='tags'>{words(170)}</div>", set()),
        (f"<div class='caption'>{words(750)}</div>", {"caption"}),
        (f"<p>{linked(words(100), 0.74)}</p>", set()),  # _LINKED_BLOCK
        (f"<p>{linked(words(100), 0.86)}</p>", {"links"}),
        (f"<ul><li>{linked(words(100), 0.55)}</li></ul>", set()),  # _LINKED_LIST
        (f"<ul><li>{linked(words(100), 0.65)}</li></ul>", {"links"}),
        ("<p><a href='/a'>The ferry stays in port.</a></p>", {"links"}),  # _FEWEST_WORDS of a sentence
        ("<p><a href='/a'>The ferry stays in port all week.</a></p>", set()),
        ("<blockquote class='instagram-media'><p><a href='/a'>The ferry stays in port all week.</a></p></blockquote>", {"links"}),
        ("<blockquote class='twitter-tweet'><p>The ferry stays in port all week.</p></blockquote>", set()),
        (f"<p>{words(74)}</p>{prose(1, 70)}<p>{words(74)}</p>", set()),  # _LONG
        (f"<p>{words(86)}</p>{prose(1, 70)}<p>{words(86)}</p>", {"repeated"}),
    ],
)  # fmt: skip
def test_a_block_is_cut_up_to_a_threshold(inner: str, cut: set[str]) -> None:
    assert rules_of(inner) == cut


@pytest.mark.parametrize(("length", "cut"), [(36, 3), (44, 2)])
def test_a_short_line_among_links_goes_with_them(length: int, cut: int) -> None:
    link = "<p><a href='/a'>Crane arrives at last</a></p>"
    found = taken(f"{prose(20)}{link}<p>{words(length)}</p>{link.replace('Crane', 'Quay')}{prose(20, 30)}")
    assert len(found.paragraphs) == 43 - cut


@pytest.mark.parametrize(("length", "cut"), [(550, {"above_title", "repeated_headline"}), (650, set())])
def test_a_headline_stands_above_the_text(length: int, cut: set[str]) -> None:
    found = taken(f"<p>{words(length)}</p><h2>{TITLE}</h2>{prose(20)}")
    assert {removal.rule for removal in found.removed} == cut


@pytest.mark.parametrize(("blocks", "cut"), [(1900, {"caption"}), (2100, set())])
def test_captions_are_looked_for_in_the_first_blocks(blocks: int, cut: set[str]) -> None:
    lines = "".join(f"<p>Launch {n}.</p>" for n in range(blocks))
    found = taken(f"{prose(20)}{lines}<img src='/moewe.jpg'><div>The Möwe in dry dock.</div>{prose(20, 30)}")
    assert {removal.rule for removal in found.removed} == cut


@pytest.mark.parametrize(("length", "kept"), [(74, False), (86, True)])
def test_a_linked_heading_stays_above_a_long_paragraph(length: int, kept: bool) -> None:
    found = taken(
        f"{prose(20)}<h3><a href='/a'>Ferries of the north</a></h3><p>{words(length)}</p>{prose(20, 30)}"
    )
    assert ("Ferries of the north" in found.paragraphs) is kept


@pytest.mark.parametrize(("length", "cut"), [(74, {"caption"}), (86, set())])
def test_a_caption_goes_on_in_a_short_line_of_its_kind(length: int, cut: set[str]) -> None:
    """By its place it would be none: the picture is further up."""
    inner = f"<img src='/moewe.jpg'><div class='x'>The Möwe.</div><div class='x'>{words(length)}</div>"
    found = taken(f"{prose(20)}{inner}{prose(20, 30)}")
    assert (words(length) not in found.paragraphs) is bool(cut)


def book(title: str, picture: bool = True) -> str:
    shown = "<figure><img src='/a.jpg' alt='cover'></figure>" if picture else ""
    return f"{shown}<p><strong><a href='/b'>{title}</a></strong></p><p><b>Ida Holm (Quay Books)</b><br>{TEXT.format(title)}</p>"


@pytest.mark.parametrize(
    ("inner", "kept"),
    [
        (book("Tides") + book("Ropes"), True),
        (book("Gezeiten").replace("<br>", "</p><p>") + book("Taue"), False),
        (book("Tides"), False),
        (book("Tides", picture=False) + book("Ropes", picture=False), False),
    ],
    ids=["a list", "one", "one of one", "links between paragraphs"],
)
def test_bold_links_below_pictures_are_the_titles_of_a_list(inner: str, kept: bool) -> None:
    found = taken(f"{prose(8)}{inner}{prose(3, 30)}")
    assert any(line in found.paragraphs for line in ("Tides", "Ropes", "Taue", "Gezeiten")) is kept
    assert "Ida Holm (Quay Books)" in found.paragraphs
