"""Knowledge about each source, in the ledger: its articles' features by snapshot, stories, and learned templates.

A row counts from its snapshot on. The rows of a run belong to the snapshot after the current one, which is closed when the
run's articles have been judged by it; so all of them are judged by the same knowledge, regardless of their order.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    desc,
    func,
    select,
)

from articles.source.features import FORMAT, Features, from_bytes, to_bytes
from articles.source.knowledge import WINDOW
from articles.source.minhash import bands
from store.ledger.caption_table import CAPTIONS
from store.ledger.schema import (
    METADATA,
    AnyText,
    Moment,
    among,
    insert,
    insert_missing,
    portions,
    upsert,
)

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
    Column("first_seen_at", Moment, nullable=False),
    Column("format", Integer, nullable=False),
    Column("row", LargeBinary, nullable=False),
    Index("features_of_source", "source", "first_seen_at", "article_id", "snapshot", "format"),
    Index("features_seen", desc("first_seen_at"), "article_id", desc("snapshot")),
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
_SHARE = insert_missing(BANDS)
_TEMPLATES = select(TEMPLATES).where(TEMPLATES.c.source == bindparam("of"))
_TEMPLATES = _TEMPLATES.order_by(TEMPLATES.c.learned_at, TEMPLATES.c.fingerprint)
_REMEMBER = upsert(FEATURES)


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
    """Record articles for the snapshot after the current one; of one that is named twice the last row."""
    snapshot = present(conn) + 1
    rows = {each.features.article_id: each for each in articles}
    if not rows:
        return
    conn.execute(_REMEMBER, [{"snapshot": snapshot, **_values(each)} for each in rows.values()])
    keyed = [
        {"band": band, "article_id": one}
        for one, each in rows.items()
        for band in bands(each.features.signature)
    ]
    conn.execute(BANDS.delete().where(BANDS.c.article_id.in_(among(rows))))
    if keyed:
        conn.execute(_SHARE, keyed)


def _values(article: Remembered) -> dict[str, object]:
    day = article.first_seen_at.astimezone(UTC).date()  # which may have been moved back
    row = article.features if article.features.day == day else replace(article.features, day=day)
    return {
        "article_id": row.article_id,
        "source": row.source,
        "first_seen_at": article.first_seen_at,
        "format": FORMAT,
        "row": to_bytes(row),
    }


def disregard(conn: Connection, article_ids: Collection[str]) -> None:
    """Forget articles that are no longer articles, or only copies at another address."""
    if article_ids:
        for table in (FEATURES, BANDS, STORIES, CAPTIONS):
            conn.execute(table.delete().where(table.c.article_id.in_(among(article_ids))))


def unjudged(conn: Connection) -> list[tuple[str, str]]:
    """Id and source of the articles waiting for the snapshot after the current one, in the order first seen."""
    columns = FEATURES.c.first_seen_at, FEATURES.c.article_id, FEATURES.c.source
    found = conn.execute(select(*columns).where(FEATURES.c.snapshot > present(conn)))
    return [(row.article_id, row.source) for row in sorted(found.all())]


def newest(conn: Connection, article_ids: Collection[str]) -> dict[str, Remembered]:
    """The newest rows of these articles; without those of which there is none that this version can read."""
    columns = FEATURES.c.article_id, FEATURES.c.snapshot, FEATURES.c.first_seen_at, FEATURES.c.row
    readable = select(*columns).where(FEATURES.c.format == FORMAT)
    found = conn.execute(readable.where(FEATURES.c.article_id.in_(among(article_ids)))).all()
    last = {row.article_id: row for row in sorted(found, key=lambda row: row.snapshot)}
    return {
        one: Remembered(features=from_bytes(row.row), first_seen_at=row.first_seen_at)
        for one, row in last.items()
    }


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
        added = insert(conn, STORIES)
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
    return [
        Template(
            fingerprint=row.fingerprint,
            text=row.text,
            learned_at=row.learned_at,
            forgotten_at=row.forgotten_at,
        )
        for row in conn.execute(_TEMPLATES, {"of": source})
    ]


def learn(
    conn: Connection, source: str, learned: Mapping[int, str], lost: Collection[int], at: datetime
) -> None:
    """Record templates by fingerprint, with their texts ("": not known), and remove expired ones (`lost`)."""
    for fingerprint, text in learned.items():
        added = insert(conn, TEMPLATES).values(
            source=source, fingerprint=fingerprint, text=text, learned_at=at
        )
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
    rows = select(FEATURES.c.article_id).where(FEATURES.c.source == source, FEATURES.c.format == FORMAT)
    known = newest(conn, conn.scalars(rows.distinct()).all()).values()
    remember(conn, [each for each in known if any(line & ~3 == fingerprint for line in each.features.lines)])


def close(conn: Connection, number: int, at: datetime) -> None:
    """Close a snapshot. Rows that were replaced by its own, or are too old to count, are deleted.

    What each earlier one deleted is not looked for again: bands go with the articles that have become too old since the one before.
    """
    before = conn.scalar(select(func.max(SNAPSHOTS.c.closed_at, type_=Moment)))
    conn.execute(SNAPSHOTS.insert().values(number=number, closed_at=at))
    own = select(FEATURES.c.article_id).where(FEATURES.c.snapshot == number)
    conn.execute(FEATURES.delete().where(FEATURES.c.article_id.in_(own), FEATURES.c.snapshot < number))
    seen = FEATURES.c.first_seen_at
    since_then = seen >= before - STORY if before else seen.is_not(None)
    for old in (
        own.where(seen < at - STORY),
        select(FEATURES.c.article_id).where(since_then, seen < at - STORY),
    ):
        conn.execute(BANDS.delete().where(BANDS.c.article_id.in_(old)))
    expired = select(FEATURES.c.article_id).where(seen < at - WINDOW)
    undecided = CAPTIONS.update().where(CAPTIONS.c.undecided, CAPTIONS.c.article_id.in_(expired))
    conn.execute(undecided.values(undecided=False))
    conn.execute(FEATURES.delete().where(seen < at - WINDOW))
