"""By which rules of its site a capture was cleaned, and which of them did anything; nothing of captures that were cleaned without."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, false, or_, select

from store.ledger.capture_table import CAPTURES
from store.ledger.schema import METADATA, AnyText, Moment, among, among_numbers, upsert
from store.records import Outcome

SITE_USES = Table(
    "site_uses",
    METADATA,
    Column("capture_id", ForeignKey(CAPTURES.c.id), primary_key=True),
    Column("article_id", AnyText, nullable=False),
    Column("at", Moment, nullable=False),
    Column("site", AnyText, nullable=False),
    Column("stamp", AnyText, nullable=False),
    Column("matched", AnyText, nullable=False, default=""),  # with line breaks between
    Index("site_uses_article", "article_id"),
    Index("site_uses_site", "site", "at"),
)

_NOTE = upsert(SITE_USES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUse:
    """A capture, fetched at `at`, was cleaned by the rules of its site with this `stamp`, and those of these names did something."""

    capture_id: int
    article_id: str
    at: datetime
    stamp: str
    matched: tuple[str, ...]


def note(conn: Connection, uses: Sequence[SiteUse], without: Collection[int]) -> None:
    """Keep by what captures were cleaned; `without` are those (ids) that were cleaned without rules of a site."""
    if without:
        conn.execute(SITE_USES.delete().where(SITE_USES.c.capture_id.in_(among_numbers(without))))
    if uses:
        rows = [
            {
                "capture_id": each.capture_id,
                "article_id": each.article_id,
                "at": each.at,
                "site": each.stamp.partition(":")[0],
                "stamp": each.stamp,
                "matched": "\n".join(each.matched),
            }
            for each in uses
        ]
        conn.execute(_NOTE, rows)


def stamps(conn: Connection, article_ids: Collection[str]) -> dict[int, str]:
    """By what the captures of these articles were cleaned, by their ids; without those that were cleaned without rules of a site."""
    found = select(SITE_USES.c.capture_id, SITE_USES.c.stamp)
    return dict(conn.execute(found.where(SITE_USES.c.article_id.in_(among(article_ids)))).tuples().all())


def remove(conn: Connection, article_ids: Collection[str]) -> None:
    """Forget what is kept of these articles."""
    conn.execute(SITE_USES.delete().where(SITE_USES.c.article_id.in_(among(article_ids))))


def cleaned_by(conn: Connection, hosts: Collection[str]) -> list[tuple[str, str]]:
    """URL and stamp ("": none) of each article of these hosts, and those below, in the index, unless its raw page was dropped."""
    joined = CAPTURES.outerjoin(SITE_USES, SITE_USES.c.capture_id == CAPTURES.c.id)
    found = select(CAPTURES.c.final_url, SITE_USES.c.stamp).select_from(joined)
    of_hosts = [
        CAPTURES.c.final_url.contains(f"{mark}{host}/", autoescape=True)
        for host in hosts
        for mark in ("//", ".")
    ]
    there = CAPTURES.c.outcome == Outcome.INDEXED, CAPTURES.c.dropped_at.is_(None)
    return [
        (row.final_url, row.stamp or "") for row in conn.execute(found.where(*there, or_(false(), *of_hosts)))
    ]


def by_day(
    conn: Connection, site: str, since: datetime | None = None
) -> Mapping[date, tuple[int, Counter[str]]]:
    """For each day (UTC) how many articles of the site were fetched first, and on how many of them each rule did something then.

    Only what was fetched at `since` or later counts.
    """
    days: dict[date, tuple[int, Counter[str]]] = {}
    told: set[str] = set()  # a page that is fetched again says nothing of new ones
    query = select(SITE_USES.c.article_id, SITE_USES.c.at, SITE_USES.c.matched).where(
        SITE_USES.c.site == site
    )
    if since:
        query = query.where(SITE_USES.c.at >= since)
    for row in conn.execute(query.order_by(SITE_USES.c.at)):
        if row.article_id in told:
            continue
        told.add(row.article_id)
        number, matched = days.get(row.at.date(), (0, Counter[str]()))
        matched.update(filter(None, row.matched.split("\n")))
        days[row.at.date()] = number + 1, matched
    return days


def newest(conn: Connection, site: str, most: int) -> list[int]:
    """The captures (ids) that were fetched last of those that became articles of the site, one of each article, at most so many."""
    query = select(SITE_USES.c.article_id, SITE_USES.c.capture_id).where(SITE_USES.c.site == site)
    found: dict[str, int] = {}
    for row in conn.execute(query.order_by(SITE_USES.c.at.desc())):
        found.setdefault(row.article_id, row.capture_id)
        if len(found) == most:
            break
    return list(found.values())
