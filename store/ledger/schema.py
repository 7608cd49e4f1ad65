"""Shared by all tables of the ledger: column types, portions of keys, and the schema version."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Dialect,
    Enum,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    TextClause,
    TypeDecorator,
    bindparam,
    cast,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeEngine

VERSION = 14
_AT_ONCE = 500  # keys in one query
Key = TypeVar("Key")

# Statements that migrate a ledger from each version to the next: in SQLite's words, which `spelled` puts into those of the
# ledger's database; or for one database alone, after its name. On PostgreSQL there are ledgers from version 12 on.
MIGRATIONS: Mapping[int, tuple[str | tuple[str, str], ...]] = {
    1: (
        "ALTER TABLE segments ADD COLUMN dropped_at DATETIME",
        "ALTER TABLE captures ADD COLUMN dropped_at DATETIME",
    ),
    2: (),  # the table of hosts is new
    3: ("ALTER TABLE urls ADD COLUMN rejections INTEGER NOT NULL DEFAULT 0",),
    4: (
        "ALTER TABLE urls ADD COLUMN etag VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE urls ADD COLUMN last_modified VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE feeds ADD COLUMN moved_to VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE feeds ADD COLUMN watched FLOAT NOT NULL DEFAULT 0",
        "ALTER TABLE feeds ADD COLUMN found FLOAT NOT NULL DEFAULT 0",
        "ALTER TABLE feeds ADD COLUMN distrusted BOOLEAN NOT NULL DEFAULT 0",
        "ALTER TABLE feeds ADD COLUMN due_at DATETIME",
        "ALTER TABLE feeds ADD COLUMN whole_at DATETIME",
        "ALTER TABLE feeds ADD COLUMN passed_at DATETIME",
        "CREATE INDEX urls_revisits ON urls (source, due_at) WHERE due_at IS NOT NULL",
    ),
    # The state `backlog`. That an index is made has other processes read the schema again.
    5: (
        "PRAGMA writable_schema = ON",
        """UPDATE sqlite_master SET sql = replace(sql, '''failed'')', '''failed'', ''backlog'')')
        WHERE type = 'table' AND name IN ('urls', 'misses')""",
        "PRAGMA writable_schema = RESET",
        "DROP INDEX urls_state",
        "CREATE INDEX urls_state ON urls (state)",
    ),
    6: (),  # the table of imports is new
    # The tables of claims and proofs are new, too.
    7: ("ALTER TABLE feeds ADD COLUMN kind VARCHAR NOT NULL DEFAULT ''",),
    8: (),  # the table of captions is new
    # Of earlier articles it is known when they arrived, but not what their pages gave.
    9: (
        "CREATE INDEX IF NOT EXISTS captures_source ON captures (source, fetched_at)",
        "CREATE INDEX IF NOT EXISTS ix_misses_at ON misses (at)",
        """CREATE TABLE IF NOT EXISTS arrivals (article_id VARCHAR NOT NULL PRIMARY KEY, source VARCHAR NOT NULL, at DATETIME NOT NULL,
        words INTEGER, dated BOOLEAN, signed BOOLEAN, paid BOOLEAN, confidence FLOAT, delay FLOAT)""",
        "CREATE INDEX IF NOT EXISTS arrivals_source ON arrivals (source, at)",
        """INSERT OR IGNORE INTO arrivals (article_id, source, at)
        SELECT article_id, source, min(first_seen_at) FROM features GROUP BY article_id""",
    ),
    # The tables of renames, of catches, of runs, of what was told and of the sizes of lists and of tombstones are
    # new; those of versions, too, which are filled as captures are cleaned again.
    # The state and the outcome `deleted` are new.
    10: (
        "PRAGMA writable_schema = ON",
        """UPDATE sqlite_master SET sql = replace(sql, '''backlog'')', '''backlog'', ''deleted'')')
        WHERE type = 'table' AND name IN ('urls', 'misses')""",
        """UPDATE sqlite_master SET sql = replace(sql, '''dead_letter'')', '''dead_letter'', ''deleted'')')
        WHERE type = 'table' AND name = 'captures'""",
        "PRAGMA writable_schema = RESET",
        "ALTER TABLE captures ADD COLUMN removed_at DATETIME",
        """CREATE INDEX captures_unremoved ON captures (id)
        WHERE removed_at IS NULL AND (outcome = 'deleted' OR reason = 'reserved')""",
    ),
    # Arrivals are made anew, for ledgers from before version 9 have the table as it is now. The tables of checked segments
    # and of robots.txt files are new. Of the indexes, those by which a run's questions cost as much as its news.
    11: (
        """CREATE TABLE arrived (article_id VARCHAR NOT NULL PRIMARY KEY, source VARCHAR NOT NULL, at DATETIME NOT NULL,
        words INTEGER, dated BOOLEAN, signed BOOLEAN, paid BOOLEAN, confidence FLOAT, delay FLOAT, text INTEGER, asks BOOLEAN)""",
        """INSERT INTO arrived (article_id, source, at, words, dated, signed, paid, confidence, delay)
        SELECT article_id, source, at, words, dated, signed, paid, confidence, delay FROM arrivals""",
        "DROP TABLE arrivals",
        "ALTER TABLE arrived RENAME TO arrivals",
        """CREATE INDEX arrivals_source
        ON arrivals (source, at, words, dated, signed, paid, confidence, delay, text, asks)""",
        """CREATE INDEX IF NOT EXISTS captures_failed ON captures (fetched_at)
        WHERE outcome IN ('rejected', 'duplicate', 'dead_letter')""",
        """CREATE INDEX IF NOT EXISTS captures_stand_ins ON captures (canonical)
        WHERE canonical != '' AND outcome = 'indexed'""",
        "DROP INDEX IF EXISTS captures_canonical",
        "DROP INDEX IF EXISTS features_source",
        "DROP INDEX IF EXISTS ix_features_first_seen_at",
        "CREATE INDEX IF NOT EXISTS features_of_source ON features (source, first_seen_at, article_id, snapshot, format)",
        "CREATE INDEX IF NOT EXISTS features_seen ON features (first_seen_at DESC, article_id, snapshot DESC)",
        "DROP INDEX IF EXISTS ix_captions_source",
        "CREATE INDEX IF NOT EXISTS captions_undecided ON captions (source, language, known, article_id) WHERE undecided = 1",
        "CREATE INDEX IF NOT EXISTS captures_outcome ON captures (outcome || '')",
        "CREATE INDEX IF NOT EXISTS captures_settled ON captures (settled_at)",
        "CREATE INDEX IF NOT EXISTS captures_fetched ON captures (fetched_at)",
    ),
    12: (
        # The table of robots.txt files, which are asked for again, is made anew. Those of their changes, of baselines, and of uses of sites' rules are new.
        "DROP TABLE robots",
        # Several workers: whose a segment is. The tables of leases and workers are new.
        "ALTER TABLE segments ADD COLUMN owner VARCHAR NOT NULL DEFAULT ''",
    ),
    # The tables of further pages and of what articles were joined from are new, and so is the outcome `part`.
    13: (
        ("sqlite", "PRAGMA writable_schema = ON"),
        (
            "sqlite",
            """UPDATE sqlite_master SET sql = replace(sql, '''deleted'')', '''deleted'', ''part'')')
            WHERE type = 'table' AND name = 'captures'""",
        ),
        ("sqlite", "PRAGMA writable_schema = RESET"),
        "DROP INDEX captures_settled",
        "CREATE INDEX captures_settled ON captures (settled_at)",
        ("postgresql", "ALTER TABLE captures DROP CONSTRAINT outcome"),
        (
            "postgresql",
            """ALTER TABLE captures ADD CONSTRAINT outcome CHECK (outcome IN ('pending', 'indexed', 'unchanged',
            'superseded', 'duplicate', 'rejected', 'dead_letter', 'deleted', 'part'))""",
        ),
    ),
}

METADATA = MetaData()

SCHEMA = Table("schema", METADATA, Column("version", Integer, primary_key=True))


class Moment(TypeDecorator[datetime]):
    """An aware time, stored in UTC to the microsecond, because SQLite has no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


