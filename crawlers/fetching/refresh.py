"""Where a page sends its reader without a redirect: the Refresh header and its HTML counterpart. Pure."""

import re
from collections.abc import Iterator

import ada_url
import lxml.html
from lxml import etree

from articles.dom import select
from articles.html import decode
from crawlers.fetching.answers import Answer, FetchError, header, resolved, sent

MAX_DELAY = 5
"""Seconds; a page that stays for longer is there to be read."""

_START = 65_536
# HTML, "shared declarative refresh steps": a number, a separator, a URL with or without `url=` and quotes
_REFRESH = re.compile(
    r"\s*(\d*)(?:(?<=\d)|(?=\.))[\d.]*\s*(?:[;,]|(?<=\s)|$)\s*(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|(.*))",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)

_BASES = select("//head//base[@href]")
_METAS = select("//head//meta[@http-equiv and @content and not(ancestor::noscript or ancestor::template)]")


def refresh_target(answer: Answer) -> str:
    """The URL to which a page leads within MAX_DELAY seconds, without fragment; "" when it stays, or only loads itself again.

    The header counts first, then the first `<meta http-equiv="refresh">` in the head of the first 64 KB, unless it is for
    readers without scripts. What is no http(s) URL leads nowhere.
    """
    if not 200 <= answer.status < 300:
        return ""
    for value, base in _refreshes(answer):
        if found := _REFRESH.match(value):
            url = (found[2] or found[3] or found[4] or "").strip()
            return _leads(url, base, answer) if url and int(found[1][:9] or 0) <= MAX_DELAY else ""
    return ""


def _leads(url: str, base: str, answer: Answer) -> str:
    try:
        target = resolved(url, base)
        return target if target != resolved("", answer.url) else ""
    except FetchError:
        return ""


def _refreshes(answer: Answer) -> Iterator[tuple[str, str]]:
    """Each refresh that the answer states, and the URL that it counts from."""
    if stated := sent(answer.headers, "refresh"):
        yield stated, answer.url
    start = answer.body[:_START]
    if b"refresh" not in start.replace(b"\0", b"").lower():
        return
    start = start[: start.rfind(b">") + 1]  # no character is cut
    text = decode(start, header(answer.headers, "content-type")).replace("\0", "")
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return
    base = next((_joined(found.get("href") or "", answer.url) for found in _BASES(tree)), answer.url)
    for meta in _METAS(tree):
        if (meta.get("http-equiv") or "").strip().lower() == "refresh":
            yield meta.get("content") or "", base


def _joined(href: str, url: str) -> str:
    try:
        return ada_url.URL(href.strip(), url).href
    except ValueError:
        return url
