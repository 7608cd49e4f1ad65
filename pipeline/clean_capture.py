"""What a cleaning worker does with one capture: read its page from the archive, cut it down to its article."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from articles.clean import clean
from articles.edits.normal_form import Marks, marks
from articles.edits.seen import seen
from articles.errors import ArchiveError, ArchiveUnavailableError
from articles.model import Article, Extractor, Extractors, Page, Reason, Rejection, Right
from articles.parts.joining import apart, joined
from articles.sites.site_rules import NO_RULES, NO_SITES, SiteRules, Sites
from articles.source.features import Features, features
from store.archive.reader import recall
from store.archived import Removed, dropped_on, removed_on
from store.records import ArchiveRef
from store.workers import Lost, Workers

# Rejections that say nothing about the page: what was made of it before stays valid.
FAILURES: frozenset[Reason] = frozenset(
    {"archive_damaged", "archive_unavailable", "parser_killed", "cleaner_failed"}
)


@dataclass(frozen=True, slots=True)
class CleanTask:
    """One capture to clean, of the source of this name: its present one, whatever the archived page says.

    `packed` are its bytes in the archive, where these were fetched from a bucket. `remembered` asks for what is remembered of
    its article, too. `parts` are captures of further pages, by the URLs that the article names; what it does not name is left out.
    """

    capture_id: int
    source: str
    archive: Path
    ref: ArchiveRef
    packed: bytes = b""
    remembered: bool = False
    parts: tuple[tuple[str, "CleanTask"], ...] = ()


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What cleaning a capture gave, and the article's features and marks (articles.edits), if the task asked for them.

    `apart` are the URLs of those of the task's parts that are articles of their own, and so were left out.
    """

    result: Article | Rejection
    row: Features | None = None
    marks: Marks = ()
    apart: frozenset[str] = frozenset()


def clean_task(
    extractors: Extractors, task: CleanTask, obey: Collection[Right] = (), sites: Sites = NO_SITES
) -> Cleaning:
    """What a worker answers to a task."""
    result, others = _joined(extractors, task, obey, sites)
    if not (task.remembered and isinstance(result, Article)):
        return Cleaning(result, apart=others)
    return Cleaning(result, features(result), marks(seen(result).wording), others)


def clean_capture(
    extractors: Extractors, task: CleanTask, obey: Collection[Right] = (), sites: Sites = NO_SITES
) -> Article | Rejection:
    """The article of a capture, found by its source's extractor and its site's rules, or why there is none.

    A damaged record is a rejection that says so; where it is that of a further page, that page alone is left out.

    Where retention has dropped the page, its article is there as it was in the index; where it was removed, there is none.
    """
    return _joined(extractors, task, obey, sites)[0]


def _joined(
    extractors: Extractors, task: CleanTask, obey: Collection[Right], sites: Sites
) -> tuple[Article | Rejection, frozenset[str]]:
    """The article of a capture and its parts, and which of these turned out to be articles of their own, by their URLs."""
    first = _alone(extractors, task, obey, sites)
    if not task.parts or isinstance(first, Rejection) or first.archive:  # as it was in the index: joined
        return first, frozenset()
    captures = dict(task.parts)
    rest: list[Article] = []
    others: set[str] = set()
    urls = list(first.further_pages)
    for url in urls:
        part = _alone(extractors, captures[url], obey, sites) if url in captures else None
        if isinstance(part, Article) and apart(first, part):
            others.add(url)
        elif isinstance(part, Article):
            rest.append(part)
            urls += [more for more in part.further_pages if more not in urls]
        elif part is not None and part.reason == "archive_unavailable":
            return part, frozenset()
    return joined(first, rest) if rest else first, frozenset(others)


def _alone(
    extractors: Extractors, task: CleanTask, obey: Collection[Right], sites: Sites
) -> Article | Rejection:
    """The article of this page alone."""
    try:
        record = recall(task.archive, task.ref, task.packed)
    except ArchiveUnavailableError as error:
        return Rejection(reason="archive_unavailable", detail=str(error))
    except ArchiveError as error:
        return Rejection(reason="archive_damaged", detail=str(error))
    if isinstance(record, Page):
        return clean(record, extractors.of(task.source), obey, sites.of(record.final_url))
    if isinstance(record, Removed):
        reason: Reason = "reserved" if record.settled.reason == "reserved" else "archive_damaged"
        return Rejection(reason=reason, detail=record.settled.detail or removed_on(record))
    if isinstance(record.kept, Article):
        return record.kept
    return Rejection(reason="archive_damaged", detail=f"{task.ref}: {dropped_on(record.dropped_at)}")


def clean_apart(
    page: Page,
    seconds: float,
    extractor: Extractor = "auto",
    obey: Collection[Right] = (),
    site: SiteRules = NO_RULES,
) -> Article | Rejection:
    """The article of a page, cleaned in a process of its own that is killed after so many seconds."""
    with Workers(partial(clean, extractor=extractor, obey=obey, site=site), 1, seconds) as workers:
        result = workers.call(page)
    return unfinished(result) if isinstance(result, Lost) else result


def unfinished(lost: Lost) -> Rejection:
    """What is said of a page that a cleaning process did not get done with."""
    reason: Reason = "cleaner_failed" if lost.why == "error" else "parser_killed"
    return Rejection(reason=reason, detail=lost.detail)
