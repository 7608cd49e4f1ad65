"""Reading sitemaps: kinds, slips, dates, hosts, limits, and what is no sitemap."""

import gzip
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import FeedError
from articles.model import FeedEntry
from crawlers import sitemaps
from crawlers.sitemaps import (
    MOST_ENTRIES,
    ChildSitemap,
    ParsedSitemap,
    SitemapBody,
    SitemapEntry,
    parse,
    read,
    robots_sitemaps,
)
from store.workers import Workers

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://www.example.org/sitemap.xml"
SITE = "https://www.example.org"
PROTOCOL = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
IMAGE = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


def body(text: str | bytes, *hosts: str) -> SitemapBody:
    text = text.encode() if isinstance(text, str) else text
    return SitemapBody(URL, "news", text, NOW, (), "", hosts)


def parsed(text: str | bytes, *hosts: str) -> ParsedSitemap:
    return parse(body(text, *hosts))


def urlset(*urls: str, spaces: str = PROTOCOL) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {spaces}>{"".join(urls)}</urlset>'


def url(loc: str, more: str = "") -> str:
    return f"<url><loc>{loc}</loc>{more}</url>"


def urls(sitemap: ParsedSitemap) -> list[str]:
    return [each.entry.url for each in sitemap.entries]


def only(sitemap: ParsedSitemap) -> SitemapEntry:
    (entry,) = sitemap.entries
    return entry


def test_a_sitemap_gives_pages_and_when_they_changed() -> None:
    text = urlset(
        url(
            f"\n {SITE}/a?x=1&amp;y=2 ",
            "<lastmod>2026-11-20T10:00:00+01:00</lastmod><priority>0.5</priority>",
        ),
        url(f"{SITE}/b", "<lastmod>2026-11-20</lastmod>"),
        url(f"{SITE}/c"),
    )
    changed = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert parsed(text) == ParsedSitemap(
        sitemaps=(),
        entries=(
            SitemapEntry(
                FeedEntry(url=f"{SITE}/a?x=1&y=2", source="news", feed=URL, updated_at=changed), changed
            ),
            SitemapEntry(
                FeedEntry(
                    url=f"{SITE}/b", source="news", feed=URL, updated_at=datetime(2026, 11, 20, tzinfo=UTC)
                ),
                date(2026, 11, 20),
            ),
            SitemapEntry(FeedEntry(url=f"{SITE}/c", source="news", feed=URL)),
        ),
    )


PUBLICATION = (
    "<news:publication><news:name>The Pier</news:name><news:language>de</news:language></news:publication>"
    "<news:publication_date>20. Nov. 2026, 10:00</news:publication_date>"
    "<news:title><![CDATA[Hafen & Mole]]></news:title><news:keywords>Sea, Trade</news:keywords>"
)
PICTURE = "<image:image><image:loc>/p.jpg</image:loc><image:title>A pier</image:title></image:image>"
VIDEO = "<video:video><video:title>Film</video:title><video:publication_date>2020-01-01</video:publication_date></video:video>"
ARTICLE = FeedEntry(
    url=f"{SITE}/a",
    source="news",
    feed=URL,
    title="Hafen & Mole",
    tags=("Sea", "Trade"),
    language="de",
    published_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "spaces", [f"{PROTOCOL} {NEWS} {IMAGE}", "", 'xmlns="http://www.google.com/schemas/sitemap/0.84"']
)
def test_a_news_sitemap_gives_what_a_feed_would_whatever_its_namespaces(spaces: str) -> None:
    news = f"<news:news>{PUBLICATION}</news:news>"
    for more in (PICTURE + VIDEO + news, news + PICTURE, PUBLICATION):
        assert only(parsed(urlset(url(f"{SITE}/a", more), spaces=spaces))) == SitemapEntry(ARTICLE)
    plain = urlset(url(f"{SITE}/a", news.replace("news:", "")), spaces=spaces)
    assert only(parsed(plain)).entry == ARTICLE
    prefixed = (
        urlset(url(f"{SITE}/a", news)).replace("<", "<s:").replace("<s:/", "</s:").replace("s:news:", "n:")
    )
    assert only(parsed(prefixed.replace("<s:?", "<?").replace("<s:!", "<!"))).entry == ARTICLE


