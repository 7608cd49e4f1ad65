"""What sites' robots.txt files, and others like it, said when they were last asked for, so that not every run asks for each again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Integer, Table, select

from store.ledger.schema import METADATA, AnyText, Moment, upsert

KEPT = timedelta(days=1)
"""How long a file counts: as long as RFC 9309 (2.4) allows."""
LARGEST = 32_768
"""Characters of a file that is kept. All of them are in memory during a crawl; the few larger ones are asked for in each."""

ROBOTS = Table(
    "robots",
    METADATA,
    Column("url", AnyText, primary_key=True),
    Column("fetched_at", Moment, nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("text", AnyText, nullable=False),
)
_KEEP = upsert(ROBOTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """A file from this URL, as text for the parser of its rules; "" with a `status` that stands for no rules."""

    url: str
    fetched_at: datetime
    status: int
    text: str


def fresh(conn: Connection, now: datetime) -> dict[str, RobotsFile]:
    """Those that still count, by URL; the others are forgotten."""
    conn.execute(ROBOTS.delete().where(ROBOTS.c.fetched_at <= now - KEPT))
    return {row.url: RobotsFile(**row._mapping) for row in conn.execute(select(ROBOTS))}  # noqa: SLF001  its public name


def keep(conn: Connection, files: Mapping[str, RobotsFile | None]) -> None:
    """Keep what was learned from these URLs; without a file, or with one that is too large, the next crawl asks again."""
    kept = {url: file for url, file in files.items() if file and len(file.text) <= LARGEST}
    for url in files.keys() - kept.keys():
        conn.execute(ROBOTS.delete().where(ROBOTS.c.url == url))
    if kept:
        conn.execute(_KEEP, [asdict(file) for file in kept.values()])
