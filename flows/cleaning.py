"""What a cleaning worker does with one capture: read its page from the archive, cut it down to its article."""

from dataclasses import dataclass
from pathlib import Path

from articles.clean import clean
from articles.errors import ArchiveError
from articles.model import Article, Rejection
from store.archive import read
from store.records import ArchiveRef

# Rejections that say nothing about the page: what was made of it before stays valid.
FAILURES = frozenset({"archive_damaged", "parser_killed", "cleaner_failed"})


@dataclass(frozen=True, slots=True)
class CleanTask:
    """One capture to clean."""

    capture_id: int
    archive: Path
    ref: ArchiveRef


def clean_capture(task: CleanTask) -> Article | Rejection:
    """The article of a capture, or why there is none. A damaged record is a rejection that says so."""
    try:
        page = read(task.archive, task.ref)
    except ArchiveError as error:
        return Rejection(reason="archive_damaged", detail=str(error))
    return clean(page)
