"""Reading feeds: formats, labels that lie, dates, links, and what is no feed."""

import gzip
import json
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import FeedError
from articles.model import FeedEntry
from crawlers.feeds import MAX_BYTES, FeedBody, ParsedFeed, feed_parser, parse, read

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://news.example/feeds/all.xml"


def parsed(body: str | bytes, **more: object) -> ParsedFeed:
    return parse(body.encode() if isinstance(body, str) else body, URL, "news", NOW, **more)  # type: ignore[arg-type]


def rss(*items: str, channel: str = "") -> str:
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    return f'<rss version="2.0" {spaces}><channel>{channel}{"".join(items)}</channel></rss>'


def item(content: str = "", link: str = "https://news.example/a") -> str:
    return f"<item><link>{link}</link>{content}</item>"


def only(feed: ParsedFeed) -> FeedEntry:
    (entry,) = feed.entries
    return entry


def test_rss_gives_all_that_is_known_of_an_article() -> None:
    feed = parsed(
        rss(
            item(
                "<title>Harbour &amp; town</title><pubDate>Sun, 22 Nov 2026 09:00:00 +0100</pubDate>"
                "<description><![CDATA[<p>The quay &amp; the mole.</p><p>More <b>bo</b>ats.</p>]]></description>"
                "<dc:creator>Ada Quill</dc:creator><category>Sea</category><category>Trade</category>"
                "<category>Sea</category><guid isPermaLink='false'>7</guid>"
            ),
            channel="<title>The &lt;i&gt;Pier&lt;/i&gt;</title><language>en-GB</language>",
        )
    )
    assert feed.title == "The Pier"
    assert only(feed) == FeedEntry(
        url="https://news.example/a",
        source="news",
        feed=URL,
        title="Harbour & town",
        summary="The quay & the mole. More boats.",
        authors=("Ada Quill",),
        tags=("Sea", "Trade"),
        language="en-GB",
        published_at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
    )


def test_atom_gives_all_that_is_known_of_an_article() -> None:
    feed = parsed(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://cdn.example/x/"><title>Mole</title>'
        '<entry xml:base="deep/"><title type="html">A &amp;lt;b&gt;</title><link rel="enclosure" href="a.mp3"/>'
        '<link href="a?x=1&amp;y=2"/><published>2026-11-20T10:00:00Z</published>'
        "<updated>2026-11-21T10:00:00+02:00</updated><author><name>Ada Quill</name></author>"
        '<author><name>Ben Reed</name></author><category term="s" label="Sea"/><summary>Short.</summary></entry></feed>'
    )
    assert only(feed) == FeedEntry(
        url="https://cdn.example/x/deep/a?x=1&y=2",
        source="news",
        feed=URL,
        title="A <b>",
        summary="Short.",
        authors=("Ada Quill", "Ben Reed"),
        tags=("Sea",),
        language="de",
        published_at=datetime(2026, 11, 20, 10, 0, tzinfo=UTC),
        updated_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
    )


def test_json_feed_gives_all_that_is_known_of_an_article() -> None:
    article = {
        "id": "7",
        "url": "/a",
        "title": "Harbour",
        "summary": "The quay.",
        "authors": [{"name": "Ada Quill"}, {"url": "https://x.example"}],
        "tags": ["Sea", 3, "Trade"],
        "language": "fr",
        "date_published": "2026-11-22T09:00:00+01:00",
        "date_modified": "2026-11-22T10:00:00+01:00",
    }
    older = {"id": "https://news.example/b", "author": {"name": "Ben Reed"}, "content_html": "<p>"}
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Pier",
        "items": [article, older, None, 3],
    }
    feed = parsed("\ufeff" + json.dumps(document))
    assert feed.title == "Pier"
    assert feed.entries == (
        FeedEntry(
            url="https://news.example/a",
            source="news",
            feed=URL,
            title="Harbour",
            summary="The quay.",
            authors=("Ada Quill",),
            tags=("Sea", "Trade"),
            language="fr",
            published_at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
            updated_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        ),
        FeedEntry(url="https://news.example/b", source="news", feed=URL, authors=("Ben Reed",)),
    )


