"""What the readers of feeds share: a feed as read, and the little that is the same in every format."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_LINE_BREAK = re.compile(r"\s*[\r\n\t]\s*|\s{2,}")  # XML reads a line break in an attribute as a blank
_WITHOUT_SCHEME = re.compile(r"www\.[^\s./]+\.[^\s/]{2,}", re.IGNORECASE)
ENTRY = re.compile(r"<(/?)(?:[A-Za-z][\w.-]*:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w:.-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """An entry of a feed, its texts as they are written (values of any type, "" or None where there is none)."""

    link: str
    title: Any = ""
    summary: Any = ""
    authors: Any = ()
    tags: Any = ()
    language: Any = ""
    published: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A feed as read. `whole` is False where the document stops before its end."""

    title: str
    language: str
    entries: Iterable[RawEntry]
    whole: bool


def tidied_link(link: str, host: str) -> str:
    """A link without line breaks, and with a scheme where it begins with www or with the feed's own `host`."""
    link = _LINE_BREAK.sub("", link.strip())
    first, slash, _ = link.partition("/")
    return f"http://{link}" if _WITHOUT_SCHEME.match(link) or (slash and first.lower() == host) else link


def finished(text: str, start: int, entry: re.Pattern[str] = ENTRY) -> tuple[str, bool]:
    """An XML document without the entry that it breaks off in, and whether it is whole: whether its root is closed.

    `start` is where its first element may begin; `entry` matches an entry's tags, its first group the slash of an end.
    """
    root = _ROOT.search(text, start)
    if root is None:
        return text, True
    last = next(iter(deque(entry.finditer(text, root.end()), maxlen=1)), None)
    closed = re.compile(rf"</{re.escape(root[1])}\s*>", re.IGNORECASE)
    if closed.search(text, last.start() if last else root.end()) or _is_empty(text, root.start()):
        return text, True
    return (text[: last.start()] if last and not last[1] else text), False


def _is_empty(text: str, root: int) -> bool:
    return text[: text.find(">", root)].endswith("/")
