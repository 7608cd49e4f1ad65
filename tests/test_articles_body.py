"""The running text: paragraphs in order, and the page's own articleBody where the markup gives far less."""

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.dom import Element
from articles.extraction.body import Body, take

URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"
TEXT = "The ferry stayed in the harbour on day {} because its shaft had not arrived, and the islanders crossed the sound."


def tree(inner: str) -> Element:
    return lxml.html.document_fromstring(f"<html><body>{inner}</body></html>")


def paragraphs(page: Element, url: str, stated: str) -> list[str]:
    return take(page, url, "", stated).paragraphs


TITLE = "Ferry stays in port until Friday"


def taken(inner: str, title: str = TITLE) -> Body:
    return take(tree(inner), URL, title, "")


def test_paragraphs_headings_and_items_come_in_reading_order() -> None:
    page = tree(
        f"<article><p>{TEXT.format(1)}</p><h2>What the board says</h2><p>{TEXT.format(2)}</p>"
        f"<ul><li>Launch at noon</li><li>Launch at six</li></ul><p>{TEXT.format(3)}</p></article>"
    )
    assert [line.lstrip("- ") for line in paragraphs(page, URL, "")] == [
        TEXT.format(1),
        "What the board says",
        TEXT.format(2),
        "Launch at noon",
        "Launch at six",
        TEXT.format(3),
    ]


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        (f"<p>{TEXT.format(9)}</p>", True),
        (f"<p><img src='/a.jpg'></p><p>{TEXT.format(9)}</p>", True),
        (f"<div class='card'><p>{TEXT.format(9)}</p></div>", False),
        ("<p>Read it now.</p>", False),
        (f"<p><a href='/b'>{TEXT.format(9)}</a></p>", False),
    ],
)
def test_a_linked_heading_is_text_above_a_paragraph_of_its_own(below: str, kept: bool) -> None:
    book = f"<h3><a href='https://shop.example/'>Ferries of the north</a></h3>{below}"
    found = taken(f"<article>{''.join(f'<p>{TEXT.format(day)}</p>' for day in range(4))}{book}</article>")
    assert ("Ferries of the north" in found.paragraphs) is kept


def test_the_id_of_a_heading_says_nothing_of_its_kind() -> None:
    found = taken(
        f"<article><p>{TEXT.format(1)}</p><h2 id='toc-2'>A day on the sound</h2><p>{TEXT.format(2)}</p></article>"
    )
    assert "A day on the sound" in found.paragraphs


def test_an_empty_page_has_no_paragraphs() -> None:
    assert paragraphs(tree("<div id='app'></div>"), URL, "") == []


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("One.\nTwo.\r\n\n  Three. ", ["One.", "Two.", "Three."]),
        ("<p>The <b>ferry</b> sailed.</p><p>Nobody&nbsp;waved.</p>", ["The ferry sailed.", "Nobody waved."]),
        ("One.<br>Two.<BR/>Three.", ["One.", "Two.", "Three."]),
        ("<ul><li>One</li><li><a href='x'>Two</a></li></ul>", ["One", "Two"]),
        ("<!-- a --><p>One.</p>", ["One."]),
        ("<p>One.</p></div><p>Two.</p>", ["One.", "Two."]),
        ("<script>var a</script><style>b</style><p>One.</p>", ["One."]),
        ("Five < six", ["Five < six"]),
        ("<>", ["<>"]),
        ("<p>\ud800One.</p>", ["One."]),
        ("<p></p>", []),
        ("", []),
    ],
)
def test_a_stated_body_is_read_as_text_or_markup(stated: str, expected: list[str]) -> None:
    assert paragraphs(tree("<div></div>"), URL, stated) == expected


@pytest.mark.parametrize(("times", "wins"), [(2, False), (8, True)])
def test_a_stated_body_wins_when_it_is_far_longer(times: int, wins: bool) -> None:
    stated = "\n".join(TEXT.format(n) for n in range(times))
    page = tree(f"<article><p>{TEXT.format(0)}</p><p>{TEXT.format(1)}</p></article>")
    assert (paragraphs(page, URL, stated) == stated.split("\n")) == (wins or times == 2)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("<>/!-&;?[] pbrdivscxml=\"'\x00\n\ud800\ufffeA"), max_size=60))
def test_any_stated_body_gives_tidy_lines(stated: str) -> None:
    for line in paragraphs(tree("<div></div>"), URL, stated):
        assert line == line.strip()
        assert "\n" not in line


