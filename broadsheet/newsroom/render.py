"""Pages and feeds of a publisher, and what should come of them. Pure functions of the site and its base URL."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape, unescape
from html.entities import codepoint2name
from string import Template

from broadsheet.newsroom.content import Intent, Picture, Site, Story

RELATED = 3
HEADING = "## "


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleArticle:
    """What a crawl should make of an article: plain text, no soft hyphens, one space between words.

    `modified_at` equals `published_at` if an article never changed, as on the pages themselves.
    `url` is the page's address and `listed` the one in the feed (a redirect, if they differ). `body` is the
    paragraphs and subheadings without title and lead. `captions` belong to the pictures. `cut` is everything
    else on the page, captions included: no paragraph of the article may contain any of it.
    """

    site: str
    language: str
    url: str
    listed: str
    title: str
    lead: str
    authors: tuple[str, ...]
    section: str
    tags: tuple[str, ...]
    published_at: datetime
    modified_at: datetime
    body: tuple[str, ...]
    captions: tuple[str, ...]
    cut: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEntry:
    """An entry of a feed, and what should become of it."""

    url: str
    feed: str
    title: str
    intent: Intent


def samples(site: Site, base: str) -> tuple[SampleArticle, ...]:
    """The publisher's articles as they should come out, newest first."""
    return tuple(_sample(site, story, base) for story in site.stories if story.intent == "article")


def entries(site: Site, base: str) -> tuple[SampleEntry, ...]:
    """Every entry of the publisher's feed, in its order."""
    return tuple(
        SampleEntry(url=base + story.listed, feed=base + site.feed, title=story.title, intent=story.intent)
        for story in site.stories
    )


def feed(site: Site, base: str) -> bytes:
    """The publisher's RSS or Atom feed."""
    entry = site.fragments["entry"]
    items = [entry.substitute(_values(site, story, base)) for story in site.stories]
    newest = _dates("newest", max(story.changed for story in site.stories), site)
    page = site.layouts["feed.xml"].substitute(_about(site, base), entries="\n".join(items), **newest)
    return page.encode()


def home(site: Site, base: str) -> bytes:
    """The home page: teasers of all articles, and the feed's address for autodiscovery."""
    return _list(site, site.name, base)


def page(site: Site, story: Story, base: str) -> bytes:
    """The page of a story, in its own encoding."""
    if story.intent == "list":
        return _list(site, story.title, base)
    body = "\n".join(_body(site, story, base))
    related = _teasers(site, _related(site, story), base)
    html = site.layouts["article.html"].substitute(_values(site, story, base), body=body, related=related)
    if story.entities:
        html = "".join(_entity(letter) for letter in html)
    return html.encode(story.charset, "xmlcharrefreplace")


def plain(text: str) -> str:
    """Text as a reader sees it: no soft hyphens, one space between words."""
    return " ".join(text.replace("\u00ad", "").split())


def _sample(site: Site, story: Story, base: str) -> SampleArticle:
    captions = tuple(
        plain(part) for picture in story.pictures for part in (picture.caption, picture.credit) if part
    )
    values = _values(site, story, base)
    boilerplate = (plain(unescape(Template(text).substitute(values))) for text in site.boilerplate)
    return SampleArticle(
        site=site.name,
        language=site.language,
        url=base + story.path,
        listed=base + story.listed,
        title=plain(story.title),
        lead=plain(story.lead),
        authors=story.authors,
        section=story.section,
        tags=story.tags,
        published_at=story.published.astimezone(UTC),
        modified_at=story.changed.astimezone(UTC),
        body=tuple(plain(text.removeprefix(HEADING)) for text in story.body),
        captions=captions,
        cut=(*captions, *boilerplate, *(plain(other.title) for other in _related(site, story))),
    )


def _list(site: Site, heading: str, base: str) -> bytes:
    articles = [story for story in site.stories if story.intent == "article"]
    teasers = _teasers(site, articles, base)
    page = site.layouts["list.html"].substitute(_about(site, base), heading=escape(heading), teasers=teasers)
    return page.encode()


def _related(site: Site, story: Story) -> list[Story]:
    """The articles after this one in the publisher's order, wrapping around."""
    articles = [other for other in site.stories if other.intent == "article"]
    start = articles.index(story) + 1 if story in articles else 0
    return (articles[start:] + articles[:start])[:RELATED]


def _teasers(site: Site, stories: Iterable[Story], base: str) -> str:
    return "\n".join(site.fragments["teaser"].substitute(_values(site, story, base)) for story in stories)


def _body(site: Site, story: Story, base: str) -> Iterator[str]:
    for number in range(len(story.body) + 1):
        yield from (_figure(site, picture, base) for picture in story.pictures if picture.after == number)
        if number == len(story.body):
            return
        if number == site.inset_after:
            yield site.fragments["inset"].substitute(_values(site, _related(site, story)[0], base))
        text = story.body[number]
        kind = "heading" if text.startswith(HEADING) else "paragraph"
        yield site.fragments[kind].substitute(text=escape(text.removeprefix(HEADING)))


def _figure(site: Site, picture: Picture, base: str) -> str:
    caption, credit = escape(picture.caption), escape(picture.credit)
    return site.fragments["figure"].substitute(src=base + picture.src, caption=caption, credit=credit)


def _about(site: Site, base: str) -> dict[str, str]:
    return {"site": site.name, "base": base, "feed": base + site.feed, "feed_type": site.feed_type}


def _values(site: Site, story: Story, base: str) -> dict[str, str]:
    """The values a template can use for a story, escaped: each text as HTML, and as JSON for scripts (`..._json`)."""
    people = [{"@type": "Person", "name": name} for name in story.authors]
    texts = {
        "title": story.title,
        "lead": story.lead,
        "section": story.section,
        "authors": ", ".join(story.authors),
        "tags": ", ".join(story.tags),
        "url": base + story.path,
        "image": base + story.pictures[0].src if story.pictures else f"{base}/img/masthead.jpg",
    }
    return {
        **_about(site, base),
        **{name: escape(text) for name, text in texts.items()},
        **{f"{name}_json": _script(text) for name, text in texts.items()},
        "authors_json": _script(people),
        "listed": escape(base + story.listed),
        "charset": story.declared,
        **_dates("published", story.published, site),
        **_dates("changed", story.changed, site),
    }


def _dates(name: str, date: datetime, site: Site) -> dict[str, str]:
    return {
        name: date.isoformat(),
        f"{name}_rfc822": format_datetime(date),
        f"{name}_shown": date.strftime(site.dateline),
    }


def _script(value: object) -> str:
    """JSON that cannot end the script element that contains it."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


def _entity(letter: str) -> str:
    name = codepoint2name.get(ord(letter), "") if ord(letter) > 127 else ""
    return f"&{name};" if name else letter
