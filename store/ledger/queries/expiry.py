"""Retention in the ledger: which raw pages are old enough to be dropped, and where their remains are."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from articles.urls import article_id
from store.archived import Remains
from store.ledger import capture_table, segment_table, version_table
from store.ledger.capture_table import CAPTURES
from store.ledger.queries import removal
from store.ledger.schema import Moment
from store.records import ArchiveRef, Outcome, Settled


def old(conn: Connection, before: datetime) -> list[str]:
    """Segments whose raw pages were all fetched before this time, oldest first, never the newest segment.

    The list ends before the first segment with pending or newer captures, so that pages are dropped in the order in
    which they were stored.
    """
    newest = select(func.max(segment_table.SEGMENTS.c.name)).scalar_subquery()
    holding = select(
        CAPTURES.c.segment,
        func.max(CAPTURES.c.fetched_at, type_=Moment).label("newest"),
        func.count().filter(CAPTURES.c.outcome == Outcome.PENDING).label("pending"),
    )
    raw = holding.where(CAPTURES.c.dropped_at.is_(None), CAPTURES.c.segment != newest)
    found = []
    for row in conn.execute(raw.group_by(CAPTURES.c.segment).order_by(CAPTURES.c.segment)):
        if row.pending or row.newest >= before:
            break
        found.append(row.segment)
    return found


def move(conn: Connection, moved: Iterable[tuple[int, ArchiveRef]], at: datetime) -> None:
    """Record where the remains of these captures (by id) are, and when their raw pages were dropped."""
    for capture_id, ref in moved:
        conn.execute(
            CAPTURES.update().where(CAPTURES.c.id == capture_id).values(**_place(ref), dropped_at=at)
        )


def restore(conn: Connection, ref: ArchiveRef, remains: Remains) -> None:
    """Record a capture from its remains: with its old outcome, or pending if there is an article to index again.

    The same transaction must commit the segment of `ref`. Remains written later replace earlier ones.
    """
    segment_table.commit(conn, {remains.raw.segment: remains.raw.offset + remains.raw.length})
    segment_table.drop(conn, remains.raw.segment, remains.dropped_at)
    page = remains.page
    same = select(CAPTURES.c.id).where(CAPTURES.c.url == page.url, CAPTURES.c.fetched_at == page.fetched_at)
    if conn.scalar(same) is None:
        capture_table.add(conn, [(page, ref)])
    capture_id = conn.execute(same).scalar_one()
    again = {"outcome": Outcome.PENDING, "settled_at": None, "dropped_at": remains.dropped_at}
    conn.execute(CAPTURES.update().where(CAPTURES.c.id == capture_id).values(**_place(ref), **again))
    if remains.seen is not None:
        version_table.note(
            conn,
            [version_table.shown(capture_id, article_id(page.final_url), page.fetched_at, remains.seen)],
        )
    if isinstance(remains.kept, Settled):
        capture_table.settle(conn, [replace(remains.kept, capture_id=capture_id)])
        removal.bury_again(conn, page, remains.kept)


def _place(ref: ArchiveRef) -> dict[str, str | int]:
    return {"segment": ref.segment, "offset": ref.offset, "length": ref.length}