def test_rdf_is_read_and_its_date_is_that_of_publication() -> None:
    feed = parsed(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Mole</title></channel><item>'
        "<title>A</title><link>https://news.example/a</link><dc:date>2026-11-20T10:00:00Z</dc:date></item></rdf:RDF>"
    )
    assert only(feed).published_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert only(feed).updated_at is None


@pytest.mark.parametrize(
    ("dates", "published", "updated"),
    [
        ("<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate>", 20, None),
        ("<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><dc:date>2026-11-20T10:00:00Z</dc:date>", 20, None),
        (
            "<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><dcterms:modified>2026-11-21T10:00:00Z</dcterms:modified>",
            20,
            21,
        ),
        ("<dc:date>2026-11-19T10:00:00Z</dc:date>", 19, None),
        ("", None, None),
    ],
)
def test_only_a_later_date_says_that_an_rss_item_changed(dates: str, published: int, updated: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        entry = only(parsed(rss(item(dates))))
    days = [date and (date.day, date.hour) for date in (entry.published_at, entry.updated_at)]
    assert days == [published and (published, 10), updated and (updated, 10)]


@pytest.mark.parametrize(
    "date",
    [
        *(
            "",
            "soon",
            "0000-00-00T00:00:00Z",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Sun, 06 Nov 2044 08:49:37 GMT",
        ),
        *("2026-11-24T13:00:00Z", "99999-01-01", "Mon, 99 Nov 2026 10:00:00 GMT", "1899-12-31T00:00:00Z"),
    ],
)
def test_a_date_that_cannot_be_is_none(date: str) -> None:
    assert only(parsed(rss(item(f"<pubDate>{date}</pubDate>")))).published_at is None
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"url": "/a", "date_published": date}]}
    assert only(parsed(json.dumps(feed))).published_at is None


def test_a_json_feeds_dates_are_read_as_those_of_pages_are() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1",
        "items": [
            {"url": "/a", "date_published": " 2026-11-22 9:00 +0100"},
            {"url": "/b", "date_published": 7},
        ],
    }
    first, second = parsed(json.dumps(feed)).entries
    assert (first.published_at, second.published_at) == (datetime(2026, 11, 22, 8, tzinfo=UTC), None)


def test_an_hour_ahead_is_a_clock_a_little_wrong() -> None:
    date = (NOW + timedelta(hours=1)).isoformat()
    assert only(parsed(rss(item(f"<dc:date>{date}</dc:date>")))).published_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/a", "https://news.example/a"),
        ("a", "https://news.example/feeds/a"),
        ("//other.example/a", "https://other.example/a"),
        ("https://NEWS.example:443/a?utm_source=feed&amp;id=7#top", "https://news.example/a?id=7"),
        ("https://news.example/a?x=1&y=2", "https://news.example/a?x=1&y=2"),
        ("\n  https://news.example/a b\n", "https://news.example/a%20b"),
        ("<![CDATA[https://news.example/a?b&c]]>", "https://news.example/a?b&c"),
    ],
)
def test_links_are_resolved_and_made_canonical(link: str, url: str) -> None:
    assert only(parsed(rss(item(link=link)))).url == url


def test_links_count_from_where_the_feed_was_found() -> None:
    feed = parsed(rss(item(link="a")), base="https://moved.example/x/feed")
    assert only(feed).url == "https://moved.example/x/a"
    assert only(feed).feed == URL


def test_entries_without_a_page_are_dropped_and_counted() -> None:
    feed = parsed(
        rss(
            item(link="mailto:a@b.example"), item(link=""), item(), item(link="/a"), item(link="javascript:x")
        )
    )
    assert [entry.url for entry in feed.entries] == ["https://news.example/a"]
    assert feed.dropped == {"bad link": 2, "no link": 1, "repeated": 1}


def test_a_permanent_guid_is_a_link() -> None:
    body = rss("<item><guid>https://news.example/a</guid></item>")
    assert only(parsed(body)).url == "https://news.example/a"


WORD = "Zażółć — naïve “café”"


