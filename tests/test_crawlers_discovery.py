"""Feeds found in pages, OPML files and plain lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import FeedError, UrlError
from crawlers.discovery import feed_links, opml, url_list

URL = "https://news.example/front/page"


def page(*links: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}{''.join(links)}</head><body><p>News</body></html>".encode()


def link(href: str, kind: str = "application/rss+xml", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}">'


def test_declared_feeds_are_found_in_order_each_once() -> None:
    body = page(
        link("/rss"),
        link("atom.xml", "application/atom+xml; charset=utf-8"),
        link("https://cdn.example/feed.json", "application/feed+json", "ALTERNATE home"),
        link("/plain", "text/xml", "feed"),
        link("/rss#again"),
    )
    assert feed_links(body, URL) == [
        "https://news.example/rss",
        "https://news.example/front/atom.xml",
        "https://cdn.example/feed.json",
        "https://news.example/plain",
    ]


def test_other_links_are_no_feeds() -> None:
    others = [
        link("/de", "text/html"),
        link("/style", "text/css", "stylesheet"),
        link("/rss", rel="me"),
        link("/post/comments/feed/"),
        link("mailto:a@b.example"),
        link("http://["),
        link(""),
        '<link rel="alternate" type="application/rss+xml">',
    ]
    assert feed_links(page(*others, "<a href='/rss.xml'>RSS</a>"), URL) == []


@pytest.mark.parametrize(
    "kind", ["text/xml", "application/xml", "application/xml; charset=utf-8", "application/json"]
)
def test_feeds_declared_with_the_type_of_their_markup_are_found(kind: str) -> None:
    assert feed_links(page(link("/f", kind)), URL) == ["https://news.example/f"]


def test_a_json_alternate_is_a_feed_if_it_says_so_or_nothing_else_is_declared() -> None:
    data, named = link("/data", "application/json"), link("/feed.json", "application/json")
    assert feed_links(page(data, named), URL) == ["https://news.example/feed.json"]
    assert feed_links(page(data, link("/rss")), URL) == ["https://news.example/rss"]
    assert feed_links(page(data), URL) == ["https://news.example/data"]


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        ("/wp-json/wp/v2/pages/7", "application/json"),
        ("/node/7?_format=json", "application/json"),
        ("/wp-json/oembed/1.0/embed?url=x&format=xml", "text/xml"),
        ("/oembed?url=x", "text/xml+oembed"),
        ("/sitemap.xml", "application/xml"),
    ],
)
def test_other_things_of_these_types_are_no_feeds(href: str, kind: str) -> None:
    assert feed_links(page(link(href, kind)), URL) == []


@pytest.mark.parametrize(
    ("encoding", "content_type", "meta"),
    [
        ("utf-8", "text/html; charset=utf-8", ""),
        ("utf-8", "", ""),
        ("utf-8", "text/html; charset=iso-8859-1", ""),
        ("shift_jis", "text/html; charset=Shift_JIS", ""),
        ("euc-jp", "text/html", '<meta charset="euc-jp">'),
    ],
)
def test_an_address_is_read_in_the_encoding_of_the_page(encoding: str, content_type: str, meta: str) -> None:
    body = page(link("/ニュース"), head=meta).decode().encode(encoding)
    assert feed_links(body, URL, content_type) == [
        "https://news.example/%E3%83%8B%E3%83%A5%E3%83%BC%E3%82%B9"
    ]


def test_links_count_from_the_base_of_the_page() -> None:
    assert feed_links(page(link("rss"), head='<base href="/deep/x">'), URL) == [
        "https://news.example/deep/rss"
    ]
    assert feed_links(page(link("/rss"), head='<base href="data:x">'), URL) == []


@given(st.binary(max_size=100))
def test_any_page_can_be_looked_at(body: bytes) -> None:
    assert feed_links(body, URL) == []


def test_opml_lists_titles_and_urls_through_all_folders() -> None:
    body = b"""<?xml version="1.0" encoding="UTF-8"?>
        <opml version="2.0"><head><title>Mine</title></head><body>
          <outline text="Sea"><outline title="Pier" text="p" type="rss" xmlUrl="https://pier.example/rss"/>
            <outline text="Deep"><outline text="Mole" xmlURL="feed://mole.example/atom"/></outline></outline>
          <outline text="again" xmlUrl="https://pier.example/rss"/>
          <outline xmlUrl=" feed:http://quay.example/ "/>
        </body></opml>"""
    assert opml(body) == [
        ("Pier", "https://pier.example/rss"),
        ("Mole", "https://mole.example/atom"),
        ("", "http://quay.example/"),
    ]


def test_damaged_opml_gives_what_is_there() -> None:
    assert opml(b'<opml><body><outline xmlUrl="https://a.example/?x=1&y=2">') == [
        ("", "https://a.example/?x=1&y=2")
    ]


@pytest.mark.parametrize(
    "body", [b"", b"plain", b"<html><outline xmlUrl='https://a.example/'/></html>", b"\x00"]
)
def test_what_is_no_opml_is_told_so(body: bytes) -> None:
    with pytest.raises(FeedError, match="OPML"):
        opml(body)


def test_opml_with_a_bad_url_names_it() -> None:
    with pytest.raises(UrlError, match="nowhere"):
        opml(b'<opml><outline xmlUrl="nowhere"/></opml>')


def test_opml_reads_no_files() -> None:
    body = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><opml><outline text="&e;" xmlUrl="http://a.example/"/></opml>'
    assert opml(body) == [("", "http://a.example/")]


def test_a_list_is_one_url_a_line() -> None:
    text = "\ufeff# mine\n\nhttps://a.example/rss\r\n  http://B.example/x#part # why\n\t# https://c.example/\nhttps://a.example/rss"
    assert url_list(text) == ["https://a.example/rss", "http://b.example/x"]


def test_a_bad_line_is_named_by_its_number() -> None:
    with pytest.raises(UrlError, match="line 3: .*not-a-url"):
        url_list("# mine\nhttps://a.example/\nnot-a-url\n")
