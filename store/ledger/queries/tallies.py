"""Counts over all that was ever collected, by source."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from store.ledger.capture_table import CAPTURES
from store.ledger.watch.arrival_table import ARRIVALS
from store.records import Outcome


def arrived(conn: Connection) -> Mapping[str, tuple[int, datetime]]:
    """The number of articles of each source, and when the newest was first seen."""
    columns = (ARRIVALS.c.source, func.count(), func.max(ARRIVALS.c.at))
    return {
        source: (count, at)
        for source, count, at in conn.execute(select(*columns).group_by(ARRIVALS.c.source))
    }


def rejected(conn: Connection) -> Mapping[tuple[str, str], int]:
    """The number of captures that gave no article, by source and reason."""
    columns = (CAPTURES.c.source, CAPTURES.c.reason)
    query = select(*columns, func.count()).where(CAPTURES.c.outcome == Outcome.REJECTED).group_by(*columns)
    return {(source, reason): count for source, reason, count in conn.execute(query)}