@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1", "nonsense", "us-ascii"])
@pytest.mark.parametrize(
    "sent", ["", "text/xml", "text/xml; charset=iso-8859-1", "text/html; charset=x-none"]
)
def test_utf_8_is_known_whatever_the_labels_say(declared: str, sent: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = declaration + rss(item(f"<title>{WORD}</title>"))
    headers = (("content-type", sent),) if sent else ()
    assert only(parsed(body.encode(), headers=headers)).title == WORD


@pytest.mark.parametrize(
    ("encoding", "declared", "sent", "title"),
    [
        ("iso-8859-2", "iso-8859-2", "", "Zażółć"),
        ("windows-1251", "", "text/xml; charset=windows-1251", "Порт"),
        ("gb18030", "gb2312", "text/xml", "港口"),
        ("shift_jis", "Shift_JIS", "", "港の町"),
        ("iso-2022-jp", "iso-2022-jp", "", "港の町"),
        ("windows-1252", "utf-8", "text/xml; charset=utf-8", "naïve “café”"),
        ("utf-16", "utf-16", "", WORD),
        ("utf-16", "utf-8", "text/xml; charset=utf-8", WORD),
        ("utf-8-sig", "", "", WORD),
    ],
)
def test_other_encodings(encoding: str, declared: str, sent: str, title: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = (declaration + rss(item(f"<title>{title}</title>"))).encode(encoding)
    assert only(parsed(body, headers=(("content-type", sent),))).title == title


@pytest.mark.parametrize(
    "bad", ["&#xD800;", "&#0;", "&#x1F;", "&#xFFFF;", "&#99999999;", "\x00", "\x0b", "\x1b", "\ufffe"]
)
def test_characters_that_xml_forbids_cost_only_themselves(bad: str) -> None:
    feed = parsed(rss(item(f"<title>Har{bad}bour &#233;</title>"), item(link="/b")))
    assert feed.entries[0].title == "Harbour é"
    assert len(feed.entries) == 2


def test_markup_in_titles_becomes_text() -> None:
    title = "&lt;b&gt;5 &amp;lt; 7&lt;/b&gt; &lt;script&gt;x()&lt;/script&gt;AT&amp;amp;T &lt;i&gt;now"
    assert only(parsed(rss(item(f"<title>{title}</title>")))).title == "5 < 7 AT&T now"
    assert only(parsed(rss(item("<title>a &lt; b &gt; c</title>")))).title == "a < b > c"


def test_texts_and_lists_are_bounded() -> None:
    many = "".join(f"<category>{n}</category>" for n in range(500))
    entry = only(
        parsed(rss(item(f"<title>{'t' * 9000}</title><description>{'s' * 90000}</description>{many}")))
    )
    assert (len(entry.title), len(entry.summary), len(entry.tags)) == (1000, 5000, 50)


def test_a_gzipped_feed_is_read_and_a_bomb_is_not() -> None:
    assert only(parsed(gzip.compress(rss(item()).encode()))).url == "https://news.example/a"
    text = rss(item()).encode()
    members = gzip.compress(text[:50]) + gzip.compress(text[50:])
    assert only(parsed(members)).url == "https://news.example/a"
    assert parsed(gzip.compress(text)[:-9]).entries, "what is there of a file that is cut off is read"
    with pytest.raises(FeedError, match="more than"):
        parsed(gzip.compress(bytes(MAX_BYTES + 1), 1))
    with pytest.raises(FeedError, match="gzip"):
        parsed(b"\x1f\x8b\x08broken")


def test_an_empty_feed_is_a_feed() -> None:
    assert parsed(rss()).entries == ()
    assert parsed('{"version": "https://jsonfeed.org/version/1"}').entries == ()


def test_a_feed_cut_off_gives_what_is_there() -> None:
    body = rss(item("<title>One</title>"), item("<title>Two</title>", "/b"), item("<title>Three", "/c"))
    urls = [entry.url for entry in parsed(body[: body.index("Three")]).entries]
    assert urls[:2] == ["https://news.example/a", "https://news.example/b"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("<!-- nothing --> ", "is empty"),
        ("<!DOCTYPE html><title>404</title>", "web page"),
        ('<?xml version="1.0"?>\n<!-- x --><html xmlns="http://www.w3.org/1999/xhtml">', "web page"),
        ("Service unavailable", "begins with 'Service unavailable'"),
        ("<urlset><url><loc>/a</loc></url></urlset>", "begins with '<urlset>"),
        ("/etc/passwd", "begins with '/etc/passwd'"),
        ("file:///etc/passwd", "begins with"),
        ("{}", "no JSON Feed"),
        ('{"version": 7}', "no JSON Feed"),
        ('{"a": ', "damaged JSON"),
        ("[" * 100_000, "begins with"),
        ("{" + '"a":{' * 100_000, "damaged JSON"),
        ("\x00\x01\x02\xff", "is no feed"),
    ],
)
def test_what_is_no_feed_is_told_so(body: str, says: str) -> None:
    with pytest.raises(FeedError, match=says) as error:
        parsed(body.encode("latin-1"))
    assert URL in str(error.value)
    assert read(FeedBody(URL, "news", body.encode("latin-1"), NOW, (), URL)) == str(error.value)


def test_nothing_is_read_from_outside_the_feed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y SYSTEM "{secret}">]>'
    assert "secret" not in str(parsed(doctype + rss(item("<title>a &x; b &y; c</title>"))))
    with pytest.raises(FeedError, match="is no feed"):
        parsed(str(secret))