class AnyText(TypeDecorator[str]):
    """Any text, sorted by code points. Lone surrogates, which a server may send but no database accepts, become question marks;
    so do NULs where PostgreSQL keeps it.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(collation="C" if dialect.name == "postgresql" else None))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        clean = value.encode("utf-8", "replace").decode()
        return clean.replace("\0", "?") if dialect.name == "postgresql" else clean


BigNumber = Integer().with_variant(BigInteger, "postgresql")  # SQLite's are wide enough as they are


def where(condition: str) -> dict[str, Any]:
    """What makes an index one of the rows that fulfil a condition."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insertion that can say what happens on a conflict, in the words of the ledger's database."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


_POSTGRESQL = (
    ("DATETIME", "TIMESTAMP"),
    ("VARCHAR", 'VARCHAR COLLATE "C"'),
    ("BOOLEAN NOT NULL DEFAULT 0", "BOOLEAN NOT NULL DEFAULT false"),
    ("BOOLEAN NOT NULL DEFAULT 1", "BOOLEAN NOT NULL DEFAULT true"),
    ("BLOB", "BYTEA"),
)


def spelled(statement: str | tuple[str, str], dialect: str) -> str:
    """A statement of `MIGRATIONS` in the words of this database; "" for one of the other alone."""
    if isinstance(statement, tuple):
        return statement[1] if statement[0] == dialect else ""
    if dialect == "postgresql":
        for theirs, own in _POSTGRESQL:
            statement = statement.replace(theirs, own)
    return statement


