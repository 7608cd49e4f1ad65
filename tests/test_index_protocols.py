"""Hits as a person sees them in Python, and as a page to go through."""

from index.marks import END, START
from index.protocols import Hit, Hits
from tests.desk import article

FERRY = article("ferry", "Ferries <sail> again.", title="The <b>ferry</b>\x1b")
HITS = Hits(
    total=12,
    hits=(
        Hit(article=FERRY, score=3.14159, highlights=(f"The <b>{START}ferry{END}</b>\x1b", f"{START}x{END}")),
        Hit(article=article("tram", title="Tram"), score=1.0, highlights=()),
    ),
)


def test_hits_are_a_page_to_go_through() -> None:
    assert [hit.article.title for hit in HITS] == ["The <b>ferry</b>\x1b", "Tram"]
    assert len(HITS) == 2
    assert HITS[-1].article.title == "Tram"
    assert repr(HITS) == "<Hits 2 of 12>"
    assert repr(HITS[1]) == "<Hit 1.00 <Article 'Tram', 0 words, 'https://norland-post.example/tram'>>"
    assert str(HITS) == "12 found\nThe <b>ferry</b>  (norland)\nTram (norland)"


def test_matches_are_marked_as_one_likes() -> None:
    assert HITS[0].snippets("*", "_") == ("The <b>*ferry_</b>\x1b", "*x_")
    assert HITS[0].snippets() == ("The <b>ferry</b>\x1b", "x")


def test_the_html_marks_matches_and_escapes_the_page() -> None:
    shown = HITS._repr_html_()
    assert "The &lt;b&gt;<mark>ferry</mark>&lt;/b&gt; <br><mark>x</mark>" in shown
    assert "<b>" not in shown
    assert "\x1b" not in shown
