"""What is kept of the structure of a text: each paragraph's kind and links, beside a body that is as it was."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.clean import clean
from articles.model import Article, Extractor, FeedEntry, Page, from_json, to_json
from articles.structure.markup import Markup, TextBlock, blocks, left
from tests.golden_pages import CASES, FETCHED, cleaned

URL = "https://gazette.example/news/ferry"
PROSE = "The ferry between Holm and Vesting sails again from Monday, three months after its engine caught fire in the bay."
END = "Fishermen had brought all of the passengers ashore, and nobody was hurt, said the harbour's master on Friday."


def article(inner: str, head: str = "", extractor: Extractor = "auto") -> Article:
    body = f"<html><head>{head}<meta property='og:type' content='article'><title>Ferry sails again soon</title></head><body>{inner}</body></html>"
    entry = FeedEntry(url=URL, source="gazette")
    page = Page(
        url=URL, final_url=URL, status=200, headers=(), body=body.encode(), fetched_at=FETCHED, entry=entry
    )
    found = clean(page, extractor)
    assert isinstance(found, Article), found
    return found


def between(inner: str, **kinds: Any) -> tuple[TextBlock, ...]:
    """The blocks of what stands between two paragraphs."""
    found = article(
        f"<article><h1>Ferry sails again soon</h1><p>{PROSE}</p>{inner}<p>{END}</p></article>", **kinds
    )
    assert (found.blocks[0].text, found.blocks[-1].text) == (PROSE, END)
    return found.blocks[1:-1]


def linked(block: TextBlock) -> list[tuple[str, str]]:
    return [(block.text[link.start : link.end], link.url) for link in block.links]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<h2>Why it burned</h2><p>A pump.</p>", [("heading", "Why it burned", 2, None), ("paragraph", "A pump.", 0, None)]),
        ("<h2>Why</h2><h4>The pump</h4><p>Old.</p>", [("heading", "Why", 2, None), ("heading", "The pump", 4, None), ("paragraph", "Old.", 0, None)]),
        ("<ul><li>Oil</li><li>Sparks</li></ul>", [("item", "Oil", 1, None), ("item", "Sparks", 1, None)]),
        ("<ol><li>Oil</li><li>Sparks</li></ol>", [("item", "Oil", 1, 1), ("item", "Sparks", 1, 2)]),
        ("<ol start='7'><li>Oil</li><li value='12'>Rags</li><li>Red</li></ol>", [("item", "Oil", 1, 7), ("item", "Rags", 1, 12), ("item", "Red", 1, 13)]),
        ("<ol start='-1'><li>Oil</li></ol><ol start='9999999999'><li>Smoke</li></ol>", [("item", "Oil", 1, 1), ("item", "Smoke", 1, 1)]),
        (
            "<ul><li>Oil<ol><li>Rags<ul><li>Red</li></ul></li></ol></li><li>Smoke</li></ul>",
            [("item", "Oil", 1, None), ("item", "Rags", 2, 1), ("item", "Red", 3, None), ("item", "Smoke", 1, None)],
        ),
        ("<ul><li><ul><li><ul><li>Deep</li></ul></li></ul></li></ul><ul><li>Flat</li></ul>", [("item", "Deep", 1, None), ("item", "Flat", 1, None)]),
        ("<ol><li><p>Oil</p><p>It leaked.</p></li><li>Smoke</li></ol>", [("item", "Oil", 1, 1), ("paragraph", "It leaked.", 1, None), ("item", "Smoke", 1, 2)]),
        ("<dl><dt>Pump</dt><dd>Old</dd></dl>", [("paragraph", "Pump", 0, None), ("item", "Old", 1, None)]),
        ("<blockquote><p>It burned.</p><p>All of it.</p></blockquote>", [("quote", "It burned.", 0, None), ("quote", "All of it.", 0, None)]),
        ("<table><tr><th>Day</th><th>Sea</th></tr><tr><td>Mon</td><td></td></tr></table>", [("row", "| Day | Sea |", 0, None), ("row", "| Mon |  |", 0, None)]),
        ("<pre>pump = 0\nfire = 1</pre>", [("preformatted", "pump = 0 fire = 1", 0, None)]),
        ("<p>- No, said the master.</p>", [("paragraph", "- No, said the master.", 0, None)]),
    ],
)  # fmt: skip
def test_a_paragraph_is_what_its_page_marked_it_as(inner: str, expected: list[tuple[Any, ...]]) -> None:
    assert [(each.kind, each.text, each.level, each.number) for each in between(inner)] == expected


def test_a_row_has_cells() -> None:
    head, row, alone = between(
        "<table><tr><th>Day</th><th>Sea</th><th>Wind</th></tr><tr><td>Mon</td><td></td><td>calm</td></tr><tr><td>All week</td></tr></table>"
    )
    assert (head.cells, row.cells, alone.cells) == (
        ("Day", "Sea", "Wind"),
        ("Mon", "", "calm"),
        ("All week",),
    )
    assert TextBlock(kind="paragraph", text="| a | b |").cells == ()


SITE = "https://gazette.example"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (
            "<p>Its <a href='/pump'>pump</a> broke, and a pump costs <a href='https://b.example/?a=1#x'>a <b>lot</b></a>.</p>",
            [("pump", f"{SITE}/pump"), ("a lot", "https://b.example/?a=1#x")],
        ),
        (
            "<p>A pump, a pump, \u00ad a\n <a href=' /p '>  pump </a>  , <i>caf<a href='/c'>e\u0301</a></i> it is.</p>",
            [("pump", f"{SITE}/p"), ("é", f"{SITE}/c")],
        ),
        (
            "<ul><li>- <a href='/pump'>the pump</a> has been old for years</li></ul>",
            [("the pump", f"{SITE}/pump")],
        ),
        (
            "<table><tr><td>pump of the ship</td><td></td><td>the <a href='/p'>pump</a> and <a href='/q'><b>pump</b></a></td></tr></table>",
            [("pump", f"{SITE}/p"), ("pump", f"{SITE}/q")],
        ),
        (
            "<table><tr><td>only one <a href='/p'>pump</a> is left on board</td></tr></table>",
            [("pump", f"{SITE}/p")],
        ),
        (
            "<h2>What the <a href='/p'>pump</a> did when it burned</h2><p>It leaked.</p>",
            [("pump", f"{SITE}/p")],
        ),
        (
            "<p>Write to <a href='mailto:a@b.example'>us</a> or <a href='javascript:x()'>click</a> or <a href='ftp://b.example/'>load</a>.</p>",
            [],
        ),
        ("<p>This link, to an address that is none, <a href='http://[bad/'>fails</a>.</p>", []),
        (
            "<p>A <a href='/tag/pumps'>pump</a>, a <a href='/Thema/x.html'>fire</a>, an <a rel='tag' href='/x'>engine</a>, as all know.</p>",
            [],
        ),
        (
            "<p>Fires on ships are <a href='https://who.example/topics/fire'>on the rise</a>, as all know.</p>",
            [("on the rise", "https://who.example/topics/fire")],
        ),
        (
            "<p>Say it <a href='https://www.facebook.com/sharer/sharer.php?u=x'>there</a>, <a href='https://twitter.com/intent/tweet?x'>or"
            " there</a>, <a href='https://wa.me/?text=x'>or</a> by <a href='https://x.com/master/status/1'>him</a>.</p>",
            [("him", "https://x.com/master/status/1")],
        ),
        (
            "<p>See <a href='#below'>below</a>, or <a href='https://gazette.example/news/ferry#top'>above</a>, or <a name='x'>here</a>,"
            " <a href='/p'><img src='p.png'></a> <a href='/q'> </a>it is said.</p>",
            [],
        ),
        ("<p>An <a href='/n'>n</a>\u0303andu and <a href='/p'>the pump</a>.</p>", []),
        (f"<p>A <a href='/{'x' * 3000}'>long way</a> to go.</p>", []),
    ],
)
def test_links_are_kept_where_they_carry_meaning(inner: str, expected: list[tuple[str, str]]) -> None:
    assert [link for each in between(inner) for link in linked(each)] == expected


def test_links_are_relative_to_the_base_of_the_page() -> None:
    found = article(
        f"<article><h1>Ferry sails again soon</h1><p>{PROSE} <a href='pump'>It</a> broke.</p><p>{END}</p></article>",
        head="<base href='https://ports.example/a/b'>",
    )
    assert linked(found.blocks[0]) == [("It", "https://ports.example/a/pump")]


def test_a_quotation_that_holds_the_whole_text_is_none() -> None:
    found = article(f"<h1>Ferry sails again soon</h1><blockquote><p>{PROSE}</p><p>{END}</p></blockquote>")
    assert [each.kind for each in found.blocks] == ["paragraph", "paragraph"]


def test_the_structure_of_what_trafilatura_found_is_kept() -> None:
    found = article(
        f"<article><h1>Ferry sails again soon</h1><p>{PROSE}</p><h2>Why it burned down</h2><p>{END} <a href='/pump'>The pump</a> did it.</p>"
        f"<ul><li>Oil had leaked for a week</li><li>Nobody had seen the smoke</li></ul><p>{PROSE} So it is said.</p></article>",
        extractor="trafilatura",
    )
    assert found.extractor == "trafilatura"
    assert [(each.kind, each.level) for each in found.blocks] == [
        ("paragraph", 0),
        ("heading", 2),
        ("paragraph", 0),
        ("item", 1),
        ("item", 1),
        ("paragraph", 0),
    ]
    assert linked(found.blocks[2]) == [("The pump", "https://gazette.example/pump")]


STATED = f"<p>{PROSE} <a href='/pump'>The pump</a> did it.</p><h2>Why</h2><ul><li>Oil</li><li>Smoke</li></ul><p>{END}</p><p>{END} So it is.</p>"


@pytest.mark.parametrize(
    "page",
    [
        f"""<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Ferry sails again soon", "articleBody": "{STATED}"}}</script>""",
        f"""<script>window.state = {{"title": "Ferry sails again soon", "content": "{STATED}"}}</script><div id="app"></div>""",
    ],
)
def test_the_structure_of_a_stated_text_is_kept(page: str) -> None:
    found = article(page)
    assert found.extractor == "stated"
    assert [each.kind for each in found.blocks] == [
        "paragraph",
        "heading",
        "item",
        "item",
        "paragraph",
        "paragraph",
    ]
    assert linked(found.blocks[0]) == [("The pump", "https://gazette.example/pump")]


