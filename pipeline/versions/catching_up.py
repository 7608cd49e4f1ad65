"""Earlier captures cleaned again for their versions: of articles whose captures were cleaned by other rules, or before versions were kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from articles.clean import RULES
from index.protocols import IndexReader, IndexWriter
from pipeline.batches import Cleaners, clean_in_batches
from pipeline.versions.noting import Noted, noted, of_other_rules
from pipeline.versions.older import put_older
from pipeline.versions.recounting import recount
from store.ledger import capture_table, version_table
from store.ledger.database import Ledger
from store.ledger.queries import seen_texts

_AT_ONCE = 100  # articles of one turn

_Index = tuple[Callable[[], IndexReader], IndexWriter, IndexWriter]  # the last one of older versions


@dataclass(frozen=True, slots=True)
class CatchingUp:
    """Cleans captures again so that all of an article are by the same rules. After a kill it begins again, with the same result."""

    archive: Path
    ledger: Ledger
    cleaners: Cleaners
    clock: Callable[[], datetime]

    def waiting(self, reader: IndexReader, writer: IndexWriter, older: IndexWriter) -> None:
        """Count the versions of articles that wait for it, and bring them into the indexes. Raises IndexUnavailableError."""
        index = (lambda: reader, writer, older)
        self._each(lambda conn, after: seen_texts.waiting(conn, _AT_ONCE, after), index)

    def everything(self) -> None:
        """Count the versions of all articles with captures that today's rules have not cleaned.

        The index is left as it is, and the ledger says as of now what is to be brought into it.
        """
        self._each(lambda conn, after: version_table.unseen(conn, RULES, _AT_ONCE, after), None)
        self._each(lambda conn, after: seen_texts.waiting(conn, _AT_ONCE, after), None)

    def _each(self, next_ids: Callable[[Connection, str], list[str]], index: _Index | None) -> None:
        after = ""
        while True:
            with self.ledger.reading() as conn:
                ids = next_ids(conn, after)
                stale = version_table.stale(conn, RULES, ids) | of_other_rules(conn, ids)
                wanted = capture_table.by_ids(conn, stale)
            if not ids:
                return
            batches = clean_in_batches(self.archive, self.ledger, self.cleaners, wanted)
            cleaned = [pair for batch in batches for pair in batch]
            with self.ledger.turn():
                with self.ledger.reading() as conn:
                    found = noted(conn, cleaned, ids, wait=False)
                written = self._brought(index, found) if index else found.recounted
                with self.ledger.transaction() as conn:
                    found.write(conn)
                    capture_table.touch(conn, written, self.clock())
            after = ids[-1]

    def _brought(self, index: _Index, found: Noted) -> list[str]:
        reader, writer, older = index
        put_older(self.ledger, older, found)
        return recount(reader, writer, found.after, found.recounted)
