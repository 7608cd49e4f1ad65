"""An archive whose closed segments are in a bucket: everything works on it, and a bucket that is away stops nothing."""

import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.errors import ArchiveUnavailableError
from broadsheet.newsroom import Newsroom
from index.embedded.local_reader import EmbeddedReader
from index.query import Query
from pipeline.backup.backing_up import back_up
from pipeline.backup.restoring import restore
from pipeline.backup.verifying import verify
from pipeline.configuration.config import Config, load
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete
from pipeline.explain import explain
from pipeline.health.checkup import examine as health
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.rebuild import rebuild
from pipeline.maintenance.renaming import rename
from pipeline.maintenance.reprocess import reclean
from pipeline.maintenance.upkeep import maintain
from pipeline.run import data_folder, run
from pipeline.status import status
from pipeline.versions.proving import prove
from store.archive.reader import names
from store.archive.remote import bucket as bucket_module
from store.archive.remote import stubs
from store.archive.remote.bucket import Bucket, KeptError
from tests.lost_index import lose_index
from tests.object_store import ObjectStore, Way
from tests.test_pipeline_deleting import others, rare_words
from tests.test_pipeline_retention import account, articles, in_days, keeping, lose, problems

FIRST, SECOND = (f"segment-00000{n}.warc.gz" for n in (1, 2))


@pytest.fixture
def way(object_store: ObjectStore, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    """A way to the server that can be cut; the environment leads by it."""
    found = Way(object_store.port)
    for name, value in object_store.environment(found.port).items():
        monkeypatch.setenv(name, value)
    bucket_module._client.cache_clear()
    yield found
    found.end()
    bucket_module._client.cache_clear()


def in_bucket(config: Config, bucket: str, prefix: str = "news") -> Config:
    """The same data folder with this bucket."""
    text = config.path.read_text(encoding="utf-8")
    assert 'archive = ""' in text
    text = text.replace('archive = ""', f'archive = "s3://{bucket}/{prefix}"', 1)
    config.path.write_text(text, encoding="utf-8")
    return load(config.path)


@pytest.fixture
def remote(crawled: Config, bucket: str) -> Config:
    """A crawled newsroom whose only segment with pages is in the bucket alone."""
    config = in_bucket(crawled, bucket)
    done = maintain(config, in_days(2)).done
    assert done[0].startswith(f"closed {FIRST}")
    assert done[1].startswith("uploaded 1 segment (")
    assert maintain(config, in_days(10)).done[0].startswith("dropped 1 segment from the folder")
    assert sorted(path.name for path in config.archive.iterdir()) == ["bucket.json", f"{FIRST}.s3", SECOND]
    return config


def test_a_closed_segment_goes_to_the_bucket_and_all_is_well(
    remote: Config, bucket: str, object_store: ObjectStore
) -> None:
    assert object_store.keys(bucket) == ["news/broadsheet-archive.json", f"news/{FIRST}"]
    assert problems(remote) == []
    said = [
        each.text
        for fetch in (False, True)
        for each in examine(remote, fetch=fetch)
        if each.part == "archive"
    ]
    assert said == [
        "the segments that are here are whole (1 of 2; --fetch reads the others).",
        "all segments are whole (2).",
    ]
    assert names(remote.archive) == [FIRST, SECOND]


def test_ledger_and_index_are_rebuilt_from_the_bucket(remote: Config) -> None:
    before, told = articles(remote), account(remote)
    lose(remote)
    rebuilt = rebuild(remote)
    assert rebuilt.damages == ()
    assert articles(remote) == before
    assert account(remote) == told


def test_everything_is_rebuilt_from_the_bucket_alone(remote: Config) -> None:
    before, told = articles(remote), account(remote)
    shutil.rmtree(remote.folder)
    remote.folder.mkdir()
    rebuild(remote)
    assert articles(remote) == before
    assert account(remote) == told
    assert problems(remote) == []


def test_a_run_at_whose_end_the_bucket_is_away_is_as_any_other(
    crawled: Config, bucket: str, way: Way, object_store: ObjectStore, newsroom: Newsroom
) -> None:
    config = in_bucket(crawled, bucket)
    way.close_now()
    done = maintain(config, in_days(2))
    assert done.done == (f"closed {FIRST}: what comes goes into the next segment.",)
    run(config)
    assert object_store.keys(bucket) == []
    way.open_again()
    with data_folder(config):
        pass
    assert f"news/{FIRST}" in object_store.keys(bucket)
    assert problems(config) == []


def test_a_rebuild_without_the_bucket_says_so_and_changes_nothing(remote: Config, way: Way) -> None:
    before = articles(remote)
    way.close_now()
    with pytest.raises(ArchiveUnavailableError, match="cannot be reached"):
        rebuild(remote)
    assert articles(remote) == before
    way.open_again()
    rebuild(remote)
    assert articles(remote) == before


def test_raw_pages_in_the_bucket_go_by_retention(
    remote: Config, bucket: str, object_store: ObjectStore
) -> None:
    before, told = articles(remote), account(remote)
    config = keeping(remote, "1d")
    done = maintain(config, in_days(10))
    assert done.done[0].startswith("dropped 1 segment (")
    assert "raw pages: older than [store] retention" in done.done[0]
    assert done.ok, done.findings
    assert FIRST not in names(config.archive)
    assert object_store.keys(bucket) == ["news/broadsheet-archive.json", f"news/{SECOND}"]
    assert maintain(config, in_days(20)).ok
    lose(config)
    rebuild(config)
    assert articles(config) == before
    assert account(config) == told


def test_raw_pages_go_from_a_bucket_that_was_away(
    remote: Config, bucket: str, way: Way, object_store: ObjectStore
) -> None:
    """What is read of them for their remains is read before: so the bucket may only go away after that."""
    before = articles(remote)
    config = keeping(remote, "1d")
    way.close_now()
    kept = maintain(config, in_days(10))
    (finding,) = (each for each in kept.findings if each.part == "retention")
    assert finding.passing
    assert FIRST in names(config.archive)
    way.open_again()
    assert maintain(config, in_days(10)).ok
    assert f"news/{FIRST}" not in object_store.keys(bucket)
    assert articles(config) == before


def unpacked(data: bytes) -> bytes:
    """All of a segment without compression; anything else as it is."""
    plain = b""
    while data.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=31)
        plain += unpacker.decompress(data)
        data = unpacker.unused_data
    return plain + data


