"""The invented newsroom as sites on loopback, by a clock that is set, with troubles that begin and end by it."""

import json
import time
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from html import escape

import invented
import sites
from invented import Publisher, Story
from sites import Asked

FRONT = 15  # stories on a front page
SLOWER = 1.2  # times the crawl's time limit, for a site that is slow


class Trouble(StrEnum):
    """What goes wrong at a site."""

    FROZEN = "frozen feed"
    EMPTY = "empty feed"
    FORBIDDEN = "403 on pages"
    SHELL = "JavaScript shell"
    CONSENT = "consent wall"
    TEMPLATE = "new template"
    DATES = "dates gone"
    ROBOTS = "robots deny"
    SLOW = "slow"
    ETAG = "ETag lies"
    HALF = "half of the feed gone"
    FLOOD = "flood of duplicates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A trouble of a source, from `start` until it is mended."""

    source: str
    trouble: Trouble
    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end


SHELL = b"""<!doctype html><title>Loading</title><noscript>You need to enable JavaScript to run this app.</noscript>
<div id="root"></div><script src="/static/app.js"></script>"""
CONSENT = b"""<!doctype html><title>Your privacy</title><div id=cookie-banner><p>We and our 842 partners store and access
information on a device, such as cookies, and process personal data.</p><p>You can accept or manage your choices by clicking
below, where our partners claim a legitimate interest.</p><p>We use cookies to measure how our content performs and to develop
our services.</p></div>"""
VIDEO = b"<!doctype html><title>Watch</title><h1>Watch</h1><video src=/film.mp4></video><p>Two minutes.</p>"
COPIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A feed: its stories, oldest first, how often each is copied to another address, and its ETag."""

    stories: Sequence[Story]
    copies: int
    tag: str


@dataclass(slots=True)
class Newsroom:
    """All sites, each at an address of its own. `now` is set before each run."""

    publishers: Sequence[Publisher]
    stories: Mapping[str, Sequence[Story]]
    spells: Mapping[str, Spell]
    timeout: float
    now: datetime = invented.START

    @property
    def hosts(self) -> list[str]:
        return sites.hosts(len(self.publishers))

    def answer(self, asked: Asked) -> Iterable[bytes]:
        publisher = self.publishers[self.hosts.index(asked.host)]
        spell = self.trouble_of(publisher)
        trouble = spell.trouble if spell else None
        if asked.path == "/robots.txt":
            return sites.answer(
                b"User-agent: *\nDisallow: /" + b"admin" * (trouble is not Trouble.ROBOTS), "text/plain"
            )
        if trouble is Trouble.SLOW:
            time.sleep(SLOWER * self.timeout)
        if asked.path == "/feed":
            return self._feed(publisher, asked)
        if asked.path == "/":
            return _refused(trouble) or sites.answer(front_page(publisher, self.front(publisher)).encode())
        return self._page(publisher, int(asked.path.partition("?")[0].removeprefix("/story-")), trouble)

    def trouble_of(self, publisher: Publisher) -> Spell | None:
        spell = self.spells.get(publisher.name)
        return spell if spell and spell.holds(self.now) else None

    def listing(self, publisher: Publisher) -> Listing:
        """Its feed, as it is now."""
        spell, all_of_it = self.trouble_of(publisher), self.stories[publisher.name]
        trouble = spell.trouble if spell else None
        until = spell.start if spell and trouble is Trouble.FROZEN else self.now
        there = bisect_right(all_of_it, until, key=lambda story: story.at)
        stories = list(all_of_it[max(0, there - publisher.listed) : there])
        if spell and trouble is Trouble.HALF:
            stories = [each for each in stories if each.at < spell.start or each.number % 2]
            stories = stories[-publisher.listed // 2 :]
        if trouble is Trouble.EMPTY:
            stories = []
        if spell and trouble is Trouble.ETAG:
            there = bisect_right(all_of_it, spell.start, key=lambda story: story.at)
        return Listing(
            stories=stories, copies=COPIES if trouble is Trouble.FLOOD else 0, tag=f'"{there} {len(stories)}"'
        )

    def front(self, publisher: Publisher) -> Sequence[Story]:
        """The stories on its front page now, oldest first: a feed may lack some of them, a front page does not."""
        all_of_it = self.stories[publisher.name]
        there = bisect_right(all_of_it, self.now, key=lambda story: story.at)
        return all_of_it[max(0, there - FRONT) : there]

    def _feed(self, publisher: Publisher, asked: Asked) -> Iterable[bytes]:
        listing = self.listing(publisher)
        if asked.headers["If-None-Match"] == listing.tag:
            return sites.answer(b"", sites.RSS, "304 Not Modified", f"ETag: {listing.tag}")
        items = "".join(_item(publisher, story, listing.copies) for story in reversed(listing.stories))
        body = f'<rss version="2.0"><channel><title>{publisher.name}</title>{items}</channel></rss>'
        return sites.answer(body.encode(), sites.RSS, "200 OK", f"ETag: {listing.tag}")

    def _page(self, publisher: Publisher, number: int, trouble: Trouble | None) -> Iterable[bytes]:
        story = self.stories[publisher.name][number]
        if refused := _refused(trouble):
            return refused
        return sites.answer(VIDEO if story.is_other else page(publisher, story, trouble).encode())


def _refused(trouble: Trouble | None) -> Iterable[bytes]:
    """What a site answers instead of any of its pages, if it does."""
    if trouble is Trouble.FORBIDDEN:
        return sites.answer(b"Forbidden", sites.HTML, "403 Forbidden")
    if trouble is Trouble.SHELL:
        return sites.answer(SHELL)
    return sites.answer(CONSENT) if trouble is Trouble.CONSENT else ()


def front_page(publisher: Publisher, stories: Sequence[Story]) -> str:
    """A front page: the newest first, with the beginning of some of them, next to navigation and what is always there."""
    nav = "".join(f"<li><a href=/section-{n}>Section {n}</a></li>" for n in range(6))
    teasers = "".join(
        f'<article><h2><a href="/story-{story.number}">{escape(invented.title(publisher, story))}</a></h2>'
        f"<p>{invented.sentences(publisher, story, 1)[0]}</p></article>"
        for story in reversed(stories)
    )
    foot = '<footer><a href="/about">About us</a> <a href="/privacy">How we use your data</a></footer>'
    head = f'<!doctype html><html lang="{publisher.language}"><head><title>{publisher.name}</title></head>'
    return f"{head}<body><nav><ul>{nav}</ul></nav><main>{teasers}</main>{foot}</body></html>"


def _item(publisher: Publisher, story: Story, copies: int) -> str:
    name, date = escape(invented.title(publisher, story)), format_datetime(story.at)
    links = [f"/story-{story.number}", *(f"/story-{story.number}?copy={n}" for n in range(1, copies + 1))]
    return "".join(
        f"<item><title>{name}</title><link>{link}</link><pubDate>{date}</pubDate></item>" for link in links
    )


def page(publisher: Publisher, story: Story, trouble: Trouble | None = None) -> str:
    """The page of a story by the publisher's template; what a trouble takes from it is not there."""
    count = max(2, round(publisher.paragraphs * story.length * 1.3))
    lines = invented.sentences(publisher, story, 3 * count)
    prose = [" ".join(lines[n : n + 3]) for n in range(0, len(lines), 3)]
    name, writer = escape(invented.title(publisher, story)), invented.author(publisher, story)
    date = "" if trouble in (Trouble.DATES, Trouble.TEMPLATE) else story.at.isoformat()
    own = f'<link rel="canonical" href="/story-{story.number}">'
    head = f'<!doctype html><html lang="{publisher.language}"><head><title>{name}</title>{own}'
    text = "".join(f"<p>{line}</p>" for line in prose)
    if trouble is Trouble.TEMPLATE:  # the text comes by script, after the first paragraph
        return f"{head}</head><body><div class=v2><h1>{name}</h1><div><p>{prose[0]}</p></div><div data-rest></div></div></body></html>"
    if publisher.template == 0:
        facts: dict[str, object] = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": invented.title(publisher, story),
        }
        facts |= {"datePublished": date} if date else {}
        facts |= {"author": {"@type": "Person", "name": writer}} if writer else {}
        return f"{head}<script type=application/ld+json>{json.dumps(facts)}</script></head><body><article><h1>{name}</h1>{text}</article></body></html>"
    by = f'<p class="byline">By <a rel="author" href="/people">{writer}</a></p>' if writer else ""
    if publisher.template == 1:
        meta = f'<meta property="article:published_time" content="{date}">' if date else ""
        return f"{head}{meta}</head><body><main><h1>{name}</h1>{by}<div class=text>{text}</div></main></body></html>"
    when = f'<time datetime="{date}">{date[:10]}</time>' if date else ""
    if publisher.template == 2:
        return f"{head}</head><body><div id=page><h1>{name}</h1>{when}{by}<div class=article-body>{text}</div></div></body></html>"
    nav = "".join(f"<li><a href=/section-{n}>Section {n}</a></li>" for n in range(6))
    return f"{head}</head><body><ul>{nav}</ul><article><header><h1>{name}</h1>{by}{when}</header><section>{text}</section></article></body></html>"