def test_entities_do_not_multiply() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    feed = parsed(f'<!DOCTYPE rss [<!ENTITY e0 "lol">{levels}]>' + rss(item("<title>&e9;</title>")))
    assert len(only(feed).title) < 100


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("www.harbour.example/a", "http://www.harbour.example/a"),
        ("news.example/a", "http://news.example/a"),
        ("https://news.example/a/\n    line", "https://news.example/a/line"),
        ("\n https://news.example/a?x=1\r\n  &amp;y=2\n", "https://news.example/a?x=1&y=2"),
        ("a.example/b", "https://news.example/feeds/a.example/b"),
    ],
)
def test_links_with_a_slip(link: str, url: str) -> None:
    assert only(parsed(rss(item(link=link)))).url == url
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{link}"/></entry></feed>'
    assert only(parsed(atom)).url == url
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"url": link.replace("&amp;", "&")}]}
    assert only(parsed(json.dumps(feed))).url == url


@pytest.mark.parametrize(
    ("title", "read_as"),
    [
        ("D&D and Q&A", "D&D and Q&A"),
        ("Harbour & town &amp; quay", "Harbour & town & quay"),
        ("R&D; caf&eacute;&nbsp;1", "R&D; café 1"),
        ("<![CDATA[D&D &amp; Q&A]]>", "D&D & Q&A"),
        ("5 &lt; 7 & 8", "5 < 7 & 8"),
        ("a &", "a &"),
    ],
)
def test_a_bare_ampersand_stays_one(title: str, read_as: str) -> None:
    assert only(parsed(rss(item(f"<title>{title}</title>")))).title == read_as


def test_a_title_in_another_encoding_costs_the_others_nothing() -> None:
    titles = (f"<title>{WORD}</title>".encode(), "<title>Größe</title>".encode("windows-1252"))
    items = [b"<item><link>/%d</link>%s</item>" % pair for pair in enumerate(titles)]
    for label in (b"", b"utf-8", b"iso-8859-1"):
        declaration = b'<?xml version="1.0" encoding="%s"?>' % label if label else b""
        body = declaration + b'<rss version="2.0"><channel>' + b"".join(items) + b"</channel></rss>"
        assert [entry.title for entry in parsed(body).entries] == [WORD, "Größe"]


RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


