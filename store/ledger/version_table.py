"""Versions in the ledger: what each capture showed of its article, and which version that is.

A wording is kept once for an article, however many captures showed it, letter by letter. A capture that is cleaned to no
article has no wording and no version.
"""

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    Table,
    bindparam,
    exists,
    or_,
    select,
)

from articles.edits.normal_form import Marks, marks
from articles.edits.seen import SeenArticle, Wording, wording_hash
from articles.edits.sequence import Edits, Sighting, VersionPlace, edits
from articles.model import PARTS, Part
from store.ledger.capture_table import CAPTURES
from store.ledger.schema import METADATA, AnyText, Moment, among, insert_missing, upsert, where
from store.records import Outcome

WORDINGS = Table(
    "wordings",
    METADATA,
    Column("article_id", AnyText, primary_key=True),
    Column("hash", AnyText, primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

SIGHTINGS = Table(
    "sightings",
    METADATA,
    Column("capture_id", ForeignKey(CAPTURES.c.id), primary_key=True),
    Column("article_id", AnyText, nullable=False),
    Column("at", Moment, nullable=False),
    Column("rules", Integer, nullable=False),
    Column("wording", AnyText, nullable=False, default=""),
    Column("marks", AnyText, nullable=False, default=""),  # with commas between, "" without an article
    Column("words", Integer, nullable=False, default=0),
    Column("published_at", Moment),
    Column("stated_on", Date),
    Column("modified_at", Moment),
    Column("number", Integer),  # NULL while it waits for earlier captures to be cleaned by the same rules
    Column("changed", AnyText, nullable=False, default=""),  # with spaces between
    Index("sightings_article", "article_id", "at"),
    Index("sightings_waiting", "article_id", **where("number IS NULL")),
)

_NOTE = upsert(SIGHTINGS)
_KEEP = insert_missing(WORDINGS)
_PUT = SIGHTINGS.update().where(SIGHTINGS.c.capture_id == bindparam("key"))
_PUT = _PUT.values(number=bindparam("number"), changed=bindparam("changed"))
_ARTICLES = (  # outcomes of captures that were cleaned to an article
    *(Outcome.INDEXED, Outcome.UNCHANGED, Outcome.SUPERSEDED),
    *(Outcome.DUPLICATE, Outcome.DEAD_LETTER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a capture showed of an article, to be kept: nothing, or an article (`seen`), by the cleaning `rules` of that number."""

    sighting: Sighting
    article_id: str
    rules: int
    seen: SeenArticle | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSighting:
    """What the ledger has of a capture for counting versions; `place` is None while it waits."""

    sighting: Sighting
    rules: int
    place: VersionPlace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of an article, as the first capture with it (`capture_id`) showed it.

    `number` counts from 1 in the order of the fetches. `last` is the time of the last capture in a row that showed this
    version, `captures` their number; what stood there between two captures is not known.
    """

    article_id: str
    number: int
    capture_id: int
    seen: SeenArticle
    last: datetime
    captures: int
    changed: tuple[Part, ...] = ()


def shown(
    capture_id: int,
    article_id: str,
    at: datetime,
    seen: SeenArticle | None,
    rules: int = 0,
    known: Marks | None = None,
) -> Shown:
    """What a capture showed; `rules` are those by which it showed nothing, `known` its marks, if they are known."""
    if seen is None:
        sighting = Sighting(capture_id=capture_id, at=at, marks=(), stated_on=None)
        return Shown(sighting=sighting, article_id=article_id, rules=rules, seen=None)
    found = known or marks(seen.wording)
    sighting = Sighting(capture_id=capture_id, at=at, marks=found, stated_on=seen.stated_on)
    return Shown(sighting=sighting, article_id=article_id, rules=seen.rules, seen=seen)


def sightings(conn: Connection, article_ids: Collection[str]) -> dict[str, list[KeptSighting]]:
    """What the ledger has of these articles' captures."""
    found: dict[str, list[KeptSighting]] = {}
    for row in conn.execute(select(SIGHTINGS).where(SIGHTINGS.c.article_id.in_(among(article_ids)))):
        found.setdefault(row.article_id, []).append(_kept(row))
    return found


def note(conn: Connection, captures: Sequence[Shown]) -> None:
    """Keep what captures showed, instead of what was kept of them before; they wait until they are placed (`put`)."""
    rows = [_row(each) for each in captures]
    wordings = [
        {
            "article_id": each.article_id,
            "hash": row["wording"],
            "packed": zlib.compress(msgspec.msgpack.encode(each.seen.wording)),
        }
        for each, row in zip(captures, rows, strict=True)
        if each.seen is not None
    ]
    if rows:
        conn.execute(_NOTE, rows)
    if wordings:
        conn.execute(_KEEP, wordings)
    used = exists().where(
        SIGHTINGS.c.article_id == WORDINGS.c.article_id, SIGHTINGS.c.wording == WORDINGS.c.hash
    )
    articles = among({each.article_id for each in captures})
    conn.execute(WORDINGS.delete().where(WORDINGS.c.article_id.in_(articles), ~used))


def put(conn: Connection, places: Mapping[int, VersionPlace | None]) -> None:
    """Write the places of captures, by id; None has a capture wait."""
    if places:
        conn.execute(_PUT, [{"key": capture_id, **_place(each)} for capture_id, each in places.items()])


def all_edits(conn: Connection, article_ids: Collection[str]) -> dict[str, Edits]:
    """The edits of these articles, as far as captures do not wait; without those of which nothing is kept."""
    return {
        article_id: edits(each.place for each in kept if each.place is not None)
        for article_id, kept in sightings(conn, article_ids).items()
    }


def unseen(conn: Connection, rules: int, limit: int, after: str = "") -> list[str]:
    """Ids of articles above `after` with captures that these rules have not cleaned for their versions, at most `limit`."""
    found = _stale(rules).with_only_columns(CAPTURES.c.article_id).where(CAPTURES.c.article_id > after)
    return list(conn.scalars(found.distinct().order_by(CAPTURES.c.article_id).limit(limit)))


def stale(conn: Connection, rules: int, article_ids: Collection[str]) -> dict[int, str]:
    """Captures of these articles that these rules have not cleaned for their versions, by id, with their articles.

    Without those whose raw page was dropped: they stay as they were kept.
    """
    found = conn.execute(_stale(rules).where(CAPTURES.c.article_id.in_(among(article_ids))))
    return dict(found.tuples().all())


def versions(conn: Connection, article_id: str) -> tuple[Version, ...]:
    """The versions of an article, oldest first."""
    query = select(SIGHTINGS).where(SIGHTINGS.c.article_id == article_id, SIGHTINGS.c.number > 0)
    ordered = query.order_by(SIGHTINGS.c.number, SIGHTINGS.c.at, SIGHTINGS.c.marks, SIGHTINGS.c.capture_id)
    found = []
    for number, group in groupby(conn.execute(ordered).all(), key=lambda row: row.number):
        rows = list(group)
        first = rows[0]
        found.append(
            Version(
                article_id=article_id,
                number=number,
                capture_id=first.capture_id,
                seen=_seen(conn, first),
                last=rows[-1].at,
                captures=len(rows),
                changed=_parts(first.changed),
            )
        )
    return tuple(found)


def seen_by(conn: Connection, capture_id: int) -> SeenArticle | None:
    """What a capture showed; None if it showed no article, or nothing is kept of it."""
    row = conn.execute(select(SIGHTINGS).where(SIGHTINGS.c.capture_id == capture_id)).first()
    return _seen(conn, row) if row is not None and row.marks else None


def remove(conn: Connection, article_ids: Collection[str]) -> None:
    """Forget all versions of these articles."""
    for table in (SIGHTINGS, WORDINGS):
        conn.execute(table.delete().where(table.c.article_id.in_(among(article_ids))))


def unpacked(packed: bytes) -> Wording:
    """A wording as it is kept, unpacked."""
    return msgspec.msgpack.decode(zlib.decompress(packed), type=Wording)


def _stale(rules: int) -> Select[Any]:
    joined = CAPTURES.outerjoin(SIGHTINGS, SIGHTINGS.c.capture_id == CAPTURES.c.id)
    return (
        select(CAPTURES.c.id, CAPTURES.c.article_id)
        .select_from(joined)
        .where(
            CAPTURES.c.outcome.in_(_ARTICLES),
            CAPTURES.c.dropped_at.is_(None),
            or_(SIGHTINGS.c.capture_id.is_(None), SIGHTINGS.c.rules != rules),
        )
    )


def _place(place: VersionPlace | None) -> dict[str, Any]:
    if place is None:
        return {"number": None, "changed": ""}
    return {"number": place.number, "changed": " ".join(place.changed)}


def _row(shown: Shown) -> dict[str, Any]:
    seen = shown.seen
    return {
        "capture_id": shown.sighting.capture_id,
        "article_id": shown.article_id,
        "rules": shown.rules,
        "at": shown.sighting.at,
        "marks": ",".join(shown.sighting.marks),
        "stated_on": shown.sighting.stated_on,
        "wording": wording_hash(seen.wording) if seen else "",
        "words": seen.words if seen else 0,
        "published_at": seen.published_at if seen else None,
        "modified_at": seen.modified_at if seen else None,
        **_place(None),
    }


def _kept(row: Row[Any]) -> KeptSighting:
    return KeptSighting(
        sighting=Sighting(
            capture_id=row.capture_id,
            at=row.at,
            marks=tuple(row.marks.split(",")) if row.marks else (),
            stated_on=row.stated_on,
        ),
        rules=row.rules,
        place=None if row.number is None else VersionPlace(row.number, _parts(row.changed)),
    )


def _seen(conn: Connection, row: Row[Any]) -> SeenArticle:
    kept = select(WORDINGS.c.packed).where(
        WORDINGS.c.article_id == row.article_id, WORDINGS.c.hash == row.wording
    )
    return SeenArticle(
        at=row.at,
        wording=unpacked(conn.execute(kept).scalar_one()),
        words=row.words,
        rules=row.rules,
        published_at=row.published_at,
        stated_on=row.stated_on,
        modified_at=row.modified_at,
    )


def _parts(names: str) -> tuple[Part, ...]:
    return tuple(part for part in PARTS if part in names.split())