STORY = "".join(f"<p>{TEXT.format(n)}</p>" for n in range(4))
PICTURE = "<img src='/moewe.jpg' alt='The ferry at the quay of Westhaven'>"


@pytest.mark.parametrize(
    ("inner", "rule", "text"),
    [
        (f"<h1>{TITLE}</h1>{STORY}", "repeated_headline", TITLE),
        (f"<p>Islands</p><h1>Shipping: {TITLE}</h1>{STORY}", "above_title", "Islands"),
        (f"{STORY}<h3>More</h3><ul><li><a href='/a'>Crane arrives at last</a></li></ul>", "links", "More Crane arrives at last"),
        (f"{STORY}<p><a href='/a'>Crane arrives at last</a></p><p>4 May</p><p><a href='/b'>Fares rise</a></p>", "links", "Crane arrives at last 4 May"),
        (f"{STORY}<p>{TEXT.format(2)}</p>", "repeated", TEXT.format(2)),
        (f"{STORY}<div>{{&quot;layout&quot;:2}}</div>", "code", '{"layout":2}'),
        (f"{STORY}<h2>Comments are closed</h2>", "last_heading", "Comments are closed"),
        (f"{STORY}<div class='author-bio'><p>Anna Lund writes about ships.</p></div>", "author", "Anna Lund writes about ships."),
        (f"{STORY}<div class='tags'>Ferry, harbour</div>", "meta", "Ferry, harbour"),
        (f"{STORY}{PICTURE}<div>The Möwe in dry dock.</div><div>HTV</div>", "caption", "The Möwe in dry dock."),
        (f"{STORY}<div class='photo'>{PICTURE} The Möwe in dry dock.</div>", "caption", "The Möwe in dry dock."),
        (f"{STORY}<div>{PICTURE}</div><p><b>The Möwe lies in dry dock.</b></p>", "caption", "The Möwe lies in dry dock."),
        (f"{STORY}{PICTURE}<p>The ferry at the quay of Westhaven</p>", "caption", "The ferry at the quay of Westhaven"),
        (f"{STORY}<div class='story-image'>{PICTURE}<p>渡輪停泊在碼頭。</p></div>", "caption", "渡輪停泊在碼頭。"),
    ],
)  # fmt: skip
def test_what_stands_in_the_container_without_being_text_is_cut_and_kept(
    inner: str, rule: str, text: str
) -> None:
    found = taken(f"<div>{inner}</div>")
    assert found.paragraphs == [TEXT.format(n) for n in range(4)]
    cut = {removal.rule: removal.text for removal in found.removed}
    assert cut[rule].startswith(text)
    assert {removal.place for removal in found.removed} == {"block"}


@pytest.mark.parametrize(
    "line",
    [
        "<p><a href='/a'>It also co-ordinates military plans with the island's neighbours.</a></p>",
        "<p>Также сообщается, что паром остаётся в порту до пятницы.</p>",
        "<h2>What the board says</h2><p>Nothing, for now, and nobody asks.</p>",
        "<h2><a href='#board'>What the board says</a></h2><p>Nothing, for now, and nobody asks.</p>",
        "<ul><li>Launch at noon</li><li>Launch at <a href='/six'>six</a></li></ul>",
        f"<div>{PICTURE}</div><p>The ferry lies in dry dock, and no one knows for how long.</p>",
        f"<div>{PICTURE}</div><p><b>Will she sail again?</b></p><p>Nobody knows, and nobody asks.</p>",
        f"<div>{PICTURE}</div><p><b>Back to the sea</b></p><p>Nobody knows, and nobody asks.</p>",
        "<p>Crane arrives</p>",
        "<p>“Meta” is the name of the launch.</p>",
    ],
)
def test_what_looks_like_furniture_but_is_text_stays(line: str) -> None:
    found = taken(f"<div>{STORY}{line}{''.join(f'<p>{TEXT.format(n)}</p>' for n in range(5, 8))}</div>")
    text = lxml.html.fragment_fromstring(f"<div>{line}</div>").text_content()
    assert "".join(found.paragraphs[4:-3]).replace("- ", "") == text
    assert found.removed == ()


def test_paragraphs_in_divs_below_pictures_are_no_captions() -> None:
    inner = "".join(f"<div class='p'>{TEXT.format(n)}</div>" for n in range(6))
    found = taken(f"<div>{PICTURE}<div class='p'>{TEXT.format(8)}</div>{inner}</div>")
    assert len(found.paragraphs) == 7
    assert found.captions == ()


