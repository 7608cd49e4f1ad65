"""What the folder knows of the copies of its segments in a bucket: a stub beside each segment, or in its place.

A stub is written before anything is sent: at any moment it names every object that there may be. So whatever a killed
process left in the bucket is known, and goes.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from articles.errors import ArchiveError
from store.durable import sync_folder, writing

SUFFIX = ".s3"
_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCopy:
    """A segment in a bucket, as it was verified there: the object's URL, its bytes, their SHA-256, the service's ETag.

    `remains` says that it holds what retention left of pages.
    """

    url: str
    size: int
    sha256: str
    etag: str
    remains: bool
    uploaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """The verified copy of a segment, if there is one, and the URLs of objects that may exist and have to go."""

    copy: RemoteCopy | None = None
    doomed: tuple[str, ...] = ()
    schema: int = _SCHEMA


NONE = Stub()


def read(folder: Path, name: str) -> Stub:
    """The stub of a segment; NONE where it has none. Raises ArchiveError."""
    path = folder / f"{name}{SUFFIX}"
    try:
        stub = msgspec.json.decode(path.read_bytes(), type=Stub)
    except FileNotFoundError:
        return NONE
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise ArchiveError(
            f"{path} is damaged ({error}): remove it, then `broadsheet rebuild` finds the object again"
        ) from error
    if stub.schema > _SCHEMA:
        raise ArchiveError(f"{path} is of schema {stub.schema}, newer than {_SCHEMA}: upgrade Broadsheet")
    return stub


def write(folder: Path, name: str, stub: Stub) -> None:
    """Replace a segment's stub; one that says nothing is removed. Raises StorageError."""
    path = folder / f"{name}{SUFFIX}"
    if stub == NONE:
        with writing(path):
            path.unlink(missing_ok=True)
            sync_folder(folder)
        return
    put(path, msgspec.json.format(msgspec.json.encode(stub)))


def put(path: Path, data: bytes) -> None:
    """Replace a file by one that is whole. Raises StorageError."""
    beside = path.with_name(f"{path.name}.new")
    with writing(path):
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)


def names(folder: Path) -> list[str]:
    """The names of the segments that have a stub, sorted."""
    return sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"segment-*.warc.gz{SUFFIX}"))