def test_what_is_cut_from_the_body_is_in_no_block() -> None:
    found = article(
        f"<article><h1>Ferry sails again soon</h1><p>By Ada Holm</p><p>{PROSE} <a href='/p'>More</a> to come.</p><h2>Why</h2><p>{END}</p>"
        "<p><a href='/all'>All news of the harbour</a></p><p>Share this story</p></article>"
    )
    assert [each.text for each in found.blocks] == list(found.body) == [f"{PROSE} More to come.", "Why", END]
    assert [each.kind for each in found.blocks] == ["paragraph", "heading", "paragraph"]
    assert linked(found.blocks[0]) == [("More", "https://gazette.example/p")]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12))
def test_markup_follows_its_paragraph_when_others_are_cut(lines: list[tuple[str, bool]]) -> None:
    body = tuple(f"{text}{at}" for at, (text, _) in enumerate(lines))
    markup = tuple(
        Markup(at=at, kind="heading", level=at % 6 + 1) for at, (text, _) in enumerate(lines) if text != "c"
    )
    kept = tuple(line for line, (_, stays) in zip(body, lines, strict=True) if stays)
    before = {block.text: block for block in blocks(body, markup)}
    assert blocks(kept, left(markup, body, kept)) == tuple(before[line] for line in kept)


TAGS = (
    "p",
    "h2",
    "h3",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "tr",
    "td",
    "a href='/x'",
    "b",
    "div",
    "pre",
    "dl",
    "dd",
    "br",
)
TEXTS = ("One pump. ", "- no", "| a |", " ", "ferry", "e\u0301", "\u00ad", PROSE)
PIECES = (*(f"<{tag}>" for tag in TAGS), *(f"</{tag.split()[0]}>" for tag in TAGS), *TEXTS)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(["auto", "trafilatura"]))
def test_blocks_say_what_the_body_says(pieces: list[str], extractor: Extractor) -> None:
    found = article(
        f"<article><h1>Ferry sails again soon</h1><p>{PROSE}</p>{''.join(pieces)}<p>{END}</p></article>",
        extractor=extractor,
    )
    assert len(found.blocks) == len(found.body)
    depth = 0
    for block, line in zip(found.blocks, found.body, strict=True):
        in_list = block.level > 0 and block.kind != "heading"
        assert block.text == (line.removeprefix("- ") if in_list else line)
        assert "".join(block.cells).replace(" ", "") == (
            block.text.replace("| ", "").replace(" |", "").replace(" ", "") if block.cells else ""
        )
        assert block.level <= (depth + 1 if in_list else 6)
        depth = block.level if in_list else 0
        ends = [place for link in block.links for place in (link.start, link.end)]
        assert ends == sorted(ends)
        assert all(
            block.text[link.start : link.end] == block.text[link.start : link.end].strip() != ""
            for link in block.links
        )
    assert from_json(to_json(found)).blocks == found.blocks


@pytest.mark.parametrize("case", CASES)
def test_of_every_golden_page_each_paragraph_is_one_block(case: str) -> None:
    found = cleaned(case)
    if isinstance(found, Article):
        assert [block.text.removeprefix("- ") for block in found.blocks] == [
            line.removeprefix("- ") for line in found.body
        ]