def one_of(values: type[StrEnum], name: str) -> Enum:
    """A column type that only accepts the values of an enumeration."""
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


def upsert(table: Table) -> TextClause:
    """The statement that writes whole rows, given by the names of the columns, over those with their keys, if there are any.

    It is text, because SQLAlchemy compiles its own `on_conflict_do_update` anew for each call, which costs many times
    what SQLite does.
    """
    key = ", ".join(table.primary_key.columns.keys())
    changed = [
        f"{column.name} = excluded.{column.name}" for column in table.columns if not column.primary_key
    ]
    return _inserted(table, f"({key}) DO UPDATE SET {', '.join(changed)}")


def insert_missing(table: Table) -> TextClause:
    """The statement that writes whole rows, given by the names of the columns, unless there are any with their keys."""
    return _inserted(table, "DO NOTHING")


def _inserted(table: Table, on_conflict: str) -> TextClause:
    names = table.columns.keys()
    given = ", ".join(f":{name}" for name in names)
    statement = text(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({given}) ON CONFLICT {on_conflict}"  # noqa: S608  names of our own
    )
    return statement.bindparams(*(bindparam(column.name, type_=column.type) for column in table.columns))


def portions(keys: Collection[Key]) -> Iterator[list[Key]]:
    """The keys in order, in lists short enough for one query."""
    wanted = list(keys)
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]


class _EachOf(GenericFunction[Any]):
    """The elements of a list in JSON; PostgreSQL has them as text."""

    name = "json_each"
    inherit_cache = True


@compiles(_EachOf, "postgresql")
def _each_of(element: _EachOf, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


def among(keys: Collection[str]) -> Select[Any]:
    """The keys as a query, for `in_`: one statement, compiled once, for any number of keys without lone surrogates or NULs."""
    return select(_EachOf(json.dumps(list(keys))).table_valued("value").c.value)


def among_given(name: str) -> Select[Any]:
    """The same of keys that are given when a statement is executed, under this name, as a list in JSON."""
    return select(_EachOf(bindparam(name, type_=String())).table_valued("value").c.value)


def among_numbers_given(name: str) -> Select[Any]:
    """The same of keys that are numbers."""
    return select(cast(_EachOf(bindparam(name, type_=String())).table_valued("value").c.value, BigNumber))


def among_numbers(keys: Collection[int]) -> Select[Any]:
    """The same of keys that are numbers."""
    return select(cast(_EachOf(json.dumps(list(keys))).table_valued("value").c.value, BigNumber))
