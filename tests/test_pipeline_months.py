"""A collection whose index in Elasticsearch has an index for each month, from import to deletion, and back to one index."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from elasticsearch import BadRequestError, Elasticsearch

from articles.errors import SearchIndexError
from index.elastic import cluster_writer, generations, journal
from index.elastic.mapping import VERSION
from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete
from pipeline.importing.warc_files import ImportOptions, import_files
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.run import run
from pipeline.status import status
from tests.warcs import address, html, http, record

ALL = ImportOptions()


def configured(config: Config, **index: object) -> Config:
    """The configuration with these settings of its index."""
    return config.model_copy(update={"index": config.index.model_copy(update=index)})


@pytest.fixture
def by_month(in_elasticsearch: Config) -> Config:
    return configured(in_elasticsearch, split="month")


def edition(number: int, month: int, text: str) -> bytes:
    at = datetime(2025, month, 2, 12, tzinfo=UTC)
    return record(http(html(number, edition=text)), address(number), at)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Two articles as of June, and their earlier captures: of one with another text, of the other with the same."""
    new, old = tmp_path / "new.warc", tmp_path / "old.warc"
    new.write_bytes(edition(1, 6, "second edition") + edition(2, 6, "second edition"))
    old.write_bytes(edition(1, 2, "first edition") + edition(2, 4, "second edition"))
    return new, old


def sound(config: Config) -> bool:
    return all(finding.ok for finding in examine(config))


@pytest.fixture
def held(connection: Elasticsearch, in_elasticsearch: Config) -> Callable[[str], dict[str, list[str]]]:
    """By its address, what follows the base in the names of the indices that have an article; of older versions with "-versions"."""

    def ask(suffix: str = "") -> dict[str, list[str]]:
        alias = in_elasticsearch.index.alias + suffix
        found: dict[str, list[str]] = {}
        for hit in connection.search(index=alias, size=100, source=["url"])["hits"]["hits"]:
            month = hit["_index"].removeprefix(f"{alias}-v{VERSION}")[len("-000001") :]
            found.setdefault(hit["_source"]["url"], []).append(month)
        return found

    return ask


def test_an_earlier_capture_moves_its_article_and_every_rebuild_puts_it_into_the_same_month(
    by_month: Config, files: tuple[Path, Path], held: Callable[..., dict[str, list[str]]]
) -> None:
    new, old = files
    import_files(by_month, (new,), ALL)
    assert held() == {address(1): ["-2025.06"], address(2): ["-2025.06"]}
    import_files(by_month, (old,), ALL)
    moved = {address(1): ["-2025.02"], address(2): ["-2025.04"]}
    assert (held(), held("-versions")) == (moved, {address(1): ["-2025.02"]})
    assert sound(by_month), examine(by_month)
    assert status(by_month)["index"]["documents"] == 2
    reindex(by_month)
    assert (held(), held("-versions")) == (moved, {address(1): ["-2025.02"]})
    rebuild(by_month)
    assert (held(), held("-versions")) == (moved, {address(1): ["-2025.02"]})
    whole = configured(by_month, split="never")
    reindex(whole)
    assert (held(), held("-versions")) == ({address(1): [""], address(2): [""]}, {address(1): [""]})
    assert sound(whole), examine(whole)
    reindex(by_month)
    assert held() == moved
    assert sound(by_month), examine(by_month)
    found = indexes.reader(by_month, older=True).search(Query(text="first edition"))
    assert [hit.article.url for hit in found] == [address(1)]


def test_a_move_that_was_killed_is_finished_by_the_same_import(
    by_month: Config,
    files: tuple[Path, Path],
    held: Callable[..., dict[str, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new, old = files
    import_files(by_month, (new,), ALL)
    with monkeypatch.context() as patch:

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(cluster_writer, "strays", killed)
        with pytest.raises(KeyboardInterrupt):
            import_files(by_month, (old,), ALL)
    import_files(by_month, (old,), ALL)
    assert held() == {address(1): ["-2025.02"], address(2): ["-2025.04"]}
    assert sound(by_month), examine(by_month)


def test_what_is_deleted_is_gone_from_every_month(
    by_month: Config, files: tuple[Path, Path], held: Callable[..., dict[str, list[str]]]
) -> None:
    for file in files:
        import_files(by_month, (file,), ALL)
    delete(by_month, DeleteRequest(which=(address(1),), reason="asked"))
    assert (held(), held("-versions")) == ({address(2): ["-2025.04"]}, {})
    assert sound(by_month), examine(by_month)


def test_a_missing_pipeline_is_said_before_anything_is_crawled(
    by_month: Config, connection: Elasticsearch
) -> None:
    astray = configured(by_month, pipeline="not-there")
    with pytest.raises(SearchIndexError, match=r"no ingest pipeline `not-there`.*\[index\] pipeline"):
        run(astray)
    with pytest.raises(SearchIndexError, match="no ingest pipeline `not-there`"):
        rebuild_of_run(by_month, astray)
    assert all(finding.ok for finding in examine(by_month)), "nothing was written"


def rebuild_of_run(config: Config, astray: Config) -> None:
    """A rebuild, by the other configuration, of what the first one collects."""
    run(config, ("one",))
    reindex(astray)


def test_a_snapshot_brings_both_indices_and_the_journal_back(
    by_month: Config, connection: Elasticsearch, files: tuple[Path, Path]
) -> None:
    """By the server's own requests, as docs/how-to.md has them, into a server that has nothing of the alias."""
    alias = by_month.index.alias
    for file in files:
        import_files(by_month, (file,), ALL)
    before = {older: list(indexes.reader(by_month, older=older).all()) for older in (False, True)}
    try:
        connection.snapshot.create_repository(
            name=alias, repository={"type": "fs", "settings": {"location": alias}}
        )
    except BadRequestError as error:
        pytest.skip(f"the server keeps no snapshots: {error}")
    try:
        taken = connection.snapshot.create(
            repository=alias, snapshot="one", indices=f"{alias}*", wait_for_completion=True
        )
        assert taken["snapshot"]["state"] == "SUCCESS"
        for each in (alias, f"{alias}-versions"):
            generations.drop(connection, each)
        journal.drop(connection, alias)
        assert not sound(by_month)
        connection.snapshot.restore(
            repository=alias,
            snapshot="one",
            indices=f"{alias}*",
            include_aliases=True,
            wait_for_completion=True,
        )
        assert sound(by_month), examine(by_month)
        after = {older: list(indexes.reader(by_month, older=older).all()) for older in (False, True)}
        assert after == before
        indexes.backend(by_month).by_hand.create(indexes.place(by_month))  # type: ignore[union-attr]
        assert indexes.backend(by_month).by_hand.check(indexes.place(by_month)) == []  # type: ignore[union-attr]
    finally:
        connection.snapshot.delete(repository=alias, snapshot="one")
        connection.snapshot.delete_repository(name=alias)
