"""Whether a sentence stands on a raw page, in whatever way it is set or marked up."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from articles import html
from articles.dom import text_of
from articles.edits.normal_form import normal
from articles.errors import ArchiveError
from articles.model import Page, Rejection
from store.archive.reader import recall
from store.records import ArchiveRef
from store.workers import Lost, Workers

Seen = Literal["there", "not_there", "dropped", "unreadable"]
_SECONDS = 30.0  # for one page


@dataclass(frozen=True, slots=True)
class PageTask:
    """A capture to look at: its id, where its page is, and its bytes there if they were fetched from a bucket."""

    capture_id: int
    archive: Path
    ref: ArchiveRef
    packed: bytes = b""


def lookers(sentence: str) -> Workers[PageTask, Seen]:
    """A process that looks for the sentence, and can be killed by a hostile page without harm."""
    return Workers(partial(look, normal(sentence)), 1, _SECONDS)


def look(sentence: str, task: PageTask) -> Seen:
    """Whether a sentence, in its normal form, stands in the text of a page: all that is between its tags, scripts aside."""
    try:
        page = recall(task.archive, task.ref, task.packed)
    except ArchiveError:
        return "unreadable"
    if not isinstance(page, Page):
        return "dropped"
    tree = html.parse(page)
    if isinstance(tree, Rejection):
        return "unreadable"
    return "there" if sentence in normal(text_of(tree)) else "not_there"


def seen_on(result: Seen | Lost) -> Seen:
    """What is known of a page after its process: nothing, if that was lost."""
    return "unreadable" if isinstance(result, Lost) else result
