"""Pages of a WARC file into archive and ledger, in groups, together with how far the file was read.

The order is the recorder's: the pages of a group are appended to the archive and made durable by one fsync, then one
transaction records them in the ledger, with the place in the file. So a killed import goes on there, and no page is lost or
taken twice.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from articles.model import Page
from articles.urls import article_id
from store.archive.foreign import ReadingPlace
from store.archive.writer import LARGEST_GROUP, ArchiveWriter
from store.archived import following
from store.ledger import capture_table, import_table, segment_table
from store.ledger.database import Ledger
from store.ledger.import_table import ImportState
from store.records import ArchiveRef


def archive_writer(
    folder: Path, ledger: Ledger, clock: Callable[[], datetime], worker: str = ""
) -> ArchiveWriter:
    """What appends to the archive in this folder, which is whole: to the segments of this worker, where several have their own.

    Raises StorageError, ArchiveError.
    """
    with ledger.reading() as conn:
        committed = segment_table.lengths(conn, worker)

    def allocated(_: str) -> str:
        with ledger.transaction() as conn:
            return segment_table.allocate(conn, worker)

    return ArchiveWriter(folder, committed, clock, name_after=allocated if worker else following)


_Kept = tuple[Page, ArchiveRef]
_Known = tuple[str, datetime]  # article id, time of the fetch
_MOST_RECORDS = 1_000  # of a group: as many are read again after a kill, at most


class Intake:
    """Takes the records of one file in order. `state` is what is committed. Raises LedgerError, StorageError."""

    def __init__(self, ledger: Ledger, archive: ArchiveWriter, state: ImportState) -> None:
        self.state = state
        self._ledger = ledger
        self._archive = archive
        self._present = replace(state, counts=state.counts.copy())
        self._pages: list[_Kept] = []
        self._times: set[_Known] = set()
        self._records = 0

    def take(self, page: Page) -> bool:
        """Archive a page; False if there is a capture of its URL and its time already."""
        known = article_id(page.final_url), page.fetched_at
        with self._ledger.reading() as conn:
            if known in self._times or capture_table.is_known(conn, *known):
                return False
        ref = self._archive.append(page)
        self._pages.append((replace(page, body=b""), ref))
        self._times.add(known)
        return True

    def count(self, what: str, place: ReadingPlace) -> bool:
        """Count a record as `what`, with the place after it; whether that completed a group, which is committed."""
        self._present = replace(self._present, place=place)
        self._present.counts[what] += 1
        self._records += 1
        if len(self._pages) < LARGEST_GROUP and self._records < _MOST_RECORDS:
            return False
        self._commit()
        return True

    def finish(self) -> None:
        """Commit what is left, and that the end of the file was reached."""
        self._present = replace(self._present, finished=True)
        self._commit()

    def _commit(self) -> None:
        lengths = self._archive.sync()
        state = replace(self._present, counts=self._present.counts.copy())
        with self._ledger.transaction() as conn:
            segment_table.commit(conn, lengths)
            capture_table.add(conn, self._pages)
            import_table.record(conn, state)
        self.state = state
        self._pages, self._times, self._records = [], set(), 0
