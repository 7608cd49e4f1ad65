"""Content-Type headers with slips, and bodies whose type nobody says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.media_type import essence, looks_like_html


@pytest.mark.parametrize(
    ("header", "stated"),
    [
        ("text/html", "text/html"),
        (" Text/HTML ; Charset=utf-8", "text/html"),
        ("text/html, text/html; charset=utf-8", "text/html"),
        ("text/html,charset=utf-8", "text/html"),
        ("text/html, charset=utf-8", "text/html"),
        ("text/html charset=utf-8", "text/html"),
        ("text/html\tcharset=utf-8", "text/html"),
        ("text/html (page)", "text/html"),
        ("text/html;;charset", "text/html"),
        ('text/html; charset="a,b"; x="c\\",d"', "text/html"),
        ('text/html; charset="a, image/png', "text/html"),
        ("text/html, */*", "text/html"),
        ("text/html, unknown/unknown", "text/html"),
        ("text/plain, text/html", "text/html"),
        ("text/html, application/json", "application/json"),
        ("application/rss+xml", "application/rss+xml"),
        ("image/svg+xml;q=1", "image/svg+xml"),
        *(
            (nothing, "")
            for nothing in ("", " ", ",", "html", "text", "text/", "/html", "*/*", "charset=utf-8")
        ),
        *(
            (nothing, "")
            for nothing in ("unknown/unknown", "application/unknown", "text/html/", "text/html:utf-8")
        ),
        *(
            (nothing, "")
            for nothing in ('"text/html"', "text /html", "text/hüml", "\ud800", "none", "(null)")
        ),
    ],
)
def test_the_type_is_read_as_browsers_read_it(header: str, stated: str) -> None:
    assert essence(header) == stated


@given(st.text(max_size=60) | st.from_regex(r"[a-z/,;\" \\*]{0,40}"))
def test_no_header_can_hurt(header: str) -> None:
    assert essence(header).count("/") == (essence(header) != "")


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"<!doctype html>",
            b"<!DOCTYPE HTML PUBLIC 'x'>",
            b"<html>",
            b"<HTML lang=en>",
            b"<html\r\nlang=en>",
        ),
        *(
            b"\n\t\f\r <head>",
            b"<script >",
            b"<iframe src=a>",
            b"<h1>",
            b"<div>",
            b"<font >",
            b"<table>",
            b"<a href=b>",
        ),
        *(b"<style>", b"<title>", b"<b>", b"<body>", b"<br>", b"<p>x", b"<!-- x", b"<!--[if IE]>"),
        *(b"\xef\xbb\xbf<!doctype html>", b"\xef\xbb\xbf\r\n<html>"),
        b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'><html xmlns='http://www.w3.org/1999/xhtml'>",
    ],
)
def test_a_page_begins_like_one(body: bytes) -> None:
    assert looks_like_html(body)


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b" ",
            b"plain words",
            b"<",
            b"<html",
            b"<htmlx>",
            b"<para>",
            b"<abbr>",
            b"<section>",
            b"x<html>",
        ),
        *(
            b"<?xml version='1.0'?><rss>",
            b"<rss>",
            b"{}",
            b"%PDF-1.7",
            b"\x89PNG\r\n",
            b"GIF89a",
            b"\0<html>",
        ),
        *(b"<!doctype svg>", b"\xff\xfe<\0h\0", b" " * 1445 + b"<html>"),
    ],
)
def test_other_bodies_do_not(body: bytes) -> None:
    assert not looks_like_html(body)
