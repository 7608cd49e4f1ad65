"""From a page to its article, or to the reason why there is none.

To add a step: write a function that takes a Draft and returns None, or a Rejection to stop; say in its docstring what it
needs from the Draft and gives to it; and add it to STEPS. Raise RULES by one with every change that alters the output.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from articles import confidence, html
from articles.content_hash import content_hash
from articles.credits import split_credit
from articles.dom import Element
from articles.extraction import (
    body,
    bot_walls,
    captions,
    foreign_blocks,
    lead,
    lines,
    list_pages,
    soft_errors,
)
from articles.extraction.scripts import stated_story
from articles.metadata import authors, language, rights, statements
from articles.model import Article, Extractor, Image, Page, Rejection, Removal, Right, Rule, TextOrigin
from articles.structure import marking
from articles.text import count_words, key
from articles.urls import article_id

# tests/golden/fuse.json pins the output for every golden page. If an unchanged page gives another output, first raise
# RULES, however small the change, and however often within one release: it shows which stored articles were cleaned by
# older rules. Then `python -m tests.golden_pages` pins the new hashes. A page that is new or was itself changed only
# needs its hash.
RULES = 18

_FEWEST_WORDS = 25
_FEWEST_IN_TITLE = 3  # words; a shorter title may be that of a section
_FEWEST_IN_MARKUP = 60  # words; with less, the text may stand in the page's scripts
_NO_TEXT = ("no_article", "list_page", "too_short", "consent_page")


@dataclass(slots=True)
class Draft:
    """An unfinished article; each step adds its part. `scripted`: the text is taken from the page's scripts."""

    page: Page
    extractor: Extractor = "auto"
    obey: Collection[Right] = ()
    scripted: bool = False
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


def clean(page: Page, extractor: Extractor = "auto", obey: Collection[Right] = ()) -> Article | Rejection:
    """Extracts the article from a page, with version RULES of the rules; pure, depends only on its arguments.

    `extractor` finds the text: our search for its container alone, trafilatura alone, or both, as it is best ("auto").
    A page that reserves one of `obey` is rejected. `first_seen_at` is the fetch time and `archive` is empty: the caller
    must set them. Text cut from the article is in `removed`. Limits on size and depth bound time and memory, but loosely:
    run it in a process that can be killed.
    """
    draft = Draft(page, extractor, obey)
    rejection = _run(draft)
    if _lacks_text(draft, rejection):
        scripted = Draft(page, extractor, obey, scripted=True)
        if _run(scripted) is None:
            return _article(scripted)
    return rejection or _article(draft)


def _run(draft: Draft) -> Rejection | None:
    return next((rejection for step in STEPS if (rejection := step(draft)) is not None), None)


def _lacks_text(draft: Draft, rejection: Rejection | None) -> bool:
    """Whether the markup holds no article, or little more than its title, and not because readers must pay for it."""
    missing = draft.words < _FEWEST_IN_MARKUP if rejection is None else rejection.reason in _NO_TEXT
    return missing and draft.meta.access != "paywalled"


def check_response(draft: Draft) -> Rejection | None:
    """Bot walls, status, size and type. Needs page."""
    page = draft.page
    if wall := bot_walls.wall(page):
        return Rejection(reason="blocked", detail=f"HTTP {page.status} by {wall}")
    if not 200 <= page.status < 300:
        return Rejection(reason="http_status", detail=f"HTTP {page.status}")
    if len(page.body) > html.MAX_BYTES:
        return Rejection(reason="too_large", detail=f"{len(page.body)} bytes, more than {html.MAX_BYTES}")
    return html.refuse_other_types(page)


def parse(draft: Draft) -> Rejection | None:
    """Decoding and parsing. Needs page; gives tree."""
    tree = html.parse(draft.page)
    if isinstance(tree, Rejection):
        return tree
    draft.tree = tree
    return None


def read_metadata(draft: Draft) -> Rejection | None:
    """What the page states, and reserves. Needs page, obey, tree; gives meta."""
    draft.meta = statements.read(draft.tree, draft.page)
    return rights.refusal(draft.meta.rights, draft.obey)


def place_stated_text(draft: Draft) -> Rejection | None:
    """The text in the page's scripts, in place of the page. Needs tree, meta, scripted; gives tree."""
    title = draft.meta.title
    if draft.scripted and not stated_story.place(draft.tree, title):
        return Rejection(reason="no_article", detail="no running text found in its scripts")
    return None


def count_links(draft: Draft) -> None:
    """Links, before anything is cut; skipped if the page calls itself an article. Needs tree, meta; gives links."""
    if not draft.meta.vouched:
        draft.links = list_pages.links(draft.tree)


def cut_blocks(draft: Draft) -> None:
    """Rules of articles.extraction.foreign_blocks. Needs tree, meta; gives tree, removed."""
    draft.removed += foreign_blocks.cut(draft.tree, draft.meta.title)


def take_captions(draft: Draft) -> None:
    """Captions in the markup. Needs tree, meta; gives tree, images, removed."""
    images, removed = captions.take(draft.tree, draft.meta.base)
    draft.images = tuple(captions.without_title(image, draft.meta.title) for image in images)
    draft.removed += removed


