"""An article as Markdown: rendered by another's program, it says what the article says."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt

from articles.model import Article
from articles.structure.markup import Link, Markup
from articles.text import tidy
from tests.desk import article

RENDERER = MarkdownIt("commonmark").enable("table").enable("strikethrough")
SIGNS = (
    *("#", "##", "1.", "12)", "-", "--", "---", "+", ">", "*", "**", "_", "__", "`", "```", "~", "~~", "~~~", "[", "]", "(", ")", "<", "!"),
    *("<b>", "<!--", "</p>", "<http://a.example>", "&amp;", "&#65;", "&", "\\", "\\|", "|", "| --- |", "=", "===", "[a](b)", "![", "[x]: y"),
    *("http://a.example/_x_", "snake_case", ":", "a", "Ferry", "关税", "שלום", "é", "\u200d", "\ue000", "'", '"', ".", ","),
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=6).flatmap(
    lambda words: st.lists(st.sampled_from(("", " ")), min_size=len(words), max_size=len(words)).map(
        lambda gaps: tidy("".join(map(str.__add__, words, gaps)))
    )
).filter(bool)  # fmt: skip


def rendered(given: Article) -> html.HtmlElement:
    """The document below its front matter."""
    _, _, text = given.markdown().removeprefix("---\n").partition("\n---\n")
    return html.fragment_fromstring(RENDERER.render(text), create_parent="main")


def texts(tree: html.HtmlElement, *tags: str) -> list[str]:
    """What these elements say, in order; without the lists in them."""
    return [
        tidy("".join(each.xpath("text() | *[not(self::ul or self::ol or self::li)]//text()")))
        for each in tree.iter(*tags)
    ]


def printed(text: str) -> str:
    """As Markdown may show it: without what cannot be printed."""
    return tidy(text.replace("\ue000", " "))


def test_a_document_has_front_matter_title_lead_and_text() -> None:
    shown = article(
        "ferry",
        "The ferry stays.",
        title='The "ferry": it stays',
        lead="Until Monday.",
        authors=("Ada Holm", "Ben"),
        published_at=datetime(2026, 3, 6, 17, 20, tzinfo=UTC),
    ).markdown()
    assert shown == (
        '---\ntitle: "The \\"ferry\\": it stays"\nurl: "https://norland-post.example/ferry"\nauthors: ["Ada Holm", "Ben"]\n'
        'published: 2026-03-06T17:20:00Z\n---\n\n# The "ferry": it stays\n\n*Until Monday.*\n\nThe ferry stays.\n'
    )


@given(TEXTS, st.sampled_from([None, date(2026, 3, 6)]))
def test_the_front_matter_is_yaml(text: str, day: date | None) -> None:
    given = replace(
        article("ferry", "One."), title=text, authors=(text, "B"), published_at=None, published_on=day
    )
    matter = given.markdown().split("\n---\n")[0].removeprefix("---\n")
    assert yaml.safe_load(matter) == {
        "title": text.replace("\ue000", " "),
        "url": given.url,
        "authors": [text.replace("\ue000", " "), "B"],
        **({"published": day} if day else {}),
    }


KINDS: dict[str, dict[str, Any]] = {
    "p": {},
    "h3": {"kind": "heading", "level": 3},
    "li": {"kind": "item", "level": 1},
    "ol": {"kind": "item", "level": 1, "number": 7},
    "blockquote": {"kind": "quote"},
    "code": {"kind": "preformatted"},
    "th": {"kind": "row"},
}


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from(sorted(KINDS))), min_size=1, max_size=5))
@example([("#", "p"), ("1. One", "li"), ("One #", "h3")])
@example([("a \\| b", "th"), ("Look!", "p")])
@example([("| --- |", "th")])
def test_rendered_it_says_what_the_article_says(given: list[tuple[str, str]]) -> None:
    body = tuple(f"- {text}" if tag in {"li", "ol"} else text for text, tag in given)
    marks = tuple(Markup(at=at, **KINDS[tag]) for at, (_, tag) in enumerate(given) if tag != "p")
    shown = replace(article("ferry", "One."), title="Title", body=body, markup=marks)
    tree = rendered(shown)
    assert tidy(" ".join(tree.itertext())).replace(" ", "") == "Title" + "".join(
        printed(cell).replace(" ", "") for block in shown.blocks for cell in block.cells or (block.text,)
    )
    assert texts(tree, "h3") == [printed(text) for text, tag in given if tag == "h3"]
    assert texts(tree, "li") == [printed(text) for text, tag in given if tag in {"li", "ol"}]
    assert len(list(tree.iter("pre"))) == sum(tag == "code" for _, tag in given)
    assert not list(tree.iter("em", "strong", "s", "img", "a", "hr", "h2", "b"))


@given(
    TEXTS, TEXTS, TEXTS, st.sampled_from(["https://a.example/(x)_y_*", "https://a.example/?a=1&amp;b=\\*|`"])
)
def test_a_link_leads_where_it_led(before: str, label: str, after: str, url: str) -> None:
    text = f"{before} {label}{after}"
    start = len(before) + 1
    link = Link(start=start, end=start + len(label), url=url)
    for kind in ("paragraph", "row"):
        body = f"| {text} | {label} |" if kind == "row" else text
        there = replace(link, start=start + 2, end=link.end + 2) if kind == "row" else link
        shown = replace(
            article("ferry", "One."), body=(body,), markup=(Markup(at=0, kind=kind, links=(there,)),)
        )
        if kind == "row" and " | " in text:
            continue  # a cell that holds a bar counts as two
        (found,) = rendered(shown).iter("a")
        assert tidy("".join(found.itertext())) == printed(label)
        assert found.get("href") == RENDERER.normalizeLink(url)


def outline(tree: html.HtmlElement) -> Any:
    """Nested lists as nested lists."""
    return [
        [tidy((item.text or "") + "".join(p.text or "" for p in item.iterchildren("p"))), outline(item)]
        for each in tree.iterchildren("ul", "ol")
        for item in each
    ]


def test_lists_are_nested_as_they_were() -> None:
    items = [
        ("A", 1, None),
        ("B", 2, 3),
        ("C", 2, 4),
        ("D", 3, None),
        ("E", 1, None),
        ("F", 2, 1),
        ("G", 1, None),
    ]
    shown = replace(
        article("ferry", "One."),
        body=tuple(f"- {text}" for text, _, _ in items),
        markup=tuple(
            Markup(at=at, kind="item", level=level, number=number)
            for at, (_, level, number) in enumerate(items)
        ),
    )
    assert outline(rendered(shown)) == [
        ["A", [["B", []], ["C", [["D", []]]]]],
        ["E", [["F", []]]],
        ["G", []],
    ]


def test_a_further_paragraph_stays_in_its_item() -> None:
    marks = (
        Markup(at=0, kind="item", level=1, number=12),
        Markup(at=1, level=1),
        Markup(at=2, kind="item", level=1, number=13),
    )
    shown = replace(article("ferry", "One."), body=("- A", "- B", "- C", "D"), markup=marks)
    assert outline(rendered(shown)) == [["AB", []], ["C", []]]
    assert [each.get("start") for each in rendered(shown).iter("ol")] == ["12"]


def test_rows_are_one_table_as_wide_as_the_widest() -> None:
    rows = ("Ferries in March", "| Day | Sea |", "| Monday |  | late |")
    shown = replace(
        article("ferry", "One."),
        body=("Before.", *rows, "After."),
        markup=tuple(Markup(at=at, kind="row") for at in (1, 2, 3)),
    )
    tree = rendered(shown)
    assert [[cell.text or "" for cell in row] for row in tree.iter("tr")] == [
        ["Ferries in March", "", ""],
        ["Day", "Sea", ""],
        ["Monday", "", "late"],
    ]
    assert texts(tree, "p") == ["Before.", "After."]


def test_rows_of_one_cell_are_paragraphs() -> None:
    shown = replace(
        article("ferry", "One."),
        body=("# One", "Two"),
        markup=tuple(Markup(at=at, kind="row") for at in (0, 1)),
    )
    assert texts(rendered(shown), "p") == ["# One", "Two"]


def test_markup_that_fits_no_text_breaks_nothing() -> None:
    marks = json.loads('[{"at": 9, "kind": "heading", "level": 2}, {"at": 0, "level": 4}]')
    links = (
        Link(start=-4, end=2, url="https://a.example/"),
        Link(start=2, end=900, url="https://a.example/"),
    )
    shown = replace(
        article("ferry", "One."), body=("One.",), markup=tuple(Markup(**each, links=links) for each in marks)
    )
    assert shown.markdown().endswith("\n\nOne.\n")


@pytest.mark.parametrize("kind", ["paragraph", "heading", "item", "quote", "row", "preformatted"])
def test_nothing_acts_on_a_terminal(kind: Any) -> None:
    evil = "x\x1b[2J\u202ey"
    shown = replace(
        article("ferry", "One."),
        title=evil,
        lead=evil,
        authors=(evil,),
        body=(evil,),
        markup=(Markup(at=0, kind=kind, level=1),),
    )
    assert "\x1b" not in shown.markdown()
    assert "\u202e" not in shown.markdown()
