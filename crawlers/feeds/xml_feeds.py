"""RSS, RDF, Atom and CDF, read by feedparser."""

import html.entities
import io
import re
from typing import Any

import feedparser

from articles.errors import FeedError
from crawlers.feeds.feed_dates import moment
from crawlers.feeds.feed_text import beginning
from crawlers.feeds.raw_feeds import RawEntry, RawFeed, finished

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_HTML = ("text/html", "application/xhtml+xml")
_RDF = ("", "rss090", "rss10")  # feedparser has no name for RSS 1.1, nor for RDF without its namespace
CDATA_OR_COMMENT = r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
_AMPERSAND = re.compile(
    CDATA_OR_COMMENT + r"|&(?:#\d{1,9};|#[xX][0-9a-fA-F]{1,8};|([A-Za-z][\w.-]{0,30});)?", re.DOTALL
)
_OF_XML = ("amp", "lt", "gt", "quot", "apos")


def read_xml(text: str, url: str) -> RawFeed:
    """The feed, with dates in UTC and links as they stand, but for xml:base. Raises FeedError for what is none."""
    text, whole = finished(mended(text), beginning(text))
    # A stream: feedparser would try plain bytes as a file's name first.
    stream = io.BytesIO(text.encode())
    try:
        feed = feedparser.parse(
            stream, response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # whatever it stumbles on is in the feed
        raise FeedError(f"{url} cannot be read as a feed: {type(error).__name__}: {error}") from error
    version, language = feed.get("version", ""), feed["feed"].get("language", "")
    entries = [_entry(entry, version, language) for entry in feed["entries"]]
    if not version and not any(entry.link for entry in entries):
        raise FeedError(f"{url} is no feed; it begins with {text.lstrip()[:60]!r}")
    return RawFeed(title=feed["feed"].get("title", ""), language=language, entries=entries, whole=whole)


def mended(text: str) -> str:
    """XML with its bare ampersands escaped and HTML's entities resolved: either ends a strict reading."""
    own = "<!ENTITY" in text

    def mend(match: re.Match[str]) -> str:
        if match[0] == "&":
            return "&amp;"
        code = html.entities.name2codepoint.get(match[1] or "")
        return match[0] if code is None or own or match[1] in _OF_XML else chr(code)

    return _AMPERSAND.sub(mend, text)


def _entry(entry: Any, version: str, language: str) -> RawEntry:
    """Outside Atom only a date after the publication says that the article changed, for feedparser takes
    dc:date for `updated` (and answers `published` where there is none, unless asked as a dict).
    """
    published = moment(dict.get(entry, "published"), language)
    updated = moment(dict.get(entry, "updated"), language)
    if not version.startswith("atom") and (not published or not updated or updated <= published):
        published, updated = published or updated, None
    return RawEntry(
        link=_link(entry, version),
        title=entry.get("title"),
        summary=entry.get("summary"),
        authors=[author.get("name") for author in entry.get("authors", [])],
        tags=[tag.get("label") or tag.get("term") for tag in entry.get("tags", [])],
        published=published,
        updated=updated,
    )


def _link(entry: Any, version: str) -> str:
    """The alternate one, since feedparser also takes the text of other links for it; else what RDF is about."""
    original = entry.get("feedburner_origlink", "")
    if original.startswith(("http://", "https://")):
        return str(original)
    links = [link for link in entry.get("links", []) if link.get("href")]
    alternates = [
        link["href"] for link in links if link["rel"] == "alternate" and link.get("type", "") in _HTML
    ]
    link = entry.get("link", "")
    if not link or link in [other["href"] for other in links if other["rel"] != "alternate"]:
        link = alternates[-1] if alternates else ""
    return str(link or (entry.get("id", "") if version in _RDF else ""))
