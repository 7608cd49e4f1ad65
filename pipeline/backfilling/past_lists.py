"""Where the past of a source is looked for: in which sitemaps, and in which archive pages."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from articles.errors import UrlError
from articles.urls import canonical
from crawlers.history.dated_archives import patterns
from pipeline.adding.probing import SITEMAPS, named_sitemaps
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection
from pipeline.fetch_once import fetch


def sitemaps(config: Config, source: SourceSection, home: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The source's sitemaps and those that its host names, else those that many sites have; which of them are guessed.

    Raises CrawlError.
    """
    robots = urljoin(home, "/robots.txt")
    named = named_sitemaps(robots, fetch(config, [robots])[0]) if home else []
    known = tuple(dict.fromkeys((*source.sitemaps, *named)))
    if known or not home:
        return known, frozenset()
    guesses = tuple(urljoin(home, path) for path in SITEMAPS)
    return guesses, frozenset(guesses)


def archives(home: str, known: Sequence[str]) -> tuple[str, ...]:
    """Patterns of archive pages, by the addresses of known pages and by custom."""
    return patterns(home, known) if home else ()


def home_of(source: SourceSection, known: Sequence[str]) -> str:
    """The root of the host that most known pages are at, else of the source's site or first list; "" where there is none."""
    roots = Counter(root for url in known if (root := _root(url)))
    named = (source.site, *source.sections, *source.sitemaps, *source.feeds)
    return next((root for root, _ in roots.most_common(1)), "") or next(filter(None, map(_root, named)), "")


def _root(url: str) -> str:
    try:
        parts = urlsplit(canonical(url)) if url else None
    except UrlError:
        return ""
    return f"{parts.scheme}://{parts.netloc}/" if parts else ""
