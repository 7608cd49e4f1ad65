"""Pages that must not be kept, in the ledger: which of them the archive still holds, and that it does not any more."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, text

from articles.model import Page
from articles.urls import article_id
from store.archived import Removed
from store.ledger import capture_table, tombstone_table
from store.ledger.capture_table import CAPTURES, UNREMOVED
from store.ledger.tombstone_table import Tombstone
from store.ledger.url_table import URLS
from store.records import ArchiveRef, Capture, Outcome, Settled, UrlState


def unremoved(conn: Connection) -> list[Capture]:
    """Captures whose page must not be kept, and is still in the archive."""
    return capture_table.captures_of(conn, select(CAPTURES).where(text(UNREMOVED)).order_by(CAPTURES.c.id))


def removed(conn: Connection, captures: Collection[Capture], at: datetime) -> None:
    """Record that the archive does not hold the pages of these captures any more."""
    for capture in captures:
        conn.execute(CAPTURES.update().where(CAPTURES.c.id == capture.id).values(removed_at=at))


def restore(conn: Connection, ref: ArchiveRef, record: Removed) -> None:
    """Record a capture whose page was removed, from what the archive kept of it."""
    page = record.page
    capture_table.add(conn, [(page, ref)])
    this = (CAPTURES.c.segment == ref.segment, CAPTURES.c.offset == ref.offset)
    capture_id = conn.execute(select(CAPTURES.c.id).where(*this)).scalar_one()
    capture_table.settle(conn, [replace(record.settled, capture_id=capture_id)])
    conn.execute(CAPTURES.update().where(*this).values(removed_at=record.removed_at))
    bury_again(conn, page, record.settled)


def bury_again(conn: Connection, page: Page, settled: Settled) -> None:
    """Put a tombstone on a page that was deleted, unless it has one: of the old ledger there may be nothing left."""
    own = article_id(page.final_url)
    if settled.outcome is not Outcome.DELETED or own in tombstone_table.of_ids(conn, [own]):
        return
    stone = Tombstone(
        id=own,
        url=page.final_url,
        urls=(page.final_url,),
        source=page.entry.source,
        reason=settled.detail,
        asked_at=settled.at,
        records=1,
    )
    tombstone_table.ask(conn, [stone])
    tombstone_table.finish(conn, [own], settled.at)
    gone = {"state": UrlState.DELETED, "due_at": None}
    conn.execute(URLS.update().where(URLS.c.url == page.final_url).values(gone))
