"""Blocks of a page that are not its article, known by their markup, cut before extraction."""

import re
from collections.abc import Iterator

import lxml.html
from lxml import etree

from articles.captions import selector
from articles.model import Removal
from articles.text import key, tidy

# Each rule: its name and the words that name such a block in a class or id. Words are parts between
# hyphens, underscores and capitals; a word matches whole, so that "share" is not found in "shareholder".
BLOCKS: tuple[tuple[str, str], ...] = (
    ("breadcrumb", r"bread-?crumbs?"),
    (
        "related",
        r"related|recirc(?:ulation)?|recommend(?:ed|ations?)?|read-?more|more-(?:on|from|stories|news)|"
        r"most-(?:read|popular|viewed)|trending|popular-(?:posts|stories|news)|see-also|also-(?:on|read)|read-(?:also|next)|"
        r"next-(?:article|story|post)s?|up-next|lire-aussi|leggi-anche|outbrain|taboola|mgid|revcontent",
    ),
    ("newsletter", r"newsletters?|newsletter-\w+|subscribe|signup|sign-up|mailing-?list"),
    (
        "share",
        r"share|sharing|share-?(?:bar|buttons?|tools?|links?|this)|social(?:-?(?:share|media|links|icons|bar))?|addtoany|sharedaddy",
    ),
    ("promotion", r"promo|advert(?:isement|ising)?|sponsored|adsbygoogle|dfp|affiliate-disclosure"),
    ("comments", r"disqus(?:-thread)?|comments(?:-(?:area|list|section))?|comment-list"),
)
_NAMED = tuple((name, re.compile(rf"(?:^|-)(?:{words})(?:-|$)")) for name, words in BLOCKS)
_LITERALS = re.compile(
    r"bread|relat|recirc|recom|more|most|trend|popular|also|next|lire|leggi|brain|taboola|mgid|revcon|letter|subscri|sign|"
    r"mailing|shar|social|addto|promo|advert|sponsor|ads|dfp|affil|disqus|comment",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEPARATORS = re.compile(r"[_:]+|--+")
_CANDIDATES = etree.XPath(
    "//*[self::div or self::section or self::aside or self::ul or self::ol or self::nav or self::p or self::footer][@class or @id]"
)
_HOLDS_ARTICLE = etree.XPath("boolean(.//h1 or .//*[@itemprop='articleBody'] or .//article[count(.//p) > 4])")
_INSIDE = etree.XPath("boolean(ancestor::article or ancestor::main or ancestor::*[@itemprop='articleBody'])")
_PROSE = etree.XPath(".//p")
_DEAD = ("script", "style", "svg", "nav", "button", "template", "iframe", "select", "textarea")
_SUMMARY = 300


def cut(tree: lxml.html.HtmlElement, title: str) -> tuple[Removal, ...]:
    """Drops dead weight and foreign blocks from the tree; one removal for each block inside the article."""
    removed = list(_cut_blocks(tree))
    removed.extend(_cut_other_articles(tree, title))
    etree.strip_elements(tree, *_DEAD, with_tail=False)
    return tuple(removed)


def rule_of(element: lxml.html.HtmlElement) -> str:
    """The block rule that an element's class or id names, "" if none."""
    marks = f"{element.get('class') or ''} {element.get('id') or ''}"
    if not _LITERALS.search(marks):
        return ""
    for mark in marks.split():
        spelling = _SEPARATORS.sub("-", _CAPITAL.sub("-", mark)).lower()
        for name, words in _NAMED:
            if words.search(spelling):
                return name
    return ""


def _cut_blocks(tree: lxml.html.HtmlElement) -> Iterator[Removal]:
    most = _prose(tree) // 3
    for element in _CANDIDATES(tree):
        rule = rule_of(element)
        if not rule or element.getparent() is None or element.getroottree().getroot() is not tree:
            continue
        if _HOLDS_ARTICLE(element) or _prose(element) > most:
            continue
        yield from _drop(element, rule)


def _cut_other_articles(tree: lxml.html.HtmlElement, title: str) -> Iterator[Removal]:
    """Endless scrolling: once the article with the page's title is known, its siblings with titles of their own go."""
    wanted = key(title)
    own = next(
        (a for a in tree.iter("article") if any(key(h.text_content()) == wanted for h in a.iter("h1"))), None
    )
    if own is None or not wanted:
        return
    inside = set(own.iterancestors()) | set(own.iterdescendants("article")) | {own}
    for other in list(tree.iter("article")):
        if other not in inside and other.getroottree().getroot() is tree:
            yield from _drop(other, "other_article")


def _drop(element: lxml.html.HtmlElement, rule: str) -> Iterator[Removal]:
    text = tidy(" ".join(element.itertext("p", "h2", "h3", "h4", "li", "a", "span", "div"))[: 4 * _SUMMARY])[
        :_SUMMARY
    ]
    if text and _INSIDE(element):
        yield Removal(text=text, rule=rule, place="block", evidence=selector(element))
    element.drop_tree()


def _prose(element: lxml.html.HtmlElement) -> int:
    """Characters in paragraphs."""
    return sum(len(paragraph.text_content()) for paragraph in _PROSE(element))
