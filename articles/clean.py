"""From a page to its article, or to the reason why there is none.

To add a step: write a function that takes a Draft and returns None, or a Rejection to stop; say in its docstring what it
needs from the Draft and gives to it; and add it to STEPS. Raise RULES by one with every change that alters the output.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from urllib.parse import urlsplit

from articles import html
from articles.credits import split_credit
from articles.draft import Draft, finished
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
from articles.model import Article, Extractor, Image, Page, Rejection, Right, Rule
from articles.parts import pagers, part_links
from articles.sites import picking
from articles.sites.applying import SiteWork
from articles.sites.site_rules import NO_RULES, SiteRules
from articles.text import count_words, key

# tests/golden/fuse.json pins the output for every golden page. If an unchanged page gives another output, first raise
# RULES, however small the change, and however often within one release: it shows which stored articles were cleaned by
# older rules. Then `python -m tests.golden_pages` pins the new hashes. A page that is new or was itself changed only
# needs its hash.
RULES = 19

_FEWEST_WORDS = 25
_FEWEST_IN_TITLE = 3  # words; a shorter title may be that of a section
_FEWEST_IN_MARKUP = 60  # words; with less, the text may stand in the page's scripts
_NO_TEXT = ("no_article", "list_page", "too_short", "consent_page")


def clean(
    page: Page, extractor: Extractor = "auto", obey: Collection[Right] = (), site: SiteRules = NO_RULES
) -> Article | Rejection:
    """Extracts the article from a page, with version RULES of the rules; pure, depends only on its arguments.

    `extractor` finds the text: our search for its container alone, trafilatura alone, or both, as it is best ("auto").
    A page that reserves one of `obey` is rejected. `site` is what a user has taught about its site. `first_seen_at` is the
    fetch time and `archive` is empty: the caller must set them. Text cut from the article is in `removed`. Limits on size and
    depth bound time and memory, but loosely: run it in a process that can be killed.
    """
    finder = site.extractor or extractor
    draft = Draft(page, finder, obey, site=SiteWork(site))
    rejection = _run(draft)
    if _lacks_text(draft, rejection):
        scripted = Draft(page, finder, obey, scripted=True, site=SiteWork(site))
        if _run(scripted) is None:
            return finished(scripted, RULES)
    return rejection or finished(draft, RULES)


def _run(draft: Draft) -> Rejection | None:
    return next((rejection for step in STEPS if (rejection := step(draft)) is not None), None)


def _lacks_text(draft: Draft, rejection: Rejection | None) -> bool:
    """Whether the markup holds no article, or little more than its title, and not because readers must pay for it."""
    missing = draft.words < _FEWEST_IN_MARKUP if rejection is None else rejection.reason in _NO_TEXT
    return missing and draft.meta.access != "paywalled"


def check_response(draft: Draft) -> Rejection | None:
    """Bot walls, status, size, type, and addresses that are no articles by a rule of the site. Needs page, site."""
    page = draft.page
    if wall := bot_walls.wall(page):
        return Rejection(reason="blocked", detail=f"HTTP {page.status} by {wall}")
    if not 200 <= page.status < 300:
        return Rejection(reason="http_status", detail=f"HTTP {page.status}")
    if len(page.body) > html.MAX_BYTES:
        return Rejection(reason="too_large", detail=f"{len(page.body)} bytes, more than {html.MAX_BYTES}")
    if rule := draft.site.refuses(page.final_url):
        return Rejection(reason="site_rule", detail=rule)
    return html.refuse_other_types(page)


def parse(draft: Draft) -> Rejection | None:
    """Decoding and parsing. Needs page, site; gives tree."""
    tree = html.parse(draft.page, draft.site.rewrite)
    if isinstance(tree, Rejection):
        return tree
    draft.tree = tree
    return None


def read_metadata(draft: Draft) -> Rejection | None:
    """What the page states, and reserves. Needs page, obey, tree; gives meta."""
    draft.meta = statements.read(draft.tree, draft.page)
    return rights.refusal(draft.meta.rights, draft.obey)


def pick_by_site(draft: Draft) -> None:
    """What rules of the site say where it stands. Needs page, site, tree, meta; gives tree, meta, lead, images."""
    picked = picking.pick(draft.site, draft.tree, draft.meta, draft.page.fetched_at)
    draft.meta, draft.lead, draft.images = picked


def find_further_pages(draft: Draft) -> None:
    """Other pages of the article; its pagers are cut. Needs page, site, tree, meta; gives tree, further, removed."""
    meta = draft.meta
    own = (draft.page.final_url, meta.canonical_url)
    found = part_links.further(draft.tree, own, meta.base, draft.site, vouched=meta.vouched)
    draft.further = found.urls
    draft.removed += pagers.cut(found.pagers)


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


def cut_by_site(draft: Draft) -> None:
    """What rules of the site cut and keep, and where in the rest the body stands. Needs site, tree; gives tree, removed, chosen."""
    draft.site.mark_kept(draft.tree)
    draft.removed += tuple(draft.site.cut(draft.tree))
    draft.chosen = picking.bodies(draft.site, draft.tree)


def cut_blocks(draft: Draft) -> None:
    """Rules of articles.extraction.foreign_blocks. Needs site, chosen, tree, meta; gives tree, removed."""
    if draft.chosen and draft.site.site.whole:
        return
    draft.removed += foreign_blocks.cut(draft.tree, draft.meta.title)


def take_captions(draft: Draft) -> None:
    """Captions in the markup. Needs tree, meta, images; gives tree, images, removed."""
    images, removed = captions.take(draft.tree, draft.meta.base)
    draft.images += tuple(captions.without_title(image, draft.meta.title) for image in images)
    draft.removed += removed


def take_lead(draft: Draft) -> None:
    """The standfirst in the markup. Needs tree, meta, lead; gives tree, lead."""
    draft.lead = draft.lead or lead.take(draft.tree, draft.meta)


def extract_body(draft: Draft) -> Rejection | None:
    """By articles.extraction.body. Needs page, extractor, site, chosen, tree, meta, lead, images; gives body, found, lead, images, removed."""
    meta = draft.meta
    url, box = draft.page.final_url, picking.gathered(draft.chosen)
    if box is not None:
        whole = draft.site.site.whole
        found = body.take_chosen(box, url, meta.title, draft.lead, draft.extractor, whole=whole)
    elif draft.site.settles("body"):
        return Rejection(
            reason="no_article", detail="no rule of its site finds the text, and nothing else may"
        )
    else:
        found = body.take(draft.tree, url, meta.title, meta.stated_body, draft.lead, draft.extractor)
    draft.found = found
    draft.body = tuple(found.paragraphs)
    if not draft.lead and found.standfirst:
        draft.lead = "".join(lines.apply((found.standfirst,), _facts(draft))[0])
    draft.removed += found.removed
    draft.images += tuple(
        captions.unmarked(text, picture, draft.meta.base) for text, picture in found.captions
    )
    return None


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


def judge_lines_by_site(draft: Draft) -> None:
    """Lines that rules of the site cut or keep. Needs site, meta, lead, body; gives lead, body, removed."""
    leads, of_lead = draft.site.cut_lines((draft.lead,) if draft.lead else ())
    draft.lead = "".join(leads)
    lines, removed = draft.site.cut_lines(draft.body)
    known = (draft.meta.title, draft.lead)
    draft.body, draft.removed = draft.site.put_back(lines, (*draft.removed, *of_lead, *removed), known)


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
    find_further_pages,
    pick_by_site,
    place_stated_text,
    count_links,
    cut_by_site,
    cut_blocks,
    take_captions,
    take_lead,
    extract_body,
    judge_lines,
    judge_lines_by_site,
    take_byline,
    detect_language,
    check_article,
)
