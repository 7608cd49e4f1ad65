"""What people ask of the ledger reads no table of all captures or URLs for the few that failed: SQLite's plans of such questions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from store.ledger.database import Ledger
from store.ledger.queries import named_articles, second_chances, tallies
from store.ledger.queries.second_chances import Chosen

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "pages that were given up": lambda conn: second_chances.dead_letters(conn, Chosen()),
    "those of a source": lambda conn: second_chances.dead_letters(conn, Chosen(sources=("harbour",))),
    "pages to try again": lambda conn: second_chances.missing(conn, Chosen(), NOW),
    "one page to try again": lambda conn: second_chances.missing(conn, Chosen(urls=("https://a/",)), NOW),
    "rejections by source": tallies.rejected,
    "copies of an article": lambda conn: named_articles.copies(conn, {"0" * 32}),
}


@contextmanager
def noted(statements: list[tuple[str, Any]]) -> Iterator[None]:
    def note(_: Any, __: Any, statement: str, given: Any, ___: Any, ____: bool) -> None:
        statements.append((statement, given))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_what_failed_is_found_by_an_index_of_what_failed(
    question: Callable[[Connection], object], tmp_path: Path
) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger, ledger.reading() as conn:
        asked: list[tuple[str, Any]] = []
        with noted(asked):
            question(conn)
        plans = [
            (row[3], given)
            for statement, given in asked
            for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        ]
    assert any("captures" in line for line, _ in plans)
    assert not [line for line, given in plans if _reads_all(line, given)]


def _reads_all(line: str, given: Any) -> bool:
    """Whether a line of a plan reads all captures or URLs, or those that are fetched, which are nearly all."""
    if "INDEX urls_state" in line:
        return "fetched" in given
    scans = line.startswith(("SCAN captures", "SCAN urls"))
    return scans and "captures_failed" not in line
