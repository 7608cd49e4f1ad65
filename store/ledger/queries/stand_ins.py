"""Articles that stand in for an original which their page names and which was not there when they came."""

from sqlalchemy import Connection, exists, select, text

from store.ledger.capture_table import CAPTURES, captures_of
from store.records import Capture, Outcome

_STAND_IN = text(
    "captures.canonical != '' AND captures.outcome = 'indexed'"
)  # as in its index, so that it is used


def duplicates_waiting(conn: Connection) -> list[tuple[Capture, str]]:
    """Indexed captures whose page names another article as its original, if that one is now indexed.

    Each comes with the id of the original. An original that names yet another one does not count. All stand-ins are
    looked through, by an index that holds nothing else.
    """
    original = CAPTURES.alias()
    is_there = exists().where(
        original.c.article_id == CAPTURES.c.canonical,
        original.c.outcome == Outcome.INDEXED,
        original.c.canonical == "",
    )
    found = captures_of(conn, select(CAPTURES).where(_STAND_IN, is_there))
    return [(capture, capture.canonical) for capture in sorted(found, key=lambda each: each.id)]
