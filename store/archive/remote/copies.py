"""Copies of closed segments in a bucket: uploaded and verified, then dropped locally; replaced, and removed.

An object is never changed: what is written anew gets a key of its own, and counts once the stub names it. Each step may be
killed and is taken again: the stub names beforehand what may be there. To be called with the data folder locked, by one thread.
"""

import hashlib
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import IO

from articles.errors import ArchiveError
from store.archive import warc
from store.archive.members import Bytes
from store.archive.remote import stubs
from store.archive.remote.bucket import Bucket, KeptError, MissingObjectError, Stored
from store.archive.remote.bucket_url import BucketUrl, in_folder, parts
from store.archive.remote.stubs import RemoteCopy, Stub
from store.archived import Remains
from store.durable import writing

_CHUNK = 1 << 20
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
_OBJECT = re.compile(r"(segment-\d{6,})(?:\.r(\d+))?(\.warc\.gz)")


@dataclass(frozen=True, slots=True)
class Copying:
    """A segment, the URL of the object that becomes its copy, whether it holds remains, the seconds that the upload may take."""

    name: str
    url: str
    remains: bool = False
    within: float = inf


@dataclass(frozen=True, slots=True)
class Sums:
    """The length of a file, and its sums in hexadecimal."""

    size: int
    sha256: str
    md5: str


def upload(
    folder: Path, name: str, url: BucketUrl, clock: Callable[[], datetime], data: Bytes, within: float = inf
) -> None:
    """Upload a closed segment, whose bytes are `data`, too, in so many seconds, and verify what the bucket has then.

    Raises ArchiveUnavailableError, ArchiveError where the bucket has something else, StorageError.
    """
    with (folder / name).open("rb") as file:
        copying = Copying(name, url.object(name), remains=warc.holds(data) is Remains, within=within)
        place_copy(folder, copying, clock, file)


def replace_copy(folder: Path, name: str, file: IO[bytes], clock: Callable[[], datetime]) -> list[str]:
    """Put the bytes of this file in the place of a segment's copy, and remove the object that was its copy.

    Returns what may be left of that, a sentence each. Raises as `upload`; the old copy counts until the new one is verified.
    """
    copy = stubs.read(folder, name).copy
    assert copy is not None
    url = in_folder(copy.url).object(_next(copy.url.rpartition("/")[2]))
    place_copy(folder, Copying(name, url, remains=copy.remains), clock, file)
    return remove_doomed(folder, name)


def place_copy(folder: Path, what: Copying, clock: Callable[[], datetime], file: IO[bytes]) -> None:
    """Store a file as the copy of a segment; what was its copy is doomed then. Raises as `upload`."""
    name, url = what.name, what.url
    before = stubs.read(folder, name)
    stubs.write(folder, name, replace(before, doomed=(*dict.fromkeys((*before.doomed, url)),)))
    sums = _sums(file)
    bucket_name, key = parts(url)
    bucket = Bucket.named(bucket_name)
    file.seek(0)
    said = {"sha256": sums.sha256, "remains": str(int(what.remains))}
    bucket.put(key, file, sums.sha256, said, what.within)
    found = bucket.head(key)
    if wrong := _unlike(bucket, key, found, sums):
        raise ArchiveError(f"{url} {wrong}: it is uploaded again next time, and {name} stays here")
    copy = RemoteCopy(
        url=url,
        size=sums.size,
        sha256=sums.sha256,
        etag=found.etag,
        remains=what.remains,
        uploaded_at=clock(),
    )
    old = (before.copy.url,) if before.copy else ()
    doomed = tuple(one for one in dict.fromkeys((*before.doomed, *old)) if one != url)
    stubs.write(folder, name, Stub(copy=copy, doomed=doomed))


def doom(folder: Path, name: str) -> None:
    """A segment is dropped: its objects have to go. Raises StorageError."""
    known = stubs.read(folder, name)
    if known.copy:
        stubs.write(folder, name, Stub(doomed=(*known.doomed, known.copy.url)))


def remove_doomed(folder: Path, name: str) -> list[str]:
    """Remove the objects of a segment that have to go; what may be left of them all the same, a sentence each.

    Raises ArchiveUnavailableError where the bucket cannot be asked: then they go later.
    """
    known = stubs.read(folder, name)
    left, kept = [], []
    for url in known.doomed:
        bucket, key = parts(url)
        try:
            left.append(Bucket.named(bucket).remove(key))
        except KeptError as error:
            left.append(str(error))
            kept.append(url)
    if known.doomed:
        stubs.write(folder, name, replace(known, doomed=tuple(kept)))
    return [each for each in left if each]


def remove_all_doomed(folder: Path) -> list[str]:
    """Remove whatever has to go from the bucket, as `remove_doomed`."""
    return [left for name in stubs.names(folder) for left in remove_doomed(folder, name)]


def drop_local(folder: Path, name: str, now: datetime, keep: timedelta) -> bool:
    """Remove a segment from the folder if its copy is as old as that and the bucket still has it as it was verified.

    Whether it was removed. Raises ArchiveUnavailableError, ArchiveError where the bucket has another object, StorageError.
    """
    path = folder / name
    copy = stubs.read(folder, name).copy
    if copy is None or now - copy.uploaded_at < keep or not path.exists():
        return False
    bucket, key = parts(copy.url)
    try:
        found = Bucket.named(bucket).head(key)
    except MissingObjectError:
        stubs.write(folder, name, replace(stubs.read(folder, name), copy=None))
        raise ArchiveError(f"{copy.url} is gone: {path} stays, and is uploaded again next time") from None
    if wrong := changed(copy, found):
        raise ArchiveError(f"{copy.url} {wrong}: {path} stays")
    with writing(path):
        path.unlink()
    return True


