"""A site's ways in, tried: those that it names, and those that many sites have. By the same rules as a crawl."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from articles.html import content_type
from articles.model import Page
from articles.urls import canonical
from crawlers.discovery import feed_links
from crawlers.readers.sitemap_choice import chosen
from crawlers.sitemaps import MAX_BYTES, robots_sitemaps
from pipeline.adding.proposals import with_children
from pipeline.adding.samples import Kind, Sample, SampleTask, sample
from pipeline.configuration.config import Config
from pipeline.fetch_once import Unfetched, fetch
from store.workers import Lost, Workers

FEEDS = (
    *("/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml"),
    *("/feeds", "/index.rss", "/feed.json", "/atom"),
)
SITEMAPS = ("/sitemap.xml", "/news-sitemap.xml", "/sitemap_index.xml", "/sitemap-news.xml")
_MOST_SITEMAPS = 10  # of a robots.txt
_CHILDREN = 2  # of an index are tried
_SECONDS = 40.0

Sampler = Workers[SampleTask, Sample]


@dataclass(frozen=True, slots=True)
class _Way:
    """An address to try, for the page at `site`, which is at `home` after redirects."""

    site: str
    home: str
    kind: Kind
    url: str
    named: bool = True


def lists_at(pages: Sequence[Page]) -> list[Sample | None]:
    """For each page what it gives, if it is itself a feed or a sitemap, else None."""
    kinds: tuple[Kind, ...] = ("feed", "sitemap")
    with Workers(sample, 1, _SECONDS) as workers:
        tasks = [[SampleTask(kind, page, page.url, named=True) for kind in kinds] for page in pages]
        several = [(_sampled(workers, task) for task in of_page) for of_page in tasks]
        return [next((each for each in of_page if not each.error), None) for of_page in several]


def probe(config: Config, pages: Sequence[Page]) -> dict[str, tuple[Sample, ...]]:
    """What each of these pages (by its `url`), and the ways into its host, give. Nothing is kept. Raises CrawlError."""
    if not pages:
        return {}
    robots = dict(
        zip(pages, fetch(config, [urljoin(p.final_url, "/robots.txt") for p in pages]), strict=True)
    )
    with Workers(sample, 1, _SECONDS) as workers:
        found = _tried(config, workers, [way for page in pages for way in _ways(page, robots[page])])
        inner = _tried(config, workers, [way for way, each in found for way in _children(way, each)])
        sections = [_sampled(workers, SampleTask("section", page, page.url, named=True)) for page in pages]
    samples: dict[str, list[Sample]] = {page.url: [] for page in pages}
    for way, each in found:
        listed = {child.url for child in each.sitemaps}
        children = [child for of, child in inner if of.site == way.site and child.url in listed]
        samples[way.site].append(with_children(each, children) if children else each)
    for page, section in zip(pages, sections, strict=True):
        samples[page.url].append(section)
    return {site: tuple(several) for site, several in samples.items()}


def named_sitemaps(page: str, robots: Page | Unfetched) -> list[str]:
    """The sitemaps that the robots.txt of a page's host names, on whatever host: it vouches for them."""
    text = robots.body.decode(errors="replace") if isinstance(robots, Page) and robots.status == 200 else ""
    return list(robots_sitemaps(text, urljoin(page, "/robots.txt")))


def _ways(page: Page, robots: Page | Unfetched) -> Iterator[_Way]:
    """What the page and its robots.txt name, then the guesses; feeds are guessed only where none is declared."""
    feeds = feed_links(page.body, page.final_url, content_type(page))
    own = named_sitemaps(page.final_url, robots)
    sitemaps = sorted(own, key=lambda url: "news" not in url.lower())[:_MOST_SITEMAPS]
    yield from (_Way(page.url, page.final_url, "feed", url) for url in feeds)
    yield from (_Way(page.url, page.final_url, "sitemap", url) for url in sitemaps)
    guesses: list[tuple[Kind, str]] = [("sitemap", path) for path in SITEMAPS]
    guesses += [("feed", path) for path in FEEDS if not feeds]
    for kind, path in guesses:
        url = canonical(path, page.final_url)
        if url not in sitemaps:
            yield _Way(page.url, page.final_url, kind, url, named=False)


def _children(way: _Way, index: Sample) -> Iterator[_Way]:
    """The newest sitemaps of an index."""
    if index.sitemaps and index.at:
        best, _ = chosen(index.sitemaps, {}, index.at, most=_CHILDREN)
        yield from (_Way(way.site, way.home, "sitemap", url) for url in best)


def _tried(config: Config, workers: Sampler, ways: Sequence[_Way]) -> list[tuple[_Way, Sample]]:
    """A sample of each way; a guess that leads where another way leads is left out."""
    found: list[tuple[_Way, Sample]] = []
    seen: set[tuple[str, str]] = set()
    for way, page in zip(ways, fetch(config, [way.url for way in ways], MAX_BYTES), strict=True):
        if isinstance(page, Unfetched):
            found.append((way, Sample(kind=way.kind, url=way.url, named=way.named, error=page.reason)))
            continue
        place = (way.site, page.final_url)
        if way.named or place not in seen:
            seen.add(place)
            url = way.url if way.named else page.final_url
            home = way.home if way.kind == "sitemap" else ""
            found.append((way, _sampled(workers, SampleTask(way.kind, page, url, way.named, home))))
    return found


def _sampled(workers: Sampler, task: SampleTask) -> Sample:
    result = workers.call(task)
    if isinstance(result, Lost):
        return Sample(kind=task.kind, url=task.url, named=task.named, error=result.detail)
    return result
