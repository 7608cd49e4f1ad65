"""An article in the making, as the steps of articles.clean hand it on."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from articles import confidence
from articles.content_hash import content_hash
from articles.dom import Element
from articles.extraction import body, list_pages
from articles.metadata import statements
from articles.model import Article, Extractor, Image, Page, Removal, Right, TextOrigin
from articles.sites.applying import SiteWork
from articles.structure import marking
from articles.urls import article_id


@dataclass(slots=True)
class Draft:
    """An unfinished article; each step adds its part.

    `scripted`: the text is taken from the page's scripts. `chosen` is where it stands, if a rule of the site says so.
    """

    page: Page
    extractor: Extractor = "auto"
    obey: Collection[Right] = ()
    scripted: bool = False
    site: SiteWork = field(default_factory=SiteWork)
    chosen: tuple[Element, ...] = ()
    tree: Element = field(init=False)
    meta: statements.Metadata = field(init=False)
    found: body.Body = field(init=False)
    links: list_pages.Links = list_pages.NONE
    images: tuple[Image, ...] = ()
    lead: str = ""
    body: tuple[str, ...] = ()
    language: str = ""
    words: int = 0
    removed: tuple[Removal, ...] = ()
    notes: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


def _origin(draft: Draft) -> TextOrigin:
    """What found the text: of one that was put in the place of the page, whatever stated it."""
    if not draft.body:
        return ""
    return "stated" if draft.scripted else draft.found.origin


def finished(draft: Draft, rules: int) -> Article:
    """The article of a draft that has been through all steps, by this version of the rules."""
    page, meta = draft.page, draft.meta
    article = Article(
        id=article_id(page.final_url),
        url=page.final_url,
        canonical_url=meta.canonical_url,
        source=page.entry.source,
        site_name=meta.site_name,
        title=meta.title,
        lead=draft.lead,
        body=draft.body,
        markup=marking.read(draft.body, draft.found.blocks, meta.base, page.final_url, draft.found.origin),
        authors=meta.authors,
        published_at=meta.published_at,
        published_on=meta.published_on,
        published_from=meta.published_from,
        modified_at=meta.modified_at,
        first_seen_at=page.fetched_at,
        fetched_at=page.fetched_at,
        language=draft.language,
        section=meta.section,
        tags=meta.tags,
        lead_image=meta.lead_image,
        images=draft.images,
        removed=draft.removed,
        access=meta.access,
        rights=meta.rights,
        notes=draft.notes,
        word_count=draft.words,
        extractor=_origin(draft),
        confidence=confidence.confidence(draft.found.evidence, draft.body),
        content_hash="",
        rules=rules,
        site_rules=draft.site.site.stamp,
        site_matched=tuple(sorted(draft.site.matched)),
        site_failed=tuple(f"{name}: {why}" for name, why in sorted(draft.site.failed.items())),
        further_pages=draft.further,
    )
    return replace(article, content_hash=content_hash(article))
