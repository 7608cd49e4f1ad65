"""Knowledge about each source, in the ledger: its articles' features by snapshot, stories, and learned templates.

A row counts from its snapshot on. The rows of a run belong to the snapshot after the current one, which is closed when the
run's articles have been judged by it; so all of them are judged by the same knowledge, regardless of their order.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Select,
    Table,
    and_,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from articles.source.features import FORMAT, Features, from_bytes, to_bytes
from articles.source.knowledge import ENOUGH, WINDOW, Knowledge, build
from articles.source.minhash import bands
from store.ledger.caption_table import CAPTIONS
from store.ledger.schema import METADATA, AnyText, Moment, portions

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("closed_at", Moment, nullable=False),
)
FEATURES = Table(
    "features",
    METADATA,
    Column("article_id", AnyText, primary_key=True),
    Column("snapshot", Integer, primary_key=True, index=True),
    Column("source", AnyText, nullable=False),
    Column("first_seen_at", Moment, nullable=False, index=True),
    Column("format", Integer, nullable=False),
    Column("row", LargeBinary, nullable=False),
    Index("features_source", "source", "first_seen_at"),
)
BANDS = Table(
    "bands",
    METADATA,
    Column("band", BigInteger, primary_key=True),
    Column("article_id", AnyText, primary_key=True, index=True),
    sqlite_with_rowid=False,
)
STORIES = Table(
    "stories",
    METADATA,
    Column("article_id", AnyText, primary_key=True),
    Column("story_id", AnyText, nullable=False),
)
TEMPLATES = Table(
    "templates",
    METADATA,
    Column("source", AnyText, primary_key=True),
    Column("fingerprint", BigInteger, primary_key=True),
    Column("text", AnyText, nullable=False, default=""),
    Column("learned_at", Moment, nullable=False),
    Column("forgotten_at", Moment),
)

STORY = timedelta(days=30)  # the time within which copies of a text appear
_MOST = 2_000  # rows read for a source, or of all sources; knowledge uses the newest of them
_OF_ONE_SOURCE = 20  # of those of all sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An article's features and the exact time it was first seen."""

    features: Features
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A line that is cut from a source's articles; `text` is one form of it, "" before the first cut.

    `forgotten_at` is set once a person has declared that it is not a template.
    """

    fingerprint: int
    text: str
    learned_at: datetime
    forgotten_at: datetime | None


def present(conn: Connection) -> int:
    """The number of the last closed snapshot; 0 before the first."""
    return conn.scalar(select(func.max(SNAPSHOTS.c.number))) or 0


def remember(conn: Connection, articles: Iterable[Remembered]) -> None:
    """Record articles for the snapshot after the current one."""
    snapshot = present(conn) + 1
    for article in articles:
        row = article.features
        values = {
            "article_id": row.article_id,
            "snapshot": snapshot,
            "source": row.source,
            "first_seen_at": article.first_seen_at,
            "format": FORMAT,
            "row": to_bytes(row),
        }
        conn.execute(
            insert(FEATURES)
            .values(values)
            .on_conflict_do_update(index_elements=["article_id", "snapshot"], set_=values)
        )
        conn.execute(BANDS.delete().where(BANDS.c.article_id == row.article_id))
        keyed = [{"band": band, "article_id": row.article_id} for band in bands(row.signature)]
        if keyed:
            conn.execute(insert(BANDS).on_conflict_do_nothing(), keyed)


def disregard(conn: Connection, article_ids: Collection[str]) -> None:
    """Forget articles that are no longer articles, or only copies at another address."""
    for table in (FEATURES, BANDS, STORIES, CAPTIONS):
        for article_id in article_ids:
            conn.execute(table.delete().where(table.c.article_id == article_id))


def unjudged(conn: Connection) -> list[tuple[str, str]]:
    """Id and source of the articles waiting for the snapshot after the current one, in the order first seen."""
    waiting = select(FEATURES.c.article_id, FEATURES.c.source).where(FEATURES.c.snapshot > present(conn))
    found = conn.execute(waiting.order_by(FEATURES.c.first_seen_at, FEATURES.c.article_id))
    return [(row.article_id, row.source) for row in found]


def newest(conn: Connection, article_id: str) -> Remembered | None:
    """The newest row of an article; None if there is none that this version can read."""
    rows = select(FEATURES).where(FEATURES.c.article_id == article_id, FEATURES.c.format == FORMAT)
    found = _remembered(conn, rows.order_by(FEATURES.c.snapshot.desc()).limit(1))
    return found[0] if found else None


def of_source(conn: Connection, source: str, number: int, others: Iterable[Features] = ()) -> Knowledge:
    """The knowledge about a source as of this snapshot; `others` is the result of `newest_of_all` for it."""
    newest = (
        select(FEATURES.c.article_id, func.max(FEATURES.c.snapshot).label("snapshot"))
        .where(FEATURES.c.source == source, FEATURES.c.snapshot <= number, FEATURES.c.format == FORMAT)
        .group_by(FEATURES.c.article_id)
        .subquery()
    )
    same = and_(FEATURES.c.article_id == newest.c.article_id, FEATURES.c.snapshot == newest.c.snapshot)
    rows = select(FEATURES).join(newest, same).order_by(FEATURES.c.first_seen_at.desc()).limit(_MOST)
    forgotten = frozenset(one.fingerprint for one in templates(conn, source) if one.forgotten_at)
    return build(source, number, (each.features for each in _remembered(conn, rows)), forgotten, others)


def newest_of_all(conn: Connection, number: int) -> list[Features]:
    """Of the newest articles of all sources as of this snapshot, as many in each language as a young source may need.

    Newest first; no source has more than a few, so that none of them decides which words are rare.
    """
    # `+ 0` keeps SQLite from the index of snapshots, by which it would read and sort every row.
    rows = select(FEATURES).where(FEATURES.c.snapshot + 0 <= number, FEATURES.c.format == FORMAT)
    newest = rows.order_by(
        FEATURES.c.first_seen_at.desc(), FEATURES.c.article_id, FEATURES.c.snapshot.desc()
    ).limit(_MOST)
    by_id: dict[str, Features] = {}
    for each in _remembered(conn, newest):
        by_id.setdefault(each.features.article_id, each.features)
    counts: Counter[tuple[str, ...]] = Counter()
    taken = []
    for row in by_id.values():
        of_source = (row.language, row.source)
        if counts[row.language,] < 2 * ENOUGH and counts[of_source] < _OF_ONE_SOURCE:
            counts.update(((row.language,), of_source))
            taken.append(row)
    return taken


def sharing_bands(conn: Connection, article: Remembered) -> list[Remembered]:
    """The newest rows of articles that may be copies of this one and were first seen within thirty days of it."""
    near = select(BANDS.c.article_id).where(BANDS.c.band.in_(bands(article.features.signature))).distinct()
    found = select(FEATURES).where(
        FEATURES.c.article_id.in_(near),
        FEATURES.c.article_id != article.features.article_id,
        FEATURES.c.format == FORMAT,
        FEATURES.c.first_seen_at.between(article.first_seen_at - STORY, article.first_seen_at + STORY),
    )
    return list(
        {
            each.features.article_id: each for each in _remembered(conn, found.order_by(FEATURES.c.snapshot))
        }.values()
    )


def stories(conn: Connection, article_ids: Collection[str]) -> dict[str, str]:
    """The stories of these articles; those without one are left out."""
    found = select(STORIES.c.article_id, STORIES.c.story_id)
    return {
        row.article_id: row.story_id
        for ids in portions(article_ids)
        for row in conn.execute(found.where(STORIES.c.article_id.in_(ids)))
    }


def tell(conn: Connection, of_articles: Mapping[str, str]) -> None:
    """Record the stories (ids) of articles (ids)."""
    if of_articles:
        added = insert(STORIES)
        conn.execute(
            added.on_conflict_do_update(
                index_elements=["article_id"], set_={"story_id": added.excluded.story_id}
            ),
            [
                {"article_id": article_id, "story_id": story_id}
                for article_id, story_id in of_articles.items()
            ],
        )


def templates(conn: Connection, source: str) -> list[Template]:
    """The templates learned for a source, including those that a person had forgotten, in the order learned."""
    found = select(TEMPLATES).where(TEMPLATES.c.source == source)
    return [
        Template(
            fingerprint=row.fingerprint,
            text=row.text,
            learned_at=row.learned_at,
            forgotten_at=row.forgotten_at,
        )
        for row in conn.execute(found.order_by(TEMPLATES.c.learned_at, TEMPLATES.c.fingerprint))
    ]


def learn(
    conn: Connection, source: str, learned: Mapping[int, str], lost: Collection[int], at: datetime
) -> None:
    """Record templates by fingerprint, with their texts ("": not known), and remove expired ones (`lost`)."""
    for fingerprint, text in learned.items():
        added = insert(TEMPLATES).values(source=source, fingerprint=fingerprint, text=text, learned_at=at)
        known = {"text": text} if text else {"source": source}
        conn.execute(added.on_conflict_do_update(index_elements=["source", "fingerprint"], set_=known))
    for fingerprint in lost:
        conn.execute(
            TEMPLATES.delete().where(TEMPLATES.c.source == source, TEMPLATES.c.fingerprint == fingerprint)
        )


def forget(conn: Connection, source: str, fingerprint: int, at: datetime) -> None:
    """Stop treating a line as a template, from the next snapshot on; articles with it are recorded for that snapshot."""
    conn.execute(
        TEMPLATES.update()
        .where(TEMPLATES.c.source == source, TEMPLATES.c.fingerprint == fingerprint)
        .values(forgotten_at=at)
    )
    rows = select(FEATURES).where(FEATURES.c.source == source, FEATURES.c.format == FORMAT)
    newest = {
        each.features.article_id: each for each in _remembered(conn, rows.order_by(FEATURES.c.snapshot))
    }
    having = [
        each for each in newest.values() if any(line & ~3 == fingerprint for line in each.features.lines)
    ]
    remember(conn, having)


def close(conn: Connection, number: int, at: datetime) -> None:
    """Close a snapshot. Rows that were replaced by newer ones, or are too old to count, are deleted."""
    conn.execute(SNAPSHOTS.insert().values(number=number, closed_at=at))
    newer = FEATURES.alias()
    replaced = select(newer.c.article_id).where(
        newer.c.article_id == FEATURES.c.article_id, newer.c.snapshot > FEATURES.c.snapshot
    )
    conn.execute(FEATURES.delete().where(replaced.exists()))
    conn.execute(FEATURES.delete().where(FEATURES.c.first_seen_at < at - WINDOW))
    gone = CAPTIONS.c.article_id.not_in(select(FEATURES.c.article_id))
    conn.execute(CAPTIONS.update().where(CAPTIONS.c.undecided, gone).values(undecided=False))
    known = select(FEATURES.c.article_id).where(FEATURES.c.first_seen_at >= at - STORY)
    conn.execute(BANDS.delete().where(BANDS.c.article_id.not_in(known)))


def _remembered(conn: Connection, query: Select[Any]) -> list[Remembered]:
    return [
        Remembered(features=from_bytes(row.row), first_seen_at=row.first_seen_at)
        for row in conn.execute(query)
    ]