@pytest.mark.parametrize(
    "body",
    [
        f'<rdf:RDF {RDF} xmlns="http://purl.org/rss/1.0/"><item rdf:about="https://news.example/a"><title>A</title></item></rdf:RDF>',
        "<rdf><channel/><item><title>A</title><link>https://news.example/a</link></item></rdf>",
        '<rdf:RDF><item rdf:about="https://news.example/a"><title>A</title></item></rdf:RDF>',
        f'<Channel xmlns="http://purl.org/net/rss1.1#" {RDF}><title>C</title><items rdf:parseType="Collection">'
        '<item rdf:about="https://news.example/a"><title>A</title></item></items></Channel>',
        '<CHANNEL HREF="https://news.example/"><TITLE>C</TITLE><ITEM HREF="https://news.example/a"><TITLE>A</TITLE></ITEM></CHANNEL>',
    ],
)
def test_rare_formats(body: str) -> None:
    assert [(entry.url, entry.title) for entry in parsed(body).entries] == [("https://news.example/a", "A")]


@pytest.mark.parametrize(
    ("links", "urls"),
    [
        ('<link rel="alternate" href="/a"/><link rel="enclosure">/p.jpg</link>', ["https://news.example/a"]),
        ('<link rel="enclosure">/p.jpg</link><link href="/a"/>', ["https://news.example/a"]),
        ('<link rel="alternate" href="/a"/><link rel="enclosure"/>', ["https://news.example/a"]),
        (
            '<link href="/a"/><link rel="self">/f</link><link rel="related">/r</link>',
            ["https://news.example/a"],
        ),
        ('<link rel="enclosure">/p.jpg</link>', []),
        ("<link>/a</link>", ["https://news.example/a"]),
    ],
)
def test_an_atom_entry_is_where_its_alternate_link_is(links: str, urls: list[str]) -> None:
    feed = parsed(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:x</id>{links}</entry></feed>')
    assert [entry.url for entry in feed.entries] == urls


def test_an_original_link_that_is_no_url_is_passed_over() -> None:
    burnt = "<feedburner:origLink>not a link</feedburner:origLink>"
    space = 'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    body = rss(item(burnt)).replace("<rss ", f"<rss {space} ")
    assert only(parsed(body)).url == "https://news.example/a"
    assert (
        only(parsed(body.replace("not a link", "https://other.example/o"))).url == "https://other.example/o"
    )


@pytest.mark.parametrize(
    "version",
    ["http://jsonfeed.org/version/1", "https://www.jsonfeed.org/version/1.1", "jsonfeed.org/version/1"],
)
def test_versions_of_json_feed(version: str) -> None:
    assert (
        only(parsed(json.dumps({"version": version, "items": [{"url": "/a"}]}))).url
        == "https://news.example/a"
    )


@pytest.mark.parametrize(
    "date", ["Sun, 22 Nov 2026 08:00:00 GMT", "22 novembre 2026 à 8h00", 1795334400, "1795334400000"]
)
def test_a_json_feeds_dates_in_other_forms(date: object) -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"url": "/a", "date_published": date}]}
    assert only(parsed(json.dumps(feed))).published_at == datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_dates_are_read_by_the_language_of_the_feed() -> None:
    feed = parsed(rss(item("<pubDate>10 lis 2026</pubDate>"), channel="<language>hr</language>"))
    assert only(feed).published_at == datetime(2026, 10, 10, tzinfo=UTC)


TWO = [item("<title>One</title>"), item("<title>Two</title>", "/b")]
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/a"/></entry><entry><link href="/b"/></entry></feed>'
JSON_TWO = json.dumps(
    {"version": "https://jsonfeed.org/version/1", "items": [{"url": "/a"}, {"url": "/b?x=1"}]}
)


@pytest.mark.parametrize("body", [rss(*TWO), ATOM, JSON_TWO])
def test_a_feed_that_breaks_off_says_so_and_leaves_out_what_it_breaks_off_in(body: str) -> None:
    assert parsed(body).whole
    assert parsed(body + "\n<!-- cached -->\n" * (body[0] == "<")).whole
    second = body.rindex("/b")
    for end in range(second, len(body) - 1):
        feed = parsed(body[:end])
        assert not feed.whole, body[:end]
        assert [entry.url for entry in feed.entries][:1] == ["https://news.example/a"]
        assert {entry.url for entry in feed.entries} <= {
            "https://news.example/a",
            "https://news.example/b",
            "https://news.example/b?x=1",
        }


