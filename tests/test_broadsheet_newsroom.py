"""The sample newsroom: what the rest of the tests and the demo crawl."""

import http.client
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import html

from broadsheet.newsroom import Newsroom, SampleArticle
from broadsheet.newsroom.content import SITES
from broadsheet.newsroom.render import plain
from tests.patience import PATIENCE

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(clock=lambda: NOON) as opened:
        yield opened


def fetch(
    url: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[http.client.HTTPResponse, bytes]:
    """One answer, redirects not followed."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    try:
        connection.request(method, f"{parts.path}?{parts.query}".rstrip("?"), headers=headers or {})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def tree_of(url: str) -> html.HtmlElement:
    """The page as a browser would read it: decoded by its label, where gb2312 means GB 18030 (WHATWG)."""
    answer, page = fetch(url)
    label = answer.headers.get_content_charset() or re.findall(rb"charset=([\w-]+)", page)[0].decode()
    return html.document_fromstring(page.decode({"gb2312": "gb18030"}.get(label, label)))


def text_of(tree: html.HtmlElement) -> str:
    """What a reader sees, in one line."""
    for script in tree.xpath("//script | //style"):
        script.drop_tree()
    return plain(tree.text_content())


def as_updated(feed: bytes) -> dict[str, str]:
    return {entry.link: entry.get("updated", "") for entry in feedparser.parse(feed).entries}


def test_each_publisher_has_a_host_a_feed_and_a_language_of_its_own(newsroom: Newsroom) -> None:
    assert len({urlsplit(url).netloc for url in newsroom.feeds}) == len(SITES) == 4
    assert [urlsplit(url).netloc for url in newsroom.feeds] == [
        urlsplit(url).netloc for url in newsroom.sites
    ]
    assert {article.language for article in newsroom.articles()} == {"en", "de", "ar", "zh"}
    assert len(newsroom.articles()) == 26


def test_without_further_loopback_addresses_ports_tell_publishers_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reserved = "240.0.0.{}"  # no interface can have it
    monkeypatch.setattr("broadsheet.newsroom.server.HOSTS", reserved)
    with Newsroom() as newsroom:
        assert {urlsplit(url).hostname for url in newsroom.feeds} == {"127.0.0.1"}
        assert len({urlsplit(url).port for url in newsroom.feeds}) == 4
        assert [fetch(url)[0].status for url in newsroom.sites] == [200] * 4


def test_every_home_page_declares_its_feed_and_links_its_articles(newsroom: Newsroom) -> None:
    for site, feed in zip(newsroom.sites, newsroom.feeds, strict=True):
        tree = html.document_fromstring(fetch(site)[1])
        assert tree.xpath("//link[@rel='alternate']/@href") == [feed]
        linked = set(tree.xpath("//a/@href"))
        assert {article.url for article in newsroom.articles() if article.url.startswith(site)} <= linked


def test_every_feed_lists_its_entries_with_titles_dates_and_no_parse_error(newsroom: Newsroom) -> None:
    for feed in newsroom.feeds:
        answer, body = fetch(feed)
        parsed = feedparser.parse(body, response_headers={"content-type": answer.headers["Content-Type"]})
        assert not parsed.bozo, parsed.get("bozo_exception")
        expected = [(entry.url, plain(entry.title)) for entry in newsroom.entries() if entry.feed == feed]
        assert [(entry.link, plain(entry.title)) for entry in parsed.entries] == expected
        published = {article.listed: article.published_at for article in newsroom.articles()}
        for entry in parsed.entries:
            if entry.link in published:
                assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == published[entry.link]


def test_every_entry_answers_as_its_intent_says(newsroom: Newsroom) -> None:
    entries = newsroom.entries()
    statuses = {entry.url: fetch(entry.url)[0].status for entry in entries}
    assert {entry.intent for entry in entries} == {
        "article",
        "private",
        "empty",
        "list",
        "missing",
        "duplicate",
    }
    for entry in entries:
        redirected = any(entry.url == article.listed != article.url for article in newsroom.articles())
        wanted = 301 if redirected else 404 if entry.intent == "missing" else 200
        assert statuses[entry.url] == wanted, entry
    assert list(statuses.values()).count(301) == 1
    originals = {entry.url for entry in entries if entry.intent == "article"}
    assert all(entry.url.split("?")[0] in originals for entry in entries if entry.intent == "duplicate")


def test_the_redirect_leads_to_its_article(newsroom: Newsroom) -> None:
    (moved,) = (article for article in newsroom.articles() if article.listed != article.url)
    assert fetch(moved.listed)[0].headers["Location"] == moved.url
    assert fetch(moved.url)[0].status == 200


def test_the_private_page_is_forbidden_by_robots(newsroom: Newsroom) -> None:
    (private,) = (entry for entry in newsroom.entries() if entry.intent == "private")
    assert "/private/" in private.url
    answers = [fetch(f"{site}robots.txt") for site in newsroom.sites]
    assert [answer.status for answer, _ in answers] == [200, 200, 200, 404]
    assert b"\nDisallow: /private/\n" in answers[0][1]


def test_every_article_page_holds_what_is_expected_of_it(newsroom: Newsroom) -> None:
    for article in newsroom.articles():
        tree = tree_of(article.url)
        assert tree.xpath("//link[@rel='canonical']/@href") == [article.url]
        assert [plain(text) for text in tree.xpath("//meta[@name='description']/@content")] == [article.lead]
        shown = text_of(tree)
        wanted = (article.title, article.lead, *article.authors, *article.body, *article.cut)
        assert [text for text in wanted if text not in shown] == [], article.url
        assert not [cut for cut in article.cut for paragraph in article.body if cut in paragraph], article.url


def test_the_seed_page_has_its_four_defects_in_the_article_container(newsroom: Newsroom) -> None:
    (article,) = (article for article in newsroom.articles() if "tide-buoys" in article.url)
    (container,) = tree_of(article.url).xpath("//div[@id='story']")
    shown = plain(container.text_content())
    foreign, _, fitting, _ = article.captions
    places = [
        shown.index(text) for text in ("News / Estmark", article.title, foreign, fitting, article.body[0])
    ]
    assert places == sorted(places)
    assert shown.index("alternate addresses") > shown.index(article.body[-1])
    assert not container.xpath(".//figure | .//figcaption | .//*[contains(@class, 'caption')]")


@pytest.mark.parametrize(
    ("path", "codec", "declared"),
    [("safa-coast", "windows-1256", "windows-1256"), ("1047802", "gb18030", "gb2312")],
)
def test_older_pages_declare_their_encoding_in_the_page_alone(
    newsroom: Newsroom, path: str, codec: str, declared: str
) -> None:
    (article,) = (article for article in newsroom.articles() if path in article.url)
    answer, page = fetch(article.url)
    assert answer.headers["Content-Type"] == "text/html"
    assert f"charset={declared}".encode() in page
    assert article.title in page.decode(codec)
    with pytest.raises(UnicodeDecodeError):
        page.decode("utf-8")


def test_the_entity_page_is_ascii_with_soft_hyphens(newsroom: Newsroom) -> None:
    (article,) = (article for article in newsroom.articles() if "saegewerk" in article.url)
    page = fetch(article.url)[1]
    assert b"&shy;" in page
    assert b"&nbsp;" in page
    assert b"&auml;" in page
    assert "\u00ad" not in "".join(article.body)
    assert "Quadratmeter" in article.body[0]


def test_han_without_spaces_around_tariffs(newsroom: Newsroom) -> None:
    inside = [
        article.url for article in newsroom.articles() if any("的关税自" in part for part in article.body)
    ]
    assert len(inside) == 1


def test_feeds_and_pages_answer_304_to_their_validators(newsroom: Newsroom) -> None:
    for url in (*newsroom.feeds, *newsroom.sites, *(article.url for article in newsroom.articles())):
        headers = fetch(url)[0].headers
        for name, value in (
            ("If-None-Match", headers["ETag"]),
            ("If-Modified-Since", headers["Last-Modified"]),
        ):
            answer, body = fetch(url, {name: value})
            assert (answer.status, body) == (304, b""), url
        assert fetch(url, {"If-None-Match": '"other"'})[0].status == 200
        assert fetch(url, {"If-Modified-Since": "Sun, 01 Feb 2026 00:00:00 GMT"})[0].status == 200


def test_an_update_changes_one_article_and_its_feed_entry(newsroom: Newsroom) -> None:
    before = {article.url: article for article in newsroom.articles()}
    feeds = {url: fetch(url) for url in newsroom.feeds}
    newsroom.publish_update()
    after = {article.url: article for article in newsroom.articles()}
    (url,) = (url for url in before if before[url] != after[url])
    assert before[url].body[:-1] == after[url].body[:-1]
    assert "Erste Fassung" in before[url].body[-1]
    assert "Zweite Fassung" in after[url].body[-1]
    assert after[url].body[-1] in text_of(tree_of(url))
    changed = []
    for feed, (answer, body) in feeds.items():
        again, newer = fetch(feed, {"If-None-Match": answer.headers["ETag"]})
        if again.status == 200:
            old, new = as_updated(body), as_updated(newer)
            changed += [link for link in new if new[link] > old[link]]
            assert len(old) == len(new)
    assert changed == [url]


def test_every_request_is_logged_with_its_host_and_validators(newsroom: Newsroom) -> None:
    feed = newsroom.feeds[1]
    fetch(feed, {"User-Agent": "tester", "If-None-Match": '"x"', "Accept": "text/xml"})
    fetch(feed, method="HEAD")
    first, second = newsroom.requests
    assert (first.time, first.path, first.status) == (NOON, "/feed/atom", 200)
    assert first.host == urlsplit(feed).netloc
    assert first.headers == {"user-agent": "tester", "if-none-match": '"x"'}
    assert second.headers == {}


def test_closing_frees_the_ports() -> None:
    with Newsroom() as newsroom:
        port = urlsplit(newsroom.feeds[0]).port or 0
        (host,) = {urlsplit(newsroom.feeds[0]).hostname}
    with pytest.raises(ConnectionRefusedError):
        fetch(f"http://{host}:{port}/")


def test_sections_and_shells_are_no_articles(newsroom: Newsroom) -> None:
    bodies: dict[str, SampleArticle] = {article.url: article for article in newsroom.articles()}
    for entry in newsroom.entries():
        if entry.intent in ("list", "empty"):
            assert entry.url not in bodies
            shown = text_of(tree_of(entry.url))
            assert not [part for article in bodies.values() for part in article.body if part in shown]
