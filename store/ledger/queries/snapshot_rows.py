"""What a snapshot knows, read from the ledger by its indexes: of a source, of all sources, of the articles with one text."""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, String, bindparam, exists, select, type_coerce

from articles.source.features import FORMAT, Features, from_bytes
from articles.source.knowledge import ENOUGH, Knowledge, build, newest
from articles.source.minhash import bands
from store.ledger import knowledge_table
from store.ledger.knowledge_table import BANDS, FEATURES, STORY, Remembered
from store.ledger.schema import among, among_given, among_numbers

_MOST = 2_000  # rows looked at of a source, or of all sources; knowledge uses the newest of them
_OF_ONE_SOURCE = 20  # of those of all sources
_DAY = len("2026-01-31")


def _known() -> Select[Any]:
    """When the articles of a source were seen that count by a snapshot, and their ids, newest first."""
    newer = FEATURES.alias()
    replaced = exists().where(
        newer.c.article_id == FEATURES.c.article_id,
        newer.c.snapshot > FEATURES.c.snapshot,
        newer.c.snapshot <= bindparam("by"),
        newer.c.source == bindparam("of"),
        newer.c.format == FORMAT,
    )
    seen = type_coerce(FEATURES.c.first_seen_at, String)
    of_source = select(seen, FEATURES.c.article_id).where(FEATURES.c.source == bindparam("of"))
    counting = of_source.where(FEATURES.c.format == FORMAT, FEATURES.c.snapshot <= bindparam("by"), ~replaced)
    return counting.order_by(FEATURES.c.first_seen_at.desc()).limit(_MOST)


# A run asks these once for each source with news; to build them anew costs more than SQLite's answer.
_KNOWN = _known()
_ROWS = select(FEATURES.c.snapshot, FEATURES.c.article_id, FEATURES.c.row).where(
    FEATURES.c.article_id.in_(among_given("ids")),
    FEATURES.c.snapshot <= bindparam("by"),
    FEATURES.c.format == FORMAT,
)


def of_source(conn: Connection, source: str, number: int, others: Iterable[Features] = ()) -> Knowledge:
    """The knowledge about a source as of this snapshot; `others` is the result of `newest_of_all` for it.

    Which rows it takes is told by an index alone; only these are read.
    """
    keys = newest(
        (_day(at), one, one) for at, one in conn.execute(_KNOWN, {"of": source, "by": number}).all()
    )
    rows = _rows(conn, keys, number)
    templates = knowledge_table.templates(conn, source)
    forgotten = frozenset(one.fingerprint for one in templates if one.forgotten_at)
    return build(source, number, rows, forgotten, others)


def newest_of_all(conn: Connection, number: int) -> list[Features]:
    """Of the newest articles of all sources as of this snapshot, as many in each language as a young source may need.

    Newest first; no source has more than a few, so that none of them decides which words are rare.
    """
    # `+ 0` keeps SQLite from the index of snapshots, by which it would read and sort every row.
    rows = select(FEATURES.c.row).where(FEATURES.c.snapshot + 0 <= number, FEATURES.c.format == FORMAT)
    in_order = FEATURES.c.first_seen_at.desc(), FEATURES.c.article_id, FEATURES.c.snapshot.desc()
    by_id: dict[str, Features] = {}
    for row in map(from_bytes, conn.scalars(rows.order_by(*in_order).limit(_MOST)).all()):
        by_id.setdefault(row.article_id, row)
    counts: Counter[tuple[str, ...]] = Counter()
    taken = []
    for row in by_id.values():
        of_its_source = (row.language, row.source)
        if counts[row.language,] < 2 * ENOUGH and counts[of_its_source] < _OF_ONE_SOURCE:
            counts.update(((row.language,), of_its_source))
            taken.append(row)
    return taken


def sharing_bands(conn: Connection, article: Remembered) -> list[Remembered]:
    """The newest rows of articles that may be copies of this one and were first seen within thirty days of it."""
    own = article.features
    sharing = select(BANDS.c.article_id).where(BANDS.c.band.in_(among_numbers(bands(own.signature))))
    others = set(conn.scalars(sharing)) - {own.article_id}
    if not others:
        return []
    columns = FEATURES.c.snapshot, FEATURES.c.article_id, FEATURES.c.first_seen_at, FEATURES.c.row
    found = conn.execute(
        select(*columns).where(FEATURES.c.article_id.in_(among(others)), FEATURES.c.format == FORMAT)
    )
    near = [row for row in found if abs(row.first_seen_at - article.first_seen_at) <= STORY]
    last = {row.article_id: row for row in sorted(near, key=lambda row: row.snapshot)}
    return [
        Remembered(features=from_bytes(row.row), first_seen_at=row.first_seen_at) for row in last.values()
    ]


def _day(seen: str | datetime) -> date:
    """The day in UTC of a time as the database has it: SQLite as text, of which its day is enough."""
    return date.fromisoformat(seen[:_DAY]) if isinstance(seen, str) else seen.date()


def _rows(conn: Connection, article_ids: Collection[str], number: int) -> list[Features]:
    """The newest rows of these articles as of this snapshot."""
    found = conn.execute(_ROWS, {"ids": json.dumps(list(article_ids)), "by": number}).all()
    found = sorted(found, key=lambda row: row.snapshot)
    return list(map(from_bytes, {row.article_id: row.row for row in found}.values()))
