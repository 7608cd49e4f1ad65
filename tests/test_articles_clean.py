"""From a page to its article: reasons for rejection, encodings, notes, and pages that mean harm."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.clean import STEPS, Draft, clean
from articles.model import Article, FeedEntry, Page, Reason, Rejection, from_json, to_json
from articles.sites.applying import SiteWork
from articles.sites.site_rules import NO_RULES, SiteRule, SiteRules
from tests.golden_pages import CASES, FETCHED, GOLDEN

URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"
TEXT = (
    "The ferry stayed in the harbour on Monday because its shaft had not arrived, and the islanders crossed the sound"
    " in a small open launch that carries no more than twelve people at a time."
)


def page(body: bytes | str, **changes: Any) -> Page:
    entry = changes.pop("entry", FeedEntry(url=URL, source="harbour"))
    made = Page(
        url=URL,
        final_url=URL,
        status=200,
        headers=(("content-type", "text/html"),),
        body=body if isinstance(body, bytes) else body.encode(),
        fetched_at=FETCHED,
        entry=entry,
    )
    return replace(made, **changes)


def html(inner: str, head: str = "") -> str:
    return f"<html><head><title>Ferry stays in port</title>{head}</head><body>{inner}</body></html>"


def article_of(given: Page) -> Article:
    result = clean(given)
    assert isinstance(result, Article), result
    return result


def reason_of(given: Page) -> str:
    result = clean(given)
    assert isinstance(result, Rejection), result
    assert result.reason in get_args(Reason)
    assert result.detail
    return result.reason


def test_a_page_of_the_seeds_shape_loses_its_four_defects() -> None:
    article = article_of(page((GOLDEN / "en_alternate_addresses" / "page.html").read_bytes()))
    text = "\n".join((article.lead, *article.body))
    for defect in ("Westhaven /", "Ilse Brandt", "gantry crane of the northern type", "accessed at", "Roku"):
        assert defect not in text
    rules = {removal.rule: removal.text for removal in article.removed}
    assert {"breadcrumb", "caption", "boilerplate"} <= rules.keys()
    assert [image.credit for image in article.images] == ["HTV photo", "Photo by Reuters"]
    assert all(image.status == "undecided" for image in article.images)


def test_same_page_same_article() -> None:
    given = page((GOLDEN / "de_kicker_and_newsletter" / "page.html").read_bytes())
    assert clean(given) == clean(given)


def test_the_content_hash_covers_content_and_nothing_else() -> None:
    given = page(html(f"<h1>Ferry stays in port</h1><p>{TEXT}</p>"))
    first = article_of(given)
    assert len(first.content_hash) == 32
    assert (
        article_of(replace(given, fetched_at=datetime(2026, 2, 1, tzinfo=UTC))).content_hash
        == first.content_hash
    )
    changed = page(given.body.replace(b"Monday", b"Tuesday"))
    assert article_of(changed).content_hash != first.content_hash


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (page(html(f"<p>{TEXT}</p>"), status=404), "http_status"),
        (page(html(f"<p>{TEXT}</p>"), status=304), "http_status"),
        (page(b"%PDF-1.7 ...", headers=(("content-type", "application/pdf"),)), "not_html"),
        (page(b"%PDF-1.7 ..."), "not_html"),
        (page(b"\x89PNG\r\n\x1a\n"), "not_html"),
        (page(b'{"title": "a"}'), "not_html"),
        (page(b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>'), "not_html"),
        (page(b"x" * 5_000_001), "too_large"),
        (page(b""), "empty"),
        (page(b" \n\t "), "empty"),
        (page(b"\x00\x00"), "empty"),
        (page("<div>" * 10_000 + TEXT), "too_deep"),
        (page("<b>" * 200_000 + TEXT), "too_deep"),
        (page(html("<h1>Ferry stays in port</h1><p>Read on tomorrow.</p>")), "too_short"),
        (page(html("<h1>Ferry stays in port</h1><div id='app'></div>")), "no_article"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_reasons_for_rejection(given: Page, reason: str) -> None:
    assert reason_of(given) == reason


def test_front_pages_are_lists() -> None:
    teasers = "".join(
        f"<div class='teaser'><h3><a href='/story/{n}'>Harbour board decides on crane number {n} today</a></h3>"
        f"<p>The board met again on the question of crane {n}, and again went home.</p></div>"
        for n in range(30)
    )
    assert reason_of(page(html(f"<h1>Harbour News</h1><main>{teasers}</main>"))) == "list_page"


LISTED = "".join(
    f"<h3><a href='/story/{n}'>Harbour board decides on crane number {n} after a long debate</a></h3>"
    for n in range(30)
)
SHORT = f"<main><p>{TEXT[:150]}.</p>{LISTED}</main>"


@pytest.mark.parametrize(
    ("listed", "title", "refused"),
    [
        ("Ferry stays in port", "Ferry stays in port | Harbour News", False),
        ("Fähre bleibt im Hafen - Küstenbote", "Fähre bleibt im Hafen", False),
        ("", "Ferry stays in port", True),
        ("Crane arrives by night", "Ferry stays in port", True),
        ("News", "News", True),
        ("Ferry stays in port", "Harbour News", True),
    ],
)
def test_the_title_that_a_feed_gave_vouches_for_a_page(listed: str, title: str, refused: bool) -> None:
    entry = FeedEntry(url=URL, source="harbour", title=listed)
    given = page(f"<html><head><title>{title}</title></head><body>{SHORT}</body></html>", entry=entry)
    assert isinstance(clean(given), Rejection) is refused


def test_a_title_that_agrees_makes_no_article_of_links_alone() -> None:
    entry = FeedEntry(url=URL, source="harbour", title="Ferry stays in port")
    assert reason_of(page(html(f"<main>{LISTED}</main>"), entry=entry)) == "list_page"


def test_comments_with_titles_make_no_list() -> None:
    comments = LISTED.replace("<h3>", "<div class='comment'><h3>").replace("</h3>", "</h3><p>Aye.</p></div>")
    inner = f"<div><h2>Ferry stays in port</h2><i>{TEXT}</i></div><div class='comments'>{comments}</div>"
    assert article_of(page(html(inner))).body == (TEXT,)


def test_an_article_among_many_teasers_is_no_list() -> None:
    teasers = "".join(
        f"<h3><a href='/story/{n}'>Harbour board decides on crane {n}</a></h3>" for n in range(30)
    )
    body = "".join(f"<p>{TEXT} It was day {n} of the repair.</p>" for n in range(8))
    article = article_of(
        page(
            html(
                f"<article><h1>Ferry stays in port</h1>{body}</article><div class='more-stories'>{teasers}</div>"
            )
        )
    )
    assert len(article.body) == 8


def test_a_short_page_that_calls_itself_an_article_is_one() -> None:
    head = '<meta property="og:type" content="article">'
    article = article_of(
        page(html("<h1>Ferry stays in port</h1><article><p>More to follow.</p></article>", head))
    )
    assert article.body == ("More to follow.",)


def test_chinese_is_counted_by_characters() -> None:
    text = "海港市交通局昨日宣布，自下月一日起，往返本岛与离岛的渡轮票价将上调一成半，这是六年来首次调整，居民表示担忧。请市民留意班次。"
    article = article_of(page(html(f"<h1>渡轮票价上调</h1><article><p>{text}</p></article>")))
    assert article.language == "zh"
    assert article.word_count == 28


def test_what_the_page_lacks_comes_from_its_feed_entry() -> None:
    published = datetime(2025, 12, 31, 10, tzinfo=UTC)
    entry = FeedEntry(
        url=URL, source="harbour", title="Ferry stays in port", authors=("Anna Lund",), published_at=published
    )
    bare = f"<html><body><article><p>{TEXT}</p><p>{TEXT}</p></article></body></html>"
    article = article_of(page(bare, entry=entry))
    assert (article.title, article.authors, article.published_at) == (entry.title, entry.authors, published)


def test_text_is_normalised() -> None:
    dirty = "The fer\u00adry \u200bsailed at noon\u0007 from Mu\u0308nster\u00a0quay and nobody waved."
    article = article_of(
        page(html(f"<h1>Ferry\u200b stays in port</h1><article><p>{TEXT}</p><p>{dirty}</p></article>"))
    )
    assert article.body[-1] == "The ferry sailed at noon from Münster quay and nobody waved."
    assert article.title == "Ferry stays in port"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (
            b"<meta charset='windows-1251'>" + "Паром не вышел в море".encode("windows-1251"),
            "text/html",
        ),
        ("Паром не вышел в море".encode("windows-1251"), "text/html; charset=windows-1251"),
        ("<meta charset='iso-8859-1'>Паром не вышел в море".encode(), "text/html; charset=iso-8859-1"),
        (b"\xff\xfe" + "Паром не вышел в море".encode("utf-16-le"), "text/html"),
        ("Паром не вышел в море и остался у причала до вечера, сообщил порт".encode("koi8-r"), "text/html"),
    ],
    ids=["meta", "header", "utf-8 whatever is declared", "bom", "sniffed"],
)
def test_encodings(body: bytes, header: str) -> None:
    from articles.html import decode

    assert "Паром не вышел в море" in decode(body, header)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=2000))
def test_random_bytes_never_raise(body: bytes) -> None:
    assert isinstance(clean(page(b"<html><body>" + body)), Article | Rejection)
    assert isinstance(clean(page(body)), Article | Rejection)


PAGES = [(GOLDEN / case / "page.html").read_bytes() for case in CASES]
CHUNKS = [
    *(
        b"<",
        b">",
        b'"',
        b"</div>",
        b"<p>",
        b"<table><tr>",
        b"<svg>",
        b"<figure><figcaption>",
        b"<script>",
        b"{",
        b"]",
    ),
    *(
        b"\x00",
        b"\xff",
        b"&#0;",
        b"&#xd800;",
        b"<!--",
        b"<![CDATA[",
        b"<html/>",
        b"<body>",
        b"<template>",
        b"<base href=':'>",
    ),
]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(PAGES),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(CHUNKS), st.integers(0, 40)), max_size=8),
)
def test_mutilated_pages_never_raise(original: bytes, wounds: list[tuple[float, bytes, int]]) -> None:
    body = original
    for where, chunk, cut in wounds:
        at = int(where * len(body))
        body = body[:at] + chunk + body[at + cut :]
    result = clean(page(body))
    assert isinstance(result, Article | Rejection)
    if isinstance(result, Article):
        assert from_json(to_json(result)) == result


LONG = "".join(f"<p>{TEXT} It was day {n} of the repair.</p>" for n in range(4))


class Watched(Draft):
    """A draft that notes which of its fields are read and set."""

    __slots__ = ("read", "written")

    def __init__(self, page: Page, site: SiteRules = NO_RULES) -> None:
        object.__setattr__(self, "read", set())
        object.__setattr__(self, "written", set())
        super().__init__(page, site=SiteWork(site))

    def __getattribute__(self, name: str) -> Any:
        if name in Draft.__dataclass_fields__:
            object.__getattribute__(self, "read").add(name)
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self.written.add(name)
        object.__setattr__(self, name, value)


def test_every_step_needs_and_gives_what_it_says() -> None:
    standfirst = html(f"<header><h1>Ferry stays in port</h1><p>{TEXT}</p></header><main>{LONG}</main>")
    articles = [body for body in PAGES if isinstance(clean(page(body)), Article)]
    told = SiteRules(rules=(SiteRule(kind="body", name="body", select="main"),), whole=True)
    drafts = [Watched(page(body)) for body in (*articles, standfirst)]
    drafts.append(Watched(page(standfirst), told))
    for step in STEPS:
        needs, gives = re.fullmatch(
            r".*\. Needs ([\w, ]+)(?:; gives ([\w, ]+))?\.", step.__doc__ or ""
        ).groups("")  # type: ignore[union-attr]
        read: set[str] = set()
        written: set[str] = set()
        for draft in drafts:
            draft.read.clear()
            draft.written.clear()
            assert step(draft) is None
            read |= draft.read
            written |= draft.written
        given = set(gives.split(", ")) - {""}
        assert written - given == set(), step.__name__
        assert given - written <= {"tree"}, step.__name__  # changed in its place
        assert read - given == set(needs.split(", ")) - given, step.__name__


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (page(html(f"<h1>We value your privacy</h1><p>{TEXT}</p>").replace("Ferry stays in port", "We value your privacy")), "consent_page"),
        (page(html(f"<h1>Ferry stays in port</h1>{LONG}"), final_url="https://consent.kuestenbote.example/collect"), "consent_page"),
        (page(html(f"<p>{TEXT}</p>").replace("Ferry stays in port", "Seite nicht gefunden – Küstenbote")), "not_found"),
        (page(html(f"<p>{TEXT}</p>").replace("Ferry stays in port", "404 - Harbour News")), "not_found"),
        (page(html(f"<p>{TEXT}</p>").replace("Ferry stays in port", "ページが見つかりません")), "not_found"),
        (page(html("<i></i>" * 160_000 + LONG)), "too_large"),
    ],
)  # fmt: skip
def test_pages_that_say_they_are_something_else(given: Page, reason: str) -> None:
    assert reason_of(given) == reason


@pytest.mark.parametrize(
    "title",
    ["Page not found: the library's lost book", "404 islanders want a bridge", "Cookie settings are a farce, says the harbour board"],
)  # fmt: skip
def test_an_article_about_lost_pages_and_cookies_is_one(title: str) -> None:
    head = '<meta property="article:published_time" content="2025-12-30T10:00:00+01:00">'
    body = html(f"<h1>{title}</h1>{LONG}", head).replace("Ferry stays in port", title)
    assert article_of(page(body)).title == title


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("This article was amended on 4 May to correct the name of the ferry.", True),
        ("Dieser Artikel erschien zuerst im Inselboten.", True),
        ("(dpa/lno)", True),
        ("（来源：港口日报）", True),
        ("Share this article", False),
    ],
)
def test_notes_of_origin_and_correction_leave_the_text_and_are_kept(line: str, kept: bool) -> None:
    article = article_of(page(html(f"<h1>Ferry stays in port</h1>{LONG}<p>{line}</p>")))
    assert line not in article.body
    assert article.notes == ((line,) if kept else ())
    assert any(removal.text == line for removal in article.removed)


@pytest.mark.parametrize(
    "line",
    [
        "This article of the treaty was amended by the council, and the harbour board protested.",
        "The reporting by the harbour board was late, and nobody read it.",
        "Die Quelle: ein Brunnen hinter dem Haus des Lotsen, der seit Jahren trocken liegt.",
        "По материалам дела видно, что паром вышел в море без разрешения капитана порта.",
    ],
)
def test_sentences_like_notes_stay_in_the_text(line: str) -> None:
    article = article_of(
        page(html(f"<h1>Ferry stays in port</h1>{LONG}<p>{line}</p>{LONG.replace('day', 'night')}"))
    )
    assert line in article.body
    assert article.notes == ()


@pytest.mark.parametrize(
    ("inner", "meta", "expected"),
    [
        (f"<p>ANNA LUND</p>{LONG}", "Harbour N", ("Anna Lund",)),
        (f"{LONG}<p>Lê Phương</p>", "kuestenbote", ("Lê Phương",)),
        (f"<p>ANNA LUND</p>{LONG}", "Jens Roe", ("Jens Roe",)),
        (f"{LONG}<p>नौका बंदरगाह में रुकी।</p><p>Lê Phương</p>", "kuestenbote", ("Lê Phương",)),
        (f"{LONG}<p>渡轮停航。</p><p>Lê Phương</p>", "kuestenbote", ("Lê Phương",)),
        (f"{LONG}<p>Back to port.</p>", "Harbour N", ("Harbour N",)),
        (f"{LONG}<p>Quick Links</p>", "", ()),
    ],
)
def test_a_name_alone_is_the_byline_where_the_page_names_only_itself(
    inner: str, meta: str, expected: tuple[str, ...]
) -> None:
    head = f'<meta name="author" content="{meta}"><meta property="og:site_name" content="Harbour News">'
    article = article_of(page(html(f"<h1>Ferry stays in port</h1>{inner}", head)))
    assert article.authors == expected
    assert ("ANNA LUND" in article.body) == (expected == ("Jens Roe",))


@pytest.mark.parametrize(("count", "accepted"), [(22, False), (28, True)])
def test_a_page_that_calls_itself_nothing_needs_some_words(count: int, accepted: bool) -> None:
    given = page(html(f"<h1>Ferry stays in port</h1><p>{'ferry ' * (count - 1)}sails.</p>"))
    assert isinstance(clean(given), Article) is accepted


@pytest.mark.parametrize(("size", "reason"), [(4_900_000, ""), (5_100_000, "too_large")])
def test_a_page_has_a_bounded_size(size: int, reason: str) -> None:
    found = STEPS[0](Draft(page(b"<p>" + b" " * size)))
    assert (found.reason if found else "") == reason


CONSENT = (
    "<div id='cookie-banner'><p>We and our 842 partners store and access information on a device, such as cookies, and "
    "process personal data.</p><p>You can accept or manage your choices by clicking below, where our partners claim a "
    "legitimate interest.</p><p>We use cookies to measure how our content performs and to develop our services.</p></div>"
)
SHORT_STORY = (
    "<p>The ferry stayed in the harbour on Tuesday because its new shaft had not arrived from the mainland.</p>"
    "<p>The islanders crossed the sound in small boats, and the baker carried his bread across by himself.</p>"
)


def test_a_page_that_only_asks_for_consent_is_no_article_whatever_it_calls_itself() -> None:
    article = "<meta property='og:type' content='article'>"
    for head in ("", article):
        assert (
            reason_of(page(html(f"<h1>Ferry stays in port until Friday</h1>{CONSENT}", head)))
            == "consent_page"
        )


@pytest.mark.parametrize("above", [CONSENT, ""])
@pytest.mark.parametrize("below", [CONSENT, ""])
def test_a_request_for_consent_longer_than_the_article_is_not_its_text(above: str, below: str) -> None:
    story = f"<article><h1>Ferry stays in port until Friday</h1>{SHORT_STORY}</article>"
    article = clean(page(html(above + story + below)))
    assert isinstance(article, Article)
    assert "cookies" not in " ".join(article.body)
    assert len(article.body) == 2