def test_only_a_later_change_is_an_update_of_a_dated_article() -> None:
    news = "<news:news><news:publication_date>2026-11-20T10:00:00Z</news:publication_date></news:news>"
    for lastmod, updated in (
        ("2026-11-20T10:00:00Z", None),
        ("2026-11-20", None),
        ("2026-11-20T11:00:00Z", datetime(2026, 11, 20, 11, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
    ):
        entry = only(parsed(urlset(url("/a", f"<lastmod>{lastmod}</lastmod>{news}")))).entry
        assert entry.updated_at == updated


def test_the_time_that_the_sitemap_was_made_is_no_update() -> None:
    made = "<lastmod>2026-11-22T08:00:00Z</lastmod>"
    pages = [url(f"/{number}", made) for number in range(10)]
    assert {each.entry.updated_at for each in parsed(urlset(*pages)).entries} == {None}
    assert {each.lastmod for each in parsed(urlset(*pages)).entries} == {
        datetime(2026, 11, 22, 8, tzinfo=UTC)
    }
    changed = [url(f"/c{number}", f"<lastmod>2026-11-{10 + number}</lastmod>") for number in range(10)]
    assert None not in {each.entry.updated_at for each in parsed(urlset(*pages, *changed)).entries}
    assert None not in {each.entry.updated_at for each in parsed(urlset(*pages[1:])).entries}


@pytest.mark.parametrize(
    ("lastmod", "read_as"),
    [
        ("2026-11-20T10:00+01", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("2026-11-20 10:00:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:00:00 GMT", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T10:00:00.123456789Z", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("20.11.2026", date(2026, 11, 20)),
        ("2026/11/20", date(2026, 11, 20)),
        *(
            (text, None)
            for text in ("", "now", "2026-11", "0000-00-00", "2026-02-31", "1970-01-01", "2044-01-01")
        ),
    ],
)
def test_dates_gone_wrong(lastmod: str, read_as: object) -> None:
    assert only(parsed(urlset(url("/a", f"<lastmod>{lastmod}</lastmod>")))).lastmod == read_as


def test_an_index_gives_its_sitemaps() -> None:
    text = (
        f"<sitemapindex {PROTOCOL}><sitemap><loc>{SITE}/s1.xml.gz</loc><lastmod>2026-11-20</lastmod></sitemap>"
        f"<sitemap><loc>/s2.xml</loc></sitemap><sitemap><loc>{URL}</loc></sitemap><sitemap><loc>/s2.xml</loc></sitemap>"
        "<sitemap><loc>https://elsewhere.example/s.xml</loc></sitemap></sitemapindex>"
    )
    assert parsed(text) == ParsedSitemap(
        sitemaps=(ChildSitemap(f"{SITE}/s1.xml.gz", date(2026, 11, 20)), ChildSitemap(f"{SITE}/s2.xml")),
        entries=(),
        dropped={"repeated": 2, "another site": 1},
    )


RSS = f'<rss version="2.0"><channel><item><title>A</title><link>{SITE}/a</link></item><item><link>https://elsewhere.example/b</link></item></channel></rss>'


def test_a_feed_can_be_a_sitemap() -> None:
    found = parsed(RSS)
    assert only(found).entry == FeedEntry(url=f"{SITE}/a", source="news", feed=URL, title="A")
    assert found.dropped == {"another site": 1}
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{SITE}/a"/><updated>2026-11-20T10:00:00Z</updated></entry></feed>'
    assert only(parsed(gzip.compress(atom.encode()))).lastmod == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert not parsed(RSS[:-20]).whole
    old = '<!DOCTYPE rss SYSTEM "http://my.netscape.com/rss-0.91.dtd">' + RSS.replace(
        "<item>", "<image><url>/i.png</url></image><item>", 1
    )
    assert urls(parsed(old)) == [f"{SITE}/a"]


def test_a_list_of_addresses_can_be_a_sitemap() -> None:
    text = f"\ufeff{SITE}/a\r\n\r\n  {SITE}/b?x=1&y=2  \n# no page\nnot a url\n{SITE}/a\nftp://x.example/"
    assert urls(parsed(text)) == [f"{SITE}/a", f"{SITE}/b?x=1&y=2"]
    assert parsed(text).dropped == {"repeated": 1, "no link": 2}


def test_pages_of_another_site_are_left_out_unless_its_robots_txt_names_the_sitemap() -> None:
    pages = [
        url("http://www.example.org/http"),
        url("https://example.org:8443/bare"),
        url("https://sport.example.org/sub"),
        url("https://elsewhere.example/a"),
        url("https://third.example/a"),
    ]
    own = ["http://www.example.org/http", "https://example.org:8443/bare", "https://sport.example.org/sub"]
    found = parsed(urlset(*pages))
    assert (urls(found), found.dropped) == (own, {"another site": 2})
    found = parsed(urlset(*pages), "elsewhere.example")
    assert (urls(found), found.dropped) == ([*own, "https://elsewhere.example/a"], {"another site": 1})


def test_a_sitemap_that_another_site_vouches_for_lists_pages_of_that_site_alone() -> None:
    pages = ["https://www.example.net/a", "https://example.net/b", "https://sport.example.net/c"]
    text = urlset(*map(url, [*pages, f"{SITE}/own", "https://third.example/a"]))
    found = parse(replace(body(text), site="https://example.net/"))
    assert (urls(found), found.dropped) == (pages, {"another site": 2})
    feed = parse(replace(body(RSS), site="https://elsewhere.example/"))
    assert (urls(feed), feed.dropped) == (["https://elsewhere.example/b"], {"another site": 1})
    index = f"<sitemapindex {PROTOCOL}><sitemap><loc>{SITE}/s1.xml</loc></sitemap></sitemapindex>"
    inner = parse(replace(body(index), site="https://example.net/")).sitemaps
    assert [each.url for each in inner] == [f"{SITE}/s1.xml"], "its sitemaps lie where it lies"


def test_a_site_without_a_registrable_domain_is_its_host() -> None:
    sitemap = SitemapBody(
        "http://127.0.0.1:8000/s.xml",
        "news",
        urlset(url("/a"), url("http://127.0.0.2/a")).encode(),
        NOW,
        (),
        "",
    )
    assert urls(parse(sitemap)) == ["http://127.0.0.1:8000/a"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (urlset(url("/a?x=1&y=2"), url("/b")), ["/a?x=1&y=2", "/b"]),
        (urlset(url("<![CDATA[/a?x=1&y=2]]>")), ["/a?x=1&y=2"]),
        (urlset("<url><loc>/a</url>", "<url><loc>/b?x&amp;y</url>", url("/c")), ["/a", "/b?x&y", "/c"]),
        (urlset(url("/a", "<title>5 < 7</title>"), url("/b")), ["/a", "/b"]),
        (urlset(url("/a", "\x0b&#0;&nbsp;"), url("/b")), ["/a", "/b"]),
        (urlset(url("www.example.org/a"), url("/b/\n  c")), ["/a", "/b/c"]),
        (urlset(url("/ä")), ["/%C3%A4"]),
        (urlset(url("/a")).upper().replace("/A", "/a"), ["/a"]),
        (url("/a") + url("/b"), ["/a", "/b"]),
        (urlset("<url><loc/></url>", "<url></url>", url("mailto:x"), url("/a")), ["/a"]),
        ("<!-- made by hand -->\n<?xml-stylesheet href='x'?>" + urlset(url("/a")).partition("?>")[2], ["/a"]),
    ],
)
def test_slips_cost_only_themselves(text: str, found: list[str]) -> None:
    addresses = [address.replace("http://", "https://") for address in urls(parsed(text))]
    assert addresses == [f"{SITE}{path}" for path in found]
    assert parsed(text).whole


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_encodings(encoding: str) -> None:
    text = urlset(url("/größe")).replace("UTF-8", encoding.removesuffix("-sig"))
    assert urls(parsed(text.encode(encoding))) == [f"{SITE}/gr%C3%B6%C3%9Fe"]


def test_a_sitemap_that_breaks_off_keeps_its_entries_and_says_so() -> None:
    text = urlset(url("/a"), url("/b"))
    assert parsed(text).whole
    for end in range(text.index("/b"), len(text) - 1):
        found = parsed(text[:end])
        assert not found.whole
        assert urls(found)[:1] == [f"{SITE}/a"]
        assert set(urls(found)) <= {f"{SITE}/a", f"{SITE}/b"}
    found = parsed(gzip.compress(text.encode())[:-9])
    assert (len(found.entries), found.whole) == (2, False)


def test_an_empty_sitemap_is_one() -> None:
    assert parsed(f"<urlset {PROTOCOL}/>") == ParsedSitemap(sitemaps=(), entries=())
    assert parsed(urlset()) == ParsedSitemap(sitemaps=(), entries=())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("<?xml version='1.0'?> <!-- x -->", "is empty"),
        ("<!DOCTYPE html><title>404</title>", "web page"),
        ("<html><url><loc>/a</loc></url></html>", "web page"),
        ("Service unavailable", "begins with 'Service"),
        ("<catalog><book/></catalog>", "begins with '<catalog"),
        ('{"urls": ["https://www.example.org/a"]}', "is no sitemap"),
        ("\x1f\x8b\x08broken", "gzip"),
    ],
)
def test_what_is_no_sitemap_is_told_so(text: str, says: str) -> None:
    with pytest.raises(FeedError, match=says) as error:
        parsed(text.encode("latin-1"))
    assert URL in str(error.value)
    assert read(body(text.encode("latin-1"))) == str(error.value)


def test_nothing_is_read_from_outside_and_entities_do_not_multiply() -> None:
    doctype = '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "lol">]>'
    found = parsed(doctype + urlset(url("/a&x;"), url("/b", "<news:title>&y;&y;</news:title>")))
    assert "root" not in str(found)
    assert len(found.entries) == 2


def test_limits_of_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST_ENTRIES", 2)
    found = parsed(urlset(url("/a"), url("/b"), url("/c")))
    assert (len(found.entries), found.whole) == (2, False)
    text = urlset(url("/a"), url("/b"))
    monkeypatch.setattr(sitemaps, "MAX_BYTES", text.index("/b"))
    for sent in (text.encode(), gzip.compress(text.encode())):
        assert (urls(parsed(sent)), parsed(sent).whole) == ([f"{SITE}/a"], False)


def test_a_sitemap_that_takes_long_gives_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "_CPU_SECONDS", 0.0)
    assert parsed(urlset(*(url(f"/{number}") for number in range(1000)))).whole is False


