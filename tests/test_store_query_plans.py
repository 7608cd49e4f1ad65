"""What a run asks of the ledger costs as much as its news: no question reads a table that grows with every article."""

import json
import subprocess
import sys

import pytest

from pipeline.configuration.config import Config
from store.ledger.database import GROUPS
from store.ledger.schema import METADATA
from tests.loopback import ROOT

assert GROUPS
# All other tables grow with the articles.
FEW = (
    *("feeds", "hosts", "list_sizes", "proofs", "renames", "schema", "segments", "snapshots", "templates"),
    *("imports", "runs", "told", "told_attempts", "tombstones", "buried", "robots", "checks"),
    *("robots_changes", "baselines"),
)
GROWING = METADATA.tables.keys() - set(FEW)
# Beginnings of lines of plans, each by a part of the statement that may have it, with the reason.
ALLOWED = {
    "ORDER BY features.first_seen_at DESC, features.article_id, features.snapshot DESC": (
        "SCAN features USING INDEX features_seen",
        "ends after the newest 2,000",
    ),
    "WHERE removed_at IS NULL": (
        "SCAN captures USING INDEX captures_unremoved",
        "an index of what is removed next",
    ),
    "captures_1.article_id = captures.canonical": (
        "SCAN captures USING INDEX captures_stand_ins",
        "an index of stand-ins alone, asked after something was stored",
    ),
    "FROM article_parts\n LIMIT": ("SCAN article_parts", "ends after the first row"),
    "WHERE joins.asking = 1": ("SCAN joins USING", "an index of what is asked for next"),
    "SELECT source, url, fetched_at AS at": (
        "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY",
        "sorts only the pages that failed in 60 days",
    ),
    "ORDER BY captions.article_id": ("USE TEMP B-TREE FOR ", "sorts only what is judged again"),
}


@pytest.fixture(scope="module")
def plans(crawled_once: Config, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    path = tmp_path_factory.mktemp("asked") / "broadsheet.toml"
    path.write_text(crawled_once.path.read_text("utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "tests.asked", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def growing(lines: list[str]) -> list[str]:
    """What lines of a plan say that costs more with every article."""
    of_growing = any({word.rstrip("_123") for word in line.split()} & GROWING for line in lines)
    sorts = [line for line in lines if line.startswith("USE TEMP B-TREE")] if of_growing else []
    return sorts + [line for line in lines if _is_scan(line)]


def _is_scan(line: str) -> bool:
    verb, _, rest = line.partition(" ")
    return verb == "SCAN" and rest.partition(" ")[0].rstrip("_123") in GROWING


def is_allowed(statement: str, line: str) -> bool:
    return any(part in statement and line.startswith(begin) for part, (begin, _) in ALLOWED.items())


def test_a_run_asks_by_indexes(plans: dict[str, list[str]]) -> None:
    wrong = {
        statement: lines
        for statement, lines in plans.items()
        if not all(is_allowed(statement, line) for line in growing(lines))
    }
    assert not wrong, "\n\n".join(f"{statement}\n  {lines}" for statement, lines in wrong.items())


def test_the_statements_of_crawl_loader_and_judge_are_among_them(plans: dict[str, list[str]]) -> None:
    starts = ("INSERT INTO urls", "INSERT INTO captures", "UPDATE captures", "INSERT INTO features")
    for start in (*starts, "INSERT INTO bands", "INSERT INTO snapshots"):
        assert any(statement.startswith(start) for statement in plans), start
    for part in ALLOWED:
        assert any(part in statement for statement in plans), part
