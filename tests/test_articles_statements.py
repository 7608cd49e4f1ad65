"""What a page says about itself: which statement wins, and what is not believed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import lxml.html
import pytest

from articles.metadata.statements import Metadata, read
from articles.model import FeedEntry, Page

URL = "https://www.example.org/news/ferry-stays"
FETCHED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def stated(
    head: str = "", body: str = "<p>x</p>", entry: FeedEntry | None = None, lang: str = ""
) -> Metadata:
    tree = lxml.html.document_fromstring(f"<html lang='{lang}'><head>{head}</head><body>{body}</body></html>")
    page = Page(
        url=URL, final_url=URL, status=200, headers=(), body=b"", fetched_at=FETCHED,
        entry=entry or FeedEntry(url=URL, source="harbour"),
    )  # fmt: skip
    before = lxml.html.tostring(tree)
    found = read(tree, page)
    assert lxml.html.tostring(tree) == before
    return found


def ld(**node: Any) -> str:
    return f"<script type='application/ld+json'>{json.dumps({'@type': 'NewsArticle'} | node)}</script>"


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Ferry stays in port | Harbour News</title>", "<h1>Ferry stays in port</h1>", "Ferry stays in port"),
        (meta("og:title", "Ferry stays in port"), "<h1>Harbour News</h1><h1>Ferry stays in Port!</h1>", "Ferry stays in Port!"),
        (ld(headline="Ferry stays in port"), "<h1>Menu</h1>", "Ferry stays in port"),
        (ld(headline="Cranes &amp; ferries stay"), "", "Cranes & ferries stay"),
        ("<title>Ferry stays in port | Harbour News</title>", "", "Ferry stays in port"),
        ("<title>Ferry stays – Harbour</title>" + meta("og:site_name", "Harbour"), "", "Ferry stays"),
        ("<title>Ferry stays – again</title>" + meta("og:site_name", "Harbour"), "", "Ferry stays – again"),
        ("", "<h1>Ferry <b>stays</b> in port</h1>", "Ferry stays in port"),
        ("", "<svg><title>Menu</title></svg><h1>Ferry stays in port</h1>", "Ferry stays in port"),
        ("<title>渡轮停航 - 海港日报</title>", "<h1>渡轮停航</h1>", "渡轮停航"),
        (meta("og:title", "Ferry stays in port today"), "<h1>Shipping: Ferry stays in port today</h1>", "Ferry stays in port today"),
        (meta("og:title", "Ferry stays in port today"), "<h1>Sea Ferry stays in port today</h1>", "Sea Ferry stays in port today"),
        (meta("og:title", "Ferries stay in port, islanders wait"), "<h1>Islanders wait for the ferries to sail</h1>", "Islanders wait for the ferries to sail"),
        (meta("og:title", "Ferry stays in port"), "<h1>All the news of the northern coast</h1>", "Ferry stays in port"),
        (ld(headline="Islanders wait on a day without ferries") + "<title>Harbour ticker: crane falls</title>",
         "<h1>Harbour ticker: crane falls</h1>", "Islanders wait on a day without ferries"),
        (ld(**{"@type": "Article"}, headline="Islanders wait on a day without ferries") + "<title>Ferry stays in port today</title>",
         "<h1>Ferry stays in port today</h1>", "Ferry stays in port today"),
        (ld(headline="Ferry stays in port today | Coast"), "<h1>Ferry stays in port today</h1>", "Ferry stays in port today"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_the_title_is_the_heading_that_the_head_vouches_for(head: str, body: str, title: str) -> None:
    assert stated(head, body).title == title


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (ld(author={"name": "Anna Lund"}) + meta("author", "Ole Brandt"), "", ("Anna Lund",)),
        (ld(author=["By Anna Lund", {"name": "Ole Brandt"}]), "", ("Anna Lund", "Ole Brandt")),
        (ld(author={"name": "Sean O&#39;Neill"}), "", ("Sean O'Neill",)),
        (meta("article:author", "https://harbour.example/anna") + meta("author", "Anna Lund"), "", ("Anna Lund",)),
        ("", "<a rel='author'>Anna Lund</a>", ("Anna Lund",)),
        ("", "<div class='Byline'>By Anna Lund and Ole Brandt</div>", ("Anna Lund", "Ole Brandt")),
        ("", "<aside><a rel='author'>Anna Lund</a></aside>", ()),
        ("", "<div class='comments'><a rel='author'>Troll</a></div>", ()),
        (ld(author="Harbour News", publisher={"name": "Harbour News"}), "<a rel='author'>Anna Lund</a>", ("Anna Lund",)),
        (ld(author="Harbour News", publisher={"name": "Harbour News"}), "", ("Harbour News",)),
        (ld(author=[{"@type": "Organization", "name": "Quay Group"}, {"name": "Anna Lund"}]), "", ("Anna Lund",)),
        (ld(author={"name": "João Costa e Silva"}), "", ("João Costa e Silva",)),
        (meta("author", "Di Zhang"), "", ("Di Zhang",)),
        (meta("author", "Von Anna Lund, dpa"), "", ("Anna Lund",)),
        (meta("author", "Quay Media Group") + meta("article:author", "Anna Lund"), "", ("Anna Lund",)),
        (meta("author", "q_admin"), "<p class='byline'>By Anna Lund</p>", ("Anna Lund",)),
        (meta("og:site_name", "Harbour News"), "<p class='byline'>Harbour News</p>", ("Harbour News",)),
        (meta("twitter:label2", "Verfasst von") + meta("twitter:data2", "Anna Lund"), "", ("Anna Lund",)),
        (meta("twitter:label1", "Reading time") + meta("twitter:data1", "Four Minutes"), "", ()),
        (meta("twitter:label1", "Written by") + meta("twitter:data1", "Per Uploader"), "<p class='byline'>By Anna Lund</p>", ("Anna Lund",)),
        (meta("quayParse:author", "Anna Lund"), "", ("Anna Lund",)),
        (ld(author={"name": "KimL"}), "<p class='byline'>By Anna Lund</p>", ("Anna Lund",)),
        (ld(author={"name": "annalund"}), "", ("annalund",)),
        (ld(author={"name": "annalund"}), "<p class='byline'>Island Forum</p>", ("annalund",)),
    ],
)  # fmt: skip
def test_authors_come_from_the_best_statement_that_names_a_person(
    head: str, body: str, authors: tuple[str, ...]
) -> None:
    assert stated(head, body).authors == authors


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        (ld(datePublished="2025-05-01T10:00:00+02:00") + meta("date", "2025-04-01"), "", "2025-05-01T08:00:00"),
        (meta("article:published_time", "2025-05-01T10:00:00Z"), "", "2025-05-01T10:00:00"),
        (ld(datePublished="soon") + meta("pubdate", "2025-05-01"), "", "2025-05-01T00:00:00"),
        (ld(datePublished="2031-01-01") + meta("pubdate", "2025-05-01"), "", "2025-05-01T00:00:00"),
        ("", "<time datetime='2025-05-01T10:00:00Z'>then</time>", "2025-05-01T10:00:00"),
        ("", "<time itemprop='dateModified' datetime='2025-06-01'></time><time datetime='2025-05-01'></time>", "2025-05-01T00:00:00"),
    ],
)  # fmt: skip
def test_the_publication_time_is_the_first_that_can_be_true(head: str, body: str, published: str) -> None:
    found = stated(head, body)
    assert found.published_at == datetime.fromisoformat(published).replace(tzinfo=UTC)
    assert found.modified_at is None


def test_the_feeds_author_goes_before_the_site_itself() -> None:
    entry = FeedEntry(url=URL, source="harbour", authors=("Anna Lund",))
    assert stated(meta("og:site_name", "Harbour") + meta("author", "Harbour"), entry=entry).authors == (
        "Anna Lund",
    )


def test_the_feed_dates_a_page_that_does_not_date_itself() -> None:
    then = datetime(2025, 5, 1, 10, tzinfo=UTC)
    entry = FeedEntry(
        url=URL, source="harbour", title="Ferry stays", authors=("Anna Lund",), published_at=then
    )
    found = stated(ld(dateModified="2025-05-02"), entry=entry)
    assert (found.title, found.authors, found.published_at) == ("Ferry stays", ("Anna Lund",), then)
    assert found.modified_at == datetime(2025, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        (ld(keywords="harbour, ferry; Shaft"), ("harbour", "ferry", "Shaft")),
        (ld(keywords=["harbour", "ferry, old", "Harbour"]), ("harbour", "ferry, old")),
        (meta("article:tag", "harbour") + meta("article:tag", "ferry"), ("harbour", "ferry")),
        (meta("keywords", "harbour,,x, ferry"), ("harbour", "ferry")),
        (ld(keywords={"a": 1}) + meta("keywords", ""), ()),
        (ld(keywords=[f"tag {n}" for n in range(90)]), tuple(f"tag {n}" for n in range(50))),
    ],
)
def test_tags_are_parted_and_listed_once(head: str, tags: tuple[str, ...]) -> None:
    assert stated(head).tags == tags


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("<link rel='canonical' href='/news/ferry'>", "https://www.example.org/news/ferry"),
        (
            "<link rel='shortlink CANONICAL' href='https://m.example.org/f'>",
            "https://m.example.org/f",
        ),
        ("<link rel='canonical' href='https://elsewhere.example.net/f'>", URL),
        ("<link rel='canonical' href='/'>", URL),
        ("<link rel='canonical' href='http://['>", URL),
        ("<base href='/old/'><link rel='canonical' href='ferry'>", "https://www.example.org/old/ferry"),
        ("", URL),
    ],
)
def test_a_canonical_address_is_believed_within_the_site(link: str, expected: str) -> None:
    assert stated(link).canonical_url == expected


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("/f.jpg", "https://www.example.org/f.jpg"),
        (["/f.jpg", "/g.jpg"], "https://www.example.org/f.jpg"),
        ({"contentUrl": "/f.jpg"}, "https://www.example.org/f.jpg"),
        *((junk, "https://www.example.org/og.jpg") for junk in (None, [], {}, 7, {"url": [1]}, [[]])),
    ],
)
def test_the_lead_image_is_an_absolute_address(image: Any, expected: str) -> None:
    assert stated(ld(image=image) + meta("og:image", "/og.jpg")).lead_image == expected


def test_small_statements_are_read() -> None:
    head = ld(articleSection=["Islands"], description="No shaft &ndash; no ferry", articleBody="Text.")
    found = stated(head + meta("og:site_name", "Harbour\u00a0News"), lang="de-AT")
    assert (found.section, found.description, found.site_name) == (
        "Islands",
        "No shaft – no ferry",
        "Harbour News",
    )
    assert (found.language, found.stated_body, found.base) == ("de-AT", "Text.", URL)


@pytest.mark.parametrize(
    ("head", "vouched"),
    [
        (ld(), True),
        (meta("og:type", "Article"), True),
        (meta("article:published_time", "2025-05-01"), True),
        (meta("og:type", "website"), False),
        ("", False),
    ],
)
def test_some_pages_call_themselves_articles(head: str, vouched: bool) -> None:
    assert stated(head).vouched == vouched


@pytest.mark.parametrize(
    ("head", "access"),
    [
        (ld(isAccessibleForFree=False), "paywalled"),
        (ld(isAccessibleForFree="False"), "paywalled"),
        (ld(isAccessibleForFree="http://schema.org/False"), "paywalled"),
        (ld(isAccessibleForFree=True), "free"),
        (meta("article:content_tier", "metered"), "metered"),
        (meta("article:content_tier", "locked"), "paywalled"),
        (meta("article:content_tier", "free"), "free"),
        ("<meta itemprop='isAccessibleForFree' content='false'>", "paywalled"),
        ("", "free"),
    ],
)
def test_access_is_what_the_page_says(head: str, access: str) -> None:
    assert stated(head).access == access


@pytest.mark.parametrize(
    ("written", "day"),
    [("2025-01-14T01:28:54+09:00", "2025-01-14"), ("2025-01-13T23:30:00-05:00", "2025-01-13"), ("2025-01-13", "2025-01-13")],
)  # fmt: skip
def test_the_day_of_publication_is_that_of_its_own_time_zone(written: str, day: str) -> None:
    found = stated(meta("article:published_time", written))
    assert found.published_on is not None
    assert found.published_on.isoformat() == day
    assert found.published_at is not None
    assert found.published_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(("length", "authors"), [(140, ("Anna Lund",)), (160, ())])
def test_a_byline_is_short(length: int, authors: tuple[str, ...]) -> None:
    text = f"Anna Lund | {'lorem ipsum ' * 20}"[: length - 1] + "x"
    assert stated(body=f"<p class='byline'>{text}</p>").authors == authors


def test_a_title_is_cut_after_four_hundred_characters() -> None:
    assert len(stated(f"<title>{'ferry ' * 100}</title>").title) == 400
