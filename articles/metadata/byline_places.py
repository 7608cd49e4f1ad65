"""Where a byline stands on its page: at the article, or at another story that the page lists."""

import re
from dataclasses import dataclass
from itertools import chain, islice

from articles.dom import Element, is_short, select, text_of
from articles.metadata.byline_words import is_anothers_work
from articles.text import key
from articles.urls import absolute

LONGEST = 150  # characters of a byline
_LONGEST_CARD = 400  # of a teaser with its byline
_PROSE = 80  # from this length on a paragraph is one of the text
_LABEL_DEPTH = 3  # elements from a name up to the one that has "Edited by" before it
_CARD_DEPTH = 6  # elements from a byline up to its teaser
_FEWEST_IN_HEADLINE = 3  # words of a link, from which on it may be another story's headline
_FEWEST_IN_LINK = 4  # if it is not marked as a heading
_LANDMARKS = select(
    "//h1 | //p[not(contains(translate(@class, 'ABY', 'aby'), 'author') or contains(translate(@class, 'BY', 'by'), 'byline'))]"
)
_ALL = select("//*")  # iter() ends early in some broken trees
_LINKS = select(".//a[@href]")
_PAGE = frozenset(("html", "body", "main"))
_ASIDE = frozenset(("aside", "footer", "nav"))
_COMMENT = re.compile(r"[ck]omm?ent|disqus|replies|reacties", re.IGNORECASE)
_COMMENTER = re.compile(r"comment-?_{0,2}author", re.IGNORECASE)
_NO_STORY = re.compile(
    r"^(?:#|mailto:|javascript:|tel:)|/(?:authors?|aut[eo]u?re?s?|autor(?:en|es|i|zy)?|profiles?|people|persons?|staff|team|writers?|contributors?|reporters?|"
    r"journalist\w*|columnists?|users?|members?|by|redakt\w+|bio|about|(?:[\w-]+-)?(?:tags?|categor\w*|kategori\w*|topics?)|"
    r"sections?|theme[ns]?|rubri\w+|temas?|cdn-cgi)(?:/|$|\?)|/@|//(?:www\.)?(?:x|twitter|facebook|instagram|linkedin|threads|bsky)\.",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"testimonial|bookmark|related|recommend|popular|trending|most-?(?:read|viewed)|newsletter|sidebar|carousel|latest|river|read-?(?:more|next)|"
    r"more-?(?:stories|news|from|on)|quote",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Places:
    """The page's elements in order; its headline, the first two paragraphs below it, and everything around one of them."""

    order: dict[Element, int]
    top: int
    text: int
    second: int
    around: frozenset[Element]
    url: str

    def sorted(self, found: list[Element]) -> tuple[list[Element], ...]:
        """Those that may hold the article's byline: between headline and text, below a standfirst, above the headline
        (nearest first), and below; none of other stories.
        """
        own = [
            (self.order[e], e)
            for e in found
            if is_short(e, LONGEST) and self.is_own(e) and not _is_anothers_work(e)
        ]
        return (
            [e for at, e in own if self.top < at < self.text and not self._is_card(e, strict=False)],
            [e for at, e in own if self.text < at < self.second and not self._is_card(e, strict=True)],
            [e for at, e in reversed(own) if at < self.top and not self._is_card(e, strict=True)],
            [e for at, e in own if at > self.second and not self._is_card(e, strict=True)],
        )

    def is_own(self, element: Element) -> bool:
        """Whether it is neither in a comment, nor in a bar beside or below the article, except a footer as short as a byline."""
        if _COMMENTER.search(element.get("class", "")):
            return False
        for outer in element.iterancestors():
            if outer in self.around or outer.tag in _PAGE:
                return True
            if _COMMENT.search(f"{outer.get('class', '')} {outer.get('id', '')}"):
                return False
            if outer.tag in _ASIDE and (outer.tag != "footer" or not is_short(outer, LONGEST)):
                return False
        return True

    def _is_card(self, element: Element, *, strict: bool) -> bool:
        """Whether it belongs to another story's teaser: beside a linked heading, or if strict beside any link to a page."""
        own, at = key(text_of(element)), self.order[element]
        for outer in islice(chain((element,), element.iterancestors()), _CARD_DEPTH):
            if outer in self.around or not is_short(outer, _LONGEST_CARD):
                return False
            if (
                strict
                and outer is not element
                and _ELSEWHERE.search(f"{outer.get('class', '')} {outer.get('id', '')}")
            ):
                return True
            links = [outer, *_LINKS(outer)] if outer.tag == "a" and outer is not element else _LINKS(outer)
            if any(self._leads_away(link, own, at, strict=strict) for link in links):
                return True
        return False

    def _leads_away(self, link: Element, own: str, at: int, *, strict: bool) -> bool:
        target = link.get("href", "")
        if _NO_STORY.search(target) or absolute(target, self.url).partition("#")[0] == self.url:
            return False
        said = key(text_of(link))
        if not said or (said in own and len(said.split()) <= 4):
            return False
        if strict:
            return True
        words = sum(word[0].isalpha() for word in said.split())
        headed = any(outer.tag in ("h2", "h3", "h4") for outer in (*link.iterancestors(), *link)[:3])
        return words >= _FEWEST_IN_HEADLINE if headed else words >= _FEWEST_IN_LINK and self.order[link] < at


def _is_anothers_work(element: Element) -> bool:
    """Whether what stands right before it says that these are not the authors ("Edited by", "Fotos von")."""
    at: Element | None = element
    for _ in range(_LABEL_DEPTH):
        if at is None:
            return False
        before, outer = at.getprevious(), at.getparent()
        text = (
            (before.tail or text_of(before))
            if before is not None
            else outer.text
            if outer is not None
            else ""
        )
        if text and text.strip():
            return is_anothers_work(text)
        at = outer
    return False


def places(tree: Element, title: str, url: str) -> Places:
    """Reads a page's order, by its h1 (the one with the title, if there is one) and its paragraphs of text."""
    wanted = key(title)
    found = _LANDMARKS(tree)
    headings = [element for element in found if element.tag == "h1"]
    own = [
        h for h in headings if (text := key(text_of(h))) and (text in wanted or wanted in text)
    ] or headings
    heading = own[0] if own else None
    below = found[found.index(heading) + 1 :] if heading is not None else found
    prose = list(islice((p for p in below if p.tag == "p" and not is_short(p, _PROSE)), 2))
    marks = [mark for mark in (heading, *prose[:1]) if mark is not None]
    order = {element: at for at, element in enumerate(_ALL(tree))}
    end = len(order)
    first, second = ([*(order[p] for p in prose), end, end])[:2]
    return Places(
        order,
        order[heading] if heading is not None else 0,
        first,
        second,
        frozenset(outer for mark in marks for outer in (mark, *mark.iterancestors())),
        url,
    )
