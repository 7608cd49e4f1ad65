"""The table of backends: one more entry is all that a further kind of index takes."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from articles.errors import ConfigError, SearchIndexError
from articles.model import Article
from broadsheet.cli import app
from index.backend_record import Backend, ByHand, NewIndex, Place
from index.backends import BACKENDS
from index.documents import Facet, facets, timestamp
from index.protocols import Ack, Count, Hit, Hits
from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config, load, parse
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.reprocess import reclean
from pipeline.run import run
from pipeline.status import status


class Shelf:
    """Articles in memory, found by one word of their title: reader and writer in one."""

    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}

    def add(self, articles: list[Article]) -> list[Ack]:
        self.articles |= {each.id: each for each in articles}
        return [Ack(id=each.id, status="indexed") for each in articles]

    def delete(self, ids: list[str]) -> None:
        for one in ids:
            self.articles.pop(one, None)

    def search(self, query: Query) -> Hits:
        found = self._found(query)
        hits = tuple(Hit(article=each, score=0.0, highlights=()) for each in found[: query.limit])
        return Hits(total=len(found), hits=hits)

    def facet(self, query: Query, field: Facet, limit: int = 10) -> list[Count]:
        values = Counter(value for each in self._found(query) for value in facets(each)[field] if value)
        return [Count(value=value, articles=number) for value, number in values.most_common(limit)]

    def days(self, query: Query) -> list[Count]:
        values = Counter(timestamp(each).date().isoformat() for each in self._found(query))
        return [Count(value=value, articles=number) for value, number in sorted(values.items())]

    def _found(self, query: Query) -> list[Article]:
        return [each for each in self.articles.values() if query.text.lower() in each.title.lower()]

    def get(self, article_id: str) -> Article | None:
        return self.articles.get(article_id)

    def get_many(self, ids: list[str]) -> dict[str, Article]:
        return {one: self.articles[one] for one in ids if one in self.articles}

    def count(self) -> int:
        return len(self.articles)

    def all(self) -> Iterator[Article]:
        return iter(sorted(self.articles.values(), key=lambda each: each.id))

    def close(self) -> None:
        pass


@pytest.fixture
def shelves(monkeypatch: pytest.MonkeyPatch) -> dict[str, Shelf]:
    """The shelves of a third backend, by alias."""
    shelves: dict[str, Shelf] = {}

    def opened(place: Place) -> Shelf:
        return shelves.setdefault(place.alias, Shelf())

    @contextmanager
    def new(place: Place, _: Path) -> Iterator[NewIndex]:
        making = Shelf()
        yield NewIndex(making, making, lambda: shelves.update({place.alias: making}))

    def erase(place: Place, ids: Sequence[str]) -> list[str]:
        opened(place).delete(list(ids))
        return []

    third = Backend(
        exists=lambda place: place.alias in shelves,
        reader=opened,
        writer=opened,
        new=new,
        erase=erase,
        one_writer=True,
        by_hand=ByHand(
            create=lambda place: {place.alias: type(opened(place)).__name__},
            check=lambda place: [] if place.alias in shelves else ["there is none"],
            drop=lambda place: [str(shelves.pop(place.alias).count())],
        ),
    )
    monkeypatch.setitem(BACKENDS, "shelf", third)
    return shelves


@pytest.fixture
def on_shelf(config: Config, shelves: dict[str, Shelf]) -> Config:
    text = config.path.read_text("utf-8").replace('backend = "embedded"', 'backend = "shelf"')
    config.path.write_text(text, "utf-8")
    return load(config.path)


def typed(config: Config, words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["--config", str(config.path), *words.split()])
    assert done.exit_code == code, done.output
    return done.output


def test_a_third_backend_takes_one_entry(on_shelf: Config, shelves: dict[str, Shelf]) -> None:
    config = on_shelf
    assert "there is none" in typed(config, "index check", code=1)
    assert "names Shelf" in typed(config, "index create")
    indexed = run(config).outcomes["indexed"]
    first = shelves["articles"]
    assert first.count() == status(config)["index"]["documents"] == indexed > 20
    some = next(first.all())
    title = some.title
    assert title in typed(config, f"search {title}")
    assert some.source in typed(config, f"search {title} --by source")
    before = [replace(each, snapshot=0) for each in indexes.reader(config).all()]

    assert reindex(config).articles == len(before)
    assert shelves["articles"] is not first
    assert rebuild(config).captures == 29
    assert [replace(each, snapshot=0) for each in indexes.reader(config).all()] == before
    assert reclean(config).changed == 0
    assert all(finding.ok for finding in examine(config)), examine(config)
    assert not config.index_folder.exists()
    assert f"Deleted {len(before)}." in typed(config, "index drop --yes")
    with pytest.raises(SearchIndexError, match="index is missing"):
        run(config)


def test_an_unknown_one_is_refused_with_the_names_of_those_there_are(shelves: dict[str, Shelf]) -> None:
    with pytest.raises(ConfigError, match="must be embedded or elasticsearch or shelf"):
        parse('[index]\nbackend = "solr"', Path("broadsheet.toml"))


def test_what_is_done_by_hand_is_refused_where_it_is_not_needed(config: Config) -> None:
    for words in ("index create", "index check", "index drop --yes"):
        done = CliRunner().invoke(app, ["--config", str(config.path), *words.split()])
        assert isinstance(done.exception, ConfigError)
        assert 'they are for backend = "elasticsearch"' in str(done.exception)


def test_no_backend_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, pipeline.configuration.config, pipeline.indexes, index.backends\n"
        "print({'tantivy', 'elasticsearch', 'elastic_transport'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
