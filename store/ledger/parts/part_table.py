"""Further pages of articles in the ledger: what each capture of an article names as such, and from what it was joined.

A URL is a further page while a capture names it that is none itself. What it belongs to follows from these rows alone, in whatever
order pages came.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Column, Connection, Index, Integer, Row, Table, or_, select, text

from articles.urls import article_id
from store import policy
from store.ledger.schema import METADATA, AnyText, BigNumber, among, among_numbers

NAMED_PARTS = Table(
    "article_parts",
    METADATA,
    Column("capture_id", BigNumber, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),  # 2 for the first further page
    Column("article_id", AnyText, nullable=False),
    Column("url", AnyText, nullable=False),
    Column("part_id", AnyText, nullable=False),  # of the URL, as an article's
    Column("apart", Boolean, nullable=False),  # found to be an article of its own, and so no part
    Index("article_parts_article", "article_id"),
    Index("article_parts_url", "url"),
    Index("article_parts_part", "part_id"),
)
JOINS = Table(
    "joins",
    METADATA,
    Column("capture_id", BigNumber, primary_key=True, autoincrement=False),
    Column("article_id", AnyText, nullable=False, index=True),
    Column("joined", AnyText, nullable=False),  # ids of captures, with commas between
    Column("waiting", Boolean, nullable=False),  # for being joined again, with other captures
    Column("asking", Boolean, nullable=False),  # for pages that were not fetched since
    Index("joins_waiting", "capture_id", sqlite_where=text("waiting = 1"), postgresql_where=text("waiting")),
    Index("joins_asking", "capture_id", sqlite_where=text("asking = 1"), postgresql_where=text("asking")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedParts:
    """The further pages that a capture of an article names, in reading order; those in `apart` turned out to be none."""

    capture_id: int
    article_id: str
    urls: tuple[str, ...] = ()
    apart: frozenset[str] = frozenset()


def is_empty(conn: Connection) -> bool:
    """Whether no capture names any."""
    return conn.execute(select(NAMED_PARTS.c.capture_id).limit(1)).first() is None


def of_articles(conn: Connection, article_ids: Collection[str]) -> list[Row[tuple[object, ...]]]:
    """What captures of these articles name: the newest capture's first, each in reading order."""
    these = select(NAMED_PARTS).where(NAMED_PARTS.c.article_id.in_(among(article_ids)))
    return sorted(conn.execute(these), key=lambda row: (-row.capture_id, row.number))


def naming(conn: Connection, urls: Collection[str]) -> list[Row[tuple[object, ...]]]:
    """What names these URLs as further pages of an article, those that are apart left out."""
    if is_empty(conn):
        return []
    ids = [article_id(url) for url in urls]
    by_url = NAMED_PARTS.c.url.in_(among(urls))
    these = select(NAMED_PARTS).where(or_(by_url, NAMED_PARTS.c.part_id.in_(among(ids))))
    return [row for row in conn.execute(these) if not row.apart]


def owners(conn: Connection, article_ids: Collection[str]) -> dict[str, set[str]]:
    """Of those of these ids that are of further pages' addresses the articles that name them."""
    these = NAMED_PARTS.c.part_id.in_(among(article_ids))
    found: dict[str, set[str]] = {}
    for row in conn.execute(select(NAMED_PARTS).where(these)):
        if not row.apart:
            found.setdefault(row.part_id, set()).add(row.article_id)
    return found


def among_parts(conn: Connection, urls: Collection[str]) -> frozenset[str]:
    """Those of these URLs that are further pages of an article."""
    if not urls or is_empty(conn):
        return frozenset()
    named = select(NAMED_PARTS.c.url, NAMED_PARTS.c.apart).where(NAMED_PARTS.c.url.in_(among(urls)))
    return frozenset(row.url for row in conn.execute(named) if not row.apart)


def next_visit(
    conn: Connection, url: str, first: datetime, at: datetime, revisits: Sequence[timedelta]
) -> datetime | None:
    """`policy.next_visit` of a page; a further page of an article is looked at with that, and never by itself."""
    found = policy.next_visit(first, at, revisits)
    return None if found is None or among_parts(conn, [url]) else found


def name(conn: Connection, named: Sequence[NamedParts]) -> set[str]:
    """Keep what captures name instead of what was kept of them before; the URLs that they named and do not any more."""
    ids = [each.capture_id for each in named]
    these = NAMED_PARTS.c.capture_id.in_(among_numbers(ids))
    before = conn.execute(select(NAMED_PARTS).where(these)).all() if ids else []
    rows = [
        {
            "capture_id": each.capture_id,
            "number": number,
            "article_id": each.article_id,
            "url": url,
            "part_id": article_id(url),
            "apart": url in each.apart,
        }
        for each in named
        for number, url in enumerate(each.urls, 2)
    ]
    if before:
        conn.execute(NAMED_PARTS.delete().where(these))
    if rows:
        conn.execute(NAMED_PARTS.insert(), rows)
    present = {(row["capture_id"], row["url"]) for row in rows if not row["apart"]}
    return {row.url for row in before if not row.apart and (row.capture_id, row.url) not in present}


def remove(conn: Connection, article_ids: Collection[str]) -> None:
    """Forget what captures of these articles name, and from what they were joined."""
    for table in (NAMED_PARTS, JOINS):
        conn.execute(table.delete().where(table.c.article_id.in_(among(article_ids))))


def named_by(conn: Connection, article_ids: Iterable[str]) -> set[str]:
    """The URLs that captures of these articles name as further pages."""
    return {str(row.url) for row in of_articles(conn, list(article_ids)) if not row.apart}
