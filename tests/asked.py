"""How SQLite answers what two runs ask of the ledger, in a process of their own: the crawl is in it."""

import json
import sqlite3
import sys
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from pipeline.configuration.config import load
from pipeline.run import run
from tests.moments import run_at
from tests.ticks import START, in_reactor


def main() -> None:
    """Run: CONFIG. Prints a JSON object with the lines of the query plan of each statement."""
    config, asked = load(Path(sys.argv[1])), dict[str, Any]()

    @event.listens_for(Engine, "before_cursor_execute")
    def note(_: Any, __: Any, statement: str, given: Any, ___: Any, several: bool) -> None:
        asked.setdefault(statement, given[0] if several else given)

    with suppress(SystemExit):  # by which the reactor ends
        in_reactor(run_at(config, [START, START + timedelta(hours=1)]))
    run(config)
    plans = {}
    with closing(sqlite3.connect(config.ledger)) as conn:
        for statement, given in asked.items():
            if statement.split(maxsplit=1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
                rows = conn.execute(f"EXPLAIN QUERY PLAN {statement}", given)
                plans[statement] = [detail for _, _, _, detail in rows]
    print(json.dumps(plans))


if __name__ == "__main__":
    main()
