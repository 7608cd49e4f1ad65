"""The articles that a sitemap lists, told from its other pages. For a killable worker."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from articles.model import FeedEntry
from crawlers.sitemaps import ChildSitemap, SitemapBody, SitemapEntry
from crawlers.sitemaps import read as read_sitemap
from crawlers.url_shapes import evidence, is_other, location, parents, shape

_LIKELY, _STRONG = 2, 3  # evidence
_FEW = 10
_MAKING = timedelta(hours=1)
_OTHER = "no article by its address"


@dataclass(frozen=True, slots=True)
class SitemapTask:
    """A fetched sitemap, and the addresses of some articles of its source."""

    sitemap: SitemapBody
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SitemapPages:
    """The articles and further sitemaps that a sitemap lists. `dropped` and `whole` are as in `ParsedSitemap`."""

    entries: tuple[FeedEntry, ...]
    sitemaps: tuple[ChildSitemap, ...]
    dropped: dict[str, int]
    whole: bool


def read_pages(task: SitemapTask) -> SitemapPages | str:
    """What cannot be read is answered by the error's message."""
    found = read_sitemap(task.sitemap)
    if isinstance(found, str):
        return found
    base = task.sitemap.base or task.sitemap.url
    entries = without_times_of_making(articles_among(found.entries, base, task.known))
    others = len(found.entries) - len(entries)
    dropped = {**found.dropped, **({_OTHER: others} if others else {})}
    return SitemapPages(entries, found.sitemaps, dropped, found.whole)


def articles_among(
    listed: Sequence[SitemapEntry], sitemap: str, known: Collection[str] = ()
) -> tuple[FeedEntry, ...]:
    """Those of the entries of the sitemap at this address that may be articles.

    What a news sitemap says more of than its address is one. Else what has the address of a list or service is none,
    nor what other articles lie below; and if most entries look like articles by their addresses, none of the others is.
    """
    shapes = {form for form in map(shape, known) if form}
    weights = {each.entry.url: evidence(each.entry.url) for each in listed}
    likely = {url for url, weight in weights.items() if weight >= _LIKELY or shape(url) in shapes}
    strong = (url for url, weight in weights.items() if weight >= _STRONG)
    sections = {above for url in strong for above in parents(url)}
    mostly = len(likely) * 2 > len(listed)

    def is_article(entry: FeedEntry) -> bool:
        if entry.title or entry.published_at:
            return True
        if is_other(entry.url, sitemap) or location(entry.url) in sections:
            return False
        return entry.url in likely or not mostly

    return tuple(each.entry for each in listed if is_article(each.entry))


def without_times_of_making(entries: Sequence[FeedEntry]) -> tuple[FeedEntry, ...]:
    """The entries without updates that lie within one hour, if more than half of ten or more do.

    That is when the sitemap was made, page after page.
    """
    dated = sorted(entry.updated_at for entry in entries if entry.updated_at)
    within = [bisect_right(dated, start + _MAKING) - place for place, start in enumerate(dated)]
    most = max(within, default=0)
    if len(entries) < _FEW or most * 2 <= len(entries):
        return tuple(entries)
    first = dated[within.index(most)]
    return tuple(
        replace(entry, updated_at=None)
        if entry.updated_at and first <= entry.updated_at <= first + _MAKING
        else entry
        for entry in entries
    )
