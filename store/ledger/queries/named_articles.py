"""Articles that a person names by their source or the beginning of their id, and those that have the same text."""

from collections.abc import Collection

from sqlalchemy import Connection, exists, or_, select, text

from articles.urls import article_id
from store.ledger.capture_table import CAPTURES, FAILED, STAND_IN
from store.ledger.knowledge_table import STORIES
from store.ledger.schema import portions
from store.ledger.url_table import URLS
from store.records import Outcome


def of_source(conn: Connection, source: str) -> set[str]:
    """The ids of all articles that this source led to, and of its addresses that were never fetched."""
    ids = conn.scalars(select(CAPTURES.c.article_id).where(CAPTURES.c.source == source).distinct())
    return {*ids, *map(article_id, unfetched(conn, source))}


def unfetched(conn: Connection, source: str) -> list[str]:
    """The addresses of this source without a capture."""
    captured = exists().where(CAPTURES.c.url == URLS.c.url)
    return list(conn.scalars(select(URLS.c.url).where(URLS.c.source == source, ~captured)))


def beginning_with(conn: Connection, start: str) -> set[str]:
    """The ids of articles that begin like this: hexadecimal digits."""
    own = CAPTURES.c.article_id
    ids = select(own).where(own >= start, own < f"{start}g")  # PostgreSQL knows no BETWEEN with collations
    return set(conn.scalars(ids.distinct()))


def copies(conn: Connection, article_ids: Collection[str]) -> set[str]:
    """The ids of other articles with the text of these: at other addresses, of the same or of other sources."""
    found: set[str] = set()
    for some in portions(article_ids):
        of_these = CAPTURES.c.article_id.in_(some)
        duplicate = CAPTURES.c.outcome == Outcome.DUPLICATE
        pairs = select(CAPTURES.c.article_id, CAPTURES.c.related).where(text(FAILED), duplicate)
        for row in conn.execute(pairs.where(or_(of_these, CAPTURES.c.related.in_(some)))):
            found |= {row.article_id, row.related}
        stand_ins = select(CAPTURES.c.article_id).where(text(STAND_IN), CAPTURES.c.canonical.in_(some))
        found.update(conn.scalars(stand_ins))
        own = select(STORIES.c.story_id).where(STORIES.c.article_id.in_(some))
        stories = {*some, *conn.scalars(own)}
        found |= stories - set(some)
        for part in portions(stories):
            found.update(conn.scalars(select(STORIES.c.article_id).where(STORIES.c.story_id.in_(part))))
    return found - set(article_ids)
