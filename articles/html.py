"""From the bytes of a response to a tree: type, encoding, parsing, and limits on size and depth."""

import codecs
import re
from collections.abc import Callable

import lxml.html
from charset_normalizer import from_bytes
from lxml import etree
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from articles import media_type
from articles.dom import Element, test
from articles.model import Page, Rejection

MAX_BYTES = 5_000_000
MAX_TAGS = 150_000  # the largest real page measured has 10,000
MAX_DEPTH = 256  # no real page measured went beyond 60; trafilatura recurses over depth

_HTML_TYPES = ("", "text/html", "application/xhtml+xml", "application/xhtml")
_MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"ID3",
    b"\x00\x00\x00",
)
_OTHER_MARKUP = (b"<rss", b"<feed", b"<rdf", b"<urlset", b"<sitemapindex", b"<svg")
_SNIFF = 65_536
_PAGE_ENDS = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)
_GOES_ON = re.compile(rb"<(?:p|div|section|article|main|h1|table)\b", re.IGNORECASE)
_TOLERATED_ERRORS = 0.005
_DEEPER = test("/*" * (MAX_DEPTH + 1))
# lxml.html's own lookup calls Python for each element accessed, to distinguish forms and inputs
_ONE_CLASS = etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement)
# lxml refuses to write these, and then trafilatura drops the whole page
_NOT_XML = bytes({*range(32)} - {*b"\t\n\r"})


def content_type(page: Page) -> str:
    """The Content-Type header as sent, "" if there is none."""
    return next(iter(_content_types(page)), "")


def _content_types(page: Page) -> list[str]:
    return [value for name, value in page.headers if name == "content-type"]


def refuse_other_types(page: Page) -> Rejection | None:
    """Why the response is not an HTML page, by its type or its first bytes; None if it is one.

    A type that says nothing (`html`, `*/*`) leaves it to the bytes.
    """
    if other := _other_type(page):
        return Rejection(reason="not_html", detail=other)
    start = page.body[:2048].removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        return Rejection(reason="empty", detail="the response has no body")
    if start.startswith(_MAGIC):
        return Rejection(reason="not_html", detail=f"the body starts like a binary file: {start[:4]!r}")
    if start.startswith((b"{", b"[")) and b"<" not in start:
        return Rejection(reason="not_html", detail="the body looks like JSON")
    markup = start.lower()
    if (
        b"<html" not in markup
        and any(tag in markup for tag in _OTHER_MARKUP)
        and not markup.startswith(b"<!doctype html")
    ):
        return Rejection(reason="not_html", detail="the body is a feed, sitemap or drawing")
    return None


def _other_type(page: Page) -> str:
    """What the Content-Type says that is not HTML, "" if it does not, or says nothing and the body begins like a page."""
    kind = content_type(page).partition(";")[0].strip().lower()
    if kind in _HTML_TYPES:
        return ""
    stated = media_type.essence(", ".join(_content_types(page)))
    if stated not in _HTML_TYPES:
        return f"Content-Type is {kind[:80]}"
    if stated or not page.body[:2048].strip() or media_type.looks_like_html(page.body):
        return ""
    return f"Content-Type is {kind[:80]}, and the body does not begin like a page"


def decode(body: bytes, header: str) -> str:
    """Decodes by BOM, as UTF-8, by Content-Type header, by the page's meta tag, or by statistics, in this order.

    A declared encoding that fits badly (more than 0.5 % replaced characters) is skipped.
    """
    named, bom = read_bom(body)
    if named and bom:
        return body[len(bom) :].decode(named, "replace")
    if not body.isascii():
        try:
            return body.decode()
        except UnicodeDecodeError:
            pass
    for declared in filter(None, (http_content_type_encoding(header), html_body_declared_encoding(body))):
        if declared.startswith(("utf-16", "utf-32")) and b"\0" not in body:
            continue  # markup in these encodings has zeros
        try:
            text = body.decode(declared, "replace")
        except (LookupError, UnicodeError):  # "undefined", "base64", "idna" are codecs, but not for text
            continue
        if text.count("\ufffd") <= _TOLERATED_ERRORS * len(text):
            return text
    guess = None if body.isascii() else from_bytes(body[:_SNIFF]).best()
    return body.decode(codecs.lookup(guess.encoding).name if guess else "utf-8", "replace")


def parse(page: Page, rewrite: Callable[[str], str] = str) -> Element | Rejection:
    """The page's tree, without comments and processing instructions, or the reason why there is none.

    `rewrite` is what is done to its source before.
    """
    source = rewrite(decode(page.body, content_type(page)))
    text = source.encode("utf-8", "replace").translate(None, _NOT_XML)
    if not text.strip():
        return Rejection(reason="empty", detail="the response has no text")
    # huge_tree lifts libxml2's limit on depth, at which it would silently drop the rest of the page
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = lxml.html.document_fromstring(_as_one(text), parser=parser)
    except etree.ParserError as error:
        return Rejection(reason="empty", detail=f"nothing to parse: {error}")
    if text.count(b"<") > MAX_TAGS and (tags := sum(1 for _ in tree.iter())) > MAX_TAGS:
        return Rejection(reason="too_large", detail=f"{tags} tags, more than {MAX_TAGS}")
    if too_deep(tree):
        return Rejection(reason="too_deep", detail=f"tags nested deeper than {MAX_DEPTH}")
    return tree


def _as_one(text: bytes) -> bytes:
    """The page without the tags that end it, if it goes on below them: browsers read on, but the parser begins another tree."""
    end = _PAGE_ENDS.search(text)
    return _PAGE_ENDS.sub(b"", text) if end and _GOES_ON.search(text, end.end()) else text


def too_deep(tree: Element) -> bool:
    """Whether tags are nested deeper than MAX_DEPTH. Goes down level by level, without recursion."""
    return _DEEPER(tree)
