"""From bytes to a tree: what is refused, how it is decoded, how deep it goes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.html import MAX_DEPTH, content_type, decode, parse, refuse_other_types, too_deep
from articles.model import FeedEntry, Page, Rejection

URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"
RUSSIAN = "Паром не вышел в море и остался у причала до вечера, сообщил порт."


def page(body: bytes, kind: str = "text/html") -> Page:
    return Page(
        url=URL,
        final_url=URL,
        status=200,
        headers=(("server", "x"), ("content-type", kind)) if kind else (),
        body=body,
        fetched_at=datetime(2026, 1, 2, tzinfo=UTC),
        entry=FeedEntry(url=URL, source="harbour"),
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html><p>x", "text/html"),
        (b"<html><p>x", "Text/HTML; charset=utf-8"),
        (b"<html><p>x", ""),
        (b"\xef\xbb\xbf<!DOCTYPE html><svg>", "application/xhtml+xml"),
        (b"<!DOCTYPE html><svg></svg><p>x", "text/html"),
        (b"[Harbour] <b>news</b>", "text/html"),
        (b"[Harbour] <b>news</b>", "text/html; charset=utf-8, application/json"),
        (b"Harbour <b>news</b>", "text/html, text/html"),
        (b"Harbour <b>news</b>", "text/html charset=utf-8"),
        *((b"<!doctype html><p>x", kind) for kind in ("html", "*/*", "unknown/unknown", "text", " ,")),
    ],
)
def test_web_pages_are_let_through(body: bytes, kind: str) -> None:
    assert refuse_other_types(page(body, kind)) is None


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"<html>", "application/json", "not_html"),
        (b"<html>", "image/png", "not_html"),
        (b"  %PDF-1.4", "text/html", "not_html"),
        (b"PK\x03\x04rest", "text/html", "not_html"),
        (b' {"a": 1}', "text/html", "not_html"),
        (b"<?xml version='1.0'?><urlset></urlset>", "text/html", "not_html"),
        (b" \r\n", "text/html", "empty"),
        (b" \r\n", "*/*", "empty"),
        *((b"the words html and <html>", kind, "not_html") for kind in ("html", "*/*", "unknown/unknown")),
        (b"<!doctype html>", "text/plain", "not_html"),
        (b"<!doctype html>", "*/*, application/octet-stream", "not_html"),
        (b"<html><title>feed</title>", "*/*, image/png", "not_html"),
    ],
)
def test_other_answers_are_refused_with_a_reason(body: bytes, kind: str, reason: str) -> None:
    refused = refuse_other_types(page(body, kind))
    assert refused is not None
    assert refused.reason == reason
    assert refused.detail


def test_a_type_may_stand_in_a_second_header() -> None:
    twice = replace(page(b"Harbour"), headers=(("content-type", "*/*"), ("content-type", "text/html")))
    assert refuse_other_types(twice) is None
    assert content_type(twice) == "*/*"


def test_the_content_type_is_the_header_as_sent() -> None:
    assert content_type(page(b"", "Text/HTML; Charset=X")) == "Text/HTML; Charset=X"
    assert content_type(page(b"", "")) == ""


@pytest.mark.parametrize(
    "charset",
    [
        *("undefined", "base64", "hex", "rot13", "zlib", "idna", "no-such-thing", "", "\ud800"),
        *("utf-16", "utf-32", "utf-8", "'utf-8'"),
    ],
)
def test_an_encoding_that_does_not_decode_is_passed_over(charset: str) -> None:
    assert RUSSIAN in decode(RUSSIAN.encode("koi8-r") * 3, f"text/html; charset={charset}")
    body = f"<meta charset='{charset}'><p>Plain words of the harbour</p>".encode("utf-8", "replace")
    assert "Plain words of the harbour" in decode(body, "text/html")


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "iso-8859-5", "utf-8", "utf-16"])
def test_a_declared_encoding_that_fits_is_used(encoding: str) -> None:
    assert RUSSIAN in decode(RUSSIAN.encode(encoding), f"text/html; charset={encoding}")


def test_seven_bit_encodings_are_read_as_declared() -> None:
    assert "渡航" in decode("渡航".encode("iso-2022-jp"), "text/html; charset=iso-2022-jp")


@given(st.binary(max_size=200), st.sampled_from(["", "utf-7", "undefined", "utf-16", "big5", "punycode"]))
def test_any_bytes_give_text(body: bytes, charset: str) -> None:
    assert isinstance(decode(body, f"text/html; charset={charset}"), str)
    assert not isinstance(parse(page(b"<p>harbour" + body)), Rejection)


def test_comments_and_instructions_are_dropped() -> None:
    tree = parse(page(b"<html><body><!-- a --><?php b ?><p>The ferry\x00\x07 stays</p></body></html>"))
    assert not isinstance(tree, Rejection)
    assert tree.text_content().strip() == "The ferry stays"


def test_an_xml_declaration_does_not_decide_the_encoding() -> None:
    tree = parse(page('<?xml version="1.0" encoding="iso-8859-1"?><html><p>Fähre</p></html>'.encode()))
    assert not isinstance(tree, Rejection)
    assert tree.text_content() == "Fähre"


@pytest.mark.parametrize(("extra", "deep"), [(-3, False), (1, True)])
def test_depth_has_its_limit(extra: int, deep: bool) -> None:
    parsed = parse(page(b"<div>" * (MAX_DEPTH + extra) + b"harbour"))
    assert isinstance(parsed, Rejection) == deep
    if not isinstance(parsed, Rejection):
        assert not too_deep(parsed)


# Limits: one page just below each, and one just above.


@pytest.mark.parametrize(("count", "reason"), [(140_000, ""), (160_000, "too_large")])
def test_a_page_has_a_bounded_number_of_tags(count: int, reason: str) -> None:
    found = parse(page(b"<p>Ferry</p>" + b"<i></i>" * count))
    assert (found.reason if isinstance(found, Rejection) else "") == reason


@pytest.mark.parametrize(("depth", "reason"), [(240, ""), (270, "too_deep")])
def test_a_page_nests_up_to_a_depth(depth: int, reason: str) -> None:
    found = parse(page(b"<div>" * depth + b"Ferry"))
    assert (found.reason if isinstance(found, Rejection) else "") == reason


@pytest.mark.parametrize(("wrong", "believed"), [(4, True), (6, False)])
def test_a_declared_encoding_may_fit_badly_in_one_of_two_hundred_characters(
    wrong: int, believed: bool
) -> None:
    body = (b"the ferry stayed in port " * 40)[: 1000 - wrong] + b"\xe9" * wrong
    assert ("\ufffd" in decode(body, "text/html; charset=utf-8")) is believed


@pytest.mark.parametrize(("start", "looked_at"), [(60_000, True), (70_000, False)])
def test_an_undeclared_encoding_is_guessed_from_the_start_of_a_page(start: int, looked_at: bool) -> None:
    before, text = (
        b"The ferry stays in port until Friday. " * 2000,
        "Die Fähre blieb über Nacht im Hafen. " * 400,
    )
    assert (text in decode(before[:start] + text.encode("latin-1"), "text/html")) is looked_at


@pytest.mark.parametrize(
    "end", ["</body></html>", "</BODY >\n</HTML>", "</body></html><html><body class='x'>", "</html>"]
)
def test_a_page_that_goes_on_below_its_end_is_read_to_its_last_line(end: str) -> None:
    tree = parse(page(f"<html><body><p>Der Hafen</p>{end}<div><p>港</p></div></body></html>".encode()))
    assert not isinstance(tree, Rejection)
    assert [paragraph.text for paragraph in tree.iter("p")] == ["Der Hafen", "港"]
    assert len(list(tree.iter("body"))) == 1
