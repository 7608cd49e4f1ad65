"""What a snapshot knows, read from the ledger by its indexes: of a source, of all sources, of the articles with one text."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from operator import itemgetter

from sqlalchemy import Connection, Row, String, bindparam, select, text, type_coerce
from sqlalchemy.types import NullType

from articles.source.copy_groups import Others
from articles.source.features import FORMAT, Features, from_bytes
from articles.source.knowledge import ENOUGH, NOBODY, Knowledge, build, newest
from articles.source.minhash import bands
from store.ledger import knowledge_table
from store.ledger.knowledge_table import BANDS, FEATURES, STORY, Remembered
from store.ledger.schema import among_given, among_numbers_given

_MOST = 2_000  # rows looked at of a source, or of all sources; knowledge uses the newest of them
_ROWS_OF_ONE = 2  # of an article: that of the last snapshot, and that of the one before it
_OF_ONE_SOURCE = 20  # of those of all sources
_DAY = len("2026-01-31")

Key = Row[tuple[str, str, int]]


_OF_SOURCE = (
    FEATURES.c.source == bindparam("of"),
    FEATURES.c.format == FORMAT,
    FEATURES.c.snapshot + 0 <= bindparam("by"),
)
# A run asks these once for each source with news, or article that is new; to build them anew costs more than SQLite's answer. Times are left as the
# database has them, and rows as they are: of each of hundreds that costs more than to read it.
_KEYS = (
    select(type_coerce(FEATURES.c.first_seen_at, String), FEATURES.c.article_id, FEATURES.c.snapshot)
    .where(*_OF_SOURCE)
    .order_by(FEATURES.c.first_seen_at.desc())
    .limit(_MOST * _ROWS_OF_ONE)
)
_ROWS = select(FEATURES.c.article_id, FEATURES.c.snapshot, type_coerce(FEATURES.c.row, NullType)).where(
    *_OF_SOURCE, FEATURES.c.first_seen_at >= text(":since")
)

_SHARING = select(BANDS.c.article_id).where(BANDS.c.band.in_(among_numbers_given("bands")))
_OF_IDS = select(FEATURES.c.snapshot, FEATURES.c.article_id, FEATURES.c.first_seen_at, FEATURES.c.row).where(
    FEATURES.c.article_id.in_(among_given("ids")), FEATURES.c.format == FORMAT
)


def of_source(conn: Connection, source: str, number: int, others: Others = NOBODY) -> Knowledge:
    """The knowledge about a source as of this snapshot; `others` is the result of `newest_of_all` for it.

    Which rows it takes is told by an index alone; only these are read, and few between them.
    """
    keys = _newest_keys(conn.execute(_KEYS, {"of": source, "by": number}).all())
    rows: list[Features] = []
    if keys:
        wanted = {article_id: snapshot for _, article_id, snapshot in keys}
        since = min(at for at, *_ in keys)
        found = conn.execute(_ROWS, {"of": source, "by": number, "since": since})
        rows = [from_bytes(row) for one, snapshot, row in found if wanted.get(one) == snapshot]
    templates = knowledge_table.templates(conn, source)
    forgotten = frozenset(one.fingerprint for one in templates if one.forgotten_at)
    return build(source, number, rows, forgotten, others)


def newest_of_all(conn: Connection, number: int) -> Others:
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
    return Others(taken)


def sharing_bands(conn: Connection, article: Remembered) -> list[Remembered]:
    """The newest rows of articles that may be copies of this one and were first seen within thirty days of it."""
    own = article.features
    others = set(conn.scalars(_SHARING, {"bands": json.dumps(bands(own.signature))})) - {own.article_id}
    if not others:
        return []
    found = conn.execute(_OF_IDS, {"ids": json.dumps(sorted(others))})
    near = [row for row in found if abs(row.first_seen_at - article.first_seen_at) <= STORY]
    last = {row.article_id: row for row in sorted(near, key=lambda row: row.snapshot)}
    return [
        Remembered(features=from_bytes(row.row), first_seen_at=row.first_seen_at) for row in last.values()
    ]


def _day(seen: str | datetime) -> date:
    """The day in UTC of a time as the database has it: SQLite as text, of which its day is enough."""
    return date.fromisoformat(seen[:_DAY]) if isinstance(seen, str) else seen.date()


def _newest_keys(found: Sequence[Key]) -> list[Key]:
    """Of what the index tells of rows, newest first, that of the last row of each article that knowledge uses."""
    last = {article_id: snapshot for _, article_id, snapshot in sorted(found, key=itemgetter(2))}
    counting = [key for key in found if last[key[1]] == key[2]][:_MOST]
    return newest((_day(key[0]), key[1], key) for key in counting)
