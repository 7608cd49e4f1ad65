"""What sitemaps claim in the ledger: articles said to have changed since the last look at them, and how often that was true."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, select

from articles.model import FeedEntry
from store import lastmods
from store.ledger.capture_table import CAPTURES
from store.ledger.schema import METADATA, AnyText, Moment, insert, portions
from store.ledger.url_table import URLS
from store.records import Outcome, UrlState

CLAIMS = Table(
    "claims",
    METADATA,
    Column("url", ForeignKey(URLS.c.url), primary_key=True),
    Column("source", AnyText, nullable=False, index=True),
    Column("lastmod", Moment, nullable=False),
)
PROOFS = Table(
    "proofs",
    METADATA,
    Column("source", AnyText, primary_key=True),
    Column("proofs", AnyText, nullable=False),  # as in store/lastmods.py
)

_ARTICLES = (Outcome.INDEXED, Outcome.UNCHANGED, Outcome.SUPERSEDED)


def believed(conn: Connection, source: str, entries: Sequence[FeedEntry]) -> frozenset[str]:
    """The URLs of those entries of a source's sitemap that are articles to look at again, because their lastmod says so.

    Looks into earlier claims first, and notes those that are made here.
    """
    _look_into(conn, source)
    claims, known = _claims(conn, source, entries)
    if lastmods.is_wholesale(len(claims), known):
        _note_proofs(conn, source, [False])
        return frozenset()
    of_articles = {url: claims[url] for url in _articles(conn, claims)}
    for url, lastmod in of_articles.items():
        noted = insert(conn, CLAIMS).values(url=url, source=source, lastmod=lastmod)
        conn.execute(
            noted.on_conflict_do_update(
                index_elements=["url"],
                set_={"source": source, "lastmod": lastmod},
                where=CLAIMS.c.lastmod != lastmod,
            )
        )
    return lastmods.latest(of_articles) if lastmods.is_believed(proofs(conn, source)) else frozenset()


def proofs(conn: Connection, source: str) -> str:
    """Which of the last claims of a source's sitemaps were true; "" before one was looked into."""
    return conn.scalar(select(PROOFS.c.proofs).where(PROOFS.c.source == source)) or ""


def _look_into(conn: Connection, source: str) -> None:
    """Note which claims were true, of articles that were looked at since; what waits to be fetched or cleaned stays."""
    looked_at = select(CLAIMS.c.url, CLAIMS.c.lastmod, URLS.c.state).join(URLS, URLS.c.url == CLAIMS.c.url)
    looked_at = looked_at.where(
        CLAIMS.c.source == source, URLS.c.tried_at > CLAIMS.c.lastmod, URLS.c.state != UrlState.DUE
    )
    found = []
    for row in conn.execute(looked_at.order_by(URLS.c.tried_at)).all():
        since = select(CAPTURES.c.outcome).where(
            CAPTURES.c.url == row.url, CAPTURES.c.fetched_at > row.lastmod
        )
        looks = conn.scalars(since).all()
        if Outcome.PENDING not in looks:
            found.append(lastmods.verdict(looks) if row.state is UrlState.FETCHED else None)
            conn.execute(CLAIMS.delete().where(CLAIMS.c.url == row.url))
    _note_proofs(conn, source, [true for true in found if true is not None])


def _note_proofs(conn: Connection, source: str, found: Iterable[bool]) -> None:
    before = now = proofs(conn, source)
    for true in found:
        now = lastmods.after(now, true=true)
    if now != before:
        noted = insert(conn, PROOFS).values(source=source, proofs=now)
        conn.execute(noted.on_conflict_do_update(index_elements=["source"], set_={"proofs": now}))


def _claims(conn: Connection, source: str, entries: Sequence[FeedEntry]) -> tuple[dict[str, datetime], int]:
    """The lastmods that are later than the last look, by URL, and how many pages of the source the sitemap lists that are known."""
    stated = {entry.url: entry.updated_at for entry in entries}
    columns = (URLS.c.url, URLS.c.source, URLS.c.state, URLS.c.updated_at, URLS.c.tried_at)
    claims, known = {}, 0
    for some in portions(stated):
        for row in conn.execute(select(*columns).where(URLS.c.url.in_(some))):
            if row.source != source or row.state is not UrlState.FETCHED or row.tried_at is None:
                continue
            known += 1
            lastmod = stated[row.url]
            if lastmod is not None and lastmod > max(row.tried_at, row.updated_at or row.tried_at):
                claims[row.url] = lastmod
    return claims, known


def _articles(conn: Connection, urls: Iterable[str]) -> set[str]:
    """Those of these URLs whose pages were articles."""
    query = select(CAPTURES.c.url).where(CAPTURES.c.outcome.in_(_ARTICLES)).distinct()
    return {
        url for some in portions(list(urls)) for url in conn.scalars(query.where(CAPTURES.c.url.in_(some)))
    }
