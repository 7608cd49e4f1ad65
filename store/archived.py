"""What the archive keeps beside pages: what is left of those that went, and which sources were renamed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from articles.edits.seen import SeenArticle
from articles.model import Article, FeedEntry, Page
from store.records import ArchiveRef, Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What the archive keeps of a capture after retention dropped its raw page.

    `page` has no body; that was at `raw`. `kept` is the article as it was in the index, if the capture was indexed, or what
    the page of an article's further page says; else the capture's outcome, with the `capture_id` that it had then. `seen` is
    what the capture showed of its article, for the versions of that; None if it showed none, or an earlier version of Broadsheet wrote this.
    """

    page: Page
    raw: ArchiveRef
    dropped_at: datetime
    kept: Article | Settled
    seen: SeenArticle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A source that got another name. What was archived before, up to `length` bytes of `segment`, says the old one."""

    old: str
    new: str
    at: datetime
    segment: str
    length: int


def named_now(source: str, ref: ArchiveRef, renames: Sequence[Rename]) -> str:
    """The present name of the source that a page archived at `ref` names; `renames` are all, in the order of time."""
    for each in renames:
        if source == each.old and (ref.segment, ref.offset) < (each.segment, each.length):
            source = each.new
    return source


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What the archive keeps of a capture whose page was deleted, or must not be kept.

    `page` has neither body nor headers, nor what a list said of it; the body had `size` bytes and this `digest` ("": it
    could not be read any more). `settled` is the capture's outcome, with the `capture_id` that it had then.
    """

    page: Page
    removed_at: datetime
    size: int
    digest: str
    settled: Settled


def wordless(entry: FeedEntry) -> FeedEntry:
    """What a list said of a page, without the page's words."""
    return replace(entry, title="", summary="", authors=(), tags=())


def removed_on(removed: Removed) -> str:
    """Why a raw page is missing that was deleted, or is not kept, for people to read."""
    return f"its {removed.size:,} bytes were removed on {removed.removed_at:%Y-%m-%d}"


def dropped_on(at: datetime) -> str:
    """Why a raw page is missing, for people to read."""
    return f"its raw page was dropped on {at:%Y-%m-%d} by [store] retention"


def following(segment: str) -> str:
    """The name of the segment after this one ("": of the first)."""
    number = int(segment.removeprefix("segment-").removesuffix(".warc.gz")) if segment else 0
    return f"segment-{number + 1:06}.warc.gz"
