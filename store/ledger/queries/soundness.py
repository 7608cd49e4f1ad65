"""Check the ledger's consistency: what must hold between its tables, tested by query."""

from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    cast,
    exists,
    func,
    select,
)

from store.ledger import miss_table, url_table
from store.ledger.capture_table import CAPTURES
from store.ledger.segment_table import SEGMENTS
from store.records import Outcome, UrlState

_EXAMPLES = 3
_UNTRIED = (UrlState.DUE, UrlState.BACKLOG, UrlState.DELETED)


def problems(conn: Connection, tables: Collection[str] = ()) -> list[str]:
    """Inconsistencies in the ledger, or of the rows of these tables, one sentence each with some examples; empty if there are none."""
    of_tables = {url_table.URLS.name: _unsound_urls(), CAPTURES.name: _unsound_captures()}
    asked = [each for table, some in of_tables.items() if not tables or table in tables for each in some]
    found = []
    for what, offenders in asked:
        count = conn.scalar(select(func.count()).select_from(offenders.subquery()))
        if count:
            found.append(f"{count} {what}: {', '.join(conn.scalars(offenders.limit(_EXAMPLES)))}")
    return found


def _unsound_urls() -> list[tuple[str, Select[tuple[str]]]]:
    url = url_table.URLS.c.url
    state = url_table.URLS.c.state
    captured = exists().where(CAPTURES.c.url == url)
    missed = exists().where(miss_table.MISSES.c.url == url)
    answered = captured.where(CAPTURES.c.status.between(200, 299))
    return [
        ("URLs are fetched, but without a capture", select(url).where(state == UrlState.FETCHED, ~answered)),
        (
            "URLs were given up, but never tried",
            select(url).where(state.not_in(_UNTRIED), ~captured, ~missed),
        ),
        (
            "URLs are due, but at no time",
            select(url).where(state == UrlState.DUE, url_table.URLS.c.due_at.is_(None)),
        ),
    ]


def _unsound_captures() -> list[tuple[str, Select[tuple[str]]]]:
    ref: ColumnElement[str] = CAPTURES.c.segment + ":" + cast(CAPTURES.c.offset, String)
    outcome = CAPTURES.c.outcome
    end = CAPTURES.c.offset + CAPTURES.c.length
    committed = exists().where(
        SEGMENTS.c.name == CAPTURES.c.segment, SEGMENTS.c.length >= end, SEGMENTS.c.dropped_at.is_(None)
    )
    unsettled = CAPTURES.c.settled_at.is_(None)
    indexed = CAPTURES.alias()
    again = exists().where(
        indexed.c.article_id == CAPTURES.c.article_id,
        indexed.c.id > CAPTURES.c.id,
        indexed.c.outcome == Outcome.INDEXED,
    )
    return [
        ("captures are not in the committed archive", select(ref).where(~committed)),
        ("captures have an outcome at no time", select(ref).where((outcome == Outcome.PENDING) != unsettled)),
        (
            "captures are duplicates of nothing",
            select(ref).where(outcome == Outcome.DUPLICATE, CAPTURES.c.related == ""),
        ),
        (
            "captures are further pages of nothing",
            select(ref).where(outcome == Outcome.PART, CAPTURES.c.related == ""),
        ),
        ("captures are indexed as well as a later one", select(ref).where(outcome == Outcome.INDEXED, again)),
    ]
