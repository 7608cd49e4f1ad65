"""Which element holds the text: by where the prose stands, with names believed only as far as they leave enough."""

import lxml.html
import pytest

from articles.extraction import blocks, container, headline

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
        (f"<div><div id='a'>{prose(6)}</div><div>{prose(1, 9)}</div></div>", "a"),
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


# Thresholds: one page just below each, and one just above.


def words(length: int, number: int = 0) -> str:
    """A sentence of exactly so many characters, another one for each number."""
    return f"{number:02} {'harbour ferry shaft island sound launch quay ' * 60}"[: length - 2] + "x."


def split(*parts: tuple[str, int]) -> str:
    """A box `a` of a hundred shares of prose: the attributes of its parts, and each one's share; `p` are paragraphs of its own."""
    inner = "".join(
        f"<p>{words(share * 20, number)}</p>"
        if attributes == "p"
        else f"<div {attributes}><p>{words(share * 10, number)}</p><p>{words(share * 10, number + 50)}</p></div>"
        for number, (attributes, share) in enumerate(parts)
    )
    return f"<div id='a'>{inner}</div>"


B, C, D, E = "id='b' class='b'", "class='c'", "class='d'", "class='e'"


@pytest.mark.parametrize(
    ("parts", "chosen"),
    [
        (((B, 72), (C, 28)), "a"),  # _SECOND
        (((B, 78), (C, 22)), "b"),
        (((B, 45), (C, 19), (D, 18), (E, 18)), "a"),  # _MAJOR
        (((B, 55), (C, 15), (D, 15), (E, 15)), "b"),
        (((B, 65), (C, 17), ("class='b'", 18)), "a"),  # _ALIKE
        (((B, 75), (C, 12), ("class='b'", 13)), "b"),
        (((B, 88), ("p", 12)), "a"),  # _OWN
        (((B, 91), ("p", 9)), "b"),
    ],
)
def test_a_part_is_gone_into_where_it_holds_most_and_no_other_looks_like_it(
    parts: tuple[tuple[str, int], ...], chosen: str
) -> None:
    assert found(split(*parts))[0] == chosen


@pytest.mark.parametrize(("direct", "chosen"), [(45, "b"), (55, "a")])
def test_an_element_that_is_a_paragraph_itself_is_not_gone_into(direct: int, chosen: str) -> None:
    inner = f"{words(direct * 10)}<p>{words(1000 - direct * 10, 1)}</p>"
    assert found(f"<div id='a'><div id='b'>{inner}</div></div>")[0] == chosen


@pytest.mark.parametrize(("length", "chosen"), [(74, "none"), (86, "a")])
def test_short_blocks_are_no_prose(length: int, chosen: str) -> None:
    assert found(f"<div id='a'>{''.join(f'<p>{words(length, n)}</p>' for n in range(9))}</div>")[0] == chosen


@pytest.mark.parametrize(("linked", "chosen"), [(36, "a"), (44, "none")])
def test_blocks_with_many_links_are_no_prose(linked: int, chosen: str) -> None:
    text = words(100)
    inner = f"<p><a href='/x'>{text[:linked]}</a>{text[linked:]}</p>"
    assert found(f"<div id='a'>{inner}</div>")[0] == chosen


@pytest.mark.parametrize(("items", "chosen"), [(95, "b"), (125, "a")])
def test_items_of_lists_weigh_less_than_paragraphs(items: int, chosen: str) -> None:
    listed = "".join(f"<li>{words(items * 5, n)}</li>" for n in range(2))
    page = (
        f"<div id='a'><ul>{listed}</ul><div id='b'><p>{words(500, 7)}</p><p>{words(500, 8)}</p></div></div>"
    )
    assert found(page.replace("<ul>", "<div class='c'><ul>").replace("</ul>", "</ul></div>"))[0] == chosen


@pytest.mark.parametrize(
    ("name", "share", "believed"),
    [
        ("comments", 93, True),
        ("comments", 97, False),
        ("meta", 27, True),
        ("meta", 33, False),
        ("related", 56, True),
        ("related", 64, False),
    ],
)
def test_a_name_is_believed_up_to_its_share_of_the_prose(name: str, share: int, believed: bool) -> None:
    inner = (
        f"<div class='{name}'><p>{words(share * 20)}</p></div><div><p>{words(2000 - share * 20, 1)}</p></div>"
    )
    assert found(inner)[1] == ({name} if believed else set())


@pytest.mark.parametrize(("length", "kinds"), [(370, {"newsletter"}), (430, set())])
def test_a_little_prose_is_named_although_it_is_all_there_is(length: int, kinds: set[str]) -> None:
    assert found(f"<div class='newsletter'><p>{words(length)}</p></div>")[1] == kinds