def drop_shared(folder: Path, name: str) -> bool:
    """Remove a segment from the folder as soon as its copy is verified, because others may change that; whether it was removed.

    Raises StorageError.
    """
    path = folder / name
    if stubs.read(folder, name).copy is None or not path.exists():
        return False
    with writing(path):
        path.unlink()
    return True


def changed(copy: RemoteCopy, found: Stored) -> str:
    """How an object differs from what was verified, by what the bucket says of it, to follow its URL; "" if it does not."""
    if found.size != copy.size:
        return f"has {found.size} bytes, and had {copy.size}"
    if found.sha256 and found.sha256 != copy.sha256:
        return "is another object: its SHA-256 does not match"
    return "is another object: its ETag does not match" if found.etag != copy.etag else ""


def differences(folder: Path) -> list[str]:
    """How what the buckets list differs from what was verified there, a sentence each. Raises ArchiveUnavailableError."""
    copies = [copy for name in stubs.names(folder) if (copy := stubs.read(folder, name).copy)]
    listed: dict[str, Stored] = {}
    for place in sorted({str(in_folder(copy.url)) for copy in copies}):
        url = BucketUrl.parse(place)
        for key, found in Bucket.named(url.bucket).listed(url.key("segment-")):
            listed[f"s3://{url.bucket}/{key}"] = found
    wrong = ((copy, changed(copy, listed[copy.url]) if copy.url in listed else "is gone") for copy in copies)
    return [f"{copy.url} {what}" for copy, what in wrong if what]


def adopt(folder: Path, url: BucketUrl) -> int:
    """Make stubs for the segments of a bucket that the folder knows nothing of; how many. Of several objects the last written counts,
    and none that has to go.

    Raises ArchiveUnavailableError, ArchiveError, StorageError.
    """
    bucket = Bucket.named(url.bucket)
    known: dict[str, list[tuple[int, str]]] = {}
    for key, _ in bucket.listed(url.key("segment-")):
        if found := _OBJECT.fullmatch(key.removeprefix(url.key(""))):
            known.setdefault(found[1] + found[3], []).append((int(found[2] or 1), key))
    added = 0
    for name, objects in sorted(known.items()):
        present = stubs.read(folder, name)
        urls = [f"s3://{url.bucket}/{key}" for _, key in sorted(objects)]
        wanted = [one for one in urls if one not in present.doomed]
        if not wanted or (folder / name).exists() or (present.copy and present.copy.url == wanted[-1]):
            continue
        copy = _described(bucket, wanted[-1])
        stubs.write(folder, name, Stub(copy=copy, doomed=(*present.doomed, *wanted[:-1])))
        added += 1
    return added


def find(folder: Path, name: str, url: BucketUrl) -> RemoteCopy | None:
    """Where the bucket has a segment that another worker may have put there since; None where it has none.

    Raises ArchiveUnavailableError.
    """
    bucket, stem = Bucket.named(url.bucket), name.removesuffix(".warc.gz")
    doomed = stubs.read(folder, name).doomed
    found = []
    for key, _ in bucket.listed(url.key(stem)):
        match = _OBJECT.fullmatch(key.removeprefix(url.key("")))
        if match and match[1] == stem and f"s3://{url.bucket}/{key}" not in doomed:
            found.append((int(match[2] or 1), key))
    return _described(bucket, f"s3://{url.bucket}/{max(found)[1]}") if found else None


def bring(folder: Path, name: str, url: BucketUrl) -> None:
    """Take over a small file of the bucket, as it is there now. Raises MissingObjectError, ArchiveUnavailableError, StorageError."""
    bucket = Bucket.named(url.bucket)
    copy = _described(bucket, url.object(name))
    stubs.put(folder / name, bucket.bytes_of(url.key(name)))
    stubs.write(folder, name, replace(stubs.read(folder, name), copy=copy))


def _described(bucket: Bucket, url: str) -> RemoteCopy:
    """What the bucket itself says of an object of ours; it is believed where the bytes bear it out."""
    found = bucket.head(parts(url)[1])
    said = dict(found.said)
    return RemoteCopy(
        url=url,
        size=found.size,
        sha256=said.get("sha256", found.sha256),
        etag=found.etag,
        remains=said.get("remains") == "1",
        uploaded_at=_UNKNOWN,
    )


def _unlike(bucket: Bucket, key: str, found: Stored, sums: Sums) -> str:
    """What is wrong with an object that was just stored, by the service's own sum or, where it has none, by its bytes."""
    if found.size != sums.size:
        return f"has {found.size} of {sums.size} bytes"
    if found.sha256:
        same = found.sha256 == sums.sha256
    elif found.etag == sums.md5:
        same = True
    else:
        same = _read_back(bucket, key) == sums.sha256
    return "" if same else "has other bytes than were sent"


def _read_back(bucket: Bucket, key: str) -> str:
    with tempfile.TemporaryFile() as file:
        bucket.fetch(key, file)
        return _sums(file).sha256


def _sums(file: IO[bytes]) -> Sums:
    size, sha256, md5 = 0, hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    file.seek(0)
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        sha256.update(chunk)
        md5.update(chunk)
    return Sums(size, sha256.hexdigest(), md5.hexdigest())


def _next(name: str) -> str:
    """The name of the next object of the same segment: segment-000001.r2.warc.gz follows segment-000001.warc.gz."""
    found = _OBJECT.fullmatch(name)
    assert found is not None
    return f"{found[1]}.r{int(found[2] or 1) + 1}{found[3]}"
