"""Captures in the ledger: every archived response, where it is, and its one outcome."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    UniqueConstraint,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
)

from articles.model import Page
from articles.urls import article_id
from store.ledger import url_table
from store.ledger.schema import METADATA, AnyText, BigNumber, Moment, among_numbers, one_of, portions, where
from store.ledger.segment_table import SEGMENTS
from store.records import ArchiveRef, Capture, Outcome, OutcomeReason, Selection, Settled

STAND_IN = "canonical != '' AND outcome = 'indexed'"
_NAME = "outcome || ''"  # SQLite takes an index of the bare outcomes, of which there are few, for the most selective
FAILED = "outcome IN ('rejected', 'duplicate', 'dead_letter')"
UNREMOVED = "removed_at IS NULL AND (outcome = 'deleted' OR reason = 'reserved')"

CAPTURES = Table(
    "captures",
    METADATA,
    Column("id", BigNumber, primary_key=True),
    Column("url", ForeignKey(url_table.URLS.c.url), nullable=False, index=True),
    Column("final_url", AnyText, nullable=False),
    Column("article_id", AnyText, nullable=False),
    Column("source", AnyText, nullable=False),
    Column("status", Integer, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("segment", ForeignKey(SEGMENTS.c.name, deferrable=True, initially="DEFERRED"), nullable=False),
    Column("offset", BigNumber, nullable=False),
    Column("length", BigNumber, nullable=False),
    Column("outcome", one_of(Outcome, "outcome"), nullable=False),
    Column("reason", AnyText, nullable=False, default=""),
    Column("detail", AnyText, nullable=False, default=""),
    Column("related", AnyText, nullable=False, default=""),
    Column("content_hash", AnyText, nullable=False, default=""),
    Column("canonical", AnyText, nullable=False, default=""),
    Column("settled_at", Moment),
    Column("dropped_at", Moment),
    Column("removed_at", Moment),
    UniqueConstraint("segment", "offset"),
    Index("captures_article", "article_id", "fetched_at"),
    Index("captures_source", "source", "fetched_at"),
    Index("captures_pending", "id", **where("outcome = 'pending'")),
    Index("captures_failed", "fetched_at", **where(FAILED)),
    Index("captures_unremoved", "id", **where(UNREMOVED)),
    Index("captures_outcome", text(_NAME)).ddl_if("sqlite"),
    Index("captures_settled", "settled_at"),
    Index("captures_fetched", "fetched_at"),
    Index("captures_stand_ins", "canonical", **where(STAND_IN)),
)

_ADD = CAPTURES.insert()
_WRITTEN = ("outcome", "reason", "detail", "related", "content_hash", "canonical")
_WRITE = CAPTURES.update().where(CAPTURES.c.id == bindparam("key"))
_WRITE = _WRITE.values({name: bindparam(name) for name in (*_WRITTEN, "settled_at")})
_SUPERSEDE = CAPTURES.update().where(
    CAPTURES.c.article_id == bindparam("article"),
    CAPTURES.c.id != bindparam("key"),
    CAPTURES.c.outcome == Outcome.INDEXED,
)
_SUPERSEDE = _SUPERSEDE.values(
    outcome=Outcome.SUPERSEDED,
    reason=OutcomeReason.NEWER,
    related=bindparam("article"),
    settled_at=bindparam("at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """What the index has for an article: when this content was last fetched, its hash, and its capture."""

    fetched_at: datetime
    content_hash: str
    capture_id: int


def add(
    conn: Connection, pages: Iterable[tuple[Page, ArchiveRef]], revisits: Sequence[timedelta] = ()
) -> None:
    """Record archived pages as pending, and the state of their URLs. The same transaction must commit their segments.

    `revisits` are the times from first sight to each visit of an article.
    """
    for page, ref in pages:
        url_table.record_page(conn, page, revisits)
        conn.execute(
            _ADD,
            {
                "url": page.url,
                "final_url": page.final_url,
                "article_id": article_id(page.final_url),
                "source": page.entry.source,
                "status": page.status,
                "fetched_at": page.fetched_at,
                "segment": ref.segment,
                "offset": ref.offset,
                "length": ref.length,
                "outcome": Outcome.PENDING,
            },
        )


def is_known(conn: Connection, article_id: str, fetched_at: datetime) -> bool:
    """Whether there is a capture of this article (by its final URL) of this very time."""
    same = (CAPTURES.c.article_id == article_id, CAPTURES.c.fetched_at == fetched_at)
    return conn.execute(select(CAPTURES.c.id).where(*same).limit(1)).first() is not None


def pending(conn: Connection, limit: int, after: int = 0, owner: str | None = None) -> list[Capture]:
    """Captures without an outcome yet, oldest first, at most `limit`, with ids above `after`; in the segments of one owner, if given."""
    waiting = select(CAPTURES).where(CAPTURES.c.outcome == Outcome.PENDING, CAPTURES.c.id > after)
    if owner is not None:
        waiting = waiting.join(SEGMENTS).where(SEGMENTS.c.owner == owner)
    return captures_of(conn, waiting.order_by(CAPTURES.c.id).limit(limit))


def settled(conn: Connection, which: Selection, limit: int, after: int = 0) -> list[Capture]:
    """Captures in the selection with an outcome, by id, at most `limit`, with ids above `after`."""
    found = select(CAPTURES).where(CAPTURES.c.settled_at.is_not(None), CAPTURES.c.id > after)
    if which.outcomes:
        found = found.where(CAPTURES.c.outcome.in_(which.outcomes))
    if which.settled_from is not None:
        found = found.where(CAPTURES.c.settled_at >= which.settled_from)
    if which.fetched_from is not None:
        found = found.where(CAPTURES.c.fetched_at >= which.fetched_from)
    if which.sources:
        found = found.where(CAPTURES.c.source.in_(which.sources))
    return captures_of(conn, found.order_by(CAPTURES.c.id).limit(limit))


def settle(conn: Connection, settled: Sequence[Settled]) -> None:
    """Write outcomes. A later one replaces an earlier one: an indexed page may turn out to be a duplicate.

    At most one capture of an article is `indexed`: the previous one becomes `superseded`. The first outcome of a
    capture decides when its URL is due again.
    """
    if not settled:
        return
    columns = CAPTURES.c.id, CAPTURES.c.url, CAPTURES.c.fetched_at, CAPTURES.c.article_id, CAPTURES.c.outcome
    these = select(*columns).where(CAPTURES.c.id.in_(among_numbers([one.capture_id for one in settled])))
    before = {row.id: row for row in conn.execute(these)}
    waiting = {key: row for key, row in before.items() if row.outcome is Outcome.PENDING}
    conn.execute(_WRITE, [_written(one) for one in settled])
    last = {before[one.capture_id].article_id: one for one in settled if one.outcome is Outcome.INDEXED}
    if last:
        rows = [{"article": key, "key": one.capture_id, "at": one.at} for key, one in last.items()]
        conn.execute(_SUPERSEDE, rows)
    firsts = [(row, one) for one in settled if (row := waiting.pop(one.capture_id, None))]
    url_table.record_outcomes(conn, [(row.url, row.fetched_at, one) for row, one in firsts])


def _written(settled: Settled) -> dict[str, Any]:
    row = {name: getattr(settled, name) for name in _WRITTEN}
    return {"key": settled.capture_id, "settled_at": settled.at, **row}


def latest_indexed(conn: Connection, article_ids: Collection[str]) -> dict[str, Latest]:
    """What the index has for these articles; those that it does not have are left out."""
    same = CAPTURES.alias()
    confirmed = select(func.max(same.c.fetched_at, type_=Moment)).where(
        same.c.article_id == CAPTURES.c.article_id, same.c.outcome.in_((Outcome.INDEXED, Outcome.UNCHANGED))
    )
    query = select(CAPTURES, confirmed.scalar_subquery().label("confirmed_at"))
    indexed = query.where(CAPTURES.c.outcome == Outcome.INDEXED)
    return {
        row.article_id: Latest(
            fetched_at=row.confirmed_at,
            content_hash=row.content_hash,
            capture_id=row.id,
        )
        for ids in portions(article_ids)
        for row in conn.execute(indexed.where(CAPTURES.c.article_id.in_(ids)))
    }


def indexed(conn: Connection, article_ids: Collection[str]) -> list[Capture]:
    """The captures of these articles that are in the index."""
    present = select(CAPTURES).where(CAPTURES.c.outcome == Outcome.INDEXED)
    return _among(conn, present, CAPTURES.c.article_id, article_ids)


def by_ids(conn: Connection, capture_ids: Collection[int]) -> list[Capture]:
    """These captures."""
    return _among(conn, select(CAPTURES), CAPTURES.c.id, capture_ids)


def moved(conn: Connection, urls: Collection[str]) -> set[tuple[str, str]]:
    """Which of these canonical URLs redirected to another one when they were fetched: the ids of both as articles."""
    away = select(CAPTURES.c.url, CAPTURES.c.article_id).where(CAPTURES.c.url != CAPTURES.c.final_url)
    return {
        (article_id(row.url), row.article_id)
        for some in portions(urls)
        for row in conn.execute(away.where(CAPTURES.c.url.in_(some)))
    }


def own(conn: Connection, article_ids: Collection[str]) -> None:
    """Record that these articles in the index are originals themselves, whatever their pages name."""
    named = CAPTURES.update().where(CAPTURES.c.outcome == Outcome.INDEXED, CAPTURES.c.canonical != "")
    for ids in portions(article_ids):
        conn.execute(named.where(CAPTURES.c.article_id.in_(ids)).values(canonical=""))


def touch(conn: Connection, article_ids: Collection[str], at: datetime) -> None:
    """Record that these articles were written to the index again, with the same outcome."""
    present = CAPTURES.update().where(CAPTURES.c.outcome == Outcome.INDEXED).values(settled_at=at)
    for ids in portions(article_ids):
        conn.execute(present.where(CAPTURES.c.article_id.in_(ids)))


def first_seen(conn: Connection, article_ids: Collection[str]) -> dict[str, datetime]:
    """When the earliest capture of each article was fetched."""
    seen: dict[str, datetime] = {}
    for ids in portions(article_ids):
        earliest = select(CAPTURES.c.article_id, func.min(CAPTURES.c.fetched_at, type_=Moment))
        grouped = earliest.where(CAPTURES.c.article_id.in_(ids)).group_by(CAPTURES.c.article_id)
        seen |= dict(conn.execute(grouped).tuples().all())
    return seen


def intake(conn: Connection, sources: Collection[str], since: datetime) -> tuple[int, datetime | None]:
    """The bytes that the archive took for these sources at `since` or later, and when the first of them came."""
    total, first = 0, None
    for names in portions(sources):
        columns = cast(func.sum(CAPTURES.c.length), BigNumber), func.min(CAPTURES.c.fetched_at, type_=Moment)
        taken = select(*columns).where(CAPTURES.c.source.in_(names), CAPTURES.c.fetched_at >= since)
        size, earliest = conn.execute(taken).one()
        total += size or 0
        first = min(filter(None, (first, earliest)), default=None)
    return total, first


def of_url(conn: Connection, url: str) -> list[Capture]:
    """Captures whose requested or final URL is this canonical URL, oldest first."""
    query = select(CAPTURES).where(or_(CAPTURES.c.url == url, CAPTURES.c.article_id == article_id(url)))
    return captures_of(conn, query.order_by(CAPTURES.c.fetched_at, CAPTURES.c.id))


def of_articles(conn: Connection, article_ids: Collection[str]) -> list[Capture]:
    """All captures of these articles, by their ids."""
    return _among(conn, select(CAPTURES), CAPTURES.c.article_id, article_ids)


def of_segment(conn: Connection, segment: str) -> list[Capture]:
    """Captures whose raw pages are in this segment, in the order of their offsets."""
    within = select(CAPTURES).where(CAPTURES.c.segment == segment, CAPTURES.c.dropped_at.is_(None))
    return captures_of(conn, within.order_by(CAPTURES.c.offset))


def counts(conn: Connection) -> dict[str, int]:
    """The number of captures with each outcome."""
    name: ColumnElement[str] = literal_column(_NAME)
    found = conn.execute(select(name, func.count()).select_from(CAPTURES).group_by(name)).tuples()
    return {outcome.value: 0 for outcome in Outcome} | dict(found.all())


def _among(conn: Connection, query: Select[Any], column: Column[Any], keys: Collection[Any]) -> list[Capture]:
    found = [each for part in portions(keys) for each in captures_of(conn, query.where(column.in_(part)))]
    return sorted(found, key=lambda each: each.id)


def captures_of(conn: Connection, query: Select[Any]) -> list[Capture]:
    """What a query of whole rows finds."""
    found = []
    for row in conn.execute(query).mappings():
        fields = dict(row)
        ref = ArchiveRef(**{name: fields.pop(name) for name in ("segment", "offset", "length")})
        found.append(Capture(ref=ref, **fields))
    return found