@pytest.mark.parametrize(("share", "chosen"), [(30, "a"), (40, "b")])
def test_an_element_marked_as_the_article_holds_a_third_of_the_prose(share: int, chosen: str) -> None:
    assert found(split((f"{B} itemprop='articleBody'", share), (C, 100 - share)))[0] == chosen


@pytest.mark.parametrize(("share", "chosen"), [(17, "b"), (22, "a")])
def test_an_element_marked_as_the_article_has_no_rival(share: int, chosen: str) -> None:
    marked = "class='b' itemprop='articleBody'"
    assert found(split((f"id='b' {marked}", 57), (marked, share), (D, 43 - share)))[0] == chosen


@pytest.mark.parametrize(("length", "said"), [(22, False), (28, True)])
def test_a_heading_with_a_kicker_says_a_long_title(length: int, said: bool) -> None:
    title = ("ferry stays in port again because of its shaft")[:length].rstrip().ljust(length, "x")
    heading = lxml.html.document_fromstring(f"<html><body><h1>Ships: {title}</h1></body></html>")
    (block,) = blocks.read(heading.find("body"))
    assert headline.says(block, title) is said


# The headline: what its place says of the text.

H1 = f"<h1>{TITLE}</h1>"
CARDS = "".join(
    f"<div class='mod'><h4><a href='/{n}'>Crane {n} arrives</a></h4><div>{TEXT.format(n + 30)} {TEXT.format(n + 60)}</div></div>"
    for n in range(8)
)
SAID = "".join(f"<div class='comment'><p>{TEXT.format(n)}</p></div>" for n in range(30, 60))


@pytest.mark.parametrize(
    ("inner", "chosen"),
    [
        (f"<div><div id='a'>{H1}{prose(3)}</div><div id='right'>{CARDS}</div></div>", "a"),
        (f"<div><div>{H1}<div id='a'>{prose(2)}</div></div><div id='right'>{CARDS}</div></div>", "a"),
        (f"<div>{H1}</div><div id='a'>{prose(2)}</div><div id='right'>{CARDS}</div>", "a"),
        # a list of books, with a few words above it, is the article
        (f"<article id='a'>{H1}{prose(2)}<div>{CARDS}</div></article>", "a"),
        # a standfirst is no text
        (f"<header>{H1}{prose(1)}</header><div id='a'>{CARDS}</div>", "a"),
        (f"<div id='a'>{CARDS}</div>", "a"),
    ],
    ids=["beside", "own box", "below", "in the article", "below a standfirst", "no headline"],
)  # fmt: skip
def test_teasers_outside_of_the_headlines_box_are_not_the_text(inner: str, chosen: str) -> None:
    assert found(inner)[0] == chosen


@pytest.mark.parametrize(
    ("inner", "chosen"),
    [
        (f"<div id='a'>{H1}{prose(2)}</div><div class='comments'>{SAID}</div>", "a"),
        (f"<div id='a'>{H1}<p>{words(170)}</p></div><div id='disqus_thread'>{SAID}</div>", "a"),
        (f"<article>{H1}<div id='a'>{prose(3)}</div></article><div class='most-popular'>{H1}{prose(20, 9)}</div>", "a"),
        (f"<aside>{H1}</aside><div>{H1}</div><div id='a'>{prose(2)}</div><div class='related-stories'>{prose(9, 9)}</div>", "a"),
        (f"<div><h3>{TITLE}</h3><div id='a'>{prose(2)}</div></div><section class='comments'>{SAID}</section>", "a"),
        # a wrapper with a careless name around the text
        (f"<header>{H1}{prose(1)}</header><div class='popular' id='a'>{prose(9, 9)}</div>", "a"),
        (f"<div class='comments-open' id='a'>{H1}{prose(9, 9)}</div>", "a"),
        (f"{H1}<div class='related' id='a'>{prose(9, 9)}</div>", "a"),
    ],
    ids=["comments", "one paragraph", "most read", "in a margin, too", "h3", "standfirst", "around", "all there is"],
)  # fmt: skip
def test_comments_and_related_boxes_are_the_text_only_where_there_is_no_other(
    inner: str, chosen: str
) -> None:
    assert found(inner)[0] == chosen


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_wrapper_around_the_headline_is_no_meta_whatever_its_name(level: int) -> None:
    post = f"<h{level}>{TITLE}</h{level}><div id='a'>{prose(2)}</div>"
    other = f"<div class='column-right'>{prose(3, 40)}</div>"
    inner = f"<div class='date-outer'><div class='entry-author-lund'>{post}</div></div>{other}"
    assert "meta" not in found(inner)[1]


def opening(inner: str) -> list[str]:
    page = lxml.html.document_fromstring(f"<html><body>{inner}</body></html>")
    return [block.text for block in container.find(page.find("body"), TITLE).opening]


