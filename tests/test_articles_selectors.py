"""Selectors of users: what they find, and that none takes long."""

import time

import lxml.html
import pytest

from articles.dom import Element
from articles.errors import SelectorError
from articles.sites.selectors import MOST, Shape, compiled, roughly, shape_of

PAGE = """<html><body><div class="text"><p>One</p><h3>Read also</h3><ul><li>Two</li></ul><p id="x">Three <b>four</b></p></div>
<div class="text"><div class="text"><p>Five</p></div></div><a href="/six">Six</a></body></html>"""


def found(selector: str, page: str = PAGE) -> list[str]:
    tree = lxml.html.document_fromstring(page)
    return [
        each if isinstance(each, str) else str(each.text_content()) for each in compiled(selector).find(tree)
    ]


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("div.text p", ["One", "Three four", "Five"]),
        ("h3 + ul", ["Two"]),
        ("p, h3", ["One", "Read also", "Three four", "Five"]),
        ("p:nth-of-type(2)", ["Three four"]),
        ("//div//div/p", ["Five"]),
        ("//p | //li", ["One", "Two", "Three four", "Five"]),
        ("//h3[normalize-space()='Read also']/following-sibling::*[1]", ["Two"]),
        ("//a/@href", ["/six"]),
        ("string(//h3)", ["Read also"]),
        ("substring-after(//h3, 'Read ')", ["also"]),
        ("//*[@id='x' or contains(@class, '|//')]", ["Three four"]),
        ("(//p)[last()]", ["Five"]),
        ("//div//p[1]", ["One", "Five"]),
    ],
)
def test_elements_are_found_in_the_order_of_the_page(selector: str, texts: list[str]) -> None:
    if not texts:
        with pytest.raises(SelectorError):
            compiled(selector)
        return
    assert found(selector) == texts


def test_of_elements_in_one_another_the_outermost_is_found() -> None:
    assert found("div.text") == ["OneRead alsoTwoThree four", "Five"]


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        ("p[", "no CSS selector"),
        ("//p[", "no XPath selector"),
        ("//p[re:test(., 'a')]", "function test"),
        ("//p[document('/etc/passwd')]", "function document"),
        ("//p" + "[a" * 9 + "]" * 9, "predicates"),
        ("p " * 600 + "p", "characters"),
        ("//x:p", "it"),
    ],
)
def test_what_cannot_be_used_says_why(selector: str, why: str) -> None:
    with pytest.raises(SelectorError, match=why):
        compiled(selector).find(lxml.html.document_fromstring(PAGE))


def deep(size: int, depth: int) -> Element:
    box = "<div class='a b'>" * depth + "x word text" + "</div>" * depth
    parser = lxml.html.HTMLParser(huge_tree=True)
    return lxml.html.document_fromstring(f"<html><body>{box * (size // depth)}</body></html>", parser=parser)


def wide(size: int) -> Element:
    paragraphs = "<p class='a b'>x word text</p>" * size
    return lxml.html.document_fromstring(f"<html><body>{paragraphs}</body></html>")


HOSTILE = [
    "//div//div//div",
    ".a .b .a",
    "//*[count(following::*)>1]",
    "//*/following::*",
    "//*[.//*[.//*[.//*]]]",
    "//*[count(ancestor::*/descendant::*)>1]",
    "//*[not(ancestor::*[.//q])]",
    "//*[count(../*/../*/../*)>3]",
    "//*[. = //*]",
    "p ~ p",
    "//*[contains(string(/), 'q')]",
    "//*[normalize-space()=normalize-space(..)]",
    "//*[count(preceding-sibling::*[count(preceding-sibling::*)>2])>2]",
]


@pytest.mark.parametrize("selector", HOSTILE)
def test_what_would_take_long_is_known_before(selector: str) -> None:
    """By CPU time, with room for slow machines: what is let through ends soon, on pages that are made against it."""
    asked = compiled(selector)
    for tree in (deep(1_000, 10), deep(20_000, 200), wide(1_000), wide(20_000)):
        if asked.cost(shape_of(tree)) <= MOST:
            begun = time.process_time()
            asked.find(tree)
            assert time.process_time() - begun < 8


@pytest.mark.parametrize(
    "selector", [*HOSTILE, ".ad", "div > p:nth-child(3)", "//p[contains(@class, 'y')]/../b"]
)
def test_what_is_reckoned_roughly_is_no_less_than_what_the_exact_shape_gives(selector: str) -> None:
    asked = compiled(selector)
    for tree in (deep(100, 10), deep(2_000, 200), wide(1_000)):
        assert asked.cost(roughly(tree)) >= asked.cost(shape_of(tree))


def test_what_sites_need_is_far_below_the_limit() -> None:
    large = Shape(size=6_000, depth=20, width=200)
    usual = [
        ".article .text p",
        "//div[@id='x']//p[contains(@class, 'y')]",
        "div > p:nth-child(3)",
        "li + li",
    ]
    assert sum(compiled(each).cost(large) for each in usual) < MOST
