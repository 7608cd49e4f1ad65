"""What was to be deleted goes: out of the index, the ledger, the archive, in this order; then its tombstone is done.

Each step may be killed and is taken again by whoever has the data folder next, to the same end: the tombstone says what is to go,
and the ledger of each capture whether its page is gone from the archive.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from articles.errors import ArchiveUnavailableError, LockedError, SearchIndexError
from articles.model import Article, Page
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.versions.older import older_ids
from store.archive import blanking, warc
from store.archive.members import DamageError
from store.archive.reader import is_there, recall
from store.archive.remote.copies import remove_all_doomed
from store.archived import Remains, Removed, wordless
from store.ledger import tombstone_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.ledger.queries import capture_page, erasure, removal
from store.ledger.tombstone_table import Tombstone
from store.records import ArchiveRef, Capture

_AT_ONCE = 200  # tombstones of one transaction


def finish(config: Config, ledger: Ledger, clock: Callable[[], datetime]) -> list[str]:
    """Finish all deletions that were asked for, and remove pages that must not be kept; what is left all the same, in sentences.

    The data folder must be locked, and nothing may write to archive or index. Raises SearchIndexError, StorageError,
    ArchiveError, ArchiveUnavailableError while the bucket is away, LockedError where the ledger is being read all the time.
    """
    with ledger.reading() as conn:
        stones = tombstone_table.asked(conn)
    left = list(_out_of_index_and_ledger(config, ledger, stones, clock)) if stones else []
    left += remove_pages(config.archive, ledger, clock)
    if stones:
        with ledger.transaction() as conn:
            erasure.forget_templates(conn, {stone.source for stone in stones})
        ledger.scrub()
        with ledger.transaction() as conn:
            tombstone_table.finish(conn, [stone.id for stone in stones], clock())
    return left


def finish_waiting(config: Config, ledger: Ledger, clock: Callable[[], datetime]) -> None:
    """Finish what waits for it, in a locked data folder; later, where index or bucket are away or the index is just being made anew."""
    if unfinished(ledger):
        with (
            suppress(SearchIndexError, ArchiveUnavailableError, LockedError),
            locked(config.folder, config.ledger, "rebuild"),
        ):
            finish(config, ledger, clock)


def unfinished(ledger: Ledger) -> int:
    """How many deletions, and pages that must not be kept, wait to be finished."""
    with ledger.reading() as conn:
        return len(tombstone_table.asked(conn)) or len(removal.unremoved(conn))


def _out_of_index_and_ledger(
    config: Config, ledger: Ledger, stones: list[Tombstone], clock: Callable[[], datetime]
) -> list[str]:
    with ledger.turn():
        with ledger.reading() as conn:
            older = older_ids(erasure.captures(conn, stones))
        left = [
            *indexes.erase(config, older, older=True),
            *indexes.erase(config, [one for stone in stones for one in stone.ids]),
        ]
        for start in range(0, len(stones), _AT_ONCE):
            with ledger.transaction() as conn:
                erasure.erase(conn, stones[start : start + _AT_ONCE], clock())
    return left


def remove_pages(archive: Path, ledger: Ledger, clock: Callable[[], datetime]) -> list[str]:
    """Take pages that must not be kept out of the archive, segment by segment; what a bucket may keep of them, a sentence each.

    It is done once no object has them any more. Raises ArchiveError, ArchiveUnavailableError, StorageError.
    """
    blanking.clear(archive)
    with ledger.reading() as conn:
        waiting = removal.unremoved(conn)
    if not waiting:
        return []
    now = clock()
    left: dict[str, dict[ArchiveRef, Removed | Remains]] = defaultdict(dict)
    for capture in waiting:
        for ref, record in _left(archive, ledger, capture, now):
            left[ref.segment][ref] = record
    kept = []
    for segment, records in sorted(left.items()):
        kept += blanking.blank(archive, segment, records, clock)
    kept += remove_all_doomed(archive)
    with ledger.transaction() as conn:
        removal.removed(conn, waiting, now)
    return kept


def _left(
    archive: Path, ledger: Ledger, capture: Capture, now: datetime
) -> Iterator[tuple[ArchiveRef, Removed | Remains]]:
    """What is to be left of a capture, in each place where it still has more."""
    if not is_there(archive, capture.ref.segment):
        return
    try:
        record: Page | Remains | Removed = recall(archive, capture.ref)
    except DamageError:
        with ledger.reading() as conn:
            page = capture_page.known(conn, capture)
        yield capture.ref, _removed(page, capture, now, digest="")
        return
    if isinstance(record, Page):
        yield capture.ref, _removed(record, capture, now, warc.digest(record.body))
    elif isinstance(record, Removed) and record.settled.outcome is not capture.outcome:
        yield capture.ref, replace(record, settled=capture.as_settled(now))
    elif isinstance(record, Remains):
        yield from _left_of_remains(archive, capture, record, now)


def _left_of_remains(
    archive: Path, capture: Capture, remains: Remains, now: datetime
) -> Iterator[tuple[ArchiveRef, Removed | Remains]]:
    """Retention may have been killed before it dropped the page itself."""
    settled = capture.as_settled(now)
    if isinstance(remains.kept, Article) or remains.kept.outcome is not settled.outcome:
        yield capture.ref, replace(remains, page=_bare(remains.page), kept=settled, seen=None)
    if is_there(archive, remains.raw.segment):
        try:
            raw = recall(archive, remains.raw)
        except DamageError:
            raw = remains.page
        if isinstance(raw, Page):
            yield remains.raw, _removed(raw, capture, now, warc.digest(raw.body))


def _removed(page: Page, capture: Capture, now: datetime, digest: str) -> Removed:
    return Removed(
        page=_bare(page),
        removed_at=now,
        size=len(page.body),
        digest=digest,
        settled=capture.as_settled(now),
    )


def _bare(page: Page) -> Page:
    """The page without what it said, and what was said of it."""
    return replace(page, body=b"", headers=(), entry=wordless(page.entry))
