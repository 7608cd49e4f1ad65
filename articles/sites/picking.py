"""Parts of an article that stand where a rule of its site says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import lxml.html

from articles.dom import Element, attached
from articles.extraction import captions
from articles.metadata import authors
from articles.metadata.statements import Metadata
from articles.metadata.times import dates
from articles.model import Image
from articles.sites.applying import SiteWork, stated
from articles.sites.selectors import Found

_LONGEST_TITLE = 400


class Picked(NamedTuple):
    """What the page states, as corrected, and the parts of the text that were picked."""

    meta: Metadata
    lead: str
    images: tuple[Image, ...]


def pick(site: SiteWork, tree: Element, meta: Metadata, latest: datetime) -> Picked:
    """All that rules pick but the body, each in place of what was found without them; the tree loses lead and captions.

    A date after `latest` (the fetch) is none.
    """
    title = site.text(tree, "title")[:_LONGEST_TITLE] or ("" if site.settles("title") else meta.title)
    others = () if site.settles("author") else meta.authors
    named = authors.names([stated(each) for each in site.pick(tree, "author")]) or others
    meta = replace(_dated(site, tree, meta, latest), title=title, authors=named)
    captioned, leads = site.pick(tree, "caption"), site.pick(tree, "lead")
    images = tuple(image for each in captioned if (image := _captioned(each, meta.base)).caption)
    lead = " ".join(filter(None, map(stated, leads)))
    for each in (*leads, *captioned):
        if not isinstance(each, str) and each is not tree and attached(each, tree):
            each.drop_tree()
    return Picked(meta, lead, images)


def bodies(site: SiteWork, tree: Element) -> tuple[Element, ...]:
    """Where the body stands, if a rule finds it."""
    return tuple(each for each in site.pick(tree, "body") if not isinstance(each, str))


def gathered(chosen: Sequence[Element]) -> Element | None:
    """The chosen elements in one, without what was cut around them; None if none was chosen."""
    if not chosen:
        return None
    whole = lxml.html.Element("div")
    for each in chosen:
        each.tail = None
        whole.append(each)
    return whole


def _dated(site: SiteWork, tree: Element, meta: Metadata, latest: datetime) -> Metadata:
    for each in site.pick(tree, "date"):
        texts = (stated(each),) if isinstance(each, str) else (each.get("datetime", ""), stated(each))
        for text in texts:
            if written := dates.stated(text, latest, meta.language):
                return replace(
                    meta, published_at=written.moment, published_on=written.day, published_from="text"
                )
    if site.settles("date"):
        return replace(meta, published_at=None, published_on=None, published_from="")
    return meta


def _captioned(found: Found, base: str) -> Image:
    return captions.of_rule(stated(found), None if isinstance(found, str) else found, base)
