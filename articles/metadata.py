"""What a page says about its article in its head, its JSON-LD and its visible title, byline and time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

import htmldate

from articles import authors, dates, jsonld
from articles.dom import Element, select, text_of
from articles.errors import UrlError
from articles.model import Access, Page
from articles.text import key, tidy, tokens
from articles.urls import absolute, canonical, origin, same_site

_TITLE = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "title")
_DESCRIPTION = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "sailthru.description",
)
_PUBLISHED = (
    *(
        "article:published_time",
        "og:article:published_time",
        "datepublished",
        "og:pubdate",
        "pubdate",
        "pub_date",
    ),
    *("publishdate", "publish-date", "publish_date", "published_at", "parsely-pub-date", "sailthru.date"),
    *("cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.created", "dc.date", "date", "datecreated"),
)
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "lastmod",
)
_SECTION = (
    "article:section",
    "og:section",
    "parsely-section",
    "articlesection",
    "sailthru_section",
    "section",
)
_TAGS = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags", "tags")
_AUTHOR = (
    "author",
    "article:author",
    "article:author_name",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "byl",
)
_SITE = ("og:site_name", "application-name", "publisher", "dc.publisher")
_IMAGE = ("og:image:secure_url", "og:image", "twitter:image", "twitter:image:src")
_LANGUAGE = ("og:locale", "language", "content-language", "dc.language", "inlanguage")

_META = select("//meta[@content]")
_H1 = select("//h1")
_HEAD_TITLE = select("//title[not(ancestor::svg)]")  # drawings have titles, too
_CANONICAL = select(
    "//link[@href][contains(concat(' ', translate(@rel, 'CANOIL', 'canoil'), ' '), ' canonical ')]"
)
_BASE = select("//base[@href]")
_TIME = select(
    "//*[@itemprop='datePublished' or @itemprop='dateModified' or self::time][@datetime or @content]"
    "[not(ancestor::aside or ancestor::nav or ancestor::footer)]"
)
_FREE = select("//*[@itemprop='isAccessibleForFree']")
_NO = ("false", "no", "0")
_BYLINE = select(
    "//*[@rel='author' or @itemprop='author' or @itemprop='creator' or contains(@class, 'author-name')"
    " or contains(@class, 'author__name') or contains(@class, 'byline-name') or contains(@class, 'byline__name')"
    " or contains(@class, 'authorName')]"
    "[not(ancestor::aside or ancestor::nav or ancestor::footer or ancestor::*[contains(@class, 'omment')])]"
)
_LOOSE_BYLINE = select(
    "//*[self::a or self::div or self::p or self::span or self::address or self::li or self::strong]"
    "[contains(translate(@class, 'ABY', 'aby'), 'author') or contains(translate(@class, 'BY', 'by'), 'byline')"
    " or contains(@href, '/author/') or contains(@href, '/autor/')]"
    "[not(ancestor::aside or ancestor::nav or ancestor::footer or ancestor::*[contains(@class, 'omment')])]"
)
_LONGEST_BYLINE = 150
_MOST_BYLINES = 5
_MOST_TAGS = 50
_LONGEST_TITLE = 400
_VOUCHED = 0.5
_HINTED = 0.2
_HEADLINE_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the page states. Times are aware UTC; `description` is unvouched; `vouched`: it calls itself an article."""

    title: str
    description: str
    authors: tuple[str, ...]
    published_at: datetime | None
    published_on: date | None
    modified_at: datetime | None
    language: str
    section: str
    tags: tuple[str, ...]
    site_name: str
    lead_image: str
    canonical_url: str
    base: str
    vouched: bool
    access: Access
    stated_body: str = field(repr=False)


def read(tree: Element, page: Page) -> Metadata:
    """Gathers the page's statements, the most trustworthy of each kind; the feed's entry fills what is missing."""
    meta = _meta(tree)
    nodes = jsonld.nodes(tree)
    stated = first(meta, _TITLE) or _page_title(tree)
    node = jsonld.article(nodes, stated)
    base = (
        next((absolute(link.get("href", ""), page.final_url) for link in _BASE(tree)), "") or page.final_url
    )
    entry = page.entry
    published_at, published_on = _published(tree, node, meta, page)
    return Metadata(
        title=(_title(tree, node, meta) or tidy(entry.title))[:_LONGEST_TITLE],
        description=tidy(jsonld.text(node.get("description"))) or first(meta, _DESCRIPTION),
        authors=_authors(tree, node, nodes, meta) or authors.names(list(entry.authors)),
        published_at=published_at,
        published_on=published_on,
        modified_at=_moment([jsonld.text(node.get("dateModified")), *_all(meta, _MODIFIED)], page.fetched_at)[
            0
        ],
        language=(tree.get("lang") or jsonld.text(node.get("inLanguage")) or first(meta, _LANGUAGE))[:20],
        section=tidy(jsonld.text(node.get("articleSection"))) or first(meta, _SECTION),
        tags=_tags(node, meta),
        site_name=first(meta, _SITE) or tidy(jsonld.text(node.get("publisher"))),
        lead_image=absolute(_image(node) or first(meta, _IMAGE), base),
        canonical_url=_canonical(tree, base, page.final_url),
        base=base,
        vouched=bool(node)
        or first(meta, ("og:type",)).lower() == "article"
        or "article:published_time" in meta,
        access=_access(tree, node, meta),
        stated_body=jsonld.text(node.get("articleBody")),
    )


def first(meta: dict[str, list[str]], names: tuple[str, ...]) -> str:
    """The first filled value under any of the names, in the names' order; "" if there is none."""
    return next(_all(meta, names), "")


