"""A tree as blocks: kinds, links and lines as they are read, whatever the markup."""

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.extraction import blocks

PIECES = ("<p>", "</p>", "<ul><li>", "</li>", "<table><tr><td>", "<a href='/'>", "</a>", "<div>", "</div>", "<br>", "<h2>", "Text. ", "\x0b")  # fmt: skip


def read(inner: str) -> list[tuple[str, str, int]]:
    page = lxml.html.document_fromstring(f"<html><body>{inner}</body></html>")
    return [(block.kind, block.text, block.linked) for block in blocks.read(page.find("body"))]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<p>One <b>bold</b> line.</p><h2>Head</h2>", [("text", "One bold line.", 0), ("heading", "Head", 0)]),
        ("<div>Bare text<p>and a paragraph</p>and more</div>", [("text", "Bare text", 0), ("text", "and a paragraph", 0), ("text", "and more", 0)]),
        ("One<br>two<br><br>three", [("text", "One", 0), ("text", "two", 0), ("text", "three", 0)]),
        ("<p>See <a href='/x'>there</a>.</p>", [("text", "See there.", 5)]),
        ("<a href='/x'><div>All of it</div></a>", [("text", "All of it", 9)]),
        ("<h2><a href='#part'>An anchor</a></h2>", [("heading", "An anchor", 0)]),
        ("<ul><li>One</li><li><p>Two</p></li></ul>", [("item", "One", 0), ("item", "Two", 0)]),
        ("<ol><li><h3>Item</h3><p>Its text.</p></li></ol>", [("heading", "Item", 0), ("text", "Its text.", 0)]),
        ("<dl><dt>Term</dt><dd>Meaning</dd></dl>", [("text", "Term", 0), ("item", "Meaning", 0)]),
        ("<pre>a = 1\nb</pre>", [("code", "a = 1 b", 0)]),
        ("<table><tr><th>Day</th><th>Sea</th></tr><tr><td>Mon</td><td>calm</td></tr></table>", [("row", "| Day | Sea |", 0), ("row", "| Mon | calm |", 0)]),
        (f"<table><tr><td>{'A page laid out by a table. ' * 12}</td></tr></table>", [("text", ("A page laid out by a table. " * 12).strip(), 0)]),
        ("<ruby>弾劾<rp>（</rp><rt>だんがい</rt><rp>）</rp></ruby>の手続き", [("text", "弾劾の手続き", 0)]),
        ("<p>彼は<ruby><rb>橋</rb><rtc><rt>はし</rt></rtc></ruby>を渡った。</p>", [("text", "彼は橋を渡った。", 0)]),
        ("<p>Die F<tt>ähre</tt> bl<strike>ie</strike>b im Ha<output>fen</output>.</p>", [("text", "Die Fähre blieb im Hafen.", 0)]),
        ("<p><slot>Le ferry</slot> reste au <port-name>port</port-name>.</p>", [("text", "Le ferry reste au port.", 0)]),
        ("<p><my-term>Möwe</my-term>n fliegen <b><x-y>t</x-y></b>ief.</p>", [("text", "Möwen fliegen tief.", 0)]),
        ("<my-line>One.</my-line> <my-line>Two.</my-line>", [("text", "One.", 0), ("text", "Two.", 0)]),
        ("Before <my-box><p>One.</p></my-box> after", [("text", "Before", 0), ("text", "One.", 0), ("text", "after", 0)]),
        ("<script>x</script><style>y</style><noscript>z</noscript><svg><title>t</title></svg>", []),
        ("<button>Menu</button><h3><button>A question?</button></h3>", [("heading", "A question?", 0)]),
        ("<button>Menu<main><p>All the page</p></main>", [("text", "Menu", 0), ("text", "All the page", 0)]),
        ("<figure><img src='a.jpg'><span>Words</span></figure><figure><table><tr><td>1</td></tr></table></figure>", [("row", "1", 0)]),
    ],
)  # fmt: skip
def test_blocks_are_read_in_order(inner: str, expected: list[tuple[str, str, int]]) -> None:
    assert read(inner) == expected


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<aside></aside>", "aside"),
        ("<nav></nav>", "aside"),
        ("<div role='dialog'></div>", "aside"),
        ("<div hidden></div>", "hidden"),
        ("<p style='DISPLAY: none'></p>", "hidden"),
        ("<p style='color:red'></p>", ""),
        ("<div itemprop='datePublished'></div>", "meta"),
        ("<div itemprop='articleBody'></div>", ""),
        ("<div class='newsletter'></div>", "newsletter"),
        ("<div></div>", ""),
    ],
)
def test_an_element_says_what_it_is(markup: str, kind: str) -> None:
    assert blocks.kind(lxml.html.fragment_fromstring(markup)) == kind


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_markup_gives_tidy_blocks_whose_links_fit(pieces: list[str]) -> None:
    page = lxml.html.document_fromstring(f"<html><body>x{''.join(pieces)}</body></html>")
    for block in blocks.read(page):
        assert block.text == " ".join(block.text.split())
        assert block.text
        assert 0 <= block.linked <= len(block.text)


@pytest.mark.parametrize(("length", "kind"), [(270, "row"), (330, "text")])
def test_a_table_with_long_cells_lays_out_a_page(length: int, kind: str) -> None:
    ((found, _, _),) = read(f"<table><tr><td>{'x' * length}</td></tr></table>")
    assert found == kind
