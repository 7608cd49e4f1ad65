"""What sites' robots.txt files, and others like it, said when they were last asked for, so that not every run asks for each again.

Of a file that changed, what it said before is kept as well, for telling what the change means for an address that is asked for
later. What changes meant for what was asked is kept in a table of its own; the texts are not.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Column, Connection, Integer, Table, select

from store.ledger.schema import METADATA, AnyText, Moment, insert_missing, one_of, upsert

KEPT = timedelta(days=1)
"""How long a file counts: as long as RFC 9309 (2.4) allows."""
REMEMBERED = timedelta(days=60)
"""How long it is known what a file said, and what its changes meant."""
LARGEST = 32_768
"""Characters of a file that is kept. All of them are in memory during a crawl; the few larger ones are asked for in each."""

ROBOTS = Table(
    "robots",
    METADATA,
    Column("url", AnyText, primary_key=True),
    Column("fetched_at", Moment, nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("text", AnyText, nullable=False),
    # as in RobotsFile
    Column("before", AnyText),
    Column("changed_at", Moment),
)
_KEEP = upsert(ROBOTS)


class Meaning(StrEnum):
    """What a change of a robots.txt means for what we fetch: refused, or allowed again; with other uses reserved, or no longer; at another pace."""

    REFUSED = "refused"
    ALLOWED = "allowed"
    RESERVED = "reserved"
    FREE = "free"
    DELAY = "delay"


CHANGES = Table(
    "robots_changes",
    METADATA,
    Column("site", AnyText, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("meaning", one_of(Meaning, "robots_meaning"), primary_key=True),
    Column("detail", AnyText, nullable=False),
)
_NOTE = insert_missing(CHANGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """A file from this URL, as text for the parser of its rules; "" with a `status` that stands for no rules.

    `status` is 0 if it could not be had since: then it does not count. `before` is what it said before it was found changed,
    at `changed_at`; None if it is not known to have changed.
    """

    url: str
    fetched_at: datetime
    status: int
    text: str
    before: str | None = None
    changed_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether what it says is still to be gone by."""
        return bool(self.status) and now - self.fetched_at < KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsChange:
    """What the robots.txt of a site (https://host) was found to mean for us at a time, and did not before.

    `detail` says more for people, as the seconds between requests.
    """

    site: str
    at: datetime
    meaning: Meaning
    detail: str = ""


def known(conn: Connection, now: datetime) -> dict[str, RobotsFile]:
    """The files by URL, whether they still count or not; those of long ago are forgotten."""
    conn.execute(ROBOTS.delete().where(ROBOTS.c.fetched_at <= now - REMEMBERED))
    return {row.url: RobotsFile(**row._mapping) for row in conn.execute(select(ROBOTS))}  # noqa: SLF001  its public name


def keep(conn: Connection, files: Mapping[str, RobotsFile | None]) -> None:
    """Keep what was learned from these URLs; without a file, or with one that is too large, the next crawl asks again."""
    for url, file in files.items():
        this = ROBOTS.c.url == url
        if file is None:
            conn.execute(ROBOTS.update().where(this).values(status=0))
        elif len(file.text) > LARGEST:
            conn.execute(ROBOTS.delete().where(this))
        else:
            conn.execute(_KEEP, asdict(file))


def note(conn: Connection, change: RobotsChange) -> None:
    """Remember a change, unless it is known; those of long ago are forgotten."""
    conn.execute(CHANGES.delete().where(CHANGES.c.at <= change.at - REMEMBERED))
    conn.execute(_NOTE, asdict(change))


def changes(conn: Connection) -> list[RobotsChange]:
    """The changes that are remembered, oldest first."""
    query = select(CHANGES).order_by(CHANGES.c.at, CHANGES.c.site, CHANGES.c.meaning)
    return [RobotsChange(**row) for row in conn.execute(query).mappings()]