def holding(store: ObjectStore, bucket: str, words: list[str]) -> list[str]:
    """The objects, and all versions of them, in which one of these words stands."""
    found = {key: unpacked(data) for key, data in store.objects(bucket).items()}
    return [f"{key}: {word}" for key, data in found.items() for word in words if word.encode() in data]


def ferry(config: Config) -> tuple[str, str]:
    """An article, and its URL."""
    (hit,) = EmbeddedReader(config.index_folder).search(Query(text="title:ferry", limit=1)).hits
    return hit.article.id, hit.article.url


@pytest.mark.parametrize("versioned", [False, True], ids=["plain", "versioned"])
def test_a_deleted_page_is_in_no_object_any_more(
    crawled: Config, object_store: ObjectStore, bucket: str, versioned: bool
) -> None:
    name = object_store.new_bucket(versioned=versioned)
    config = in_bucket(crawled, name)
    maintain(config, in_days(2))
    maintain(config, in_days(10))
    article_id, url = ferry(config)
    words, before = rare_words(config, article_id), others(config, {article_id})
    assert holding(object_store, name, words)
    (size,) = (len(data) for key, data in object_store.objects(name).items() if FIRST in key)
    done = delete(config, DeleteRequest(which=(url,), reason="asked by the harbour"))
    assert done is not None
    assert done.left == ()
    assert holding(object_store, name, words) == []
    assert not (config.archive / FIRST).exists()
    assert object_store.keys(name) == ["news/broadsheet-archive.json", "news/segment-000001.r2.warc.gz"]
    assert [len(data) for key, data in object_store.objects(name).items() if "r2" in key] == [size]
    assert others(config, set()) == before
    assert problems(config) == []
    lose(config)
    rebuild(config)
    assert {article.id for article in EmbeddedReader(config.index_folder).all()} == before.keys()
    assert holding(object_store, name, words) == []