def test_an_empty_or_odd_end_is_an_end() -> None:
    assert parsed('<rss version="2.0"/>').whole
    assert parsed(rss(*TWO).replace("</rss>", "</RSS >") + "<script>x</script>").whole
    assert not parsed(gzip.compress(rss(*TWO).encode())[:-9]).whole


def test_a_feed_that_takes_long_is_read_in_a_simple_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_parser, "_CPU_SECONDS", 0.2)
    bomb = item(
        f"<title>One</title><author>{'a' * 40_000}</author><pubDate>Sun, 22 Nov 2026 08:00:00 GMT</pubDate>"
    )
    feed = read(FeedBody(URL, "news", rss(bomb, *TWO[1:]).encode(), NOW, (), ""))
    assert isinstance(feed, ParsedFeed)
    assert (feed.simple, feed.whole) == (True, True)
    assert [(entry.url, entry.title) for entry in feed.entries] == [
        ("https://news.example/a", "One"),
        ("https://news.example/b", "Two"),
    ]
    assert feed.entries[0].published_at == datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        (
            rss(item("<title>5 < 7 & 8</title>"), "<item><title>x<br></title><link>/b</link></item>"),
            [("/a", "5 < 7 & 8"), ("/b", "x")],
        ),
        (rss(item("<title>a&amp;b</title>", "/a?x=1&amp;y=2")), [("/a?x=1&y=2", "a&b")]),
        (rss("<item><guid isPermaLink='false'>7</guid><guid>/a</guid></item>"), [("/a", "")]),
        (ATOM, [("/a", ""), ("/b", "")]),
        (
            ATOM.replace("<entry>", '<entry xml:base="/deep/x/">').replace('"/a"', '"a"'),
            [("/deep/x/a", ""), ("/b", "")],
        ),
        (f'<rdf:RDF {RDF}><item rdf:about="/a"><title>A</title></item></rdf:RDF>', [("/a", "A")]),
        ('<CHANNEL><ITEM HREF="/a"><TITLE>A</TITLE></ITEM></CHANNEL>', [("/a", "A")]),
        (rss(*TWO)[:-40], [("/a", "One")]),
        (JSON_TWO, [("/a", ""), ("/b?x=1", "")]),
    ],
)
def test_the_simple_reading(body: str, entries: list[tuple[str, str]]) -> None:
    feed = read(FeedBody(URL, "news", body.encode(), NOW, (), "", simple=True))
    assert isinstance(feed, ParsedFeed)
    assert [(entry.url, entry.title) for entry in feed.entries] == [
        ("https://news.example" + path, title) for path, title in entries
    ]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_can_be_read_in_a_simple_way(body: bytes) -> None:
    feed = read(FeedBody(URL, "news", body, NOW, (), "", simple=True))
    assert URL in feed if isinstance(feed, str) else feed.simple


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_feed_or_a_feed_error(body: bytes) -> None:
    try:
        parsed(body)
    except FeedError as error:
        assert URL in str(error)


PIECES = st.sampled_from(
    [
        *(
            "<item>",
            "</item>",
            "<title>",
            "</title>",
            "<link>/a",
            "</link>",
            "<pubDate>Mon, 2 Nov 2026",
            "&#xD800;",
        ),
        *(
            "<![CDATA[",
            "]]>",
            "<link href='//[x'/>",
            "<dc:date>9999-99-99T99:99:99Z</dc:date>",
            "<guid>:</guid>",
        ),
        *(
            "<category>",
            "<author>a@b (c)</author>",
            "<description>&lt;p",
            "<entry>",
            "<updated>0</updated>",
            "\x00",
        ),
    ]
)


@given(st.lists(PIECES | st.text(max_size=10), max_size=20))
def test_no_entry_can_hurt(pieces: list[str]) -> None:
    feed = parsed(rss(item("<title>First</title>"), *pieces).encode("utf-8", "surrogatepass"))
    for entry in feed.entries:
        assert entry.url.startswith(("http://", "https://"))
        assert all(c.isprintable() or c not in "\x00\x1b" for c in entry.title)
        assert entry.published_at is None or entry.published_at.tzinfo is UTC
