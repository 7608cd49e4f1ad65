"""Articles in the ledger by what is kept of their versions: by the beginning of an id, those that wait, and every text there is."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from articles.edits.seen import Wording
from store.ledger.version_table import SIGHTINGS, WORDINGS, unpacked


def ids(conn: Connection, start: str) -> list[str]:
    """The ids of articles with versions that begin so, two at most."""
    found = select(SIGHTINGS.c.article_id).where(
        SIGHTINGS.c.article_id.startswith(start, autoescape=True), SIGHTINGS.c.number > 0
    )
    return list(conn.scalars(found.distinct().order_by(SIGHTINGS.c.article_id).limit(2)))


def edited(conn: Connection, limit: int, after: str = "") -> list[str]:
    """Ids of articles above `after` with more than one version, in order, at most `limit`."""
    found = select(SIGHTINGS.c.article_id).where(SIGHTINGS.c.number > 1, SIGHTINGS.c.article_id > after)
    return list(conn.scalars(found.distinct().order_by(SIGHTINGS.c.article_id).limit(limit)))


def count_older(conn: Connection) -> int:
    """How many versions there are besides the newest of each article."""
    # Only of those that have any; and not by the index of articles, which would lead to every row on its own.
    article: ColumnElement[str] = literal_column("article_id || ''")
    newest = select(func.max(SIGHTINGS.c.number).label("number")).where(SIGHTINGS.c.number > 1)
    each = newest.group_by(article).subquery()
    return conn.scalar(select(func.sum(each.c.number - 1))) or 0


def waiting(conn: Connection, limit: int, after: str = "") -> list[str]:
    """Ids of articles above `after` with captures that wait, in order, at most `limit`."""
    found = select(SIGHTINGS.c.article_id).where(SIGHTINGS.c.number.is_(None), SIGHTINGS.c.article_id > after)
    return list(conn.scalars(found.distinct().order_by(SIGHTINGS.c.article_id).limit(limit)))


def wordings(conn: Connection) -> Iterator[tuple[str, Wording]]:
    """Every text of every version, each with the id of its article, article by article."""
    for row in conn.execute(select(WORDINGS).order_by(WORDINGS.c.article_id, WORDINGS.c.hash)):
        yield row.article_id, unpacked(row.packed)
