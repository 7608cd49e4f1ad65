"""Segments in a bucket: verified before they count, read by range, replaced and removed, whatever breaks off in between."""

import io
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from articles.errors import ArchiveError, ArchiveUnavailableError, ConfigError
from store.archive.members import DamageError
from store.archive.reader import check, foreign, names, read, reading, recall, scan, shortage
from store.archive.remote import bucket as bucket_module
from store.archive.remote import claim, stubs
from store.archive.remote.bucket import Bucket
from store.archive.remote.bucket_url import BucketUrl
from store.archive.remote.copies import adopt, drop_local, remove_all_doomed, replace_copy, upload
from store.archive.writer import ArchiveWriter, remove, repair
from tests.object_store import SECRET, ObjectStore, Way
from tests.test_store_archive import NOON, make_page, make_remains, nothing_damaged

FIRST, SECOND = "segment-000001.warc.gz", "segment-000002.warc.gz"
DAY = timedelta(days=1)


def clock() -> datetime:
    return NOON


def kill_after(steps: int, work: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do the work in a process of its own, which is killed with SIGKILL before the step that follows on so many."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # of a fork beside threads, which hold nothing here
        process = os.fork()
    if process:
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL, (
            "there are fewer steps"
        )
        return
    left = steps

    def stepping(function: Callable[..., object]) -> Callable[..., object]:
        def step(*args: object, **kwargs: object) -> object:
            nonlocal left
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return function(*args, **kwargs)

        return step

    try:
        for place, name in ((Bucket, "put"), (Bucket, "head"), (Bucket, "remove"), (stubs, "write")):
            monkeypatch.setattr(place, name, stepping(getattr(place, name)))
        work()
    finally:
        os._exit(1)


class Folder:
    """An archive of two segments with ten pages each; the first is closed."""

    def __init__(self, path: Path, bucket: str) -> None:
        self.path = path
        self.url = BucketUrl.parse(f"s3://{bucket}/news/raw")
        body = bytes(range(256)) * 40
        days = [0]
        writer = ArchiveWriter(path, {}, lambda: NOON + days[-1] * DAY)
        self.refs = []
        for number in range(20):
            days.append(number // 10)
            self.refs.append(writer.append(make_page(number, body)))
        self.committed = dict(writer.sync())
        writer.close()
        self.pages = [read(path, ref) for ref in self.refs]

    def upload(self, name: str = FIRST) -> None:
        with reading(self.path / name) as data:
            upload(self.path, name, self.url, clock, data)

    def drop(self, name: str = FIRST) -> None:
        assert drop_local(self.path, name, NOON + DAY, DAY)

    def read_all(self) -> None:
        """Every page is there, as it was, by its place and in turn."""
        assert [read(self.path, ref) for ref in self.refs] == self.pages
        assert [ref for ref, _ in scan(self.path, nothing_damaged)] == self.refs
        assert check(self.path, self.committed, fetch=True) == []


@pytest.fixture
def folder(tmp_path: Path, bucket: str) -> Folder:
    found = Folder(tmp_path / "archive", bucket)
    assert sorted(found.committed) == [FIRST, SECOND]
    return found


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


def test_a_segment_is_uploaded_verified_dropped_and_read_by_range(
    folder: Folder, object_store: ObjectStore
) -> None:
    folder.upload()
    bytes_of = (folder.path / FIRST).read_bytes()
    copy = stubs.read(folder.path, FIRST).copy
    assert copy is not None
    assert copy.url == f"{folder.url}/{FIRST}"
    assert list(object_store.objects(folder.url.bucket).values()) == [bytes_of]
    assert not drop_local(folder.path, FIRST, NOON + DAY - timedelta(seconds=1), DAY)
    folder.drop()
    assert not (folder.path / FIRST).exists()
    assert names(folder.path) == [FIRST, SECOND]
    assert foreign(folder.path, folder.committed) == []
    assert repair(folder.path, folder.committed) == []
    folder.read_all()


def test_what_is_missing_of_an_object_is_told(folder: Folder) -> None:
    folder.upload()
    folder.drop()
    more = folder.committed[FIRST] + 1
    assert shortage(folder.path / FIRST, more).endswith(f"has {more - 1} bytes, and the ledger knows {more}")


def test_nothing_is_appended_to_a_segment_in_a_bucket(folder: Folder) -> None:
    for name in (FIRST, SECOND):
        folder.upload(name)
        folder.drop(name)
    writer = ArchiveWriter(folder.path, folder.committed, lambda: NOON + DAY)
    ref = writer.append(make_page(77))
    writer.close()
    assert ref.segment == "segment-000003.warc.gz"


def test_a_corrupted_object_is_found_and_not_believed(folder: Folder, object_store: ObjectStore) -> None:
    folder.upload()
    folder.drop()
    assert object_store.folder is not None
    path = object_store.folder / folder.url.bucket / folder.url.key(FIRST)
    data = bytearray(path.read_bytes())
    third = folder.refs[2]
    data[third.offset + 40] ^= 0xFF
    path.write_bytes(data)

    with pytest.raises(DamageError, match=f"{FIRST}: the record at byte {third.offset} is damaged"):
        recall(folder.path, third)
    assert read(folder.path, folder.refs[3]) == folder.pages[3]
    whole, record = check(folder.path, folder.committed, fetch=True)
    assert whole.endswith("its object in the bucket is damaged: its SHA-256 does not match")
    assert f"the record at byte {third.offset}" in record


def test_an_object_that_is_cut_or_another_keeps_the_segment_here(
    folder: Folder, object_store: ObjectStore
) -> None:
    folder.upload()
    client, where = object_store.client(), {"Bucket": folder.url.bucket, "Key": folder.url.key(FIRST)}
    whole = (folder.path / FIRST).read_bytes()
    client.put_object(**where, Body=whole[:-1])
    with pytest.raises(ArchiveError, match=r"has \d+ bytes, and had \d+: .* stays"):
        folder.drop()
    client.put_object(**where, Body=b"X" + whole[1:])
    with pytest.raises(ArchiveError, match="is another object"):
        folder.drop()
    client.delete_object(**where)
    with pytest.raises(ArchiveError, match="is gone: .* stays, and is uploaded again next time"):
        folder.drop()
    folder.upload()
    folder.drop()
    folder.read_all()


def test_what_arrives_changed_is_not_believed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that takes other bytes than were sent, and has no sum of its own to show for them."""
    real = Bucket.put

    def lossy(
        self: Bucket, key: str, body: io.BytesIO, sha256: str, said: dict[str, str], within: float
    ) -> None:
        import hashlib

        changed = body.read()[:-1] + b"X"
        real(self, key, io.BytesIO(changed), hashlib.sha256(changed).hexdigest(), said)

    monkeypatch.setattr(Bucket, "put", lossy)
    with pytest.raises(ArchiveError, match="has other bytes than were sent: it is uploaded again"):
        folder.upload()
    assert stubs.read(folder.path, FIRST).copy is None
    monkeypatch.setattr(Bucket, "put", real)
    folder.upload()
    folder.drop()
    folder.read_all()


def test_an_upload_that_is_cut_off_leaves_the_segment_here(
    folder: Folder, way: Way, object_store: ObjectStore
) -> None:
    way.most = folder.committed[FIRST] // 2
    with pytest.raises(ArchiveUnavailableError, match="cannot be reached"):
        folder.upload()
    assert stubs.read(folder.path, FIRST).copy is None
    assert not drop_local(folder.path, FIRST, NOON + DAY, DAY)
    assert object_store.objects(folder.url.bucket) == {}
    way.open_again()
    folder.upload()
    folder.drop()
    folder.read_all()


def test_an_upload_that_takes_too_long_is_given_up(folder: Folder, object_store: ObjectStore) -> None:
    with (
        reading(folder.path / FIRST) as data,
        pytest.raises(ArchiveUnavailableError, match="took too long"),
    ):
        upload(folder.path, FIRST, folder.url, clock, data, within=-1.0)
    assert object_store.objects(folder.url.bucket) == {}
    folder.upload()
    folder.drop()
    folder.read_all()


def test_reads_that_are_cut_off_say_so_and_are_no_damage(folder: Folder, way: Way) -> None:
    folder.upload()
    folder.drop()
    way.close_now()
    with pytest.raises(ArchiveUnavailableError, match="cannot be reached") as caught:
        read(folder.path, folder.refs[0])
    assert not isinstance(caught.value, DamageError)
    with pytest.raises(ArchiveUnavailableError):
        list(scan(folder.path, nothing_damaged))
    assert read(folder.path, folder.refs[-1]) == folder.pages[-1]  # the newest are here
    way.open_again()
    way.most = folder.refs[0].length // 2
    with pytest.raises(ArchiveUnavailableError):
        read(folder.path, folder.refs[0])
    way.open_again()
    folder.read_all()


def test_a_reader_of_an_old_stub_finds_the_new_object(
    folder: Folder, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two readers: one has read the stub when the segment is written anew and its old object removed."""
    folder.upload()
    data = (folder.path / FIRST).read_bytes()
    folder.drop()
    real = Bucket.bytes_of
    replaced: list[bool] = []

    def late(self: Bucket, key: str, offset: int = 0, length: int | None = None) -> bytes:
        if not replaced:
            replaced.append(True)
            replace_copy(folder.path, FIRST, io.BytesIO(data), clock)
        return real(self, key, offset, length)

    monkeypatch.setattr(Bucket, "bytes_of", late)
    assert read(folder.path, folder.refs[0]) == folder.pages[0]
    assert object_store.keys(folder.url.bucket) == ["news/raw/segment-000001.r2.warc.gz"]
    folder.read_all()


def test_a_dropped_segment_goes_from_the_bucket_as_soon_as_it_can(
    folder: Folder, way: Way, object_store: ObjectStore
) -> None:
    folder.upload()
    folder.drop()
    way.close_now()
    remove(folder.path, [FIRST])
    assert names(folder.path) == [SECOND]
    with pytest.raises(ArchiveUnavailableError):
        remove_all_doomed(folder.path)
    way.open_again()
    assert remove_all_doomed(folder.path) == []
    assert object_store.objects(folder.url.bucket) == {}
    assert stubs.names(folder.path) == []


def test_every_version_of_a_removed_object_goes(
    tmp_path: Path, bucket: str, object_store: ObjectStore
) -> None:
    folder = Folder(tmp_path / "archive", object_store.new_bucket(versioned=True))
    folder.upload()
    data = (folder.path / FIRST).read_bytes()
    for _ in range(2):
        replace_copy(folder.path, FIRST, io.BytesIO(data), clock)
    assert len(object_store.objects(folder.url.bucket)) == 1
    remove(folder.path, [FIRST])
    assert remove_all_doomed(folder.path) == []
    assert object_store.objects(folder.url.bucket) == {}


@pytest.mark.parametrize("upto", range(10))
def test_killed_after_any_step_nothing_is_lost_and_nothing_is_left(
    folder: Folder, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch, upto: int
) -> None:
    """Of an upload and a replacement, everything after the step is not done; then all is done again."""
    data = (folder.path / FIRST).read_bytes()

    def work() -> None:
        folder.upload()
        replace_copy(folder.path, FIRST, io.BytesIO(data), clock)

    kill_after(upto, work, monkeypatch)
    folder.read_all()
    named = {
        url
        for stub in [stubs.read(folder.path, FIRST)]
        for url in (*stub.doomed, stub.copy.url if stub.copy else "")
    }
    present = {f"s3://{folder.url.bucket}/{key}" for key in object_store.keys(folder.url.bucket)}
    assert present <= named, "an object that no stub names"
    remove_all_doomed(folder.path)
    if stubs.read(folder.path, FIRST).copy is None:
        folder.upload()
    folder.drop()
    folder.read_all()
    assert len(object_store.objects(folder.url.bucket)) == 1


def test_an_empty_folder_finds_the_archive_in_its_bucket(
    folder: Folder, object_store: ObjectStore, tmp_path: Path
) -> None:
    for name in (FIRST, SECOND):
        folder.upload(name)
    data = (folder.path / FIRST).read_bytes()
    Bucket.named(folder.url.bucket).put(
        folder.url.key("segment-000001.r2.warc.gz"),
        io.BytesIO(data),
        _sha256(data),
        {"sha256": _sha256(data), "remains": "0"},
    )  # as if killed before the old object went
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert adopt(elsewhere, folder.url) == 2
    folder.path = elsewhere
    folder.read_all()
    assert adopt(elsewhere, folder.url) == 0
    remove_all_doomed(elsewhere)
    assert object_store.keys(folder.url.bucket) == [
        "news/raw/segment-000001.r2.warc.gz",
        "news/raw/segment-000002.warc.gz",
    ]


def test_what_has_to_go_is_not_taken_over(folder: Folder, object_store: ObjectStore) -> None:
    folder.upload()
    remove(folder.path, [FIRST])
    assert object_store.keys(folder.url.bucket)
    assert adopt(folder.path, folder.url) == 0
    assert names(folder.path) == [SECOND]


def test_a_folder_that_lost_its_claim_is_known_by_its_stubs(folder: Folder) -> None:
    claim.stake(folder.path, folder.url, new=False)
    before = claim.read(folder.path)
    (folder.path / claim.NAME).unlink()
    with pytest.raises(ConfigError):
        claim.stake(folder.path, folder.url, new=False)
    folder.upload()
    claim.stake(folder.path, folder.url, new=False)
    assert claim.read(folder.path) == before


def test_remains_are_read_before_pages_wherever_they_are(folder: Folder) -> None:
    writer = ArchiveWriter(folder.path, folder.committed, lambda: NOON + DAY)
    ref = writer.append(make_remains())
    writer.close()
    for name in (FIRST, ref.segment):
        folder.upload(name)
        folder.drop(name)
    assert [one for one, _ in scan(folder.path, nothing_damaged)] == [ref, *folder.refs]


def test_a_prefix_is_one_data_folders(tmp_path: Path, bucket: str) -> None:
    url = BucketUrl.parse(f"s3://{bucket}/news")
    one, other = tmp_path / "one", tmp_path / "other"
    for each in (one, other):
        each.mkdir()
    claim.stake(one, url, new=False)
    claim.stake(one, url, new=False)
    with pytest.raises(ConfigError, match="holds the archive of another data folder"):
        claim.stake(other, url, new=False)
    claim.stake(other, url, new=True)
    assert claim.read(other).id == claim.read(one).id


def test_no_secret_is_in_an_error(
    folder: Folder, way: Way, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    told = []
    way.close_now()
    with pytest.raises(ArchiveUnavailableError) as caught:
        folder.upload()
    told.append(caught.getrepr(showlocals=True, chain=True))
    way.open_again()
    for name, value in (
        ("AWS_SECRET_ACCESS_KEY", SECRET + "wrong"),
        ("AWS_ENDPOINT_URL", f"http://user:{SECRET}@127.0.0.1:{way.port}"),
        ("AWS_ENDPOINT_URL", f"nonsense {SECRET}"),
    ):
        monkeypatch.setenv(name, value)
        bucket_module._client.cache_clear()
        with pytest.raises((ArchiveUnavailableError, ConfigError)) as caught:
            folder.upload()
        told.append(caught.getrepr())
    bucket_module._client.cache_clear()
    assert SECRET not in "".join(map(str, told))
    assert SECRET not in repr(Bucket("x", object()))
    assert SECRET not in "".join(capfd.readouterr())
    assert SECRET not in "".join(path.read_text("utf-8") for path in folder.path.glob("*.s3"))


@pytest.mark.parametrize(
    "text",
    [
        "http://bucket/x",
        "s3://",
        "s3://user:secret@bucket/x",
        "s3://bucket/a b",
        "s3://bucket/x?y=secret",
        "s3://B/x",
    ],
)
def test_other_urls_are_refused_without_being_told(text: str) -> None:
    with pytest.raises(ValueError, match="must be s3://BUCKET") as caught:
        BucketUrl.parse(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "bucket", "key"),
    [("s3://news", "news", "x"), ("s3://news/", "news", "x"), ("s3://news/a/b/", "news", "a/b/x")],
)
def test_keys(text: str, bucket: str, key: str) -> None:
    url = BucketUrl.parse(text)
    assert (url.bucket, url.key("x")) == (bucket, key)
    assert url.object("x") == f"s3://{bucket}/{key}"


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()
