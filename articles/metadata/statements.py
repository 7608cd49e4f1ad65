"""Read what a page states about its article in its head, its JSON-LD, and its visible title, byline and time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

from articles.dom import Element, select, text_of
from articles.errors import UrlError
from articles.metadata import authors, bylines, jsonld, rights
from articles.metadata.byline_words import is_announcement
from articles.metadata.houses import houses, without_owner
from articles.metadata.metatags import SITE, Meta, every, first, meta_tags
from articles.metadata.name_words import is_account, is_full, is_login
from articles.metadata.stated_names import as_stated
from articles.metadata.times.publication import changed, publication
from articles.metadata.titles import stated_title, title
from articles.model import Access, DateOrigin, Page, Right
from articles.text import tidy
from articles.urls import absolute, canonical, origin, same_site

_DESCRIPTION = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "sailthru.description",
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
    "article:byline",
    "byl",
)
_CALLED_AUTHOR = re.compile(r"^(?!article|book|og|citation|twitter)[\w-]+[:.]authors?$")
_CARD_LABEL = re.compile(r"twitter:label\d")
_IMAGE = ("og:image:secure_url", "og:image", "twitter:image", "twitter:image:src")
_LANGUAGE = ("og:locale", "language", "content-language", "dc.language", "inlanguage")

_CANONICAL = select(
    "//link/@rel[contains(concat(' ', translate(., 'CANOIL', 'canoil'), ' '), ' canonical ')]/parent::*[@href]"
)
_BASE = select("//base[@href]")
_FREE = select("//@itemprop[. = 'isAccessibleForFree']/parent::*")
_NO = ("false", "no", "0")
_MOST_TAGS = 50
_LONGEST_TITLE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the page states. Times are aware UTC; `description` is unverified; `vouched`: it calls itself an article."""

    title: str
    description: str
    authors: tuple[str, ...]
    published_at: datetime | None
    published_on: date | None
    published_from: DateOrigin
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
    rights: tuple[Right, ...]
    stated_body: str = field(repr=False)


def read(tree: Element, page: Page) -> Metadata:
    """Collects the page's statements, the most reliable of each kind; the feed's entry fills the gaps."""
    meta = meta_tags(tree)
    nodes = jsonld.nodes(tree)
    stated = stated_title(tree, meta)
    node = jsonld.article(nodes, stated)
    base = (
        next((absolute(link.get("href", ""), page.final_url) for link in _BASE(tree)), "") or page.final_url
    )
    entry = page.entry
    headline = (title(tree, node, meta, page.final_url) or tidy(entry.title))[:_LONGEST_TITLE]
    language = (tree.get("lang") or jsonld.text(node.get("inLanguage")) or first(meta, _LANGUAGE))[:20]
    tag = _date_language(language, meta)
    published = publication(tree, node, meta, page, title=headline, language=tag)
    modified = changed(node, meta, page.fetched_at, tag)
    return Metadata(
        title=headline,
        description=tidy(jsonld.text(node.get("description"))) or first(meta, _DESCRIPTION),
        authors=_authors(tree, node, nodes, meta, page, headline),
        published_at=published.at,
        published_on=published.on,
        published_from=published.origin,
        modified_at=modified.moment if modified else None,
        language=language,
        section=tidy(jsonld.text(node.get("articleSection"))) or first(meta, _SECTION),
        tags=_tags(node, meta),
        site_name=first(meta, SITE) or tidy(jsonld.text(node.get("publisher"))),
        lead_image=absolute(_image(node) or first(meta, _IMAGE), base),
        canonical_url=_canonical(tree, base, page.final_url),
        base=base,
        vouched=bool(node)
        or first(meta, ("og:type",)).lower() == "article"
        or "article:published_time" in meta,
        access=_access(tree, node, meta),
        rights=rights.stated(meta, page),
        stated_body=jsonld.text(node.get("articleBody")),
    )


def _authors(
    tree: Element, node: jsonld.Node, nodes: list[jsonld.Node], meta: Meta, page: Page, headline: str
) -> tuple[str, ...]:
    """The names in JSON-LD, else in meta tags, bylines, or the feed; the site itself only if no person is named."""
    is_house = houses(node, nodes, meta, page.final_url)
    stated = as_stated(jsonld.people(node.get("author"), nodes))
    tagged = as_stated([authors.without_prefix(text) for text in _tagged(meta)])
    shown = bylines.names(tree, headline, page.final_url)  # lazy, because they are slow
    house: tuple[str, ...] = ()
    login: tuple[str, ...] = ()
    carded = as_stated(list(_on_card(meta)))
    for names in chain(
        (stated, without_owner(tagged, tree, meta)), shown, (carded, authors.names(list(page.entry.authors)))
    ):
        people = tuple(name for name in names if not (is_house(name) or is_account(name)))
        sure = tuple(name for name in people if not is_login(name))
        if sure and (not login or any(map(is_full, sure))):
            return sure
        login = login or people
        house = house or names
    return login or house


def _tagged(meta: Meta) -> Iterator[str]:
    """What meta tags give as authors: those known by name, and any that is called "...:author"."""
    yield from every(meta, _AUTHOR)
    yield from (value for name, values in meta.items() if _CALLED_AUTHOR.search(name) for value in values)


def _on_card(meta: Meta) -> Iterator[str]:
    """A card's "Written by", which may be who put the article on the site."""
    for name, labels in meta.items():
        if _CARD_LABEL.fullmatch(name) and is_announcement(labels[0]):
            yield from meta.get(name.replace("label", "data"), ())


def _date_language(language: str, meta: Meta) -> str:
    """The language with its country, if og:locale tells it, because that orders the parts of a date."""
    locale = first(meta, ("og:locale",)).replace("_", "-").lower()
    return locale if "-" not in language and locale.startswith(f"{language.lower()}-") else language


def _access(tree: Element, node: jsonld.Node, meta: Meta) -> Access:
    """From schema.org's isAccessibleForFree and the content tier meta tag; free unless one says otherwise."""
    tier = first(meta, ("article:content_tier", "content_tier")).lower()
    if tier == "metered":
        return "metered"
    stated = node.get("isAccessibleForFree")
    marked = [element.get("content") or text_of(element) for element in _FREE(tree)]
    closed = any(str(value).strip().lower().rpartition("/")[2] in _NO for value in (stated, *marked))
    return "paywalled" if closed or tier in ("locked", "paid", "premium") else "free"


def _tags(node: jsonld.Node, meta: Meta) -> tuple[str, ...]:
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
    """The page's rel=canonical if it is within the same registrable domain, else the page's own URL."""
    for link in _CANONICAL(tree)[:1]:
        try:
            target = canonical(link.get("href", ""), base)
            return target if same_site(target, url) and target != f"{origin(url)}/" else url
        except UrlError:
            return url
    return url
