"""All rows of a ledger into another one, whatever keeps the two, and whether both hold the same."""

from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select, text

from articles.errors import LedgerError
from store.ledger.schema import METADATA, SCHEMA

_AT_ONCE = 1000


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy every row of every table. The tables of the target must be there, and are emptied first."""
    for table in reversed(METADATA.sorted_tables):
        target.execute(table.delete())
    for table in METADATA.sorted_tables:
        for rows in source.execute(select(table)).mappings().yield_per(_AT_ONCE).partitions():
            target.execute(table.insert(), [dict(row) for row in rows])
        if target.dialect.name == "postgresql" and table.autoincrement_column is not None:
            _count_on(target, table)


def is_filled(conn: Connection) -> bool:
    """Whether any table but that of the version has a row."""
    return any(
        conn.execute(select(table).limit(1)).first() is not None
        for table in METADATA.sorted_tables
        if table is not SCHEMA
    )


def compare(source: Connection, target: Connection) -> dict[str, int]:
    """The number of rows of each table, which are the same in both, one by one. Raises LedgerError where they are not."""
    counts = {}
    for table in METADATA.sorted_tables:
        count = 0
        for ours, theirs in zip_longest(_ordered(source, table), _ordered(target, table)):
            if ours is None or theirs is None or _plain(ours) != _plain(theirs):
                raise LedgerError(f"row {count + 1} of the table {table.name} did not arrive as it is")
            count += 1
        counts[table.name] = count
    return counts


def _ordered(conn: Connection, table: Table) -> Any:
    query = select(table).order_by(*table.primary_key)
    return conn.execute(query).yield_per(_AT_ONCE)


def _plain(row: Row[Any]) -> tuple[Any, ...]:
    """The values, with what PostgreSQL does not accept as it is kept there."""
    return tuple(value.replace("\0", "?") if isinstance(value, str) else value for value in row)


def _count_on(conn: Connection, table: Table) -> None:
    """Have the next row get the number after the highest."""
    column = table.autoincrement_column
    assert column is not None
    highest = conn.scalar(select(func.max(column)))
    if highest is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        conn.execute(
            select(func.setval(text(":sequence").bindparams(sequence=conn.scalar(select(sequence))), highest))
        )
