"""The further pages of an article that is on several, as its page names them.

A link counts by two things together: its address is the page's own but for the number of a page, and the page calls it a
page of the text (rel=next, a number in a pager, the words for it). What is paged itself (comments, lists, galleries, live
blogs) does not count.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from articles.dom import Element, select, text_of
from articles.errors import UrlError
from articles.parts import page_labels
from articles.parts.page_addresses import Numbered, OwnAddress, in_order
from articles.parts.pagers import Surroundings
from articles.sites.applying import SiteWork
from articles.sites.selectors import Found
from articles.urls import canonical, host, same_site

MOST = 50  # further pages; what has more is no article

_PICTURES = re.compile(
    r"galler(?:y|ies)|galerien?|galer[ií]as?|galleria|slide-?shows?|diaporamas?|(?:foto|bilder)-?(?:strecken?|serien?|galerien?)|"
    r"photos?|fotos?|pictures|images|live-?(?:blog|ticker|updates?)|newsticker|forums?|threads?",
    re.IGNORECASE,
)
_LIVE = re.compile(r"LiveBlogPosting|DiscussionForumPosting")
_STATED = select("//script[@type='application/ld+json'] | //*[@itemtype]")


@dataclass(frozen=True, slots=True)
class _PageLink:
    """A link to a page with a number, and what it says; `said` is the number in its text, if there is one."""

    element: Element
    at: Numbered
    said: int | None
    rel_next: bool
    label: str


class FurtherPages(NamedTuple):
    """The further pages that a page names, and its pagers."""

    urls: tuple[str, ...] = ()
    pagers: tuple[Element, ...] = ()


def further(
    tree: Element, urls: Sequence[str], base: str, site: SiteWork | None = None, *, vouched: bool
) -> FurtherPages:
    """The further pages that a page names, as canonical URLs in reading order, at most MOST; a page that has all of them alone.

    `urls` are the page's own, canonical; `base` is what links are relative to; `site` says where its links are, if rules of its
    site know; `vouched`: it calls itself an article.
    """
    own = OwnAddress.of(urls)
    ruled = _by_site(site, tree, own, urls, base) if site else ()
    if ruled or (site and site.settles("next_page")):
        return FurtherPages(ruled)
    links = list(_numbered(tree, own, base))
    if not links or _is_paged_itself(tree, urls[0]):
        return FurtherPages()
    around = Surroundings.of(tree, [link.element for link in links])
    groups: dict[tuple[str, str], list[_PageLink]] = {}
    for link in links:
        groups.setdefault((link.at.before, link.at.after), []).append(link)
    named = max((_pages(group, around, vouched) for group in groups.values()), key=_rank)
    whole = next(_whole(tree, own, base, around), "") if named.urls else ""
    return named._replace(urls=(whole,)) if whole else named


def _rank(named: FurtherPages) -> tuple[int, int]:
    return len(named.urls), len(named.pagers)


def _by_site(
    site: SiteWork, tree: Element, own: OwnAddress, urls: Sequence[str], base: str
) -> tuple[str, ...]:
    """What rules of its site name: a page that has all of the text, else further pages."""
    for places, most in ((site.pick(tree, "single_page"), 1), (site.pick(tree, "next_page"), MOST)):
        found = [url for each in places if (url := _of_rule(each, base))]
        later = [url for url in found if _is_of_site(url, urls[0]) and _is_later(url, own)]
        if later:
            return in_order(later, urls)[:most]
    return ()


def _of_rule(found: Found, base: str) -> str:
    """Where leads what a rule found: an address, a link, or what holds one."""
    if isinstance(found, str):
        return _canonical(found, base)
    link = found if found.get("href") else next((each for each in found.iter("a") if each.get("href")), None)
    return _target(link, base) if link is not None else ""


def _is_of_site(url: str, page: str) -> bool:
    return host(url) == host(page) or same_site(url, page)


def _is_later(url: str, own: OwnAddress) -> bool:
    """Whether an address that a rule names is not that of this page or one before it."""
    at = own.page(url)
    return at.number > (at.own or 0) if at else not own.is_here(url)


def _numbered(tree: Element, own: OwnAddress, base: str) -> Iterator[_PageLink]:
    for element in tree.iter("a", "link"):
        if not own.may_be_page(element.get("href", "")):
            continue
        rel = element.get("rel", "").lower().split()
        if element.tag == "link" and "next" not in rel:
            continue
        at = own.page(url) if (url := _target(element, base)) else None
        if at is None:
            continue
        label = _label(element)
        yield _PageLink(element, at, page_labels.number_of(label), "next" in rel, label)


def _target(element: Element, base: str) -> str:
    return _canonical(element.get("href", ""), base)


def _canonical(address: str, base: str) -> str:
    try:
        return canonical(address, base)
    except UrlError:
        return ""


def _label(element: Element) -> str:
    """The text of a link, else what it is called for those who do not see it."""
    if element.tag == "link":
        return ""
    if text := text_of(element):
        return text
    pictures = [each.get("alt", "") for each in element.iterdescendants("img")]
    return next(filter(None, (element.get("aria-label", ""), element.get("title", ""), *pictures)), "")


def _is_paged_itself(tree: Element, url: str) -> bool:
    """Whether it is a page of pictures, a live blog or a forum, by its address or by what it calls itself."""
    path = url.partition("://")[2].partition("?")[0].split("/")[1:]
    return any(map(_PICTURES.fullmatch, path)) or any(
        _LIVE.search(each.get("itemtype") or each.text or "") for each in _STATED(tree)
    )


def _pages(group: Sequence[_PageLink], around: Surroundings, vouched: bool) -> FurtherPages:
    """The pages of links that are counted in one way; none unless they are pages of the text."""
    first, shift = _counted(group)
    evident = [link for link in group if _is_evident(link, first, shift, around)]
    if not evident or any(around.is_of_comments(link.element) for link in group):
        return FurtherPages()
    in_head = any(link.element.tag == "link" for link in evident)
    shown = [link.element for link in evident if link.element.tag == "a"]
    if shown and not any(map(around.is_by_the_text, shown)) and not (in_head and vouched):
        return FurtherPages()
    numbers = [link.at.number for link in evident if link.at.number > first]
    if numbers and (min(numbers) > first + 1 or max(numbers) - first > MOST):
        return FurtherPages()
    at = evident[0].at
    return FurtherPages(
        tuple(
            f"{at.before}{number}{at.after}" for number in range(first + 1, max(numbers, default=first) + 1)
        ),
        tuple(box for box in dict.fromkeys(map(around.pager, shown)) if around.is_pager(box)),
    )


def _counted(group: Sequence[_PageLink]) -> tuple[int, int]:
    """The number of this page as addresses count, and by how much the numbers in texts are higher: 1 if addresses begin at 0."""
    shifts = {link.said - link.at.number for link in group if link.said is not None}
    unlabelled = not shifts and min(link.at.number for link in group) == 1
    shift = 1 if shifts == {1} or unlabelled else 0
    own = group[0].at.own
    return (1 - shift if own is None else own), shift


def _is_evident(link: _PageLink, first: int, shift: int, around: Surroundings) -> bool:
    """Whether it is called a page: by its number, or as the next one."""
    is_next = link.at.number == first + 1 and (link.rel_next or page_labels.is_next(link.label))
    is_number = link.said == link.at.number + shift
    if link.at.sure:
        return is_next or is_number
    if is_next and page_labels.names_a_page(link.label):
        return True
    return is_number and around.states(link.element, first + shift)


def _whole(tree: Element, own: OwnAddress, base: str, around: Surroundings) -> Iterator[str]:
    """Pages that have all of the text."""
    for element in tree.iter("a"):
        if page_labels.is_whole(_label(element)):
            url = _target(element, base)
            if url and own.is_whole(url) and not around.is_of_comments(element):
                yield url
