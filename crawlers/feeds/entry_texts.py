"""The texts and dates of an entry as they are kept: without markup, bounded, credible."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import lxml.html
from lxml import etree

from crawlers.feeds.feed_text import FORBIDDEN

MAX_TITLE, MAX_LANGUAGE = 1_000, 20
_MAX_NAME, _MAX_NAMES = 200, 50
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[#\w]")
_BLOCK = re.compile(r"<(?=/?(?:p|div|br|li|ul|ol|tr|td|h[1-6]|blockquote|fig\w+|section)\b)", re.IGNORECASE)
_MAILBOX = re.compile(r"^\S+@\S+ \((.+)\)$")


def plain(value: Any, most: int) -> str:
    """Markup resolved to its text, white space to single blanks, at most `most` characters; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    if _MARKUP.search(value):
        value = _BLOCK.sub(" <", value)
        tree: Any = lxml.html.fromstring(f"<div>{value}</div>")
        etree.strip_elements(tree, "script", "style", with_tail=False)
        value = tree.text_content()
    return " ".join(FORBIDDEN.sub("", value).split())[:most]


def names(values: Sequence[Any]) -> tuple[str, ...]:
    """The texts among the values, each once, without the address of a mailbox."""
    found = (_MAILBOX.sub(r"\1", plain(value, _MAX_NAME * 2))[:_MAX_NAME] for value in values[:_MAX_NAMES])
    return tuple(dict.fromkeys(name for name in found if name))


def credible(date: datetime | None, now: datetime) -> datetime | None:
    """The date, unless it lies before 1990 or more than a day after `now`."""
    return date if date and _EARLIEST <= date <= now + timedelta(days=1) else None
