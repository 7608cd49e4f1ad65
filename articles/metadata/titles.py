"""Choose the article's title from those in a page's head, its JSON-LD and its h1 elements."""

from articles.dom import Element, select, text_of
from articles.metadata import jsonld
from articles.metadata.metatags import SITE, Meta, every, first
from articles.text import key, tidy, tokens

_TITLE = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "title")
_H1 = select("//h1")
_HEAD_TITLE = select("//title[not(ancestor::svg)]")  # an svg may have a title, too
_VOUCHED = 0.5  # minimum agreement with a stated title for an h1 to be that title
_HINTED = 0.2  # enough for the only h1 that is as long as a headline
_HEADLINE_WORDS = 5  # at least


def stated_title(tree: Element, meta: Meta) -> str:
    """The title stated in the page's head: a meta tag, else <title>."""
    return first(meta, _TITLE) or _page_title(tree)


def title(tree: Element, node: jsonld.Node, meta: Meta) -> str:
    """An h1 that agrees with og:title, <title> or JSON-LD; else the only h1 as long as a headline; else JSON-LD's headline,
    og:title, or any h1.

    A kicker before a colon is dropped if another title lacks it. If JSON-LD states a news article's headline, an h1 in
    other words is not the article's but the page's: the last line of a ticker, or a title for search engines.
    """
    headline = tidy(jsonld.text(node.get("headline")))
    stated = [text for text in (headline, *every(meta, _TITLE), _page_title(tree)) if text]
    headings = [text for element in _H1(tree) if (text := text_of(element))]
    if headline and jsonld.is_news(node):
        headings = [heading for heading in headings if _agreement(heading, headline) >= _VOUCHED]
    best = max(
        ((_agreement(heading, text), heading) for heading in headings for text in stated), default=(0.0, "")
    )
    long = [heading for heading in headings if len(tokens(heading)) >= _HEADLINE_WORDS]
    if best[0] >= _VOUCHED:
        return _without_kicker(best[1], stated)
    if len(long) == 1 and any(_agreement(long[0], text) >= _HINTED for text in stated):
        return long[0]
    if stated:
        return _without_site(stated[0], first(meta, SITE))
    return headings[0] if headings else ""


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


def _without_site(title: str, site: str) -> str:
    for mark in (" | ", " - ", " – ", " — ", " :: "):
        head, _, tail = title.rpartition(mark)
        if head and (key(tail) == key(site) or (mark == " | " and len(tail) < 40)):
            return head
    return title
