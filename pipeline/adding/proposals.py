"""Which of a site's ways in are worth keeping, by their samples. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.adding.samples import Sample

_ALIVE = timedelta(days=30)
_MOST = 5  # sitemaps of a site
_CLEARLY_MORE = 10
_FEW_LINKS = 3


def proposed(samples: Sequence[Sample], now: datetime) -> tuple[Sample, ...]:
    """Feeds first: those that the site names, else the best that was guessed.

    Sitemaps, if no feed has entries, or if they list clearly more of the last two days; the page as a section, if
    neither has anything.
    """
    feeds = [each for each in samples if each.kind == "feed"]
    guessed = sorted((each for each in feeds if each.entries), key=_weight, reverse=True)
    chosen = [each for each in feeds if each.named] or guessed[:1]
    sitemaps = _sitemaps(samples, now)
    working = [each for each in chosen if each.entries]
    if not working or _recent(sitemaps) >= 2 * _recent(working) + _CLEARLY_MORE:
        chosen += sitemaps
    if not any(each.entries for each in chosen):
        chosen += [each for each in samples if each.kind == "section" and each.entries >= _FEW_LINKS]
    return tuple(chosen)


def with_children(index: Sample, children: Sequence[Sample]) -> Sample:
    """The sample of an index with what those of its sitemaps gave that were tried."""
    newest = max((each.newest for each in children if each.newest), default=index.newest)
    return replace(
        index,
        entries=index.entries + sum(each.entries for each in children),
        dated=index.dated + sum(each.dated for each in children),
        articles=index.articles + sum(each.articles for each in children),
        recent=index.recent + sum(each.recent for each in children),
        newest=newest,
    )


def _sitemaps(samples: Sequence[Sample], now: datetime) -> list[Sample]:
    """Those that list articles and are kept up: news sitemaps, else those that the site names, else the best guess."""
    inner = {child.url for each in samples for child in each.sitemaps}
    usable = [
        each
        for each in samples
        if each.kind == "sitemap"
        and each.url not in inner
        and (each.articles or (each.news and each.entries))
        and (each.newest is None or each.newest >= now - _ALIVE)
    ]
    usable.sort(key=_weight, reverse=True)
    news = [each for each in usable if each.news]
    named = [each for each in usable if each.named]
    return (news or named or usable[:1])[:_MOST]


def _weight(each: Sample) -> tuple[int, int, int]:
    return each.recent, each.articles, each.entries


def _recent(samples: Sequence[Sample]) -> int:
    """Entries of the last two days; of a feed without dates, all."""
    return sum(each.entries if each.kind == "feed" and not each.dated else each.recent for each in samples)
