"""Tombstones in the ledger: what was deleted, when and why, and by which addresses it is known if it comes again; never what it said.

A tombstone is asked for before anything goes, and done once nothing of the article is left. In between, whoever has the data
folder next goes on with it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, Select, Table, case, func, select
from sqlalchemy import Index as TableIndex

from articles.urls import article_id
from store.ledger.schema import METADATA, AnyText, Moment, insert, portions, where

TOMBSTONES = Table(
    "tombstones",
    METADATA,
    Column("id", AnyText, primary_key=True),
    Column("url", AnyText, nullable=False),
    Column("source", AnyText, nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("records", Integer, nullable=False),
    TableIndex("tombstones_asked", "id", **where("done_at IS NULL")),
)
BURIED = Table(
    "buried",
    METADATA,
    Column("id", AnyText, primary_key=True),  # of the address, as an article's
    Column("url", AnyText, nullable=False),
    Column("tombstone", ForeignKey(TOMBSTONES.c.id), nullable=False, index=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """An article that was deleted, or is being deleted (`done_at` None); `id` is that of its canonical final URL.

    `urls` are all addresses by which it is known, its own `url` among them; `records` is the number of its captures.
    """

    id: str
    url: str
    urls: tuple[str, ...]
    source: str
    reason: str
    asked_at: datetime
    done_at: datetime | None = None
    records: int = 0

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids that articles at its addresses have."""
        return tuple(map(article_id, self.urls))


def ask(conn: Connection, tombstones: Iterable[Tombstone]) -> None:
    """Record what is to be deleted. What was deleted before is to be deleted again, for the first reason."""
    for each in tombstones:
        values = {name: getattr(each, name) for name in ("url", "source", "reason", "asked_at", "records")}
        added = insert(conn, TOMBSTONES).values(id=each.id, done_at=each.done_at, **values)
        most = case((TOMBSTONES.c.records > each.records, TOMBSTONES.c.records), else_=each.records)
        again = {"done_at": None, "records": most}
        conn.execute(added.on_conflict_do_update(index_elements=["id"], set_=again))
        rows = [{"id": article_id(url), "url": url, "tombstone": each.id} for url in each.urls]
        conn.execute(insert(conn, BURIED).on_conflict_do_nothing(), rows)


def finish(conn: Connection, ids: Collection[str], at: datetime) -> None:
    """Record that nothing of these is left."""
    for some in portions(ids):
        conn.execute(TOMBSTONES.update().where(TOMBSTONES.c.id.in_(some)).values(done_at=at))


def asked(conn: Connection) -> list[Tombstone]:
    """What is to be deleted, and may still be there in part."""
    return _tombstones(conn, select(TOMBSTONES).where(TOMBSTONES.c.done_at.is_(None)))


def listed(conn: Connection) -> list[Tombstone]:
    """All of them, the latest first."""
    return _tombstones(conn, select(TOMBSTONES))


def of_ids(conn: Connection, article_ids: Collection[str]) -> dict[str, Tombstone]:
    """The tombstones that lie on addresses with these ids, by the id of the address."""
    found: dict[str, str] = {}
    for some in portions(article_ids):
        rows = conn.execute(select(BURIED.c.id, BURIED.c.tombstone).where(BURIED.c.id.in_(some)))
        found |= {row.id: row.tombstone for row in rows}
    stones = {
        each.id: each
        for some in portions(set(found.values()))
        for each in _tombstones(conn, select(TOMBSTONES).where(TOMBSTONES.c.id.in_(some)))
    }
    return {address: stones[stone] for address, stone in found.items()}


def buried(conn: Connection) -> frozenset[str]:
    """The ids of all addresses under which nothing is to be fetched or indexed any more."""
    return frozenset(conn.scalars(select(BURIED.c.id)))


def among(conn: Connection, urls: Collection[str]) -> frozenset[str]:
    """Those of these canonical URLs under which nothing is to be fetched any more."""
    if not urls or conn.scalar(select(BURIED.c.id).limit(1)) is None:
        return frozenset()
    by_id = {article_id(url): url for url in urls}
    found = (
        conn.scalars(select(BURIED.c.id).where(BURIED.c.id.in_(some))) for some in portions(by_id.keys())
    )
    return frozenset(by_id[one] for ids in found for one in ids)


def counts(conn: Connection) -> dict[str, int]:
    """How many articles were deleted, and their captures; how many deletions are still under way."""
    columns = (
        func.count(),
        func.coalesce(func.sum(TOMBSTONES.c.records), 0),
        func.count(TOMBSTONES.c.done_at),
    )
    number, records, done = conn.execute(select(*columns)).one()
    return {"articles": number, "captures": records, "under way": number - done}


def _tombstones(conn: Connection, query: Select[tuple[object, ...]]) -> list[Tombstone]:
    rows = conn.execute(query.order_by(TOMBSTONES.c.asked_at.desc(), TOMBSTONES.c.url)).mappings().all()
    urls: dict[str, list[str]] = {row["id"]: [] for row in rows}
    for some in portions(urls.keys()):
        addresses = select(BURIED.c.tombstone, BURIED.c.url).where(BURIED.c.tombstone.in_(some))
        for address in conn.execute(addresses.order_by(BURIED.c.url)):
            urls[address.tombstone].append(address.url)
    return [Tombstone(**{**row, "urls": tuple(urls[row["id"]])}) for row in rows]