def take_lead(draft: Draft) -> None:
    """The standfirst in the markup. Needs tree, meta; gives tree, lead."""
    draft.lead = lead.take(draft.tree, draft.meta)


def extract_body(draft: Draft) -> None:
    """Rules of articles.extraction.block_rules. Needs page, extractor, tree, meta, lead, images; gives body, found, lead, images, removed."""
    meta = draft.meta
    found = draft.found = body.take(
        draft.tree, draft.page.final_url, meta.title, meta.stated_body, draft.lead, draft.extractor
    )
    draft.body = tuple(found.paragraphs)
    if not draft.lead and found.standfirst:
        draft.lead = "".join(lines.apply((found.standfirst,), _facts(draft))[0])
    draft.removed += found.removed
    draft.images += tuple(
        captions.unmarked(text, picture, draft.meta.base) for text, picture in found.captions
    )


def _facts(draft: Draft) -> lines.Facts:
    meta = draft.meta
    domains = (urlsplit(draft.page.final_url).hostname or "").split(".")[:-1]
    return lines.Facts(
        titles=(meta.title, draft.page.entry.title, draft.lead),
        authors=meta.authors,
        captions=tuple(
            text for image in draft.images for text in (image.caption, f"{image.caption} {image.credit}")
        ),
        site=(meta.site_name, max(domains, key=len, default="")),
        links=" ".join(cut.text for cut in draft.removed if cut.rule is Rule.LINKS),
    )


def judge_lines(draft: Draft) -> None:
    """Rules of articles.extraction.lines. Needs page, meta, lead, body, images; gives body, notes, images, removed."""
    draft.body, removed = lines.apply(draft.body, _facts(draft))
    draft.removed += removed
    draft.notes = tuple(cut.text.removeprefix("- ") for cut in removed if cut.evidence.startswith(lines.NOTE))
    unmarked = [
        cut.text for cut in removed if cut.rule is Rule.CAPTION and cut.evidence != lines.EQUALS_CAPTION
    ]
    draft.images += tuple(
        Image(url="", caption=text, credit=credit) for text, credit in map(split_credit, unmarked)
    )


def take_byline(draft: Draft) -> None:
    """A name alone above or below the text. Needs page, meta, body; gives meta, body, removed."""
    meta, host = draft.meta, urlsplit(draft.page.final_url).hostname or ""
    draft.body, named, removed = authors.take(draft.body, meta.authors, meta.site_name, host)
    draft.meta = replace(meta, authors=named)
    draft.removed += removed


def detect_language(draft: Draft) -> None:
    """Words and language. Needs meta, lead, body; gives words, language."""
    text = "\n".join((draft.lead, *draft.body))
    draft.words = count_words(text)
    draft.language = language.language_of(f"{draft.meta.title}\n{text}", draft.words, draft.meta.language)


def check_article(draft: Draft) -> Rejection | None:
    """Whether it is an article. Needs page, meta, links, lead, body, found, language, words."""
    meta = draft.meta
    text = (draft.lead, *draft.body)
    refused = soft_errors.reason(draft.page.final_url, meta, draft.words) or soft_errors.notice(
        text, meta.title, draft.language if draft.words >= _FEWEST_WORDS else ""
    )
    if refused:
        return refused
    has_text = list_pages.is_running_text(draft.links, text)
    vouched = meta.vouched or (has_text and _is_announced(draft))
    if not vouched and (listed := list_pages.evidence(draft.links, draft.body, draft.found.below)):
        return Rejection(reason="list_page", detail=listed)
    if not has_text:
        return Rejection(reason="no_article", detail="no running text found")
    if not meta.title:
        return Rejection(reason="no_article", detail="no title found")
    if draft.words < _FEWEST_WORDS and not vouched:
        return Rejection(
            reason="too_short", detail=f"{draft.words} words, and the page does not call itself an article"
        )
    return None


def _is_announced(draft: Draft) -> bool:
    """Whether what listed the page gave it the title that it has: as good as a page that calls itself an article."""
    listed, stated = key(draft.page.entry.title), key(draft.meta.title)
    return (
        count_words(listed) >= _FEWEST_IN_TITLE
        and count_words(stated) >= _FEWEST_IN_TITLE
        and (listed in stated or stated in listed)
    )


STEPS: tuple[Callable[[Draft], Rejection | None], ...] = (
    check_response,
    parse,
    read_metadata,
    place_stated_text,
    count_links,
    cut_blocks,
    take_captions,
    take_lead,
    extract_body,
    judge_lines,
    take_byline,
    detect_language,
    check_article,
)


def _origin(draft: Draft) -> TextOrigin:
    """What found the text: of one that was put in the place of the page, whatever stated it."""
    if not draft.body:
        return ""
    return "stated" if draft.scripted else draft.found.origin


def _article(draft: Draft) -> Article:
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
        rules=RULES,
    )
    return replace(article, content_hash=content_hash(article))
