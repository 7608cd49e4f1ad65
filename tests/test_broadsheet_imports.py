"""Commands that only ask start without what crawls, cleans and schedules: importing it would be most of what they cost."""

import json
import shutil
import subprocess
import sys

import pytest

from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config, load

HEAVY = {"scrapy", "twisted", "trafilatura", "prefect", "elasticsearch", "boto3", "dateparser", "numpy"}
# Ours whose patterns take a tenth of a second to compile, or that import most of the project.
OURS = {"articles.clean", "articles.credits", "articles.metadata.statements", "pipeline.run"}
QUESTIONS = {
    "status": ("status",),
    "sources": ("sources",),
    "health": ("health",),
    "show": ("show", "URL"),
    "show by id": ("show", "ID"),
    "explain": ("explain", "URL"),
    "history": ("history", "URL"),
    "search": ("search", "the"),
    "search by day": ("search", "the", "--by", "day"),
    "coverage": ("coverage", "one"),
    "metrics": ("metrics",),
    "dead-letters": ("dead-letters",),
}
CODE = """
import json, sys
from broadsheet.cli import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    code = end.code
print(json.dumps({"code": code, "imported": sorted(sys.modules)}), file=sys.stderr)
"""


def imported(config: Config, words: tuple[str, ...]) -> set[str]:
    """The modules that a command has imported when it ends, without a failure."""
    command = [sys.executable, "-c", CODE, "--config", str(config.path), *words]
    done = subprocess.run(command, cwd=config.path.parent, capture_output=True, text=True, check=True)
    end = json.loads(done.stderr.splitlines()[-1])
    assert end["code"] in (None, 0, 1, 2), done.stderr
    assert done.stdout
    return set(end["imported"])


@pytest.fixture(scope="module")
def collection(crawled_once: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("asked") / "crawled"
    shutil.copytree(crawled_once.path.parent, folder)
    return load(folder / "broadsheet.toml")


@pytest.mark.parametrize("words", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_a_question_imports_nothing_that_crawls_or_cleans(words: tuple[str, ...], collection: Config) -> None:
    hit = indexes.reader(collection).search(Query(text="source:one", limit=1)).hits[0]
    meant = {"URL": hit.article.url, "ID": hit.article.id}
    modules = imported(collection, tuple(meant.get(word, word) for word in words))
    assert not modules & (HEAVY | OURS)
