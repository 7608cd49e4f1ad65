"""Arrivals in the ledger: when each article was first found, and what its page gave, for telling when that changes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Column, Connection, Float, Index, Integer, Table, select
from sqlalchemy.dialects.sqlite import insert

from articles.model import Article
from store.ledger.schema import METADATA, AnyText, Moment, portions

ARRIVALS = Table(
    "arrivals",
    METADATA,
    Column("article_id", AnyText, primary_key=True),
    Column("source", AnyText, nullable=False),
    Column("at", Moment, nullable=False),
    # what the page gave; all empty for an article from before these were kept
    Column("words", Integer),
    Column("dated", Boolean),
    Column("signed", Boolean),
    Column("paid", Boolean),
    Column("confidence", Float),
    Column("delay", Float),  # seconds
    Index("arrivals_source", "source", "at"),
)

_NEWS = timedelta(
    days=1
)  # an article that was older when it was fetched says nothing of how fast news gets in


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An article when it was new. `at` is when it was first seen; `delay` is from its publication until it was searchable.

    The other fields are as its page gave them: whether it had a date of its own, an author, a wall. All but `at` are
    None for an article from before they were kept; `delay` also for one without an exact time, and for old ones.
    """

    at: datetime
    words: int | None = None
    dated: bool | None = None
    signed: bool | None = None
    paid: bool | None = None
    confidence: float | None = None
    delay: timedelta | None = None


def arrived(article: Article, now: datetime) -> Arrival:
    """The arrival of an article that became searchable now."""
    published = article.published_at
    is_news = published is not None and published <= now and article.fetched_at - published < _NEWS
    at_once = now - article.fetched_at < _NEWS
    return Arrival(
        at=article.first_seen_at,
        words=article.word_count,
        dated=article.published_from not in ("", "feed", "guess"),
        signed=bool(article.authors),
        paid=article.access == "paywalled",
        confidence=article.confidence,
        delay=now - published if published and is_news and at_once else None,
    )


def record(conn: Connection, articles: Iterable[Article], now: datetime) -> None:
    """Record the arrivals of those articles that were not known."""
    rows = [
        {
            **{name: getattr(arrival, name) for name in Arrival.__slots__},
            "article_id": article.id,
            "source": article.source,
            "delay": None if arrival.delay is None else arrival.delay.total_seconds(),
        }
        for article in articles
        for arrival in (arrived(article, now),)
    ]
    if rows:
        conn.execute(insert(ARRIVALS).on_conflict_do_nothing(), rows)


def blank(conn: Connection, article_ids: Collection[str]) -> None:
    """Forget what the pages of these articles gave; that they arrived, and when, stays."""
    nothing = dict.fromkeys(("words", "dated", "signed", "paid", "confidence", "delay"))
    for ids in portions(article_ids):
        conn.execute(ARRIVALS.update().where(ARRIVALS.c.article_id.in_(ids)).values(nothing))


def of_source(conn: Connection, source: str, since: datetime) -> tuple[Arrival, ...]:
    """A source's arrivals at `since` or later, oldest first."""
    columns = [ARRIVALS.c[name] for name in Arrival.__slots__]
    rows = select(*columns).where(ARRIVALS.c.source == source, ARRIVALS.c.at >= since)
    found = conn.execute(rows.order_by(ARRIVALS.c.at)).mappings()
    return tuple(Arrival(**{**row, "delay": _time(row["delay"])}) for row in found)


def _time(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
