"""Reading a segment that is only in a bucket, by range or whole.

A reader may have read a stub just before the segment was written anew: an object that is gone is looked for again where
the stub says by then.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from articles.errors import ArchiveError
from store.archive.remote import claim, stubs
from store.archive.remote.bucket import Bucket, MissingObjectError
from store.archive.remote.bucket_url import BucketUrl, parts
from store.archive.remote.copies import find
from store.archive.remote.stubs import RemoteCopy
from store.durable import writing

_TRIES = 3
Found = TypeVar("Found")


def copy_of(folder: Path, name: str) -> RemoteCopy | None:
    """Where a bucket has the segment; the bucket is asked only for what may be another worker's.

    Raises ArchiveError, ArchiveUnavailableError.
    """
    return stubs.read(folder, name).copy or (None if (folder / name).exists() else _of_another(folder, name))


def fetch_range(folder: Path, name: str, offset: int, length: int) -> bytes:
    """So many bytes of a segment, fewer where its object ends. Raises ArchiveError, ArchiveUnavailableError."""

    def read(copy: RemoteCopy) -> bytes:
        bucket, key = parts(copy.url)
        return Bucket.named(bucket).bytes_of(key, offset, length)

    return _reading(folder, name, read)


@contextmanager
def fetched(folder: Path, name: str) -> Iterator[tuple[IO[bytes], str]]:
    """A segment in a file without a name, and what is wrong with it ("" if it has the bytes that were uploaded).

    Raises ArchiveError, ArchiveUnavailableError, StorageError.
    """
    with tempfile.TemporaryFile(dir=folder) as file:

        def read(copy: RemoteCopy) -> str:
            bucket, key = parts(copy.url)
            file.seek(0)
            file.truncate()
            with writing(folder):
                Bucket.named(bucket).fetch(key, file)
                file.flush()
            return difference(file, copy)

        wrong = _reading(folder, name, read)
        file.seek(0)
        yield file, wrong


def difference(file: IO[bytes], copy: RemoteCopy) -> str:
    """How a file differs from what was uploaded, to follow its name; "" if it does not."""
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads binary files
    size = file.tell()
    if size != copy.size:
        return f"has {size} bytes, and had {copy.size}"
    return "" if found == copy.sha256 else "is damaged: its SHA-256 does not match"


def _of_another(folder: Path, name: str) -> RemoteCopy | None:
    """The copy of a segment, by the bucket's word, where the folder shares that with other workers."""
    known = claim.read(folder)
    return find(folder, name, BucketUrl.parse(known.url)) if known.worker else None


def _reading(folder: Path, name: str, read: Callable[[RemoteCopy], Found]) -> Found:
    copy = copy_of(folder, name)
    for _ in range(_TRIES):
        if copy is None:
            raise ArchiveError(f"cannot be read: it is neither in {folder} nor in a bucket")
        try:
            return read(copy)
        except MissingObjectError as error:
            again = copy_of(folder, name)
            if again == copy:
                again = _of_another(folder, name)
            if again in (copy, None):
                raise ArchiveError(f"cannot be read: {error}") from error
            copy = again
    raise ArchiveError("cannot be read: it is written anew all the time")
