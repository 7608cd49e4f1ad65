"""What other workers have done since this one was told what is to be done: of that, nothing is done twice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from articles.urls import masked
from store.feed_records import FeedTarget
from store.ledger import host_table
from store.ledger.feed_table import FEEDS
from store.ledger.host_table import LeftAlone
from store.ledger.schema import among
from store.ledger.url_table import URLS
from store.ledger.watch.robots_table import ROBOTS, RobotsFile
from store.records import UrlState

_TO_FETCH = (UrlState.DUE, UrlState.FETCHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Those of the URLs that are still to be fetched, and of the lists that were asked; robots.txt files that were kept, by URL; and
    whether the host is to be left alone."""

    urls: frozenset[str]
    lists: tuple[FeedTarget, ...]
    robots: Mapping[str, RobotsFile]
    alone: tuple[LeftAlone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a host: URLs to fetch, and lists that others may have asked `since`; the URLs of its robots.txt files."""

    host: str
    urls: Collection[str]
    lists: Collection[FeedTarget]
    robots: Collection[str]
    since: datetime


def meanwhile(conn: Connection, asked: Asked, now: datetime) -> Meanwhile:
    """What has become of that."""
    due = select(URLS.c.url).where(URLS.c.url.in_(among(asked.urls)))
    still = conn.scalars(due.where(URLS.c.due_at <= now, URLS.c.state.in_(_TO_FETCH)))
    kept = conn.execute(select(ROBOTS).where(ROBOTS.c.url.in_(among(asked.robots)))).mappings()
    return Meanwhile(
        urls=frozenset(still),
        lists=tuple(each for each in asked.lists if _was_asked(conn, each, asked.since)),
        robots={row["url"]: RobotsFile(**row) for row in kept},
        alone=tuple(each for each in host_table.left_alone(conn, now) if each.host == asked.host),
    )


def _was_asked(conn: Connection, target: FeedTarget, since: datetime) -> bool:
    this = (FEEDS.c.source == target.source, FEEDS.c.url == masked(target.url))
    return conn.scalar(select(FEEDS.c.url).where(*this, FEEDS.c.fetched_at >= since)) is not None
