"""A ledger of many articles from one of fewer: its rows again and again, under earlier addresses and times, by SQL.

What is kept for a time (features, bands, catches, runs, feeds) is taken once. The wordings of the copies are those of their originals.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from articles.urls import article_id
from store.records import ArchiveRef

_ONCE = "SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
_MANY = ("urls", "captures", "misses", "sightings", "wordings", "arrivals", "captions")
_TIMES = ("first_seen_at", "tried_at", "at", "fetched_at", "settled_at", "published_at")
_ADDRESSES = ("url", "final_url")
_CACHE = 1_500_000  # kB


@dataclass(frozen=True, slots=True)
class Shift:
    """From an article to its copy: so many captures, so many places in its source, so much time earlier."""

    captures: int
    places: int
    time: timedelta

    def address(self, url: str) -> str:
        """A made address, whose last part is its place in its source."""
        way, _, place = url.rpartition("/")
        return f"{way}/{int(place) - self.places}"

    def id(self, url: str) -> str:
        return article_id(self.address(url))

    def moment(self, stored: str | None) -> str | None:
        """A time as SQLite has it."""
        if stored is None:
            return None
        return (datetime.fromisoformat(stored) - self.time).isoformat(" ", "microseconds")


def multiply(base: Path, into: Path, shifts: Sequence[Shift], ref: Callable[[int], ArchiveRef]) -> None:
    """Fill an empty ledger with copies of what `base` has, the oldest first, then with itself; `ref` is where a capture (id) is."""
    with closing(sqlite3.connect(into, isolation_level=None)) as conn:
        for pragma in (f"cache_size = -{_CACHE}", "synchronous = OFF", "foreign_keys = OFF"):
            conn.execute(f"PRAGMA {pragma}")
        conn.execute("ATTACH ? AS base", (str(base),))
        indexes = conn.execute(_ONCE).fetchall()
        tables = [
            name for (name,) in conn.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
        ]
        conn.execute("BEGIN")
        for name, _ in indexes:
            conn.execute(f"DROP INDEX main.{name}")
        conn.execute("CREATE TEMP TABLE ids AS SELECT article_id, url FROM base.captures")
        conn.execute("CREATE UNIQUE INDEX temp.ids_article ON ids (article_id)")
        for shift in shifts:
            _define(conn, shift, ref)
            for table in _MANY:
                _copy(conn, table)
        for table in tables:
            if table != "schema":
                columns = [
                    "NULL" if name == "id" and table == "misses" else f'"{name}"'
                    for name in _columns(conn, table)
                ]
                chosen = f"SELECT {', '.join(columns)} FROM base.{table}"  # noqa: S608  names of our own
                conn.execute(f"INSERT INTO main.{table} {chosen}")
        for _, sql in indexes:
            conn.execute(sql)
        conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _define(conn: sqlite3.Connection, shift: Shift, ref: Callable[[int], ArchiveRef]) -> None:
    conn.create_function("address", 1, lru_cache(100)(shift.address))
    conn.create_function("article", 1, lru_cache(100)(shift.id))
    conn.create_function("moment", 1, shift.moment)
    conn.create_function("capture", 1, lambda number: number - shift.captures)
    conn.create_function("segment", 1, lambda number: ref(number).segment)
    conn.create_function("place", 1, lambda number: ref(number).offset)


def _copy(conn: sqlite3.Connection, table: str) -> None:
    columns = _columns(conn, table)
    has_url = "url" in columns
    values = []
    for column in columns:
        if column in _ADDRESSES:
            value = f"address(t.{column})"
        elif column == "article_id":
            value = "article(t.final_url)" if table == "captures" else "article(i.url)"
        elif column in _TIMES:
            value = f"moment(t.{column})"
        elif table == "captures" and column in ("segment", "offset"):
            value = f"{'segment' if column == 'segment' else 'place'}(capture(t.id))"
        elif (table, column) in (("captures", "id"), ("sightings", "capture_id")):
            value = f"capture(t.{column})"
        elif (table, column) == ("misses", "id"):
            value = "NULL"
        elif column == "entry":
            value = "replace(t.entry, t.url, address(t.url))"
        elif table == "captions" and column == "undecided":
            value = "0"
        else:
            value = f't."{column}"'
        values.append(value)
    joined = "" if has_url else " JOIN ids AS i ON i.article_id = t.article_id"
    order = " ORDER BY t.id" if table == "captures" else ""
    names = ", ".join(f'"{column}"' for column in columns)
    chosen = f"SELECT {', '.join(values)} FROM base.{table} AS t{joined}{order}"  # noqa: S608  names of our own
    conn.execute(f"INSERT INTO main.{table} ({names}) {chosen}")


def _columns(conn: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in conn.execute(f"PRAGMA main.table_info({table})")]