REST = f"<div class='row b'><div>{prose(20, 10)}</div></div>"


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (f"<div class='row'>{prose(2)}</div>", [TEXT.format(0), TEXT.format(1)]),
        (f"<p>By Anna Lund</p><div>{prose(1)}<h2>At sea</h2>{prose(1, 1)}</div><p>4 May</p>", [TEXT.format(0), "At sea", TEXT.format(1)]),
        (f"<p>{TEXT.format(0)}</p>", []),
        (f"<div class='newsletter'>{prose(2)}</div>", []),
        (f"<div>{prose(2, 11)}</div>", []),
        (f"<div>{prose(3, 40)}{prose(9, 50)}</div>", []),
        (f"<p><a href='/a'>{TEXT.format(0)}</a></p><p><a href='/b'>{TEXT.format(1)}</a></p>", []),
    ],
    ids=["a row", "with a heading", "standfirst", "newsletter", "said again", "too much", "links"],
)  # fmt: skip
def test_first_paragraphs_in_a_box_of_their_own_open_the_text(above: str, expected: list[str]) -> None:
    assert opening(f"<article>{H1}<section>{above}{REST}</section></article>") == expected


def test_a_form_around_the_text_is_no_margin() -> None:
    inner = f"<form id='a'><div>Start</div>{words(150)}<br>{words(150, 1)}</form>"
    assert found(inner)[1] == set()
    assert found(f"<div id='a'>{prose(4)}</div><form>{prose(1, 9)}</form>") == ("a", {"aside"})


SLIDES = "".join(
    f"<div><b>{n}/20</b><p>{TEXT.format(n)} {TEXT.format(n + 30)}</p></div>" for n in range(30, 50)
)


@pytest.mark.parametrize(
    ("inner", "kinds"),
    [
        (f"{H1}<div>{prose(2)}<div class='photo-gallery'>{SLIDES}</div>{prose(2, 9)}</div>", {"promotion"}),
        (f"{H1}<div>{prose(2)}<div class='bilderstrecke'>{prose(20, 30)}</div>{prose(2, 9)}</div>", {"promotion"}),
        (f"{H1}<div>{prose(2)}<div>{SLIDES}</div>{prose(2, 9)}</div>", {"promotion"}),
        (f"{H1}<div>{prose(2)}<div>{SLIDES.replace('/20', ' von 20')}</div>{prose(2, 9)}</div>", {"promotion"}),
        (f"{H1}<div>{prose(9)}<div class='live-ticker'>{prose(3, 30)}</div></div>", {"sidebar"}),
        (f"{H1}<div>{prose(9)}<div class='c-video-player'><p>{TEXT.format(30)}</p></div></div>", {"promotion"}),
        # what is the article itself
        (f"{H1}<p>{TEXT.format(1)}</p><div class='photo-gallery'>{SLIDES}</div>", set()),
        (f"<div class='format-gallery'>{H1}{prose(9)}</div>", set()),
        (f"{H1}{prose(1)}<div class='live-ticker'>{prose(9, 30)}</div>", set()),
        (f"{H1}<div>{prose(9)}<p>24/7</p>{prose(2, 30)}<p>1/20</p>{prose(2, 40)}</div>", set()),
    ],
)  # fmt: skip
def test_what_is_set_into_the_text_is_not_the_text(inner: str, kinds: set[str]) -> None:
    assert found(inner)[1] == kinds


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        (f"<p class='related-text'>{TEXT.format(30)}</p>", True),
        (f"<div class='time-line-entry'><p>{TEXT.format(30)}</p></div>", True),
        (f"<div class='article-teaser'>{TEXT.format(30)}</div>", True),
        ("<p class='topics'>Die Fähre blieb am Montag im Hafen, weil ihre Welle nicht gekommen war, und alle warteten.</p>", True),
        (f"<div class='related'><p>{TEXT.format(30)} <a href='/a'>Read on</a></p></div>", False),
        (f"<div class='teaser'><h3>Crane</h3><p>{TEXT.format(30)}</p></div>", False),
        (f"<p class='author-note'>{TEXT.format(30)}</p>", False),
        (f"<p class='copyright'>{TEXT.format(30)}</p>", False),
        (f"<div class='newsletter'><p>{TEXT.format(30)}</p></div>", False),
        (f"<ul class='related'><li>{TEXT.format(30)}</li></ul>", False),
        ("<p class='time'>Monday, 4 May 2026, at eight o'clock in the morning, and again at noon and six</p>", False),
    ],
)  # fmt: skip
def test_a_paragraph_between_paragraphs_is_text_though_a_word_of_its_class_is_not(
    named: str, kept: bool
) -> None:
    kinds = found(f"<div>{H1}{prose(3)}{named}{prose(3, 9)}</div>")[1]
    assert (not kinds) is kept
    assert found(f"<div>{H1}{prose(6)}{named}</div>")[1]
