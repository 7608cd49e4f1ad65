"""What the ledger holds of the pages that a source's lists name: which lists, and what became of each page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, or_, select

from store.ledger.capture_table import CAPTURES
from store.ledger.catches import catch_table
from store.ledger.catches.catch_table import CATCHES, Catch
from store.ledger.schema import among
from store.ledger.url_table import URLS
from store.records import Outcome, UrlState

_OF_ANOTHER = (Outcome.DUPLICATE, Outcome.PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A URL in the ledger, as far as it was to be fetched."""

    state: UrlState
    first_seen_at: datetime
    tried_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A capture of a URL; `article_id` is that of the article that a duplicate or a further page belongs to."""

    url: str
    final_url: str
    article_id: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightings:
    """A source's catches, what is known of their URLs (by URL), and captures of these and of its others, oldest first."""

    source: str
    catches: tuple[Catch, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)
    taken: tuple[Taken, ...] = ()


def read(conn: Connection, source: str, since: datetime) -> Sightings:
    """All catches of the source, with its captures at `since` or later. A page may be known by another source."""
    caught = select(CATCHES.c.url).where(CATCHES.c.source == source)
    columns = [URLS.c.url, *(URLS.c[name] for name in Known.__slots__)]
    known = {
        row.pop("url"): Known(**row)
        for row in map(dict, conn.execute(select(*columns).where(URLS.c.url.in_(caught))).mappings())
    }
    of_source = (CAPTURES.c.source == source) & (CAPTURES.c.fetched_at >= since)
    captures = select(CAPTURES).where(or_(of_source, CAPTURES.c.url.in_(caught)))
    taken = tuple(
        Taken(
            url=row.url,
            final_url=row.final_url,
            article_id=row.related if row.outcome in _OF_ANOTHER else row.article_id,
            outcome=row.outcome,
            reason=row.reason,
        )
        for row in conn.execute(captures.order_by(CAPTURES.c.fetched_at, CAPTURES.c.id))
    )
    return Sightings(source=source, catches=catch_table.of_source(conn, source), known=known, taken=taken)


def sources(conn: Connection, urls: Collection[str]) -> dict[str, str]:
    """Those of these URLs that are known, and the source that led to each first."""
    columns = select(URLS.c.url, URLS.c.source)
    return {row.url: row.source for row in conn.execute(columns.where(URLS.c.url.in_(among(set(urls)))))}
