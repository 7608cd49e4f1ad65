"""Choose the article's title from those in a page's head, its JSON-LD and its h1 elements."""

import re
from html import unescape
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from articles.dom import Element, select, text_of
from articles.metadata import jsonld
from articles.metadata.metatags import SITE, Meta, every, first
from articles.text import key, tidy, tokens

_TITLE = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "title")
_H1 = select("//h1")
_HEAD_TITLE = select("//title[not(ancestor::svg)]")  # an svg may have a title, too
_VOUCHED = 0.5  # minimum agreement with a stated title for an h1 to be that title
_FEWEST_IN_PART = 3  # words
_HINTED = 0.2  # enough for the only h1 that is as long as a headline
_HEADLINE_WORDS = 5  # at least
_SHORTEST_HOST = 4  # letters of a name to be known by the host's
_LONGEST_SITE = 40  # of what follows a bar
_LONGEST = 500  # characters of what a page states that are read
_MOST_PARTS = 4  # of a title, behind its last marks
_MARK = re.compile(
    r"\s+(?:-|–|—|--|::|·|•|»|«|:|/|~|<|>)\s+|\s*[|｜ㅣ丨¦：_]\s*|(?<=[^\W\d_a-zA-Z])-+(?=[^\W\d_])"
)
_BAR = " | "
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});")
_PUNCTUATION = re.compile(r"\W+")
_CHROME = re.compile(r"\s*(?:[(\[]|\d|(?:posted|published|updated|by|von|par|por)\b)", re.IGNORECASE)


def stated_title(tree: Element, meta: Meta) -> str:
    """The title stated in the page's head: a meta tag, else <title>."""
    return first(meta, _TITLE) or _page_title(tree)


def title(tree: Element, node: jsonld.Node, meta: Meta, url: str = "") -> str:
    """An h1 that agrees with og:title, <title> or JSON-LD; else the only h1 as long as a headline; else JSON-LD's headline,
    og:title, or any h1.

    The site's name is no title: neither an h1 that only says it, nor at the end or start of what the head states. A kicker
    before a colon is dropped if another title lacks it, and so is a date or a byline within the h1. If JSON-LD states a
    news article's headline, an h1 in other words is not the article's but the page's: the last line of a ticker, or a title
    for search engines.
    """
    sites = tuple(filter(None, (*every(meta, SITE), tidy(jsonld.text(node.get("publisher"))))))
    host = _PUNCTUATION.sub("", urlsplit(url).hostname or "")
    headline = tidy(jsonld.text(node.get("headline")))
    told = [_decoded(text)[:_LONGEST] for text in (headline, *every(meta, _TITLE), _page_title(tree)) if text]
    stated = [_without_site(text, sites, host) for text in told]
    shown = (_named_site_cut(_decoded(_heading(element, stated)), sites, host) for element in _H1(tree))
    headings = list(
        dict.fromkeys(text for text in shown if text and not (stated and _is_site(text, sites, host)))
    )
    if headline and jsonld.is_news(node):
        headings = [heading for heading in headings if _agreement(heading, headline) >= _VOUCHED]
    best = max(
        ((_agreement(heading, text), heading) for heading in headings for text in stated), default=(0.0, "")
    )
    long = [heading for heading in headings if len(tokens(heading)) >= _HEADLINE_WORDS]
    if best[0] >= _VOUCHED:
        return _without_chrome(_without_kicker(best[1], stated), stated)
    if len(long) == 1 and any(_agreement(long[0], text) >= _HINTED for text in stated):
        return long[0]
    if stated:
        return stated[0]
    return headings[0] if headings else ""


def _heading(element: Element, stated: list[str]) -> str:
    """The text of an h1; where it has parts, the part that is a stated title, or the stated title that says all of them."""
    text = text_of(element)
    if not len(element) or key(text) in map(key, stated):
        return text
    parts = [key(text_of(part)) for part in islice(element.iterdescendants(etree.Element), _MOST_PARTS)]
    parted = (
        tidy(" ".join(str(piece) for piece in element.itertext(etree.Element))) if len(parts) > 1 else text
    )
    wanted = (key(parted), *(part for part in parts if len(part.split()) >= _FEWEST_IN_PART))
    return next((title for title in stated if key(title) in wanted), text)


def _without_kicker(heading: str, stated: list[str]) -> str:
    return next(
        (
            title
            for title in stated
            if len(tokens(title)) >= _HEADLINE_WORDS
            and heading.endswith(title)
            and heading[: -len(title)].rstrip().endswith(":")
        ),
        heading,
    )


def _page_title(tree: Element) -> str:
    return next(map(text_of, _HEAD_TITLE(tree)), "")


def _agreement(heading: str, stated: str) -> float:
    """The share of the longer text's words that the shorter has, 0 to 1; an h1 contained in a title counts more."""
    a, b = tokens(heading), tokens(stated)
    if not a or not b:
        return 0.0
    shared = len(set(a) & set(b))
    inside = len(a) >= 3 and key(heading) in key(stated)
    return max(shared / max(len(set(a)), len(set(b))), 0.6 if inside else 0.0)


def _without_chrome(heading: str, stated: list[str]) -> str:
    """Without a date, a byline or a count behind a stated title."""
    return next(
        (
            title
            for title in stated
            if len(tokens(title)) >= _HEADLINE_WORDS
            and heading.startswith(title)
            and _CHROME.match(heading[len(title) :])
            and not any(key(heading) in key(text) for text in stated)
        ),
        heading,
    )


def _without_site(title: str, sites: tuple[str, ...], host: str) -> str:
    """Without the site's name, and what follows it, at the end, or the site's name at the start; also without sections
    behind a bar.
    """
    cut = _named_site_cut(title, sites, host)
    head, bar, tail = cut.rpartition(_BAR)
    if bar and len(tail) < _LONGEST_SITE and len(tokens(head)) >= min(_FEWEST_IN_PART, len(tokens(tail))):
        return _without_site(head, sites, host)
    return cut


def _named_site_cut(title: str, sites: tuple[str, ...], host: str) -> str:
    marks = list(_MARK.finditer(title))[-_MOST_PARTS:]
    ends = [*(mark.start() for mark in marks[1:]), len(title)]
    for mark, end in zip(marks, ends, strict=False):
        if mark.start() and _is_site(title[mark.end() : end], sites, host if end == len(title) else ""):
            return _named_site_cut(title[: mark.start()], sites, host)
    if marks and "：" not in marks[0][0] and key(title[: marks[0].start()]) in map(key, sites):
        return _named_site_cut(title[marks[0].end() :], sites, host)
    return title


def _decoded(text: str) -> str:
    """Without the entities of a text that was encoded twice."""
    return tidy(unescape(text)) if _ENTITY.search(text) else text


def _is_site(text: str, sites: tuple[str, ...], host: str) -> bool:
    squeezed = _PUNCTUATION.sub("", text.casefold())
    return (len(squeezed) >= _SHORTEST_HOST and squeezed in host) or key(text) in map(key, sites)
