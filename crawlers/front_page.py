"""The links to articles on a front or section page, told from its navigation. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import median

import lxml.html
from lxml import etree

from articles.dom import Element, text_of
from articles.errors import UrlError
from articles.extraction.element_names import kind_of
from articles.html import decode
from articles.model import Rule
from articles.text import count_words, key, tidy
from articles.urls import canonical, host, same_site
from crawlers.url_shapes import evidence, is_other, location, parents, shape

_MOST_LINKS = 5_000
_DEEPEST = 40  # elements around a link that are looked at
_MOST_TITLE = 300
_HEADINGS = ("h1", "h2", "h3", "h4")
_STORY = ("article", "main")
_NAVIGATION = ("nav", "header", "footer")
_FRAMES = frozenset((Rule.NAVIGATION, Rule.SHARE, Rule.CONSENT, Rule.NEWSLETTER))
_ABOUT = frozenset((Rule.META, Rule.AUTHOR))  # near a link; further out it is a list's own name
_MARGIN = re.compile(
    r"(?:^|[-_ ])(?:most[-_]?(?:read|popular|viewed|shared|commented)|trending|popular|side-?bar|recommend\w*|outbrain|"
    r"taboola|sponsored|advert\w*|meistgelesen|mas[-_]leid[ao]s|lo[-_]mas|plus[-_]lus|piu[-_]letti|ranking)(?:$|[-_ ])",
    re.IGNORECASE,
)
_NEAR = 3
_BLOCK_OF = 3
_WORDY = 4
_ENOUGH = 5
_LIKELY, _STRONG = 2, 3  # evidence
# What a link says that leads to an article without naming it; as `articles.text.key` writes it.
# fmt: off
_NO_TITLES = frozenset((
    "read more", "more", "continue reading", "full story", "mehr", "weiterlesen", "mehr lesen", "zum artikel", "leer más", "ver más",
    "seguir leyendo", "lire la suite", "lire plus", "leggi tutto", "leggi di più", "ler mais", "leia mais", "lees meer", "läs mer",
    "les mer", "læs mere", "czytaj więcej", "devamını oku", "читать далее", "подробнее", "اقرأ المزيد", "المزيد", "続きを読む",
    "もっと見る", "詳細", "더보기", "查看更多",
))
# fmt: on


@dataclass(frozen=True, slots=True)
class _Link:
    """An anchor: where it leads, what it says, and where it stands."""

    url: str
    title: str
    heading: bool
    place: int
    block: tuple[str, ...]


def article_links(
    html: bytes, url: str, content_type: str, known: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Address and title of each article that the page at `url` links to, in its order, each once.

    A link counts by the form of its address (date, number, long slug, or the form that one of the `known` articles
    of this source has), by its words, and by where it stands (in a heading, an article, a block of its like; less in
    a header, a footer, a margin). The title is "" where no link names the article. Pages of other sites, and the
    page itself, are left out.
    """
    shapes = {form for form in map(shape, known) if form}
    links: dict[str, list[_Link]] = defaultdict(list)
    for link in _links(html, url, content_type):
        links[link.url].append(link)
    blocks = _blocks(links)
    sections = {above for page in (*links, *known) if evidence(page) >= _STRONG for above in parents(page)}
    return tuple(
        (page, _title(found))
        for page, found in links.items()
        if _weight(found, blocks) + _weight_of_address(page, shapes, sections) >= _ENOUGH
    )


def _links(html: bytes, url: str, content_type: str) -> Iterator[_Link]:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = lxml.html.document_fromstring(decode(html, content_type).encode("utf-8", "replace"), parser)
    except etree.ParserError:
        return  # no element in it
    base = _base(tree, url)
    itself = canonical(url)
    for count, anchor in enumerate(tree.iter("a")):
        if count == _MOST_LINKS:
            return
        try:
            page = canonical(anchor.get("href", "").strip(), base)
        except UrlError:
            continue
        own = host(page) == host(itself) or same_site(page, itself)
        if own and not is_other(page, itself):
            yield _link(anchor, page)


def _base(tree: Element, url: str) -> str:
    try:
        return canonical(next((base.get("href", "") for base in tree.iter("base")), ""), url)
    except UrlError:
        return url


def _link(anchor: Element, page: str) -> _Link:
    around = [anchor, *islice(anchor.iterancestors(), _DEEPEST)]
    inner = next((heading for heading in anchor.iter(*_HEADINGS)), None)
    text = text_of(inner if inner is not None else anchor) or tidy(
        anchor.get("aria-label") or anchor.get("title") or ""
    )
    return _Link(
        url=page,
        title="" if key(text) in _NO_TITLES else text[:_MOST_TITLE],
        heading=inner is not None or any(element.tag in _HEADINGS for element in around[:4]),
        place=_place(around),
        block=tuple(
            f"{element.tag}.{(element.get('class') or '').partition(' ')[0]}" for element in around[:4]
        ),
    )


def _place(around: list[Element]) -> int:
    """-3 in what frames the page, -2 in its margin, 1 in its main part or an article, else 0."""
    frame = margin = story = False
    for distance, element in enumerate(around):
        if element.tag in ("body", "html"):
            break
        if element.tag == "article":
            frame = False  # whose header this was
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        kind = kind_of(element.get("class"), element.get("id"))
        frame = frame or element.tag in _NAVIGATION or element.get("role") == "navigation" or kind in _FRAMES
        frame = frame or (kind in _ABOUT and distance < _NEAR)
        margin = margin or element.tag == "aside" or bool(_MARGIN.search(names))
        story = story or element.tag in _STORY or element.get("role") == "main"
    return -3 if frame else -2 if margin else int(story)


def _blocks(links: dict[str, list[_Link]]) -> dict[tuple[str, ...], int]:
    """The blocks of three links and more that are alike and mostly say more than a name, with what that weighs.

    It weighs more where half of them lead to articles by their addresses: then the others do as well.
    """
    words: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for page, found in links.items():
        for link in found:
            words[link.block][page] = count_words(link.title)
    return {
        block: 3 if median(map(evidence, pages)) >= _LIKELY else 1
        for block, pages in words.items()
        if len(pages) >= _BLOCK_OF and median(pages.values()) >= _WORDY
    }


def _weight(links: list[_Link], blocks: dict[tuple[str, ...], int]) -> int:
    """By what the links to a page say, and where they stand."""
    words = max(count_words(link.title) for link in links)
    return (
        min(max(words - 2, 0), 3)
        + 2 * any(link.heading for link in links)
        + max(blocks.get(link.block, 0) for link in links)
        + max(link.place for link in links)
    )


def _weight_of_address(page: str, shapes: set[str], sections: set[str]) -> int:
    """By the form of the address; one that others lie below is a section's."""
    form = evidence(page) + 3 * (shape(page) in shapes)
    return (form or -1) - 5 * (location(page) in sections)


def _title(links: list[_Link]) -> str:
    """What a heading says, else the longest text."""
    return max(links, key=lambda link: (link.heading and bool(link.title), len(link.title))).title