def test_a_deletion_waits_for_a_bucket_that_is_away(
    remote: Config, bucket: str, way: Way, object_store: ObjectStore
) -> None:
    article_id, url = ferry(remote)
    words = rare_words(remote, article_id)
    way.close_now()
    with pytest.raises(ArchiveUnavailableError):
        delete(remote, DeleteRequest(which=(url,), reason="asked"))
    assert article_id not in articles(remote)
    assert {each.part for each in examine(remote) if not each.ok} == {"bucket", "deletions"}
    with data_folder(remote):  # as every run does: it is not kept from going on
        pass
    assert holding(object_store, bucket, words)
    way.open_again()
    with data_folder(remote):
        pass
    assert holding(object_store, bucket, words) == []
    assert problems(remote) == []


@pytest.mark.parametrize("cut", ["put", "remove"])
def test_a_deletion_that_breaks_off_is_finished(
    remote: Config, bucket: str, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    """Before the new object is there, and after it counts but before the old one is gone."""
    article_id, url = ferry(remote)
    words = rare_words(remote, article_id)

    def away(*_: object) -> None:
        raise ArchiveUnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(Bucket, cut, away)
        with pytest.raises(ArchiveUnavailableError):
            delete(remote, DeleteRequest(which=(url,), reason="asked"))
        with data_folder(remote):  # a run meanwhile: nothing is called done before the object is gone
            pass
    assert holding(object_store, bucket, words)
    assert "deletions" in {each.part for each in examine(remote) if not each.ok}
    with data_folder(remote):
        pass
    assert holding(object_store, bucket, words) == []
    assert problems(remote) == []


def test_what_the_service_keeps_is_said(remote: Config, monkeypatch: pytest.MonkeyPatch, bucket: str) -> None:
    _, url = ferry(remote)

    def locked(*_: object) -> None:
        raise KeptError("it has versions that the service keeps")

    monkeypatch.setattr(Bucket, "remove", locked)
    done = delete(remote, DeleteRequest(which=(url,), reason="asked"))
    assert done is not None
    assert "it has versions that the service keeps" in done.left
    assert status(remote)["segments"] == {"in_folder": 1, "in_bucket": 1, "to_upload": 0, "to_remove": 1}
    assert "1 object to be removed waiting for the bucket" in next(
        f.text for f in examine(remote) if f.part == "upload"
    )


def test_cleaning_again_reads_the_bucket_and_says_where_it_cannot(remote: Config, way: Way) -> None:
    before = articles(remote)
    done = reclean(remote)
    assert (done.captures, done.changed, dict(done.kinds)) == (29, 0, {})
    way.close_now()
    done = reclean(remote)
    assert (done.changed, dict(done.kinds)) == (0, {"not cleaned": 29})
    assert articles(remote) == before


def test_a_pending_page_in_the_bucket_stays_pending_while_that_is_away(
    remote: Config, way: Way, newsroom: Newsroom
) -> None:
    before = articles(remote)
    article_id, _ = ferry(remote)
    lose_index(remote.index_folder)
    with sqlite3.connect(remote.ledger) as conn:
        conn.execute(
            "UPDATE captures SET outcome = 'pending', settled_at = NULL WHERE article_id = ?", [article_id]
        )
        conn.execute("DELETE FROM captures WHERE outcome = 'indexed'")
    conn.close()
    way.close_now()
    run(remote)
    assert status(remote)["captures"]["pending"] == 1
    way.open_again()
    run(remote)
    assert status(remote)["captures"]["pending"] == 0
    assert article_id in before.keys() & articles(remote).keys()


def test_an_index_is_not_made_anew_from_a_bucket_that_is_away(remote: Config, way: Way) -> None:
    before = articles(remote)
    way.close_now()
    with pytest.raises(ArchiveUnavailableError, match="the index stays as it is"):
        reindex(remote)
    assert articles(remote) == before
    way.open_again()
    reindex(remote)
    assert articles(remote) == before


def test_a_sentence_is_proved_from_the_bucket(remote: Config, way: Way) -> None:
    (hit,) = EmbeddedReader(remote.index_folder).search(Query(text="title:ferry", limit=1)).hits
    proof = prove(remote, hit.article.title)
    assert [one.seen for one in proof.observations] == ["there"]
    assert proof.observations[0].record_id
    assert explain(remote, hit.article.url)
    way.close_now()
    with pytest.raises(ArchiveUnavailableError):
        prove(remote, hit.article.title)


def test_renames_are_in_the_bucket(remote: Config, bucket: str, object_store: ObjectStore) -> None:
    rename(remote, "one", "harbour")
    config = load(remote.path)
    with data_folder(config):
        pass
    assert "news/renames.warc.gz" in object_store.keys(bucket)
    before = articles(config)
    shutil.rmtree(config.folder)
    config.folder.mkdir()
    rebuild(config)
    assert articles(config) == before
    assert "harbour" in {article.source for article in EmbeddedReader(config.index_folder).all()}


def test_a_backup_has_the_stubs_and_comes_back(remote: Config, tmp_path: Path, way: Way, bucket: str) -> None:
    before = articles(remote)
    made = back_up(remote, tmp_path / "backups")
    assert f"archive/{FIRST}" not in made.manifest.files
    assert f"archive/{FIRST}.s3" in made.manifest.files
    assert verify(tmp_path / "backups").damages == ()
    delete(
        remote, DeleteRequest(which=(ferry(remote)[1],), reason="asked")
    )  # its object has another key since
    shutil.rmtree(remote.folder)
    done = restore(remote.path, tmp_path / "backups")
    assert done.damages == ()
    assert articles(remote) == before
    copy = stubs.read(remote.archive, FIRST).copy
    assert copy is not None
    assert copy.url == f"s3://{bucket}/news/segment-000001.r2.warc.gz"
    assert [each.part for each in examine(remote) if not each.ok] == []


def test_an_object_that_was_changed_is_found(remote: Config, bucket: str, object_store: ObjectStore) -> None:
    key = f"news/{FIRST}"
    data = object_store.client().get_object(Bucket=bucket, Key=key)["Body"].read()
    changed = bytearray(data)
    changed[len(data) // 2] ^= 0xFF
    object_store.client().put_object(Bucket=bucket, Key=key, Body=bytes(changed))
    assert problems(remote) == [f"bucket: s3://{bucket}/{key} is another object: its ETag does not match"]
    found = [each.text for each in examine(remote, fetch=True) if each.part == "archive"]
    assert found[0].endswith("its object in the bucket is damaged: its SHA-256 does not match")
    object_store.client().delete_object(Bucket=bucket, Key=key)
    assert problems(remote) == [f"bucket: s3://{bucket}/{key} is gone"]


def test_what_waits_for_the_bucket_is_told(crawled: Config, bucket: str, way: Way) -> None:
    config = in_bucket(crawled, bucket)
    way.close_now()
    maintain(config, in_days(2))
    size = (config.archive / FIRST).stat().st_size
    expected = f"1 segment ({size:,} bytes) to be uploaded waiting for the bucket"
    (upload,) = (each for each in examine(config) if each.part == "upload")
    assert upload.text.startswith(expected)
    assert upload.passing
    assert status(config)["segments"] == {"in_folder": 2, "in_bucket": 0, "to_upload": 1, "to_remove": 0}
    (condition,) = (
        one for one in health(config, config.sources, in_days(2)()).conditions if one.part == "bucket"
    )
    assert condition.text.startswith(expected)
    assert condition.code == 1


def test_a_bucket_of_another_folder_is_left_alone(
    remote: Config, crawled_once: Config, tmp_path: Path, bucket: str, object_store: ObjectStore
) -> None:
    shutil.copytree(crawled_once.path.parent, tmp_path / "other")
    config = in_bucket(load(tmp_path / "other" / "broadsheet.toml"), bucket)
    before = object_store.objects(bucket)
    maintain(config, in_days(2))
    assert object_store.objects(bucket) == before
    (upload,) = (each for each in examine(config) if each.part == "upload")
    assert "holds the archive of another data folder" in upload.text
