"""Arrivals in the ledger: when each article was first found, and what its page gave, for telling when that changes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Column, Connection, Float, Index, Integer, Table, select

from articles.extraction.soft_errors import asks_consent
from articles.model import Article
from articles.source.features import fingerprint
from store.ledger.schema import METADATA, AnyText, BigNumber, Moment, among, insert_missing, portions
from store.ledger.watch import baseline_table

_GAVE = ("words", "dated", "signed", "paid", "confidence", "delay", "text", "asks")
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
    Column("text", BigNumber),
    Column("asks", Boolean),
    # With what its table holds: the rows of a source are far apart there.
    Index("arrivals_source", "source", "at", *_GAVE),
)

_RECORD = insert_missing(ARRIVALS)
_NEWS = timedelta(
    days=1
)  # an article that was older when it was fetched says nothing of how fast news gets in


class Arrival(NamedTuple):
    """An article when it was new. `at` is when it was first seen; `delay` is from its publication until it was searchable.

    The other fields are as its page gave them: whether it had a date of its own, an author, a wall. `text` is a hash of its
    longest paragraph, whatever the numbers in it (0: that is short), `asks` whether it asks for consent and says little
    else. All but `at` are None for an article from before they were kept; `delay` also for one without an exact time, and
    for old ones.
    """

    at: datetime
    words: int | None = None
    dated: bool | None = None
    signed: bool | None = None
    paid: bool | None = None
    confidence: float | None = None
    delay: timedelta | None = None
    text: int | None = None
    asks: bool | None = None


def arrived(article: Article, now: datetime) -> Arrival:
    """The arrival of an article that became searchable now."""
    published = article.published_at
    is_news = published is not None and published <= now and article.fetched_at - published < _NEWS
    at_once = now - article.fetched_at < _NEWS
    lines = (article.lead, *article.body)
    return Arrival(
        at=article.first_seen_at,
        words=article.word_count,
        dated=article.published_from not in ("", "feed", "guess"),
        signed=bool(article.authors),
        paid=article.access == "paywalled",
        confidence=article.confidence,
        delay=now - published if published and is_news and at_once else None,
        text=fingerprint(max(lines, key=len)),
        asks=asks_consent(lines, article.language),
    )


def record(conn: Connection, articles: Iterable[Article], now: datetime) -> None:
    """Record the arrivals of those articles that were not known."""
    rows = [
        {
            **{name: getattr(arrival, name) for name in Arrival._fields},
            "article_id": article.id,
            "source": article.source,
            "delay": None if arrival.delay is None else arrival.delay.total_seconds(),
        }
        for article in articles
        for arrival in (arrived(article, now),)
    ]
    ids = [row["article_id"] for row in rows]
    known = set(conn.scalars(select(ARRIVALS.c.article_id).where(ARRIVALS.c.article_id.in_(among(ids)))))
    new = [row for row in rows if row["article_id"] not in known]
    if new:
        conn.execute(_RECORD, new)
        baseline_table.change(conn, {str(row["source"]) for row in new})


def blank(conn: Connection, article_ids: Collection[str]) -> None:
    """Forget what the pages of these articles gave; that they arrived, and when, stays."""
    nothing = dict.fromkeys(_GAVE)
    for ids in portions(article_ids):
        these = ARRIVALS.c.article_id.in_(ids)
        baseline_table.change(conn, set(conn.scalars(select(ARRIVALS.c.source).where(these))))
        conn.execute(ARRIVALS.update().where(these).values(nothing))


def remove(conn: Connection, article_ids: Collection[str]) -> None:
    """Forget the arrivals of what turned out to be no article."""
    for ids in portions(article_ids):
        these = ARRIVALS.c.article_id.in_(ids)
        baseline_table.change(conn, set(conn.scalars(select(ARRIVALS.c.source).where(these))))
        conn.execute(ARRIVALS.delete().where(these))


# Health reads hundreds of rows of each source with news: as SQL, since SQLAlchemy takes ten times as long for each.
# SQLite's booleans are 0 and 1, which are equal to them; its times are text.
_NEWEST = "SELECT max(at) FROM arrivals WHERE source = ?"
_TIMINGS = "SELECT at, delay FROM arrivals WHERE source = ? AND at >= ? ORDER BY at"
_ARRIVALS = """SELECT at, words, dated, signed, paid, confidence, delay, text, asks
FROM arrivals WHERE source = ? AND at >= ? ORDER BY at"""


def newest(conn: Connection, source: str) -> datetime | None:
    """When the newest of a source's articles arrived; None if there is none."""
    ((at,),) = _rows(conn, _NEWEST, source)
    return None if at is None else _moment(at)


def timings(conn: Connection, source: str, since: datetime) -> list[tuple[datetime, float | None]]:
    """When each of a source's articles arrived, at `since` or later, oldest first, and its delay in seconds."""
    return [(_moment(at), delay) for at, delay in _rows(conn, _TIMINGS, source, _stored(conn, since))]


def of_source(conn: Connection, source: str, since: datetime) -> tuple[Arrival, ...]:
    """A source's arrivals at `since` or later, oldest first."""
    rows = _rows(conn, _ARRIVALS, source, _stored(conn, since))
    return tuple([Arrival._make((_moment(row[0]), *row[1:6], _time(row[6]), *row[7:])) for row in rows])


def _rows(conn: Connection, query: str, *values: object) -> Sequence[Sequence[Any]]:
    if conn.dialect.name != "sqlite":
        return conn.exec_driver_sql(query.replace("?", "%s"), values).all()
    cursor = conn.connection.cursor()
    cursor.execute(query, values)
    return cursor.fetchall()


def _stored(conn: Connection, moment: datetime) -> str | datetime:
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(" ", "microseconds") if conn.dialect.name == "sqlite" else naive


def _moment(stored: str | datetime) -> datetime:
    return (
        datetime.fromisoformat(f"{stored}+00:00") if isinstance(stored, str) else stored.replace(tzinfo=UTC)
    )


def _time(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