def test_a_caption_found_by_its_place_comes_with_its_picture() -> None:
    found = taken(f"<div>{STORY}{PICTURE}<div>The Möwe in dry dock. Photo: HTV</div></div>")
    ((text, picture),) = found.captions
    assert (text, picture.get("src")) == ("The Möwe in dry dock. Photo: HTV", "/moewe.jpg")


LEAD = "Without its shaft the ferry will not sail before Friday."


@pytest.mark.parametrize(
    ("above", "standfirst"),
    [
        (f"<p>{LEAD}</p>", LEAD),
        (f"<p>By Anna Lund</p><p>{LEAD}</p><p>4 May</p>", LEAD),
        (f"<p>{LEAD}</p><p>And nobody in the whole of Westhaven was told when.</p>", ""),
        (f"<aside>{LEAD}</aside>", ""),
        (f"<p><a href='/a'>{LEAD}</a></p>", ""),
        ("", ""),
    ],
)
def test_one_sentence_between_headline_and_container_is_the_standfirst(above: str, standfirst: str) -> None:
    page = f"<article><header><h1>{TITLE}</h1>{above}</header><div>{STORY * 1}{STORY.replace('day', 'night')}</div></article>"
    assert taken(page).standfirst == standfirst


def test_where_no_prose_stands_out_trafilatura_is_asked() -> None:
    found = taken(f"<article><h1>{TITLE}</h1><p>More to follow.</p></article>")
    assert "More to follow." in found.paragraphs


# Thresholds: one page just below each, and one just above.


def words(length: int, number: int = 0) -> str:
    """A sentence of exactly so many characters, another one for each number."""
    return f"{number:02} {'harbour ferry shaft island sound launch quay ' * 60}"[: length - 2] + "x."


@pytest.mark.parametrize(("share", "wins"), [(2.6, False), (3.4, True)])
def test_a_stated_body_wins_from_three_times_the_length(share: float, wins: bool) -> None:
    stated = words(round(share * 400), 7)
    found = paragraphs(tree(f"<article><p>{words(200)}</p><p>{words(199, 1)}</p></article>"), URL, stated)
    assert (found == [stated]) is wins


def test_a_removal_holds_the_first_300_characters_of_what_was_cut() -> None:
    found = taken(f"<div>{STORY * 1}<div class='author-bio'>{words(500, 7)}</div></div>")
    assert [removal.text for removal in found.removed] == [words(500, 7)[:300]]


def between(above: str) -> str:
    page = f"<article><header><h1>{TITLE}</h1>{above}</header><div>{STORY}{STORY.replace('day', 'night')}</div></article>"
    return taken(page).standfirst


@pytest.mark.parametrize(("length", "standfirst"), [(45, False), (55, True), (750, True)])
def test_a_standfirst_is_longer_than_a_date(length: int, standfirst: bool) -> None:
    # short enough beside the text not to be a part of it
    body = "".join(f"<p>{words(400, n)}</p>" for n in range(30))
    page = f"<article><header><h1>{TITLE}</h1><p>{words(length, 50)}</p></header><div>{body}</div></article>"
    assert taken(page).standfirst == (words(length, 50) if standfirst else "")


@pytest.mark.parametrize(("lines", "standfirst"), [(9, LEAD), (10, "")])
def test_a_standfirst_stands_near_its_headline(lines: int, standfirst: str) -> None:
    assert between(f"<p>{LEAD}</p>{'<p>4 May</p>' * lines}") == standfirst