def _all(meta: dict[str, list[str]], names: tuple[str, ...]) -> Iterator[str]:
    return chain.from_iterable(meta.get(name, ()) for name in names)


def _meta(tree: Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in _META(tree):
        content = tidy(element.get("content", ""))
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = element.get(attribute)
            if name and content:
                found.setdefault(name.lower(), []).append(content)
    return found


def _title(tree: Element, node: jsonld.Node, meta: dict[str, list[str]]) -> str:
    """An h1 that og:title, <title> or JSON-LD vouches for; else the only h1 as long as a headline; else JSON-LD's headline,
    og:title, or any h1. A kicker before a colon that another title leaves out goes. Where JSON-LD states a news article's
    headline, an h1 in other words is not it, but the page's: a ticker's last line, or one for search engines.
    """
    headline = tidy(jsonld.text(node.get("headline")))
    stated = [text for text in (headline, *_all(meta, _TITLE), _page_title(tree)) if text]
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
        return _without_site(stated[0], first(meta, _SITE))
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
    """How much of the longer text's words the shorter shares, in 0..1; an h1 wholly inside a title counts more."""
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


def _authors(
    tree: Element, node: jsonld.Node, nodes: list[jsonld.Node], meta: dict[str, list[str]]
) -> tuple[str, ...]:
    """JSON-LD's, else the meta tags', else the bylines' names; the site itself only where no person is named."""
    site = {key(name) for name in (first(meta, _SITE), tidy(jsonld.text(node.get("publisher")))) if name}
    stated = authors.names(jsonld.people(node.get("author"), nodes))
    bylines = (
        _byline(tree, marked) for marked in (_BYLINE, _LOOSE_BYLINE)
    )  # costly, so only when it comes to them
    for names in chain((stated, authors.names(list(_all(meta, _AUTHOR)))), bylines):
        people = tuple(name for name in names if key(name) not in site)
        if people:
            return people
    return stated or authors.names(list(_all(meta, _AUTHOR)))


def _byline(tree: Element, marked: Callable[[Element], list[Element]]) -> tuple[str, ...]:
    texts = (
        tidy(element.get("content") or "") or text_of(element) for element in marked(tree)[: authors.MOST]
    )
    return authors.names([text for text in texts if len(text) <= _LONGEST_BYLINE])


def _published(
    tree: Element, node: jsonld.Node, meta: dict[str, list[str]], page: Page
) -> tuple[datetime | None, date | None]:
    """JSON-LD, meta tags, marked times, the feed; at last htmldate's reading of URL and markup, a date at midnight UTC.

    Its extensive search is left out: what it adds are mostly copyright years, as the first of January.
    """
    stated = [jsonld.text(node.get("datePublished")), *_all(meta, _PUBLISHED)]
    marked = [
        element.get("datetime") or element.get("content", "")
        for element in _TIME(tree)
        if element.get("itemprop") != "dateModified"
    ]
    moment, day = _moment([*stated, *marked[:1]], page.fetched_at)
    if moment is None and page.entry.published_at is not None:
        moment, day = page.entry.published_at, page.entry.published_at.date()
    if moment is not None:
        return moment, day
    guess = htmldate.find_date(
        tree, url=page.final_url, original_date=True, max_date=page.fetched_at, extensive_search=False
    )
    return _moment([guess or ""], page.fetched_at)


def _moment(candidates: list[str], latest: datetime) -> tuple[datetime | None, date | None]:
    """The first that is a moment, and the day it was where it was written."""
    found = ((text, moment) for text in candidates if text and (moment := dates.parse(text, latest)))
    text, moment = next(found, ("", None))
    return moment, dates.day(text) if moment else None


def _access(tree: Element, node: jsonld.Node, meta: dict[str, list[str]]) -> Access:
    """By schema.org's isAccessibleForFree and the meta tag of content tiers; free where neither says otherwise."""
    tier = first(meta, ("article:content_tier", "content_tier")).lower()
    if tier == "metered":
        return "metered"
    stated = node.get("isAccessibleForFree")
    marked = [element.get("content") or text_of(element) for element in _FREE(tree)]
    closed = any(str(value).strip().lower().rpartition("/")[2] in _NO for value in (stated, *marked))
    return "paywalled" if closed or tier in ("locked", "paid", "premium") else "free"


def _tags(node: jsonld.Node, meta: dict[str, list[str]]) -> tuple[str, ...]:
    stated = jsonld.texts(node.get("keywords")) or next((meta[name] for name in _TAGS if name in meta), [])
    single = len(stated) == 1
    found: dict[str, str] = {}
    for text in stated:
        for tag in text.replace(";", ",").split(",") if single else [text]:
            if 1 < len(clean := tidy(tag)) <= 80:
                found.setdefault(clean.casefold(), clean)
    return tuple(found.values())[:_MOST_TAGS]


def _image(node: jsonld.Node) -> str:
    image = node.get("image")
    image = image[0] if isinstance(image, list) and image else image
    url = image.get("url") or image.get("contentUrl") if isinstance(image, dict) else image
    return url if isinstance(url, str) else ""


def _canonical(tree: Element, base: str, url: str) -> str:
    """The page's rel=canonical, believed within the same registrable domain only; else the page's own URL."""
    for link in _CANONICAL(tree)[:1]:
        try:
            target = canonical(link.get("href", ""), base)
            return target if same_site(target, url) and target != f"{origin(url)}/" else url
        except UrlError:
            return url
    return url
