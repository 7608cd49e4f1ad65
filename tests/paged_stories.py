"""Stories over several pages, on a site of their own, with what is easily taken for another page of a text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.configuration.config import Config, load
from tests.loopback import Hit, Reply, Site, rss

_TOWNS = (
    "Brennbach",
    "Marrowick",
    "Halden",
    "Orsmouth",
    "Tarvin",
    "Quillport",
    "Easting",
    "Lorne",
    "Vessel Bay",
)
_SENTENCES = (
    "The keepers of the lighthouse at {town} counted {n} ships in the fog of the {page}th night, and wrote each of them down.",
    "A pilot from {town} told the inquiry on day {page} that buoy {n} had been out of its place since the storms of spring.",
    "Nobody in {town} had asked who would pay for the {n} new lamps, the harbour master said before he left meeting {page}.",
    "In the archive of {town} there are {n} letters on the matter, of which the {page}th was opened only in the past week.",
    "The council of {town} put off its vote on plan {n} for the {page}th time, and its members went home in the rain.",
)


@dataclass(frozen=True, slots=True)
class Story:
    """A story with so many pages; `style` is how its addresses count them, `pager` how its pages name the others."""

    number: int
    pages: int
    style: str = "?page={}"
    pager: str = "numbers"
    head: str = ""  # more in the head of each page
    tail: str = ""  # more below each page's text

    @property
    def slug(self) -> str:
        return f"/news/lamps-of-the-northern-coast-{'abcdefghijklmnopqrstuvwxyz'[self.number]}"

    @property
    def title(self) -> str:
        return f"The lamps of {_TOWNS[self.number % len(_TOWNS)]}, a story of the northern coast in case {self.number}"

    def path(self, page: int) -> str:
        return self.slug if page == 1 else self.slug + self.style.format(page)

    def text(self, page: int) -> list[str]:
        """The paragraphs of a page."""
        town = _TOWNS[self.number % len(_TOWNS)]
        numbers = {"town": town, "page": page}
        return [
            each.format(n=self.number * 100 + page * 7 + n, **numbers) for n, each in enumerate(_SENTENCES)
        ]

    def body(self, page: int, change: str = "") -> bytes:
        text = "".join(f"<p>{each}</p>" for each in self.text(page)) + (f"<p>{change}</p>" if change else "")
        return (
            f'<html lang="en"><head><title>{self.title}</title><meta property="og:type" content="article">'
            f'<meta property="article:published_time" content="2026-11-20T12:00:00Z">{self._links(page)}{self.head}</head>'
            f"<body><article><h1>{self.title}</h1><p class='byline'>By Ada Quill</p>{text}{self._pager(page)}</article>"
            f"{self.tail}</body></html>"
        ).encode()

    def _links(self, page: int) -> str:
        if self.pager != "next" or page == self.pages:
            return ""
        return f'<link rel="next" href="{self.path(page + 1)}">'

    def _pager(self, page: int) -> str:
        if self.pages == 1:
            return ""
        if self.pager == "next":
            if page == self.pages:
                return ""
            return f'<nav class="pagination"><a rel="next" href="{self.path(page + 1)}">Next page</a></nav>'
        links = (
            f"<b>{n}</b>" if n == page else f'<a href="{self.path(n)}">{n}</a>'
            for n in range(1, self.pages + 1)
        )
        return f'<nav class="pagination">{" ".join(links)}</nav>'

    def whole(self) -> list[str]:
        return [each for page in range(1, self.pages + 1) for each in self.text(page)]


@dataclass(slots=True)
class PagedSite:
    """The stories on a site, with a feed of their first pages; a page answers with an ETag, and counts who asked."""

    site: Site
    stories: Sequence[Story]
    changes: dict[str, str] = field(default_factory=dict)
    validators: bool = True

    def publish(self, *also: str) -> None:
        """Put all of it on the site; `also` are further paths that the feed lists."""
        for story in self.stories:
            for page in range(1, story.pages + 1):
                self.site.routes[story.path(page)] = self._answering(story, page)
        links = [self.site.url + story.path(1) for story in self.stories] + [
            self.site.url + each for each in also
        ]
        self.site.routes["/feed"] = rss(*links)

    def _answering(self, story: Story, page: int):
        def answer(hit: Hit) -> Reply:
            change = self.changes.get(story.path(page), "")
            etag = f'"{story.number}-{page}-{change}"'
            if self.validators and hit.headers.get("If-None-Match") == etag:
                return Reply(status=304, headers=(("ETag", etag),))
            headers = (("Content-Type", "text/html; charset=utf-8"), ("ETag", etag))
            return Reply(story.body(page, change), headers=headers if self.validators else headers[:1])

        return answer


def configured_for(folder: Path, site: Site, more: str = "", crawl: str = "") -> Config:
    """A configuration with the site's feed as the source `coast`."""
    path = folder / "broadsheet.toml"
    path.write_text(
        '[crawl]\nuser_agent = "TestCrawler/1.0 (+https://example.org/crawler)"\ndelay = 0.0\n'
        f'allow_addresses = ["127.0.0.0/8"]\n{crawl}\n[clean]\nworkers = 1\n{more}\n'
        f'[[sources]]\nname = "coast"\nfeeds = ["{site.url}/feed"]\n',
        encoding="utf-8",
    )
    return load(path)


def pages_of(stories: Sequence[Story]) -> Iterator[str]:
    """The paths of all pages."""
    return (story.path(page) for story in stories for page in range(1, story.pages + 1))
