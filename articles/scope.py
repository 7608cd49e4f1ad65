"""Blocks of a page that are not its article, known by their markup, cut before extraction."""

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from articles.dom import Element, attached, name_of, select, test, text_of
from articles.lines import BREADCRUMB
from articles.model import Removal
from articles.text import key

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
_NAMED = re.compile(rf"(?:^|-)(?:{'|'.join(f'(?P<{name}>{words})' for name, words in BLOCKS)})(?:-|$)")
_LITERALS = re.compile(
    r"bread|relat|recirc|recom|more|most|trend|popular|also|next|lire|leggi|brain|taboola|mgid|revcon|letter|subscri|sign|"
    r"mailing|shar|social|addto|promo|advert|sponsor|ads|dfp|affil|disqus|comment",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEPARATORS = re.compile(r"[_:]+|--+")
_CANDIDATES = select(
    "//*[self::div or self::section or self::aside or self::ul or self::ol or self::nav or self::p or self::footer][@class or @id]"
)
_HOLDS_ARTICLE = test(".//h1 or .//*[@itemprop='articleBody'] or .//article[count(.//p) > 4]")
_INSIDE = test("ancestor::article or ancestor::main or ancestor::*[@itemprop='articleBody']")
_MARKS_ARTICLE = test("//article or //main or //*[@itemprop='articleBody']")
_PROSE = select(".//p")
_CODE = ("script", "style")
_DEAD = select("//nav | //footer | //button | //svg | //template | //iframe | //select | //form")
_H1 = select("//h1")
_ABOVE_H1 = select("(//h1)[1]/ancestor-or-self::*[position() < 3]/preceding-sibling::*[position() < 4]")
_BODIES = select(
    "//*[@itemprop='articleBody' or contains(@class, 'article-body') or contains(@class, 'article__body')"
    " or contains(@class, 'articleBody') or contains(@class, 'story-body') or contains(@class, 'story__body')"
    " or contains(@class, 'body__container')][self::div or self::section][.//p]"
)
_LONG_PARAGRAPH = 100
_LONGEST_BREADCRUMB = 200  # characters, blanks between tags included
_SUMMARY = 300
_MOST_DEAD_PROSE = 300


def cut(tree: Element, title: str) -> tuple[Removal, ...]:
    """Drops dead weight and foreign blocks from the tree; one removal for each block inside the article."""
    removed = [*_cut_breadcrumb(tree), *_cut_blocks(tree), *_cut_other_articles(tree, title)]
    _drop_dead_weight(tree)
    return tuple(removed)


def rule_of(element: Element) -> str:
    """The block rule that an element's class or id names, "" if none."""
    for marks in (element.get("class"), element.get("id")):
        if marks and (rule := _rule_of(marks)):
            return rule
    return ""


@lru_cache(maxsize=20_000)
def _rule_of(marks: str) -> str:
    if not _LITERALS.search(marks):
        return ""
    for mark in marks.split():
        spelling = _SEPARATORS.sub("-", _CAPITAL.sub("-", mark)).lower()
        if match := _NAMED.search(spelling):
            return match.lastgroup or ""
    return ""


def _cut_breadcrumb(tree: Element) -> Iterator[Removal]:
    """`News / Turkey` right above the headline, whatever its markup is called."""
    for element in _ABOVE_H1(tree):
        if len(element.text_content()) < _LONGEST_BREADCRUMB and BREADCRUMB.fullmatch(text_of(element)):
            yield _summary(element, "breadcrumb")
            element.drop_tree()


def _cut_blocks(tree: Element) -> Iterator[Removal]:
    most = _prose(tree) // 3
    whole_page = not _MARKS_ARTICLE(tree)
    for element in _CANDIDATES(tree):
        rule = rule_of(element)
        if not rule or not attached(element, tree):
            continue
        if _HOLDS_ARTICLE(element) or _prose(element) > most:
            continue
        removal = _summary(element, rule)
        if removal.text and (whole_page or _INSIDE(element)):
            yield removal
        element.drop_tree()


def _cut_other_articles(tree: Element, title: str) -> Iterator[Removal]:
    """Endless scrolling: once the article with the page's title is known, its siblings with titles of their own go."""
    wanted = key(title)
    own = next(
        (a for a in tree.iter("article") if any(key(h.text_content()) == wanted for h in a.iter("h1"))), None
    )
    if own is None or not wanted:
        return
    inside = set(own.iterancestors()) | set(own.iterdescendants("article")) | {own}
    for other in list(tree.iter("article")):
        if other not in inside and attached(other, tree):
            yield _summary(other, "other_article")
            other.drop_tree()


def join_body(tree: Element) -> None:
    """Moves a body that was split over several containers of one class (around advertisements) into the first."""
    if len(_H1(tree)) > 1:
        return
    groups: dict[str, list[Element]] = {}
    for element in _BODIES(tree):
        if any(len(p.text_content()) > _LONG_PARAGRAPH for p in element.iter("p")):
            groups.setdefault(element.get("class", ""), []).append(element)
    half = _prose(tree) // 2
    for first, *others in groups.values():
        if sum(map(_prose, (first, *others))) < half:
            continue
        for other in others:
            if first not in other.iterancestors():
                first.extend(list(other))


def _summary(element: Element, rule: str) -> Removal:
    return Removal(text=text_of(element)[:_SUMMARY], rule=rule, place="block", evidence=name_of(element))


def _drop_dead_weight(tree: Element) -> None:
    """What trafilatura would drop itself, earlier and cheaper; a tag left open may hold the article, so look inside."""
    etree.strip_elements(tree, *_CODE, with_tail=False)
    for element in _DEAD(tree):
        if attached(element, tree) and not _HOLDS_ARTICLE(element) and _prose(element) < _MOST_DEAD_PROSE:
            element.drop_tree()


def _prose(element: Element) -> int:
    """Characters in paragraphs."""
    return sum(len(paragraph.text_content()) for paragraph in _PROSE(element))
