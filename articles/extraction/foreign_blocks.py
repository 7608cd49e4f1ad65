"""Blocks of a page outside its article, recognized by markup and cut before extraction.

To add a rule: write a function like the others and add it to RULES.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from lxml import etree

from articles.dom import Element, attached, is_inline, is_short, name_of, select, test, text_of
from articles.extraction import blocks
from articles.extraction.lines import BREADCRUMB
from articles.model import Removal, Rule
from articles.text import key

_HOLDS_ARTICLE = test(".//h1 or .//*[@itemprop='articleBody'] or .//article[count(.//p) > 4]")
_PROSE = select(".//p")
_CODE = ("script", "style")
_DEAD = select("//nav | //footer | //button | //svg | //template | //iframe | //select | //form")
_CONTROLS = select(".//select | .//textarea | .//label[not(ancestor::label)] | .//button | .//head")
_ABOVE_H1 = select("(//h1)[1]/ancestor-or-self::*[position() < 3]/preceding-sibling::*[position() < 4]")
# Words inside a line that only a screen reader says: `, opens new tab` in a link.
_LINE_TAGS = ("span", "a", "b", "i", "em", "small", "sup", "sub", "strong", "abbr")
_IN_A_LINE = select(" | ".join(f"//body//{tag}" for tag in _LINE_TAGS))
_MAY_BE_CARD = select(
    "//body//span[.//img][count(.//a[@href]) > 1][not(.//span[.//img][count(.//a[@href]) > 1])]"
)
_FEWEST_AROUND = 80  # characters of the sentence
_UNSEEN_NAME = re.compile(
    r"(?:^|[\s_-])(?:visually-?hidden|(?:u-?)?hid(?:e|den)-?visually|sr-?only|screen-?reader(?:-?(?:text|only))?|"
    r"a11y-?(?:hidden|text)|access(?:ibility|ible)-?(?:hidden|hide|text)|assistive-?text|offscreen|off-screen|element-invisible|"
    r"tooltip-?(?:text|content|body))(?:$|[\s_-])|(?:^|\s)vh(?:$|\s)",
    re.IGNORECASE,
)
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|clip(?:-path)?\s*:\s*(?:rect\(\s*[01](?:px)?[\s,]+[01]|inset\(\s*(?:50|100)%)|"
    r"(?:left|top|text-indent)\s*:\s*-\d{3,}|(?:^|[;\s])(?:(?:font-size|opacity)\s*:\s*0(?:px|r?em|%)?\s*(?:;|!|$)|width\s*:\s*[01]px)",
    re.IGNORECASE,
)
_LONGEST_UNSEEN = 200  # characters
_LONGEST_BREADCRUMB = 200  # characters, including blanks between tags
_SUMMARY = 300
_MARGINS = (Rule.ASIDE, Rule.SIDEBAR, Rule.RELATED, Rule.COMMENTS)
_FIRST = select("(.//h1 | .//h2 | .//h3 | .//p[string-length(normalize-space()) > 80])[1]")
_MOST_DEAD_PROSE = 300


def cut(tree: Element, title: str) -> tuple[Removal, ...]:
    """Runs all rules in order on the tree; one removal for each block (none for dead weight)."""
    return tuple(removal for rule in RULES for removal in rule(tree, title))


def breadcrumb(tree: Element, _title: str) -> Iterator[Removal]:
    """`News / Turkey` right above the headline, whatever its markup. Gives breadcrumb."""
    for element in _ABOVE_H1(tree):
        if len(element.text_content()) < _LONGEST_BREADCRUMB and BREADCRUMB.fullmatch(text_of(element)):
            yield _summary(element, Rule.BREADCRUMB)
            element.drop_tree()


def other_articles(tree: Element, title: str) -> Iterator[Removal]:
    """Endless scrolling: if one article has the page's title as its headline, the others are cut.

    A teaser in a margin is not that article. If the headline is alone in its article, articles that begin without one
    are its text, or else the first that holds any, or the longest, if nothing else on the page does. Needs the title;
    gives other_article.
    """
    wanted = key(title)
    if not wanted:
        return
    own = [
        article
        for article in tree.iter("article")
        if any(key(h.text_content()) == wanted for h in article.iter("h1"))
        and not any(blocks.kind(outer) in _MARGINS for outer in (article, *article.iterancestors()))
    ]
    if not own:
        return
    inside = {*own[0].iterancestors(), *own[0].iterdescendants("article"), own[0]}
    others = [article for article in tree.iter("article") if article not in inside]
    if not _holds_prose(own[0]):
        others = _without_its_text(others, tree)
    for other in others:
        if attached(other, tree):
            yield _summary(other, Rule.OTHER_ARTICLE)
            other.drop_tree()


def unseen_words(tree: Element, _title: str) -> Iterator[Removal]:
    """Words inside a line that are not shown: hidden, or out of sight for screen readers alone. Gives hidden."""
    for element in _IN_A_LINE(tree):
        if (
            _is_unseen(element)
            and is_short(element, _LONGEST_UNSEEN)
            and element.text_content().strip()
            and attached(element, tree)
            and all(map(is_inline, element.iterdescendants()))
        ):
            yield _summary(element, Rule.HIDDEN)
            element.drop_tree()


def hover_cards(tree: Element, _title: str) -> Iterator[Removal]:
    """A picture with links inside a sentence: the card that a name opens when it is pointed at. Gives hidden."""
    for element in _MAY_BE_CARD(tree):
        around = next(element.iterancestors("p", "li"), None)
        if around is not None and attached(element, tree):
            own, whole = len(element.text_content()), len(around.text_content())
            if whole - own >= _FEWEST_AROUND:
                yield _summary(element, Rule.HIDDEN)
                element.drop_tree()


def dead_weight(tree: Element, _title: str) -> tuple[()]:
    """What trafilatura would drop, too, but later and slower; unless the article is inside a tag left open. Gives no note.

    A form around most of the page stays: so ASP.NET makes pages.
    """
    etree.strip_elements(tree, *_CODE, with_tail=False)
    for element in _DEAD(tree):
        if (
            attached(element, tree)
            and not _HOLDS_ARTICLE(element)
            and _prose(element) < _MOST_DEAD_PROSE
            and not (element.tag == "form" and _is_most(element, tree))
            and not is_inline(element)
        ):
            element.drop_tree()
    return ()


# Each takes the tree, which it cuts, and the article's title; yields a removal for each block.
RULES: tuple[Callable[[Element, str], Iterable[Removal]], ...] = (
    breadcrumb,
    other_articles,
    dead_weight,
    unseen_words,
    hover_cards,
)


def _summary(element: Element, rule: Rule) -> Removal:
    return Removal(text=text_of(element)[:_SUMMARY], rule=rule, place="block", evidence=name_of(element))


def _prose(element: Element) -> int:
    """The number of characters in paragraphs."""
    return sum(len(paragraph.text_content()) for paragraph in _PROSE(element))


def _is_unseen(element: Element) -> bool:
    name, style = element.get("class"), element.get("style")
    return (
        element.get("hidden") is not None
        or (name is not None and _is_named_unseen(name))
        or (style is not None and _UNSEEN_STYLE.search(style) is not None)
    )


@lru_cache(maxsize=10_000)
def _is_named_unseen(name: str) -> bool:
    return _UNSEEN_NAME.search(name) is not None


def _holds_prose(article: Element) -> bool:
    return _prose(article) >= _MOST_DEAD_PROSE or not is_short(article, 2 * _MOST_DEAD_PROSE)


def _without_its_text(others: list[Element], tree: Element) -> list[Element]:
    """Of the articles beside a headline that is alone in its own, those that are not its text."""
    rest = [other for other in others if not any(first.tag == "p" for first in _FIRST(other))]
    outside = _prose(tree) - sum(map(_prose, others))
    if len(rest) == len(others) and outside < _MOST_DEAD_PROSE:
        text = next(filter(_holds_prose, others), max(others, key=_characters, default=None))
        rest = [other for other in others if other is not text]
    return rest


def _is_most(form: Element, tree: Element) -> bool:
    """Whether the form holds more than half of the page's text, not counting what its own controls say."""
    said = _characters(form) - _in_controls(form)
    return is_short(tree, 2 * said + _in_controls(tree) - 1)


def _in_controls(element: Element) -> int:
    return sum(map(_characters, _CONTROLS(element)))


def _characters(element: Element) -> int:
    """The number of characters in an element, without blanks around each piece, as `is_short` counts them."""
    return sum(map(len, map(str.strip, element.itertext())))
