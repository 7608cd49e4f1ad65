"""What commands that only ask read of the ledger: no table that grows with every article, but for what is named here."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine, event
from typer.testing import CliRunner

from broadsheet.cli import app
from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config, load
from tests.test_store_query_plans import GROWING

OUTCOMES = "captures USING INDEX captures_outcome"  # the outcomes alone, a tenth of the table
STATES = "urls USING COVERING INDEX urls_state"
FAILED = "captures USING INDEX captures_failed"  # those that failed alone
# Words of each command, and the scans that it may do: of indexes, or of what is small.
ASKED: Mapping[str, tuple[tuple[str, ...], set[str]]] = {
    "status": (("status",), {OUTCOMES, STATES}),
    "sources": (("sources",), set()),
    "health": (("health",), set()),
    "show": (("show", "URL"), set()),
    "search": (("search", "the"), set()),
    "explain": (("explain", "URL"), set()),
    "history": (("history", "URL"), set()),
    "coverage": (("coverage", "one"), set()),
    "dead letters": (("dead-letters",), {FAILED}),
    "sites": (("sites",), set()),
    "templates": (("templates", "one"), set()),
    "deleted": (("deleted",), set()),
    "metrics": (("metrics",), {OUTCOMES, FAILED, "arrivals USING COVERING INDEX arrivals_source"}),
    # There is no index of stories' ids, and this is asked for seldom.
    "a deletion, dry": (("delete", "URL", "--reason", "asked", "--dry-run"), {FAILED, "stories"}),
}


@pytest.fixture(scope="module")
def collection(crawled_once: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("planned") / "crawled"
    shutil.copytree(crawled_once.path.parent, folder)
    return load(folder / "broadsheet.toml")


@pytest.fixture
def statements() -> Iterator[dict[str, Any]]:
    """What is asked of any ledger meanwhile, with the values of one time."""
    asked: dict[str, Any] = {}

    def note(_: Any, __: Any, statement: str, given: Any, ___: Any, several: bool) -> None:
        asked.setdefault(statement, given[0] if several else given)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("words", "allowed"), ASKED.values(), ids=ASKED.keys())
def test_a_question_scans_nothing_that_grows_with_every_article(
    words: tuple[str, ...], allowed: set[str], collection: Config, statements: dict[str, Any]
) -> None:
    url = indexes.reader(collection).search(Query(text="source:one", limit=1)).hits[0].article.url
    command = ["--config", str(collection.path), *(url if word == "URL" else word for word in words)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code in (0, 1, 2), done.exception
    assert done.output
    with closing(sqlite3.connect(collection.path.parent / "data" / "ledger.sqlite")) as conn:
        scans = set(_scans(conn, statements))
    assert statements or words[0] in ("show", "search")
    assert scans == allowed


def _scans(conn: sqlite3.Connection, statements: Mapping[str, Any]) -> Iterator[str]:
    """What SQLite's plans say is read from one end to the other, and those fetched among the URLs, which are nearly all."""
    for statement, given in statements.items():
        if statement.split(maxsplit=1)[0] not in ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"):
            continue
        for _, _, _, line in conn.execute(f"EXPLAIN QUERY PLAN {statement}", given):
            verb, _, rest = line.partition(" ")
            if (verb == "SCAN" and rest.split()[0].rstrip("_123") in GROWING) or (
                "INDEX urls_state" in line and "fetched" in given
            ):
                yield rest
