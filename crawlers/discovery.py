"""Where feeds are found: declared by a page, in an OPML file, in a plain list. Pure functions."""

import re

import lxml.html
from lxml import etree

from articles.errors import FeedError, UrlError
from articles.html import decode
from articles.urls import canonical

_TYPES = frozenset(
    (
        *("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"),
        *("application/rss", "application/atom", "application/x-rss+xml", "text/rss", "text/rss+xml"),
    )
)
# Types of feeds and of other things: not these.
_XML = frozenset(("text/xml", "application/xml"))
_NO_FEED = ("sitemap", "oembed", "/wp-json/", "_format=", "manifest")
# libxml2 would mend `?a=1&b=2` to `?a=1=2`.
_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]\w*);)")
_COMMENT = re.compile(r"(?:^|\s)#.*")


def feed_links(body: bytes, url: str, content_type: str = "") -> list[str]:
    """The feeds that the page at `url` declares (link rel=alternate or feed), in its order.

    `content_type` is the page's header of this name, which may say its encoding. Feeds of comments, which WordPress
    declares on every page, are left out, and so is what is no URL. An alternate of the type application/json is a
    feed if it calls itself one, or if nothing else is declared.
    """
    parser = lxml.html.HTMLParser(encoding="utf-8")
    try:
        tree = lxml.html.document_fromstring(decode(body, content_type).encode("utf-8", "replace"), parser)
    except etree.ParserError:
        return []  # no element in it
    declared = next((base.get("href", "") for base in tree.iter("base")), "")
    itself = canonical(url)  # what an empty link resolves to
    found: dict[str, bool] = {}
    for link in tree.iter("link"):
        if (certain := _feed_by_its_type(link)) is not None:
            try:
                feed = canonical(link.get("href", ""), canonical(declared, url))
            except UrlError:
                continue
            if feed != itself and "/comments/" not in feed:
                found[feed] = found.get(feed, False) or certain
    return [feed for feed, certain in found.items() if certain] or list(found)


def _feed_by_its_type(link: lxml.html.HtmlElement) -> bool | None:
    """Whether a link is certainly to a feed (True) or perhaps (False), by its own words; None if it is to none."""
    kinds = link.get("rel", "").lower().split()
    media = link.get("type", "").partition(";")[0].strip().lower()
    if "feed" in kinds or ("alternate" in kinds and media in _TYPES):
        return True
    words = f"{link.get('href', '')} {link.get('title', '')}".lower()
    if "alternate" not in kinds or any(word in words for word in _NO_FEED):
        return None
    if media in _XML:
        return True
    return "feed" in words if media == "application/json" else None


def opml(body: bytes) -> list[tuple[str, str]]:
    """Title and URL of each feed in an OPML file, each URL once. Raises FeedError, and UrlError for a bad URL."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(_BARE_AMPERSAND.sub(b"&amp;", body), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise FeedError("this is no OPML file: its root element is not <opml>")
    found: dict[str, str] = {}
    for outline in root.iter("{*}outline"):
        names = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
        if names.get("xmlurl"):
            found.setdefault(_address(names["xmlurl"]), names.get("title") or names.get("text") or "")
    return [(title, url) for url, title in found.items()]


def url_list(text: str) -> list[str]:
    """The URLs of a text, one a line, each once. What follows a # at the start or after a blank is a comment.

    Raises UrlError, which names the line.
    """
    found: dict[str, None] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        address = _COMMENT.sub("", line).strip()
        if not address:
            continue
        try:
            found[_address(address)] = None
        except UrlError as error:
            raise UrlError(f"line {number}: {error}") from error
    return list(found)


def _address(url: str) -> str:
    """feed:https://... and feed://... are how some readers spell a feed's address."""
    url = url.strip()
    if url.lower().startswith("feed:"):
        rest = url[5:]
        url = f"https:{rest}" if rest.startswith("//") else rest
    return canonical(url)
