"""What a page reserves, by its robots meta tag, its X-Robots-Tag header, TDMRep or robots.txt: that it be kept, mined, or used to train."""

import re
from collections.abc import Collection, Iterable
from typing import get_args

from articles.metadata.metatags import Meta, every
from articles.model import Page, Rejection, Right

TDM: Right = "tdm-reservation"

_WORDS = frozenset(get_args(Right)) - {TDM, "robots-noai"}
_FOR_ALL = ("", "*", "robots")
_AGENT = re.compile(r"\s*([\w*.-]+)\s*:\s*")
_WITH_VALUE = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")


def stated(meta: Meta, page: Page) -> tuple[Right, ...]:
    """What is reserved towards everybody, each once, in the order of `Right`; what is said to one crawler by name is not.

    In robots.txt it counts: those that train AI are told so by their names there.
    """
    found = {
        *page.reserved,
        *_directives(every(meta, ("robots",))),
        *_directives(_headers(page, "x-robots-tag")),
    }
    reservations = (*every(meta, (TDM,)), *_headers(page, TDM))
    if any(value.strip() == "1" for value in reservations):
        found.add(TDM)
    return tuple(right for right in get_args(Right) if right in found)


def refusal(reserved: Collection[Right], obey: Collection[Right]) -> Rejection | None:
    """Why a page that reserves this is not kept where these are binding."""
    binding = [right for right in reserved if right in obey]
    return Rejection(reason="reserved", detail=", ".join(binding)) if binding else None


def _directives(values: Iterable[str]) -> set[str]:
    """The words that these values say to all crawlers; a name before a colon is whom the rest of a value is for."""
    found = set()
    for value in values:
        agent = ""
        for part in value.lower().split(","):
            named = _AGENT.match(part)
            if named and named[1] not in _WITH_VALUE:
                agent = named[1]
            word = part.rpartition(":")[2].strip()
            if agent in _FOR_ALL and word in _WORDS:
                found.add(word)
    return found


def _headers(page: Page, wanted: str) -> list[str]:
    return [value for name, value in page.headers if name == wanted]