def test_the_largest_sitemap_is_read_in_bounded_memory() -> None:
    padding = "<changefreq>daily</changefreq>" + " " * 400
    text = urlset(*(url(f"/2026/{number}", padding) for number in range(MOST_ENTRIES // 10))).encode()
    tracemalloc.start()
    try:
        found = parsed(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(found.entries), found.whole) == (MOST_ENTRIES // 10, True)
    assert peak < 4 * len(text) + 1500 * len(found.entries)


def test_a_worker_reads_sitemaps() -> None:
    with Workers(read, 1, 30.0) as workers:
        assert workers.call(body(urlset(url("/a")))) == parsed(urlset(url("/a")))


def test_robots_txt_names_sitemaps() -> None:
    text = (
        "\ufeffSitemap: https://example.org/s.xml # main\r\nUser-agent: *\nDisallow: /x\nSITEMAP:/relative.xml\n"
        "Sitemap: https://example.org/s.xml\nSitemap:\nSitemap: mailto:x\nSitemap: //cdn.example/s.xml.gz\n# Sitemap: https://no.example/"
    )
    assert robots_sitemaps(text, "https://example.org/robots.txt") == (
        "https://example.org/s.xml",
        "https://example.org/relative.xml",
        "https://cdn.example/s.xml.gz",
    )
    assert robots_sitemaps(text) == ("https://example.org/s.xml",)


@given(st.text(max_size=200))
def test_any_robots_txt_can_be_looked_at(text: str) -> None:
    for found in robots_sitemaps(text + "\nSitemap: " + text, "https://example.org/robots.txt"):
        assert found.startswith(("http://", "https://"))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_sitemap_or_an_error(sent: bytes) -> None:
    for found in (read(body(sent)), read(body(gzip.compress(sent)))):
        assert isinstance(found, ParsedSitemap) or URL in found


PIECES = st.sampled_from(
    [
        *(
            "<url>",
            "</url>",
            "<sitemap>",
            "</sitemap>",
            "<loc>",
            "</loc>",
            "<loc>/a",
            "<loc>javascript:x</loc>",
        ),
        *(
            "<loc>https://[</loc>",
            "<lastmod>",
            "</lastmod>",
            "2026-11-20",
            "9999-99-99",
            "<news:news>",
            "&",
            "&amp;",
        ),
        *(
            "<news:publication_date>0</news:publication_date>",
            "<image:image>",
            "</image:image>",
            "<![CDATA[",
            "]]>",
        ),
        *(
            "</urlset>",
            "<!--",
            "-->",
            "<",
            "\x00",
            "www.example.org",
            "data:x",
            "//",
            "<url",
            "<sitemapindex>",
        ),
    ]
)


@given(st.lists(PIECES | st.text(max_size=10), max_size=25), st.booleans())
def test_whatever_is_in_a_sitemap_its_pages_are_web_addresses(pieces: list[str], index: bool) -> None:
    text = "".join(pieces)
    text = f"<sitemapindex>{text}</sitemapindex>" if index else urlset(text)
    found = read(body(text.encode("utf-8", "surrogatepass")))
    assert isinstance(found, ParsedSitemap)
    for address in [each.entry.url for each in found.entries] + [child.url for child in found.sitemaps]:
        assert address.startswith(("http://", "https://"))
    for each in found.entries:
        assert each.entry.published_at is None or each.entry.published_at.tzinfo is UTC