@pytest.mark.parametrize(("blocks", "asked"), [(18_000, True), (22_000, False)])
def test_trafilatura_is_not_asked_about_endless_pages(
    blocks: int, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr("trafilatura.bare_extraction", lambda *_args, **options: calls.append(options["url"]))
    assert taken("<p>Launch.</p>" * blocks).paragraphs == []
    assert bool(calls) is asked


# A paragraph between headline and container

ELSEWHERE = "The board of the port met at noon in the town hall, and its chair said that no boat would sail before Friday."


def opened(above: str, lead: str = LEAD) -> list[str]:
    """The text below a standfirst and what is above its container."""
    story = "".join(f"<p>{TEXT.format(n)} The crew slept in the hold.</p>" for n in range(9))
    page = f"<article><h1>{TITLE}</h1><p>{lead}</p>{above}<div>{story}</div></article>"
    return take(tree(page), URL, TITLE, "", lead).paragraphs


@pytest.mark.parametrize(
    ("above", "first"),
    [
        pytest.param(f"<div><p>{ELSEWHERE}</p></div>", True, id="in a box of its own"),
        pytest.param(f"<div><img src='/a.jpg'></div><p>{ELSEWHERE}</p>", True, id="below a picture"),
        pytest.param(
            "<div><p>Der Vorstand des Hafens tagte am Mittag im Rathaus, und vor Freitag fährt kein Schiff.</p></div>",
            True,
            id="in German",
        ),
        pytest.param(f"<div><p>{ELSEWHERE[:70]}</p></div>", False, id="short"),
        pytest.param(f"<div><p><a href='/b'>{ELSEWHERE}</a></p></div>", False, id="a link"),
        pytest.param(f"<div class='newsletter'><p>{ELSEWHERE}</p></div>", False, id="named"),
        pytest.param(f"<aside><p>{ELSEWHERE}</p></aside>", False, id="aside"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_paragraph_above_the_container_is_the_first_if_trafilatura_has_it(above: str, first: bool) -> None:
    found = opened(above)
    assert len(found) == 9 + first
    assert LEAD not in found
    if first:
        assert found[0] in above


def test_the_standfirst_stays_out_of_the_text() -> None:
    found = taken(
        f"<article><h1>{TITLE}</h1><p>{LEAD}</p><div>{STORY}{STORY.replace('day', 'night')}</div></article>"
    )
    assert found.standfirst == LEAD
    assert LEAD not in found.paragraphs


@pytest.mark.parametrize(
    ("theirs", "first"),
    [
        ("all", True),
        ("no such paragraph", False),
        ("half of the rest", False),
        ("another text", False),
    ],
)
def test_trafilatura_is_believed_where_it_agrees_with_the_rest(
    theirs: str, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = [f"{TEXT.format(n)} The crew slept in the hold." for n in range(9)]
    texts = {
        "all": [ELSEWHERE, *ours],
        "no such paragraph": ours,
        "half of the rest": [ELSEWHERE, *ours[:5]],
        "another text": [ELSEWHERE, *(words(200, n) for n in range(20))],
    }
    monkeypatch.setattr("articles.trafilatura_text.read", lambda *_args, **_options: texts[theirs])
    assert (ELSEWHERE in opened(f"<div><p>{ELSEWHERE}</p></div>")) is first


def test_trafilatura_is_asked_only_where_there_is_such_a_paragraph(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr("trafilatura.bare_extraction", lambda *_args, **options: calls.append(options["url"]))
    opened("<div><p>By Ada O'Neill, 5 November 2026</p></div>")
    assert calls == []
    opened(f"<div><p>{ELSEWHERE}</p></div>")
    assert calls == [URL]


LONG_LEAD = f"{LEAD} The islanders cross the sound in an open launch."


@pytest.mark.parametrize(
    ("above", "lead"),
    [
        pytest.param(f"<p>{LONG_LEAD}</p>", LONG_LEAD, id="the lead"),
        pytest.param(f"<p>{LONG_LEAD}</p>", "", id="the standfirst"),
        pytest.param(f"<p><a href='/b'>{ELSEWHERE}</a></p>", LEAD, id="a link"),
        pytest.param(f"<div class='newsletter'><p>{ELSEWHERE}</p></div>", LEAD, id="named"),
        pytest.param(f"<p>{ELSEWHERE[:70]}</p>", LEAD, id="short"),
    ],
)
def test_some_paragraphs_are_not_the_first_whatever_trafilatura_says(
    above: str, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = [f"{TEXT.format(n)} The crew slept in the hold." for n in range(9)]
    everything = [LONG_LEAD, ELSEWHERE, *story]
    monkeypatch.setattr("articles.trafilatura_text.read", lambda *_args, **_options: everything)
    page = (
        f"<article><h1>{TITLE}</h1>{above}<div>{''.join(f'<p>{line}</p>' for line in story)}</div></article>"
    )
    assert take(tree(page), URL, TITLE, "", lead).paragraphs == story
    above_headline = f"<article><p>{ELSEWHERE}</p><h1>{TITLE}</h1><div>{''.join(f'<p>{line}</p>' for line in story)}</div></article>"
    assert take(tree(above_headline), URL, TITLE, "", lead).paragraphs == story
